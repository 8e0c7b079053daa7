package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getPerUserGUID implements RopGetPerUserGuid, [MS-OXCSTOR] 3.2.5.11.
func (e *Executor) getPerUserGUID(ctx context.Context, c *Call, req *rop.GetPerUserGuidRequest) (*rop.GetPerUserGuidResponse, error) {
	guid, err := c.Logon().PerUserReplica(ctx, req.LongTermID)
	if err != nil {
		return nil, err
	}
	return &rop.GetPerUserGuidResponse{DatabaseGUID: guid}, nil
}
