package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// queryColumnsAll implements RopQueryColumnsAll, [MS-OXCTABL] 3.2.5.13.
func (e *Executor) queryColumnsAll(ctx context.Context, c *Call, _ *rop.QueryColumnsAllRequest) (*rop.QueryColumnsAllResponse, error) {
	tags, err := c.Table().AllColumns(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.QueryColumnsAllResponse{PropertyTags: tags}, nil
}
