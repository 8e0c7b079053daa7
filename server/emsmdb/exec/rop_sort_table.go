package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// sortTable implements RopSortTable, [MS-OXCTABL] 3.2.5.3. Categories are not there yet.
func (e *Executor) sortTable(_ context.Context, c *Call, req *rop.SortTableRequest) (*rop.SortTableResponse, error) {
	switch {
	case int(req.CategoryCount) > len(req.SortOrders) || req.ExpandedCount > req.CategoryCount:
		return nil, mapi.ErrInvalidParameter
	case req.CategoryCount > 0:
		return nil, mapi.ErrNoSupport
	}
	if err := c.Table().Sort(req.SortOrders); err != nil {
		return nil, err
	}
	return &rop.SortTableResponse{TableStatus: mapi.TblStatComplete}, nil
}
