package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getHierarchyTable implements RopGetHierarchyTable, [MS-OXCFOLD] 3.2.5.13.
func (e *Executor) getHierarchyTable(ctx context.Context, c *Call, req *rop.GetHierarchyTableRequest) (*rop.GetHierarchyTableResponse, error) {
	t, rows, err := c.Folder().HierarchyTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return &rop.GetHierarchyTableResponse{RowCount: rows}, nil
}
