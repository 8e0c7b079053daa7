package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// getPropertyIDsFromNames implements RopGetPropertyIdsFromNames, [MS-OXCPRPT] 3.2.5.9. Without names, on a logon, it
// lists every id there is.
func (e *Executor) getPropertyIDsFromNames(ctx context.Context, c *Call, req *rop.GetPropertyIdsFromNamesRequest) (*rop.GetPropertyIdsFromNamesResponse, error) {
	if req.Flags&^mapi.NamesCreate != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	if len(req.PropertyNames) == 0 {
		if c.Object.Kind() != object.KindLogon {
			return nil, mapi.ErrInvalidParameter
		}
		ids, err := c.Logon().AllIDs(ctx)
		if err != nil {
			return nil, err
		}
		return &rop.GetPropertyIdsFromNamesResponse{PropertyIDs: ids}, nil
	}
	ids, err := c.Logon().IDsOf(ctx, req.PropertyNames, req.Flags&mapi.NamesCreate != 0)
	if err != nil {
		return nil, err
	}
	resp := &rop.GetPropertyIdsFromNamesResponse{PropertyIDs: ids}
	for _, id := range ids {
		if id == 0 {
			resp.ReturnValue = mapi.WarnWithErrors
		}
	}
	return resp, nil
}
