package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getContentsTable implements RopGetContentsTable, [MS-OXCFOLD] 3.2.5.14.
func (e *Executor) getContentsTable(ctx context.Context, c *Call, req *rop.GetContentsTableRequest) (*rop.GetContentsTableResponse, error) {
	t, rows, err := c.Folder().ContentsTable(ctx, req.TableFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(t)
	return &rop.GetContentsTableResponse{RowCount: rows}, nil
}
