package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// deletePropertiesNoReplicate implements RopDeletePropertiesNoReplicate, [MS-OXCPRPT] 2.2.8. Folders are not replicated
// to other servers, so nothing tells it from RopDeleteProperties.
func (e *Executor) deletePropertiesNoReplicate(ctx context.Context, c *Call, req *rop.DeletePropertiesNoReplicateRequest) (*rop.DeletePropertiesNoReplicateResponse, error) {
	problems, err := object.DeleteProperties(ctx, c.Object.(object.Editable), req.PropertyTags)
	if err != nil {
		return nil, err
	}
	return &rop.DeletePropertiesNoReplicateResponse{PropertyProblems: propertyProblems(problems)}, nil
}

func deleteNoReplicateSize(req *rop.DeletePropertiesNoReplicateRequest) int {
	return prop.ProblemSize * len(req.PropertyTags)
}
