package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// seekRowFractional implements RopSeekRowFractional, [MS-OXCTABL] 3.2.5.11.
func (e *Executor) seekRowFractional(ctx context.Context, c *Call, req *rop.SeekRowFractionalRequest) (*rop.SeekRowFractionalResponse, error) {
	if !e.env.Profile.ROP.SeekRowFractional {
		return nil, e.env.Profile.ROP.Unsupported
	}
	if err := c.Table().SeekFraction(ctx, req.Numerator, req.Denominator); err != nil {
		return nil, err
	}
	return &rop.SeekRowFractionalResponse{}, nil
}
