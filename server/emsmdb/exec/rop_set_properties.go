package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// setProperties implements RopSetProperties, [MS-OXCPRPT] 3.2.5.4.
func (e *Executor) setProperties(ctx context.Context, c *Call, req *rop.SetPropertiesRequest) (*rop.SetPropertiesResponse, error) {
	problems, err := object.SetProperties(ctx, c.Object.(object.Editable), req.PropertyValues)
	if err != nil {
		return nil, err
	}
	return &rop.SetPropertiesResponse{PropertyProblems: propertyProblems(problems)}, nil
}

// setPropertiesSize is what the response of RopSetProperties may need for its problems.
func setPropertiesSize(req *rop.SetPropertiesRequest) int {
	return prop.ProblemSize * len(req.PropertyValues)
}

// propertyProblems turns problems into those of responses, [MS-OXCDATA] 2.7.
func propertyProblems(problems []object.Problem) []prop.Problem {
	out := make([]prop.Problem, 0, len(problems))
	for _, p := range problems {
		code := p.Code
		if code == mapi.Success {
			code = mapi.ErrGeneralFailure
		}
		out = append(out, prop.Problem{Index: uint16(p.Index), Tag: p.Tag, Code: code})
	}
	return out
}
