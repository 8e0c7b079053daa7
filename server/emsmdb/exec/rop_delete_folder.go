package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// deleteFolder implements RopDeleteFolder, [MS-OXCFOLD] 3.2.5.3. It has no asynchronous form.
func (e *Executor) deleteFolder(ctx context.Context, c *Call, req *rop.DeleteFolderRequest) (work, error) {
	op, err := c.Folder().DeleteFolder(ctx, req.FolderID, req.DeleteFolderFlags)
	return work{op, false, func(partial bool) rop.Response { return &rop.DeleteFolderResponse{PartialCompletion: partial} }}, err
}
