package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// queryPosition implements RopQueryPosition, [MS-OXCTABL] 3.2.5.8.
func (e *Executor) queryPosition(ctx context.Context, c *Call, _ *rop.QueryPositionRequest) (*rop.QueryPositionResponse, error) {
	n, d, err := c.Table().Position(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.QueryPositionResponse{Numerator: n, Denominator: d}, nil
}
