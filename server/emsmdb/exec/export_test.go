package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
)

// PanicOn makes the handler of a ROP panic.
func PanicOn(e *Executor, id rop.ID) {
	e.build(func(ctx context.Context, c *Call, req rop.Request) (rop.Response, error) {
		if req.RopID() == id {
			panic("on purpose")
		}
		return e.invoke(ctx, c, req)
	})
}
