// Package exec runs the ROPs of one buffer against the objects of a session, [MS-OXCROPS] 3.2.5.1. It is the only
// place that knows both ROP messages and mailbox objects: a handler reads a decoded request, calls an object and
// returns a response or a code. The loop around the handlers does what none of them should repeat: handles, kinds,
// failure responses, room in the answer, and panics.
package exec

import (
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// Options configures an Executor.
type Options struct {
	Env    *object.Env
	Logger *zap.Logger
	// Middlewares wrap every ROP that has a handler, outermost first. A panic reaches them as an error.
	Middlewares []Middleware
	// Strict says whether a ROP without a handler is an error in the log; nil never.
	Strict func() bool
	// Bounds per session.
	Handles, Logons, Notifications int
}

// Executor runs ROPs. It is safe for concurrent use, one call per session at a time.
type Executor struct {
	env           *object.Env
	log           *zap.Logger
	opts          Options
	handler       Handler
	unimplemented atomic.Uint64
	account       account
}

// New returns an Executor.
func New(opts Options) *Executor {
	e := &Executor{env: opts.Env, log: opts.Logger, opts: opts}
	e.build(e.invoke)
	return e
}

// build puts the chain around the innermost handler.
func (e *Executor) build(invoke Handler) {
	e.handler = e.recovering(invoke)
	for i := len(e.opts.Middlewares) - 1; i >= 0; i-- {
		e.handler = e.opts.Middlewares[i](e.handler)
	}
}

// Unimplemented returns how many ROPs without a handler were asked for.
func (e *Executor) Unimplemented() uint64 { return e.unimplemented.Load() }

// codecs finds the codec of a RopId; ids without an entry are reserved.
var codecs = func() (t [256]*rop.Codec) {
	for i := range rop.Codecs {
		t[rop.Codecs[i].ID] = &rop.Codecs[i]
	}
	return t
}()

// name is the name of a ROP for logs.
func name(id rop.ID) string {
	if c := codecs[id]; c != nil {
		return c.Name
	}
	return "reserved"
}
