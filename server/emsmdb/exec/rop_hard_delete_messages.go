package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// hardDeleteMessages implements RopHardDeleteMessages, [MS-OXCFOLD] 3.2.5.12.
func (e *Executor) hardDeleteMessages(ctx context.Context, c *Call, req *rop.HardDeleteMessagesRequest) (work, error) {
	op, err := c.Folder().DeleteMessages(ctx, req.MessageIDs, true, req.NotifyNonRead)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.HardDeleteMessagesResponse{PartialCompletion: partial} }}, err
}
