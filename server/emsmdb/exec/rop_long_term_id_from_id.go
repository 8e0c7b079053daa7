package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// longTermIDFromID implements RopLongTermIdFromId, [MS-OXCSTOR] 3.2.5.8.
func (e *Executor) longTermIDFromID(ctx context.Context, c *Call, req *rop.LongTermIdFromIdRequest) (*rop.LongTermIdFromIdResponse, error) {
	id, err := c.Logon().LongTermID(ctx, req.ObjectID)
	if err != nil {
		return nil, err
	}
	return &rop.LongTermIdFromIdResponse{LongTermID: id}, nil
}
