package exec

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/rop"
)

// Handler runs one ROP. Its error carries a mapi.ErrorCode for an expected refusal, and none for a surprise, which
// the client sees as ecError. The response may accompany an error if the failure response has more than a code.
type Handler func(ctx context.Context, c *Call, req rop.Request) (rop.Response, error)

// Middleware wraps a Handler: traces, metrics, injected faults.
type Middleware func(next Handler) Handler

// panicError is a recovered panic. The session it happened in is closed, since its state is not known.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("exec: panic: %v", p.value) }

func (e *Executor) recovering(next Handler) Handler {
	return func(ctx context.Context, c *Call, req rop.Request) (resp rop.Response, err error) {
		defer func() {
			if v := recover(); v != nil {
				resp, err = nil, &panicError{v, debug.Stack()}
				c.Session.broken = true
				c.Session.log.Error("panic in a rop", zap.String("rop", name(req.RopID())), zap.Any("err", v), zap.ByteString("stack", debug.Stack()))
			}
		}()
		return next(ctx, c, req)
	}
}

// invoke is the innermost Handler: the table.
func (e *Executor) invoke(ctx context.Context, c *Call, req rop.Request) (rop.Response, error) {
	return c.entry.run(e, ctx, c, req)
}
