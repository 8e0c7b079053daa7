package dcerpc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/late"
	"github.com/mapid/mapid/internal/ndr"
)

// inflight is a call that runs.
type inflight struct {
	Call
	op       Op
	context  uint16    // presentation context, echoed
	security *security // how to protect the answer; nil = not at all
	mirror   bool      // answer with a connect-level verifier
	maybe    bool      // the client wants no answer
	started  time.Time
	ctx      late.Context

	orphaned  bool // guarded by conn.mu: the client gave up, there is no answer
	cancelled bool // guarded by conn.mu: the client asked for the call to end
}

var errTooManyCalls = errors.New("dcerpc: too many calls in flight")

// inTheWay reports whether a new request breaks the protocol because of calls that are not answered yet: without
// multiplexing any of them, with it one of the same id.
func (c *conn) inTheWay(callID uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.multiplex {
		return c.calls[callID] != nil
	}
	return len(c.calls) > 0
}

// pending returns the number of calls that run.
func (c *conn) pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running
}

// start gets a call going: one that parks on a goroutine of its own, any other on the reader's, by runInline.
func (c *conn) start(ctx context.Context, k *inflight) error {
	limit := c.srv.limits.Load().Calls
	c.mu.Lock()
	if c.running >= limit {
		c.mu.Unlock()
		return errTooManyCalls
	}
	c.running++
	c.state.Calls++
	c.state.LastCall = k.started
	if !k.maybe {
		if c.calls == nil {
			c.calls = make(map[uint32]*inflight)
		}
		c.calls[k.CallID] = k
	}
	c.mu.Unlock()
	c.busy.Add(1)
	k.ctx.Start(ctx)
	if k.op.Parks {
		go c.run(k)
	} else {
		c.ready = k
	}
	return nil
}

// longCall is how long a call may keep its connection from being read: few calls take it, and no client notices.
const longCall = 5 * time.Millisecond

// takeOver has another goroutine go on reading when a call takes long. Its timer is not stopped after each call: one
// that goes off too early is set again, which it has to be far less often than there are calls.
type takeOver struct {
	mu      sync.Mutex // guards what follows
	timer   *time.Timer
	armed   bool
	running bool // a call, since
	since   time.Time
}

// runInline runs the call that is ready on the reader's goroutine: to wake another one and grow its stack costs as much
// as a small call does. If the call takes long, another goroutine goes on reading, and runInline returns false. t is the
// reader's own.
func (c *conn) runInline(ctx context.Context, t *takeOver) (reading bool) {
	k := c.ready
	c.ready = nil
	t.mu.Lock()
	t.running, t.since = true, k.started
	if !t.armed {
		t.armed = true
		if t.timer == nil {
			t.timer = time.AfterFunc(longCall, func() { c.takeOver(ctx, t) })
		} else {
			t.timer.Reset(longCall)
		}
	}
	t.mu.Unlock()
	c.run(k)
	t.mu.Lock()
	defer t.mu.Unlock()
	reading, t.running = t.running, false
	return reading
}

// takeOver goes on reading if the call of another reader takes long. It runs on the timer's goroutine.
func (c *conn) takeOver(ctx context.Context, t *takeOver) {
	t.mu.Lock()
	left := longCall - time.Since(t.since)
	switch {
	case !t.running:
		t.armed = false
	case left > 0:
		t.timer.Reset(left)
	default:
		t.running, t.armed = false, false
		defer c.read(ctx)
	}
	t.mu.Unlock()
}

// run executes one call and answers it.
func (c *conn) run(k *inflight) {
	defer c.busy.Done()
	defer k.ctx.Cancel()
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in answer", zap.Uint32("call", k.CallID), zap.Any("err", p), zap.Stack("stack"))
			c.nc.Close()
		}
	}()
	stub, err := c.invoke(k)
	c.mu.Lock()
	c.running--
	if c.calls[k.CallID] == k {
		delete(c.calls, k.CallID)
	}
	silent := k.maybe || k.orphaned || c.silent
	cancelled := k.cancelled || k.ctx.Err() != nil
	c.mu.Unlock()
	status := Status(0)
	if err != nil {
		status = c.statusOf(k, err, cancelled)
	}
	c.done(k, status, err)
	switch {
	case silent:
	case err == nil:
		c.logWrite(k, c.sendResponse(k, stub))
	default:
		c.logWrite(k, c.sendFault(k.CallID, k.context, status, 0))
	}
}

// invoke runs the operation; a panic is an error.
func (c *conn) invoke(k *inflight) (stub []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in call", zap.Uint32("call", k.CallID), zap.Any("err", p), zap.Stack("stack"))
			stub, err = nil, &Fault{Status: StatusUnspecified}
		}
	}()
	return k.op.Run(&k.ctx, &k.Call)
}

// statusOf turns an operation's error into what the client is told, and logs what the operator must know.
func (c *conn) statusOf(k *inflight, err error, cancelled bool) Status {
	var fault *Fault
	var bad *ndr.Error
	switch {
	case errors.As(err, &fault):
		return fault.Status
	case errors.As(err, &bad):
		return StatusBadStubData
	case cancelled && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return StatusCallCancelled
	}
	c.log.Error("call failed", zap.Uint32("call", k.CallID), zap.String("user", k.Identity.Account),
		zap.Error(fmt.Errorf("%s.%s: %w", k.Interface.Name, k.op.Name, err)))
	return StatusUnspecified
}

// done tells the hooks of a call's end, before the client learns of it.
func (c *conn) done(k *inflight, status Status, err error) {
	c.srv.stats.callsOut.Add(1)
	if f := c.srv.hooks.CallDone; f != nil {
		f(CallResult{Call: &k.Call, Op: k.op.Name, Status: status, Err: err, Dur: time.Since(k.started)})
	}
}

// cancel acts on co_cancel and orphaned, [C706] 12.6.4.2 and 12.6.4.8: the call's context ends, and an orphaned
// call is not answered. Both are ignored for a request that has not arrived in full, as Windows does, and have no
// answer of their own.
func (c *conn) cancel(callID uint32, orphaned bool) {
	c.mu.Lock()
	k := c.calls[callID]
	if k != nil {
		k.cancelled = true
		if orphaned {
			k.orphaned = true
			delete(c.calls, callID)
		}
	}
	c.mu.Unlock()
	if k != nil {
		k.ctx.Cancel()
	}
}
