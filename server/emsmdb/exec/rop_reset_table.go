package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// resetTable implements RopResetTable, [MS-OXCTABL] 3.2.5.16.
func (e *Executor) resetTable(_ context.Context, c *Call, _ *rop.ResetTableRequest) (*rop.ResetTableResponse, error) {
	if err := c.Table().Reset(); err != nil {
		return nil, err
	}
	return &rop.ResetTableResponse{}, nil
}
