package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// getNamesFromPropertyIDs implements RopGetNamesFromPropertyIds, [MS-OXCPRPT] 3.2.5.10.
func (e *Executor) getNamesFromPropertyIDs(ctx context.Context, c *Call, req *rop.GetNamesFromPropertyIdsRequest) (*rop.GetNamesFromPropertyIdsResponse, error) {
	names, err := c.Logon().NamesOf(ctx, req.PropertyIDs)
	if err != nil {
		return nil, err
	}
	return &rop.GetNamesFromPropertyIdsResponse{PropertyNames: names}, nil
}

// propertyIDsSize is what the response of RopGetPropertyIdsFromNames needs for its ids.
func propertyIDsSize(req *rop.GetPropertyIdsFromNamesRequest) int { return 2 * len(req.PropertyNames) }
