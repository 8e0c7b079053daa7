package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// writeStream implements RopWriteStream, [MS-OXCPRPT] 3.2.5.13.
func (e *Executor) writeStream(ctx context.Context, c *Call, req *rop.WriteStreamRequest) (*rop.WriteStreamResponse, error) {
	n, err := c.Stream().Write(ctx, req.Data)
	if err != nil {
		return nil, err
	}
	return &rop.WriteStreamResponse{WrittenSize: uint16(n)}, nil
}
