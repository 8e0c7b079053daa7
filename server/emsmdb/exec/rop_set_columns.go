package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// setColumns implements RopSetColumns, [MS-OXCTABL] 3.2.5.2.
func (e *Executor) setColumns(_ context.Context, c *Call, req *rop.SetColumnsRequest) (*rop.SetColumnsResponse, error) {
	if err := c.Table().SetColumns(req.PropertyTags); err != nil {
		return nil, err
	}
	return &rop.SetColumnsResponse{TableStatus: mapi.TblStatComplete}, nil
}
