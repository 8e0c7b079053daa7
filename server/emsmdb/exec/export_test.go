package exec

import (
	"context"

	"go.uber.org/zap"

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

// MaxResponse is the largest response that the table says a request can have, head included, and whether the ROP has
// a handler.
func MaxResponse(req rop.Request) (int, bool) {
	en := table[req.RopID()]
	if en == nil {
		return 0, false
	}
	return en.size(req), true
}

// MaxSubscriptions is how many subscriptions a session may have.
const MaxSubscriptions = maxSubscriptions

// Logger is the executor's.
func (e *Executor) Logger() *zap.Logger { return e.log }
