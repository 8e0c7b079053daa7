package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getReceiveFolder implements RopGetReceiveFolder, [MS-OXCSTOR] 3.2.5.2.
func (e *Executor) getReceiveFolder(ctx context.Context, c *Call, req *rop.GetReceiveFolderRequest) (*rop.GetReceiveFolderResponse, error) {
	id, class, err := c.Logon().ReceiveFolder(ctx, req.MessageClass)
	if err != nil {
		return nil, err
	}
	return &rop.GetReceiveFolderResponse{FolderID: id, ExplicitMessageClass: class}, nil
}
