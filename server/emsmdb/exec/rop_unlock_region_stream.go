package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// unlockRegionStream implements RopUnlockRegionStream, [MS-OXCPRPT] 3.2.5.22.
func (e *Executor) unlockRegionStream(ctx context.Context, c *Call, req *rop.UnlockRegionStreamRequest) (*rop.UnlockRegionStreamResponse, error) {
	if !e.env.Profile.ROP.LockAndCloneStream {
		return nil, e.env.Profile.ROP.Unsupported
	}
	if err := c.Stream().Unlock(ctx, req.RegionOffset, req.RegionSize); err != nil {
		return nil, err
	}
	return &rop.UnlockRegionStreamResponse{}, nil
}
