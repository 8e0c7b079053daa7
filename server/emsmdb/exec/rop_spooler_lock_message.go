package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// spoolerLockMessage implements RopSpoolerLockMessage, [MS-OXOMSG] 3.3.5.3.
func (e *Executor) spoolerLockMessage(ctx context.Context, c *Call, req *rop.SpoolerLockMessageRequest) (*rop.SpoolerLockMessageResponse, error) {
	q, err := c.Logon().Queue()
	if err == nil {
		err = q.Lock(ctx, store.MessageID(req.MessageID.Counter()), req.LockState)
	}
	if err != nil {
		return nil, err
	}
	return &rop.SpoolerLockMessageResponse{}, nil
}
