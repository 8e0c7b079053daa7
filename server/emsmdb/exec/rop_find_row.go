package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// findRow implements RopFindRow, [MS-OXCTABL] 3.2.5.14.
func (e *Executor) findRow(ctx context.Context, c *Call, req *rop.FindRowRequest) (*rop.FindRowResponse, error) {
	t := c.Table()
	row, err := t.FindRow(ctx, req.Restriction, req.Origin, req.FindRowFlags&mapi.FindRowBackwards != 0)
	if err != nil {
		return nil, err
	}
	return &rop.FindRowResponse{Columns: t.Columns(), RowData: row}, nil
}
