package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// getStatus implements RopGetStatus, [MS-OXCTABL] 3.2.5.7: nothing ever goes on.
func (e *Executor) getStatus(_ context.Context, c *Call, _ *rop.GetStatusRequest) (*rop.GetStatusResponse, error) {
	return &rop.GetStatusResponse{TableStatus: mapi.TblStatComplete}, nil
}

// queryPosition implements RopQueryPosition, [MS-OXCTABL] 3.2.5.8.
func (e *Executor) queryPosition(ctx context.Context, c *Call, _ *rop.QueryPositionRequest) (*rop.QueryPositionResponse, error) {
	n, d, err := c.Table().Position(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.QueryPositionResponse{Numerator: n, Denominator: d}, nil
}

// seekRow implements RopSeekRow, [MS-OXCTABL] 3.2.5.9.
func (e *Executor) seekRow(ctx context.Context, c *Call, req *rop.SeekRowRequest) (*rop.SeekRowResponse, error) {
	moved, less, err := c.Table().Seek(ctx, req.Origin, int(req.RowCount))
	if err != nil {
		return nil, err
	}
	return &rop.SeekRowResponse{HasSoughtLess: less, RowsSought: int32(moved)}, nil
}

// findRow implements RopFindRow, [MS-OXCTABL] 3.2.5.14.
func (e *Executor) findRow(ctx context.Context, c *Call, req *rop.FindRowRequest) (*rop.FindRowResponse, error) {
	t := c.Table()
	row, err := t.FindRow(ctx, req.Restriction, req.Origin, req.FindRowFlags&mapi.FindRowBackwards != 0)
	if err != nil {
		return nil, err
	}
	return &rop.FindRowResponse{Columns: t.Columns(), RowData: row}, nil
}

// queryColumnsAll implements RopQueryColumnsAll, [MS-OXCTABL] 3.2.5.12.
func (e *Executor) queryColumnsAll(ctx context.Context, c *Call, _ *rop.QueryColumnsAllRequest) (*rop.QueryColumnsAllResponse, error) {
	tags, err := c.Table().AllColumns(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.QueryColumnsAllResponse{PropertyTags: tags}, nil
}

// resetTable implements RopResetTable, [MS-OXCTABL] 3.2.5.15.
func (e *Executor) resetTable(_ context.Context, c *Call, _ *rop.ResetTableRequest) (*rop.ResetTableResponse, error) {
	if err := c.Table().Reset(); err != nil {
		return nil, err
	}
	return &rop.ResetTableResponse{}, nil
}
