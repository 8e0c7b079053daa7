package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// seekStream implements RopSeekStream, [MS-OXCPRPT] 3.2.5.18.
func (e *Executor) seekStream(ctx context.Context, c *Call, req *rop.SeekStreamRequest) (*rop.SeekStreamResponse, error) {
	pos, err := c.Stream().Seek(ctx, req.Origin, req.Offset)
	if err != nil {
		return nil, err
	}
	return &rop.SeekStreamResponse{NewPosition: uint64(pos)}, nil
}
