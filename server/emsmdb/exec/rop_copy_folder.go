package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// copyFolder implements RopCopyFolder, [MS-OXCFOLD] 3.2.5.8.
func (e *Executor) copyFolder(ctx context.Context, c *Call, req *rop.CopyFolderRequest) (work, error) {
	op, err := c.Folder().CopyFolder(ctx, c.Dest.(*object.Folder), req.FolderID, c.text(req.NewFolderName, req.UseUnicode), req.WantRecursive)
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.CopyFolderResponse{PartialCompletion: partial} }}, err
}
