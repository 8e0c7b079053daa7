package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// sortTable implements RopSortTable, [MS-OXCTABL] 3.2.5.3.
func (e *Executor) sortTable(_ context.Context, c *Call, req *rop.SortTableRequest) (*rop.SortTableResponse, error) {
	t := c.Table()
	err := t.Sort(object.SortRequest{Orders: req.SortOrders, Categories: int(req.CategoryCount), Expanded: int(req.ExpandedCount)})
	if err != nil {
		return nil, err
	}
	return &rop.SortTableResponse{TableStatus: t.Begin(req.SortTableFlags&mapi.TblAsync != 0, mapi.TblStatSorting)}, nil
}
