package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getStatus implements RopGetStatus, [MS-OXCTABL] 3.2.5.7.
func (e *Executor) getStatus(_ context.Context, c *Call, _ *rop.GetStatusRequest) (*rop.GetStatusResponse, error) {
	return &rop.GetStatusResponse{TableStatus: c.Table().Status()}, nil
}
