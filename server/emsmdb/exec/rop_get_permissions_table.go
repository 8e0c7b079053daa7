package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getPermissionsTable implements RopGetPermissionsTable, [MS-OXCPERM] 3.2.5.1.
func (e *Executor) getPermissionsTable(ctx context.Context, c *Call, req *rop.GetPermissionsTableRequest) (*rop.GetPermissionsTableResponse, error) {
	t, err := c.Folder().PermissionsTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return new(rop.GetPermissionsTableResponse), nil
}
