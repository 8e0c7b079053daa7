package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// abortSubmit implements RopAbortSubmit, [MS-OXOMSG] 3.3.5.2.
func (e *Executor) abortSubmit(ctx context.Context, c *Call, req *rop.AbortSubmitRequest) (*rop.AbortSubmitResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err == nil {
		err = s.Own()
	}
	if err == nil {
		err = s.Abort(ctx, store.FolderID(req.FolderID.Counter()), store.MessageID(req.MessageID.Counter()))
	}
	if err != nil {
		return nil, err
	}
	return &rop.AbortSubmitResponse{}, nil
}
