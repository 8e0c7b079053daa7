package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// copyToStream implements RopCopyToStream, [MS-OXCPRPT] 3.2.5.19. How much was copied is told in failures as well.
func (e *Executor) copyToStream(ctx context.Context, c *Call, req *rop.CopyToStreamRequest) (*rop.CopyToStreamResponse, error) {
	if !e.env.Profile.ROP.CopyToStream {
		return nil, e.env.Profile.ROP.Unsupported
	}
	read, written, err := c.Stream().CopyTo(ctx, c.Dest.(*object.Stream), req.ByteCount)
	return &rop.CopyToStreamResponse{ReadByteCount: read, WrittenByteCount: written}, err
}
