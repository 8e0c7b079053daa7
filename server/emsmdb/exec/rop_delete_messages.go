package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// deleteMessages implements RopDeleteMessages, [MS-OXCFOLD] 3.2.5.11.
func (e *Executor) deleteMessages(ctx context.Context, c *Call, req *rop.DeleteMessagesRequest) (work, error) {
	op, err := c.Folder().DeleteMessages(ctx, req.MessageIDs, false, req.NotifyNonRead)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.DeleteMessagesResponse{PartialCompletion: partial} }}, err
}
