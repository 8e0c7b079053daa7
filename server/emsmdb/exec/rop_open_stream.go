package exec

import (
	"context"
	"math"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// openStream implements RopOpenStream, [MS-OXCPRPT] 3.2.5.11.
func (e *Executor) openStream(ctx context.Context, c *Call, req *rop.OpenStreamRequest) (*rop.OpenStreamResponse, error) {
	s, err := object.OpenStream(ctx, c.Object.(object.Bag), req.PropertyTag, req.OpenModeFlags)
	if err != nil {
		return nil, err
	}
	c.SetOutput(s)
	return &rop.OpenStreamResponse{StreamSize: uint32(min(s.Size(), math.MaxUint32))}, nil
}
