package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// copyProperties implements RopCopyProperties, [MS-OXCPRPT] 3.2.5.7. It is done at once, which is allowed whether the
// client can wait or not.
func (e *Executor) copyProperties(ctx context.Context, c *Call, req *rop.CopyPropertiesRequest) (*rop.CopyPropertiesResponse, error) {
	problems, err := object.CopyProperties(ctx, c.Object.(object.Editable), c.Dest.(object.Editable), req.PropertyTags, req.CopyFlags)
	if err != nil {
		return nil, err
	}
	return &rop.CopyPropertiesResponse{PropertyProblems: propertyProblems(problems)}, nil
}

func copyPropertiesSize(req *rop.CopyPropertiesRequest) int {
	return prop.ProblemSize * len(req.PropertyTags)
}
