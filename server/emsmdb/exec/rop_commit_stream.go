package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// commitStream implements RopCommitStream, [MS-OXCPRPT] 3.2.5.15.
func (e *Executor) commitStream(ctx context.Context, c *Call, _ *rop.CommitStreamRequest) (*rop.CommitStreamResponse, error) {
	if err := c.Stream().Commit(ctx); err != nil {
		return nil, err
	}
	return &rop.CommitStreamResponse{}, nil
}
