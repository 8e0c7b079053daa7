package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// deleteProperties implements RopDeleteProperties, [MS-OXCPRPT] 3.2.5.5.
func (e *Executor) deleteProperties(ctx context.Context, c *Call, req *rop.DeletePropertiesRequest) (*rop.DeletePropertiesResponse, error) {
	problems, err := object.DeleteProperties(ctx, c.Object.(object.Editable), req.PropertyTags)
	if err != nil {
		return nil, err
	}
	return &rop.DeletePropertiesResponse{PropertyProblems: propertyProblems(problems)}, nil
}

func deletePropertiesSize(req *rop.DeletePropertiesRequest) int {
	return prop.ProblemSize * len(req.PropertyTags)
}
