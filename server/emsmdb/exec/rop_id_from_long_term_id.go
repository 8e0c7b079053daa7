package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// idFromLongTermID implements RopIdFromLongTermId, [MS-OXCSTOR] 3.2.5.9.
func (e *Executor) idFromLongTermID(ctx context.Context, c *Call, req *rop.IdFromLongTermIdRequest) (*rop.IdFromLongTermIdResponse, error) {
	id, err := c.Logon().IDFromLongTermID(ctx, req.LongTermID)
	if err != nil {
		return nil, err
	}
	return &rop.IdFromLongTermIdResponse{ObjectID: id}, nil
}
