package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// setPropertiesNoReplicate implements RopSetPropertiesNoReplicate, [MS-OXCPRPT] 2.2.6. Folders are not replicated to
// other servers, so nothing tells it from RopSetProperties.
func (e *Executor) setPropertiesNoReplicate(ctx context.Context, c *Call, req *rop.SetPropertiesNoReplicateRequest) (*rop.SetPropertiesNoReplicateResponse, error) {
	problems, err := object.SetProperties(ctx, c.Object.(object.Editable), req.PropertyValues)
	if err != nil {
		return nil, err
	}
	return &rop.SetPropertiesNoReplicateResponse{PropertyProblems: propertyProblems(problems)}, nil
}

func setNoReplicateSize(req *rop.SetPropertiesNoReplicateRequest) int {
	return prop.ProblemSize * len(req.PropertyValues)
}
