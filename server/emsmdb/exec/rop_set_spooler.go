package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// setSpooler implements RopSetSpooler, [MS-OXOMSG] 2.2.5.2: the client may send mail itself. Nothing depends on it,
// since the server sends everything.
func (e *Executor) setSpooler(_ context.Context, c *Call, _ *rop.SetSpoolerRequest) (*rop.SetSpoolerResponse, error) {
	if c.Logon().Public() {
		return nil, mapi.ErrNoSupport
	}
	return &rop.SetSpoolerResponse{}, nil
}
