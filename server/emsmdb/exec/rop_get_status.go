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
