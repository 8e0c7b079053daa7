package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// moveCopyMessages implements RopMoveCopyMessages, [MS-OXCFOLD] 3.2.5.6.
func (e *Executor) moveCopyMessages(ctx context.Context, c *Call, req *rop.MoveCopyMessagesRequest) (work, error) {
	op, err := c.Folder().MoveCopyMessages(ctx, c.Dest.(*object.Folder), req.MessageIDs, req.WantCopy)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.MoveCopyMessagesResponse{PartialCompletion: partial} }}, err
}
