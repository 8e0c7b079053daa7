package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// getPropertiesList implements RopGetPropertiesList, [MS-OXCPRPT] 3.2.5.3.
func (e *Executor) getPropertiesList(ctx context.Context, c *Call, _ *rop.GetPropertiesListRequest) (*rop.GetPropertiesListResponse, error) {
	tags, err := c.Object.(object.Bag).List(ctx)
	if err != nil {
		return nil, err
	}
	return &rop.GetPropertiesListResponse{PropertyTags: tags}, nil
}
