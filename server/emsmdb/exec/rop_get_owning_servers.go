package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getOwningServers implements RopGetOwningServers, [MS-OXCSTOR] 3.2.5.6.
func (e *Executor) getOwningServers(ctx context.Context, c *Call, req *rop.GetOwningServersRequest) (*rop.GetOwningServersResponse, error) {
	servers, err := c.Logon().OwningServers(ctx, req.FolderID)
	if err != nil {
		return nil, err
	}
	return &rop.GetOwningServersResponse{Owners: rop.GhostInfo{CheapServerCount: uint16(len(servers)), Servers: servers}}, nil
}
