package exec

import (
	"context"

	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/batch"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// work is what a handler of a ROP that may take long returns: an operation that has not begun yet.
type work struct {
	op *batch.Operation
	// async says that the client can wait for it.
	async bool
	// answer makes the ROP's own response.
	answer func(partial bool) rop.Response
}

// workSize is the largest response of such a ROP: that of RopProgress.
const workSize = 1 + 4 + 4

// long is on for handlers that return work.
func long[Req any, PReq interface {
	*Req
	rop.Request
}](accepts object.Kind, fn func(*Executor, context.Context, *Call, PReq) (work, error), opts ...option) *entry {
	return raw(accepts, workSize, func(e *Executor, ctx context.Context, c *Call, req PReq) (rop.Response, error) {
		w, err := fn(e, ctx, c, req)
		if err != nil {
			return nil, err
		}
		return e.begin(ctx, c, w)
	}, opts...)
}

// begin does an operation, or its first step if the client can wait and there are more: then it goes on whenever the
// client asks for its progress, [MS-OXCPRPT] 3.1.5.
func (e *Executor) begin(ctx context.Context, c *Call, w work) (rop.Response, error) {
	if !w.async || !e.env.Profile.ROP.Progress {
		err := w.op.Run(ctx)
		return w.answer(w.op.Partial()), err
	}
	return e.step(ctx, c, w)
}

// step does a part of an operation and answers with how far it is, or with the response of the ROP that began it.
func (e *Executor) step(ctx context.Context, c *Call, w work) (rop.Response, error) {
	finished, err := w.op.Step(ctx)
	if finished {
		c.Session.abandon(c.logon)
		return w.answer(w.op.Partial()), err
	}
	c.Session.keep(c.logon, w)
	resp := &rop.ProgressResponse{LogonID: c.Header.LogonID}
	resp.CompletedTaskCount, resp.TotalTaskCount = w.op.Progress()
	return resp, nil
}

// keep remembers the operation that a logon began. It has one at a time.
func (s *Session) keep(l *object.Logon, w work) {
	if s.running == nil {
		s.running = make(map[*object.Logon]work)
	}
	s.running[l] = w
}

// abandon forgets the operation that a logon began; what it did stays done.
func (s *Session) abandon(l *object.Logon) { delete(s.running, l) }
