package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// writeStreamExtended implements RopWriteStreamExtended, [MS-OXCPRPT] 3.2.5.14.
func (e *Executor) writeStreamExtended(ctx context.Context, c *Call, req *rop.WriteStreamExtendedRequest) (*rop.WriteStreamExtendedResponse, error) {
	if !e.env.Profile.ROP.WriteStreamExtended {
		return nil, e.env.Profile.ROP.Unsupported
	}
	n, err := c.Stream().Write(ctx, req.Data)
	if err != nil {
		return nil, err
	}
	return &rop.WriteStreamExtendedResponse{WrittenSize: uint32(n)}, nil
}
