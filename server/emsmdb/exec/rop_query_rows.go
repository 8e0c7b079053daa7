package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// QueryRowsFlags, [MS-OXCTABL] 2.2.2.5.1.
const (
	queryNoAdvance uint8 = 0x01
	queryPacked    uint8 = 0x02
)

// minQueryRows is the response without rows: origin and count.
const minQueryRows = 1 + 2

// queryRows implements RopQueryRows, [MS-OXCTABL] 3.2.5.5.
func (e *Executor) queryRows(ctx context.Context, c *Call, req *rop.QueryRowsRequest) (*rop.QueryRowsResponse, error) {
	rows, err := c.Table().QueryRows(ctx, object.QueryRowsRequest{
		Count: int(req.RowCount), Backward: !req.ForwardRead, Stay: req.QueryRowsFlags&queryNoAdvance != 0,
		Room: c.Room() - headLen - minQueryRows,
	})
	if err != nil {
		return nil, err
	}
	c.packed = req.QueryRowsFlags&(queryPacked|queryNoAdvance) == queryPacked && e.env.Profile.Table.PackedBuffers
	return &rop.QueryRowsResponse{Origin: rows.Origin, Columns: rows.Columns, Rows: rows.Rows}, nil
}
