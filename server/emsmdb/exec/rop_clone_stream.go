package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// cloneStream implements RopCloneStream, [MS-OXCPRPT] 3.2.5.24.
func (e *Executor) cloneStream(_ context.Context, c *Call, _ *rop.CloneStreamRequest) (*rop.CloneStreamResponse, error) {
	if !e.env.Profile.ROP.LockAndCloneStream {
		return nil, e.env.Profile.ROP.Unsupported
	}
	c.SetOutput(c.Stream().Clone())
	return &rop.CloneStreamResponse{}, nil
}
