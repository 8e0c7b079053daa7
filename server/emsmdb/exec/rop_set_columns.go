package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// setColumns implements RopSetColumns, [MS-OXCTABL] 3.2.5.2.
func (e *Executor) setColumns(_ context.Context, c *Call, req *rop.SetColumnsRequest) (*rop.SetColumnsResponse, error) {
	t := c.Table()
	if err := t.SetColumns(req.PropertyTags); err != nil {
		return nil, err
	}
	return &rop.SetColumnsResponse{TableStatus: t.Begin(req.SetColumnsFlags&mapi.TblAsync != 0, mapi.TblStatSettingCols)}, nil
}
