package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// seekRow implements RopSeekRow, [MS-OXCTABL] 3.2.5.9.
func (e *Executor) seekRow(ctx context.Context, c *Call, req *rop.SeekRowRequest) (*rop.SeekRowResponse, error) {
	moved, less, err := c.Table().Seek(ctx, req.Origin, int(req.RowCount))
	if err != nil {
		return nil, err
	}
	return &rop.SeekRowResponse{HasSoughtLess: less, RowsSought: int32(moved)}, nil
}
