package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// minQueryRows is the response without rows: origin and count.
const minQueryRows = 1 + 2

// queryRows implements RopQueryRows, [MS-OXCTABL] 3.2.5.5.
func (e *Executor) queryRows(ctx context.Context, c *Call, req *rop.QueryRowsRequest) (*rop.QueryRowsResponse, error) {
	rows, err := c.Table().QueryRows(ctx, object.QueryRowsRequest{
		Count: int(req.RowCount), Backward: !req.ForwardRead, Stay: req.QueryRowsFlags&mapi.QueryRowsNoAdvance != 0,
		Room: c.Room() - headLen - minQueryRows,
	})
	if err != nil {
		return nil, err
	}
	c.packed = req.QueryRowsFlags&(mapi.QueryRowsEnablePackedBuffers|mapi.QueryRowsNoAdvance) == mapi.QueryRowsEnablePackedBuffers && e.env.Profile.Table.PackedBuffers
	return &rop.QueryRowsResponse{Origin: rows.Origin, Columns: rows.Columns, Rows: rows.Rows}, nil
}
