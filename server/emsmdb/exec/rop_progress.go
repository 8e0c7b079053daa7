package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
)

// progress implements RopProgress, [MS-OXCPRPT] 3.2.5.20: a step more of the operation that the logon began, or its end.
// The text has no code for a logon that began none: ecNotFound is what [MS-OXCDATA] 2.4 has for what is not there.
func (e *Executor) progress(ctx context.Context, c *Call, req *rop.ProgressRequest) (rop.Response, error) {
	if p := &e.env.Profile.ROP; !p.Progress {
		return nil, p.Unsupported
	}
	w, ok := c.Session.running[c.logon]
	if !ok {
		return nil, mapi.ErrNotFound
	}
	if req.WantCancel {
		w.op.Abort()
	}
	return e.step(ctx, c, w)
}

// objectOfProgress names the versions in which RopProgress can't fail: they look at the logon alone.
func objectOfProgress(p *profile.ROP) bool { return !p.ProgressFails }
