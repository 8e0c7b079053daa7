package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// abort implements RopAbort, [MS-OXCTABL] 3.2.5.6.
func (e *Executor) abort(_ context.Context, c *Call, _ *rop.AbortRequest) (*rop.AbortResponse, error) {
	return nil, c.Table().Abort()
}
