package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// collapseRow implements RopCollapseRow, [MS-OXCTABL] 3.2.5.18.
func (e *Executor) collapseRow(ctx context.Context, c *Call, req *rop.CollapseRowRequest) (*rop.CollapseRowResponse, error) {
	hidden, err := c.Table().Collapse(ctx, req.CategoryID)
	if err != nil {
		return nil, err
	}
	return &rop.CollapseRowResponse{CollapsedRowCount: hidden}, nil
}
