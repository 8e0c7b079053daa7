package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// setReadFlags implements RopSetReadFlags, [MS-OXCMSG] 3.2.5.10. Clients that did not say at logon that they understand
// RopProgress get none.
func (e *Executor) setReadFlags(ctx context.Context, c *Call, req *rop.SetReadFlagsRequest) (work, error) {
	op, err := c.Folder().SetReadFlags(ctx, req.MessageIDs, req.ReadFlags)
	return work{op, req.WantAsynchronous && c.Logon().SupportsProgress(), func(partial bool) rop.Response { return &rop.SetReadFlagsResponse{PartialCompletion: partial} }}, err
}
