package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// emptyFolder implements RopEmptyFolder, [MS-OXCFOLD] 3.2.5.9.
func (e *Executor) emptyFolder(ctx context.Context, c *Call, req *rop.EmptyFolderRequest) (work, error) {
	op, err := c.Folder().Empty(ctx, false, req.WantDeleteAssociated)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.EmptyFolderResponse{PartialCompletion: partial} }}, err
}
