package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// abort implements RopAbort, [MS-OXCTABL] 3.2.5.6.
func (e *Executor) abort(_ context.Context, c *Call, _ *rop.AbortRequest) (*rop.AbortResponse, error) {
	status, err := c.Table().Abort()
	if err != nil {
		return nil, err
	}
	return &rop.AbortResponse{TableStatus: status}, nil
}
