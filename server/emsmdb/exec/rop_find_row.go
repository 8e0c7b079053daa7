package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// findRow implements RopFindRow, [MS-OXCTABL] 3.2.5.14. A row that does not fit is left out.
func (e *Executor) findRow(ctx context.Context, c *Call, req *rop.FindRowRequest) (*rop.FindRowResponse, error) {
	t := c.Table()
	found, err := t.FindRow(ctx, object.FindRowRequest{
		Restriction: req.Restriction, Origin: req.Origin, Bookmark: req.Bookmark, Backward: req.FindRowFlags&mapi.FindRowBackwards != 0,
	})
	if err != nil {
		return nil, err
	}
	resp := &rop.FindRowResponse{RowNoLongerVisible: found.Gone, Columns: t.Columns(), RowData: found.Row}
	if found.Row != nil && prop.RowSize(t.Columns(), *found.Row) > c.Room()-headLen-minFindRow {
		resp.RowData = nil
	}
	return resp, nil
}

// minFindRow is the response without a row: two Booleans.
const minFindRow = 2
