package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setSpooler implements RopSetSpooler, [MS-OXOMSG] 3.3.5.3: the client sends mail itself that it submits with NeedsSpooler.
func (e *Executor) setSpooler(ctx context.Context, c *Call, _ *rop.SetSpoolerRequest) (*rop.SetSpoolerResponse, error) {
	s, err := c.Logon().Sender(ctx)
	if err != nil {
		return nil, err
	}
	*s.Spooler = true
	return &rop.SetSpoolerResponse{}, nil
}
