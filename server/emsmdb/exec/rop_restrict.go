package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// restrict implements RopRestrict, [MS-OXCTABL] 3.2.5.4.
func (e *Executor) restrict(_ context.Context, c *Call, req *rop.RestrictRequest) (*rop.RestrictResponse, error) {
	t := c.Table()
	if err := t.Restrict(req.Restriction); err != nil {
		return nil, err
	}
	return &rop.RestrictResponse{TableStatus: t.Begin(req.RestrictFlags&mapi.TblAsync != 0, mapi.TblStatRestricting)}, nil
}
