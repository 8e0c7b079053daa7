package delivery

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Options configures an Engine. Store and Directory are required.
type Options struct {
	Store     store.Store
	Directory store.Directory
	Domain    string // whose addresses are all known here
	Host      string // that reports and headers name
	Reporter  string // display name that reports come from
	Outbound  string // account whose mailbox gets what goes elsewhere
	// ConversationIndexNew is the layout of the index that a mail without one gets, [MS-OXOMSG] 2.2.1.3.
	ConversationIndexNew bool
	Hops                 int // servers that a mail may have passed; 30 if it is 0
	// Arrived is called for every message that was put into a mailbox, in the transaction that puts it there. It may
	// change, move or delete the message, and submit others. nil does nothing.
	Arrived func(tx store.Tx, a Arrival) error
	Now     func() time.Time                               // nil is time.Now
	Timer   func(time.Duration) (<-chan time.Time, func()) // fires once, unless it is stopped; nil is the clock's own
	Logger  *zap.Logger                                    // nil is silent
}

// Arrival is a message that was put into a mailbox.
type Arrival struct {
	To      *store.Entry
	Message store.Message
}

// Engine sends what was submitted, [MS-OXOMSG] 3.3.5.1, and takes in mail. It is safe for concurrent use.
type Engine struct {
	opts Options
	log  *zap.Logger
	wake chan struct{}
	sent atomic.Uint64
}

// New returns an Engine that sends nothing before Run.
func New(o Options) *Engine {
	o.Hops = cmp.Or(o.Hops, 30)
	o.Reporter = cmp.Or(o.Reporter, "System Administrator")
	o.Host = cmp.Or(o.Host, o.Domain, "localhost")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timer == nil {
		o.Timer = func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTimer(d)
			return t.C, func() { t.Stop() }
		}
	}
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	return &Engine{opts: o, log: o.Logger, wake: make(chan struct{}, 1)}
}

// Sent is how many submissions were sent.
func (e *Engine) Sent() uint64 { return e.sent.Load() }

// Run sends what waits, and then whatever is submitted or becomes due, until ctx ends. The commit that submits wakes it.
func (e *Engine) Run(ctx context.Context) {
	cancel := e.opts.Store.Changes().Subscribe(func(changes []store.Change) {
		for i := range changes {
			if changes[i].Kind == store.Submitted {
				select {
				case e.wake <- struct{}{}:
				default:
				}
				return
			}
		}
	})
	defer cancel()
	for {
		wait, err := e.SendDue(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			e.log.Error("read the outbox", zap.Error(err))
			wait = retryAfter
		}
		fires, stop := e.timer(wait)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-e.wake:
		case <-fires:
		}
		stop()
	}
}

// timer fires after a time, never if it is negative.
func (e *Engine) timer(d time.Duration) (<-chan time.Time, func()) {
	if d < 0 {
		return nil, func() {}
	}
	return e.opts.Timer(d)
}

const (
	retryAfter = time.Minute // a submission that could not be sent, for a reason of the server's own
	passSize   = 64
)

// SendDue sends everything that is due, and returns the time until something else is, or -1.
func (e *Engine) SendDue(ctx context.Context) (wait time.Duration, err error) {
	for {
		now := e.opts.Now()
		var ids []store.SubmissionID
		wait = -1
		err = e.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
			if ids, err = r.DueSubmissions(mapi.NewFileTime(now), passSize); err != nil || len(ids) > 0 {
				return err
			}
			next, ok, err := r.NextDue()
			if ok {
				wait = max(next.Time().Sub(now), time.Millisecond)
			}
			return err
		})
		if err != nil || len(ids) == 0 {
			return wait, err
		}
		for _, id := range ids {
			if err := e.sendOrPostpone(ctx, id); err != nil {
				return 0, err
			}
		}
	}
}

// sendOrPostpone sends a submission. One that can't be sent now is tried again later, so that others get their turns.
func (e *Engine) sendOrPostpone(ctx context.Context, id store.SubmissionID) error {
	err := e.send(ctx, id)
	if err == nil || ctx.Err() != nil {
		return err
	}
	e.log.Error("send a submission", zap.Uint64("submission", uint64(id)), zap.Error(err))
	return e.edit(ctx, id, func(tx store.Tx, _ store.Submission) error {
		later := mapi.NewFileTime(e.opts.Now().Add(retryAfter))
		return tx.ChangeSubmission(id, store.SubmissionEdit{Due: &later})
	})
}

// edit changes a submission, unless it is gone.
func (e *Engine) edit(ctx context.Context, id store.SubmissionID, fn func(store.Tx, store.Submission) error) error {
	var box store.MailboxID
	err := e.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		s, err := r.Submission(id)
		box = s.Mailbox
		return err
	})
	if err == nil {
		err = e.opts.Store.Update(context.WithoutCancel(ctx), store.Scope{Mailboxes: []store.MailboxID{box}}, func(tx store.Tx) error {
			s, err := tx.Submission(id)
			if err != nil {
				return err
			}
			return fn(tx, s)
		})
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
