package exec

import (
	"context"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// maxCopyProblems is how many problems RopCopyTo tells: those of folders, which have few properties to refuse.
const maxCopyProblems = 16

// copyTo implements RopCopyTo, [MS-OXCPRPT] 3.2.5.8. What is in a folder is copied in steps if the client can wait.
func (e *Executor) copyTo(ctx context.Context, c *Call, req *rop.CopyToRequest) (work, error) {
	problems, op, err := object.CopyTo(ctx, c.Object.(object.Editable), c.Dest.(object.Editable), object.CopyToRequest{
		Excluded: req.ExcludedTags, SubObjects: req.WantSubObjects, Flags: req.CopyFlags,
	})
	told := propertyProblems(problems[:min(len(problems), maxCopyProblems)])
	return work{op, req.WantAsynchronous, func(bool) rop.Response { return &rop.CopyToResponse{PropertyProblems: told} }}, err
}

// copyToSize is what the response of RopCopyTo may need for its problems, beyond what every long operation does.
func copyToSize(*rop.CopyToRequest) int { return 2 + maxCopyProblems*prop.ProblemSize }
