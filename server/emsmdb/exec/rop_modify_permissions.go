package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// modifyPermissions implements RopModifyPermissions, [MS-OXCPERM] 3.2.5.2.
func (e *Executor) modifyPermissions(ctx context.Context, c *Call, req *rop.ModifyPermissionsRequest) (*rop.ModifyPermissionsResponse, error) {
	changes := make([]object.PermissionChange, len(req.PermissionsData))
	for i, d := range req.PermissionsData {
		changes[i] = object.PermissionChange{Flags: d.PermissionDataFlags, Props: d.PropertyValues}
	}
	if err := c.Folder().ModifyPermissions(ctx, req.ModifyFlags, changes); err != nil {
		return nil, err
	}
	return new(rop.ModifyPermissionsResponse), nil
}
