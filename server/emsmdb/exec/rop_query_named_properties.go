package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// queryNamedProperties implements RopQueryNamedProperties, [MS-OXCPRPT] 3.2.5.6.
func (e *Executor) queryNamedProperties(ctx context.Context, c *Call, req *rop.QueryNamedPropertiesRequest) (*rop.QueryNamedPropertiesResponse, error) {
	ids, names, err := object.NamedProperties(ctx, c.Object.(object.Bag), req.QueryFlags, req.PropertyGUID)
	if err != nil {
		return nil, err
	}
	return &rop.QueryNamedPropertiesResponse{PropertyIDs: ids, PropertyNames: names}, nil
}
