package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// seekStream implements RopSeekStream, [MS-OXCPRPT] 2.2.21.
func (e *Executor) seekStream(_ context.Context, c *Call, req *rop.SeekStreamRequest) (*rop.SeekStreamResponse, error) {
	pos, err := c.Stream().Seek(req.Origin, req.Offset)
	if err != nil {
		return nil, err
	}
	return &rop.SeekStreamResponse{NewPosition: uint64(pos)}, nil
}
