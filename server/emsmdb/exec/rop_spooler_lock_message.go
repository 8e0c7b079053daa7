package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// spoolerLockMessage implements RopSpoolerLockMessage, [MS-OXOMSG] 3.3.5.3.
func (e *Executor) spoolerLockMessage(ctx context.Context, c *Call, req *rop.SpoolerLockMessageRequest) (*rop.SpoolerLockMessageResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err == nil {
		err = s.Own()
	}
	if err == nil {
		err = s.Lock(ctx, store.MessageID(req.MessageID.Counter()), req.LockState)
	}
	if err != nil {
		return nil, err
	}
	return &rop.SpoolerLockMessageResponse{}, nil
}
