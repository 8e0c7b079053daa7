package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// minExpandRow is the response without rows: two counts.
const minExpandRow = 4 + 2

// expandRow implements RopExpandRow, [MS-OXCTABL] 3.2.5.17.
func (e *Executor) expandRow(ctx context.Context, c *Call, req *rop.ExpandRowRequest) (*rop.ExpandRowResponse, error) {
	t := c.Table()
	shown, err := t.Expand(ctx, req.CategoryID, int(req.MaxRowCount), c.Room()-headLen-minExpandRow)
	if err != nil {
		return nil, err
	}
	return &rop.ExpandRowResponse{ExpandedRowCount: shown.Count, Columns: t.Columns(), Rows: shown.Rows}, nil
}
