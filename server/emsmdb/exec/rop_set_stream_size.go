package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setStreamSize implements RopSetStreamSize, [MS-OXCPRPT] 3.2.5.17.
func (e *Executor) setStreamSize(ctx context.Context, c *Call, req *rop.SetStreamSizeRequest) (*rop.SetStreamSizeResponse, error) {
	if err := c.Stream().SetSize(ctx, req.StreamSize); err != nil {
		return nil, err
	}
	return &rop.SetStreamSizeResponse{}, nil
}
