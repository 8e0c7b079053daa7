package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// tellVersion implements RopTellVersion, [MS-OXCFXICS] 2.2.3.1.1.6: a client that copies between servers says what
// the other one is.
func (e *Executor) tellVersion(context.Context, *Call, *rop.TellVersionRequest) (*rop.TellVersionResponse, error) {
	return &rop.TellVersionResponse{}, nil
}
