package exec

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/rop"
)

// getStreamSize implements RopGetStreamSize, [MS-OXCPRPT] 2.2.19.
func (e *Executor) getStreamSize(_ context.Context, c *Call, _ *rop.GetStreamSizeRequest) (*rop.GetStreamSizeResponse, error) {
	return &rop.GetStreamSizeResponse{StreamSize: uint32(min(c.Stream().Size(), math.MaxUint32))}, nil
}
