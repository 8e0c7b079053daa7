package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// lockRegionStream implements RopLockRegionStream, [MS-OXCPRPT] 3.2.5.21.
func (e *Executor) lockRegionStream(ctx context.Context, c *Call, req *rop.LockRegionStreamRequest) (*rop.LockRegionStreamResponse, error) {
	if !e.env.Profile.ROP.LockAndCloneStream {
		return nil, e.env.Profile.ROP.Unsupported
	}
	if err := c.Stream().Lock(ctx, req.RegionOffset, req.RegionSize, req.LockFlags); err != nil {
		return nil, err
	}
	return &rop.LockRegionStreamResponse{}, nil
}
