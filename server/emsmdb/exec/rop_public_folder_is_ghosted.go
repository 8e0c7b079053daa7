package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// publicFolderIsGhosted implements RopPublicFolderIsGhosted, [MS-OXCSTOR] 3.2.5.7.
func (e *Executor) publicFolderIsGhosted(ctx context.Context, c *Call, req *rop.PublicFolderIsGhostedRequest) (*rop.PublicFolderIsGhostedResponse, error) {
	if err := c.Logon().CheckReplica(ctx, req.FolderID); err != nil {
		return nil, err
	}
	return &rop.PublicFolderIsGhostedResponse{}, nil
}
