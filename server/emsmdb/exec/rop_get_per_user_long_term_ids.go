package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getPerUserLongTermIDs implements RopGetPerUserLongTermIds, [MS-OXCSTOR] 3.2.5.10.
func (e *Executor) getPerUserLongTermIDs(ctx context.Context, c *Call, req *rop.GetPerUserLongTermIdsRequest) (*rop.GetPerUserLongTermIdsResponse, error) {
	ids, err := c.Logon().PerUserFolders(ctx)
	if err != nil {
		return nil, err
	}
	resp := new(rop.GetPerUserLongTermIdsResponse)
	if req.DatabaseGUID == c.Logon().ReplicaGUID() {
		resp.LongTermIDs = ids
	}
	return resp, nil
}
