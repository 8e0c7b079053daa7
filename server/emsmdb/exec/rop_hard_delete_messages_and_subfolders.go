package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// hardDeleteMessagesAndSubfolders implements RopHardDeleteMessagesAndSubfolders, [MS-OXCFOLD] 3.2.5.10.
func (e *Executor) hardDeleteMessagesAndSubfolders(ctx context.Context, c *Call, req *rop.HardDeleteMessagesAndSubfoldersRequest) (work, error) {
	op, err := c.Folder().Empty(ctx, true, req.WantDeleteAssociated)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response {
		return &rop.HardDeleteMessagesAndSubfoldersResponse{PartialCompletion: partial}
	}}, err
}
