package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setCollapseState implements RopSetCollapseState, [MS-OXCTABL] 3.2.5.20.
func (e *Executor) setCollapseState(ctx context.Context, c *Call, req *rop.SetCollapseStateRequest) (*rop.SetCollapseStateResponse, error) {
	bookmark, err := c.Table().SetCollapseState(ctx, req.CollapseState)
	if err != nil {
		return nil, err
	}
	return &rop.SetCollapseStateResponse{Bookmark: bookmark}, nil
}
