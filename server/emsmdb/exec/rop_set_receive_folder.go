package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setReceiveFolder implements RopSetReceiveFolder, [MS-OXCSTOR] 3.2.5.3.
func (e *Executor) setReceiveFolder(ctx context.Context, c *Call, req *rop.SetReceiveFolderRequest) (*rop.SetReceiveFolderResponse, error) {
	if err := c.Logon().SetReceiveFolder(ctx, req.FolderID, req.MessageClass); err != nil {
		return nil, err
	}
	return new(rop.SetReceiveFolderResponse), nil
}
