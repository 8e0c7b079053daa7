package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getCollapseState implements RopGetCollapseState, [MS-OXCTABL] 3.2.5.19.
func (e *Executor) getCollapseState(ctx context.Context, c *Call, req *rop.GetCollapseStateRequest) (*rop.GetCollapseStateResponse, error) {
	state, err := c.Table().CollapseState(ctx, req.RowID, req.RowInstanceNumber)
	if err != nil {
		return nil, err
	}
	return &rop.GetCollapseStateResponse{CollapseState: state}, nil
}
