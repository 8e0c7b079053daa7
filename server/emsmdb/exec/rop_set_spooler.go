package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setSpooler implements RopSetSpooler, [MS-OXOMSG] 3.3.5.3: the client sends mail itself that it submits with NeedsSpooler.
func (e *Executor) setSpooler(_ context.Context, c *Call, _ *rop.SetSpoolerRequest) (*rop.SetSpoolerResponse, error) {
	if err := c.Logon().SetSpooler(); err != nil {
		return nil, err
	}
	return &rop.SetSpoolerResponse{}, nil
}
