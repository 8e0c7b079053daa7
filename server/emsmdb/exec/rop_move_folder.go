package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// moveFolder implements RopMoveFolder, [MS-OXCFOLD] 3.2.5.7.
func (e *Executor) moveFolder(ctx context.Context, c *Call, req *rop.MoveFolderRequest) (work, error) {
	op, err := c.Folder().MoveFolder(ctx, c.Dest.(*object.Folder), req.FolderID, c.text(req.NewFolderName, req.UseUnicode))
	return work{op, req.WantAsynchronous, func(partial bool) rop.Response { return &rop.MoveFolderResponse{PartialCompletion: partial} }}, err
}
