package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// openFolder implements RopOpenFolder, [MS-OXCFOLD] 3.2.5.1. A success without a folder leaves no handle behind.
func (e *Executor) openFolder(ctx context.Context, c *Call, req *rop.OpenFolderRequest) (*rop.OpenFolderResponse, error) {
	f, err := c.Logon().OpenFolder(ctx, req.FolderID, req.OpenModeFlags)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return &rop.OpenFolderResponse{}, nil
	}
	rules, err := f.HasRules(ctx)
	if err != nil {
		return nil, err
	}
	c.SetOutput(f)
	return &rop.OpenFolderResponse{HasRules: rules}, nil
}
