package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Judge says which messages the restrictions let pass that it was made for. It serves one goroutine.
type Judge struct {
	Fetch []mapi.PropTag // what Match needs of a message
	// Match judges a message by one of the restrictions; values belong to Fetch.
	Match func(r store.Reader, in store.FolderID, id store.MessageID, values []prop.Value, which int) (bool, error)
}

// Options configure a Worker.
type Options struct {
	Store  store.Store
	Logger *zap.Logger
	// Judge prepares to judge messages of a mailbox by some restrictions.
	Judge func(ctx context.Context, mailbox store.MailboxID, restrictions []prop.Restriction) (*Judge, error)
}

// Worker fills search folders and keeps dynamic ones current. What is to be done stands in the store, written in the
// transactions that made it necessary, so that a Worker goes on where an earlier one ended, however that ended. It works
// in small pieces: one View, one Update.
type Worker struct {
	opts   Options
	wake   chan struct{} // there may be work
	cancel func()

	mu       sync.Mutex // guards searched and known
	searched map[store.MailboxID]bool
	known    bool // searched names every mailbox that has searches

	judges judges // of the goroutine of Run
}

const (
	maxQueued = 256 // messages taken off the queue at once
	maxParts  = 64  // parts begun at once
	maxScan   = 512 // messages scanned at once
	// maxVerdicts is how many messages are judged at once, times searches: each may be a change for the Update to write.
	maxVerdicts = 4096
	maxTurn     = 50 * time.Millisecond // of judging, after which other mailboxes have theirs
	pause       = time.Second
)

// New returns a Worker that notices changes of the store until Close.
func New(o Options) *Worker {
	w := &Worker{opts: o, wake: make(chan struct{}, 1), searched: make(map[store.MailboxID]bool)}
	w.judges = judges{make: o.Judge}
	w.cancel = o.Store.Changes().Subscribe(w.follow)
	return w
}

// Close stops following the store.
func (w *Worker) Close() { w.cancel() }

// follow wakes the Worker for changes that may make work. It runs on the engine's goroutine.
func (w *Worker) follow(changes []store.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	due := false
	for _, c := range changes {
		switch c.Kind {
		case store.SearchChanged:
			w.searched[c.Mailbox], due = true, true
		case store.StoreReset:
			w.known, due = false, true
		case store.MessageCreated, store.MessageModified, store.MessageMoved, store.MessageCopied, store.NewMail, store.FolderMoved, store.FolderDeleted:
			due = due || w.searched[c.Mailbox]
		}
	}
	if due {
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// Run works until ctx ends.
func (w *Worker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		var wait <-chan time.Time
		if err := w.Finish(ctx); err != nil && ctx.Err() == nil {
			w.opts.Logger.Error("search folders are not current", zap.Error(err))
			wait = time.After(pause)
		}
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-wait:
		}
	}
}

// Finish does all the work there is.
func (w *Worker) Finish(ctx context.Context) error {
	if err := w.learn(ctx); err != nil {
		return err
	}
	for {
		if more, err := w.Step(ctx); !more {
			return err
		}
	}
}

// learn finds the mailboxes that have searches.
func (w *Worker) learn(ctx context.Context) error {
	w.mu.Lock()
	known := w.known
	w.known = true // a search that is set from here on tells of itself
	w.mu.Unlock()
	if known {
		return nil
	}
	err := w.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		list, err := r.Mailboxes()
		if err != nil {
			return err
		}
		for _, m := range list {
			searches, err := r.Searches(m.ID)
			if err != nil {
				return err
			}
			if len(searches) > 0 {
				w.mu.Lock()
				w.searched[m.ID] = true
				w.mu.Unlock()
			}
		}
		return nil
	})
	if err != nil {
		w.mu.Lock()
		w.known = false
		w.mu.Unlock()
	}
	return err
}

// Step does one piece of work for each mailbox that has some, and reports whether there may be more. What goes wrong in
// one mailbox does not keep the others waiting.
func (w *Worker) Step(ctx context.Context) (more bool, err error) {
	var work []store.MailboxID
	err = w.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		work, err = r.SearchWork()
		return err
	})
	for _, mailbox := range work {
		again, failed := w.turn(ctx, mailbox)
		more, err = more || again, errors.Join(err, failed)
		if ctx.Err() != nil {
			return false, err
		}
	}
	return more, err
}

// turn does one piece of work for a mailbox, messages that wait before parts of searches.
func (w *Worker) turn(ctx context.Context, mailbox store.MailboxID) (more bool, err error) {
	defer func() { // what breaks the judging must not end the process
		if p := recover(); p != nil {
			more, err = false, fmt.Errorf("search: panic: %v", p)
		}
	}()
	waiting, err := w.queued(ctx, mailbox)
	if err != nil {
		return false, err
	}
	scanned, err := w.parts(ctx, mailbox)
	return waiting || scanned, err
}

// batch are verdicts on queued messages of one mailbox.
type batch struct {
	mailbox  store.MailboxID
	until    time.Time // when the turn ends
	searches []store.Search
	verdicts []store.SearchVerdict
	again    []anew // searches that have to start anew
	more     bool   // there is more than fits into the turn
}

// full reports whether the turn is over; every turn judges one message at least.
func (b *batch) full() bool { return len(b.verdicts) > 0 && time.Now().After(b.until) }

// queued judges messages that wait, and reports whether more do.
func (w *Worker) queued(ctx context.Context, mailbox store.MailboxID) (more bool, err error) {
	b := batch{mailbox: mailbox, until: time.Now().Add(maxTurn)}
	err = w.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return w.judge(ctx, r, &b) })
	if err != nil || len(b.verdicts) == 0 {
		return false, err
	}
	return b.more, w.opts.Store.Update(ctx, store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		if err := tx.SettleMessages(b.searches, b.verdicts); err != nil {
			return err
		}
		for _, a := range b.again {
			if err := a.settle(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// judge judges messages that wait, as many as fit into a turn. Searches that show a limited number of messages depend on
// all of them, and start anew.
func (w *Worker) judge(ctx context.Context, r store.Reader, b *batch) error {
	all, err := r.Searches(b.mailbox)
	if err != nil {
		return err
	}
	var counting []store.Search
	for _, s := range all {
		switch {
		case !s.Follows():
		case prop.CountsMatches(s.Restriction):
			if s.State == store.SearchComplete { // one that is building has not looked yet
				counting = append(counting, s)
			}
		default:
			b.searches = append(b.searches, s)
		}
	}
	limit := max(1, min(maxQueued, maxVerdicts/max(1, len(b.searches))))
	queue, err := r.SearchQueue(b.mailbox, limit)
	if err != nil || len(queue) == 0 {
		return err
	}
	b.more = len(queue) == limit
	judge, err := w.judges.of(ctx, b.mailbox, b.searches)
	if err != nil {
		return err
	}
	in := make(map[store.FolderID][]store.QueuedMessage)
	var folders []store.FolderID
	for _, q := range queue {
		if in[q.Folder] == nil {
			folders = append(folders, q.Folder)
		}
		in[q.Folder] = append(in[q.Folder], q)
	}
	restart := make(map[store.FolderID]bool)
	for _, folder := range folders {
		covering, err := coveringOf(r, folder)
		if err != nil {
			return err
		}
		for _, s := range counting {
			if covering[s.Folder] && !restart[s.Folder] {
				restart[s.Folder] = true
				b.again = append(b.again, anew{search: s.SearchDefinition})
			}
		}
		if err := w.judgeFolder(ctx, r, judge, b, folder, covering, in[folder]); err != nil {
			return err
		}
	}
	return nil
}

// coveringOf says which search folders have a folder in their scope.
func coveringOf(r store.Reader, folder store.FolderID) (map[store.FolderID]bool, error) {
	list, err := r.SearchesOf(folder)
	covering := make(map[store.FolderID]bool, len(list))
	for _, id := range list {
		covering[id] = true
	}
	return covering, err
}

// judgeFolder judges messages of one folder.
func (w *Worker) judgeFolder(
	ctx context.Context, r store.Reader, judge *Judge, b *batch, folder store.FolderID, covering map[store.FolderID]bool, queue []store.QueuedMessage,
) error {
	ids := make([]store.MessageID, len(queue))
	for i, q := range queue {
		ids[i] = q.Message
	}
	rows, err := r.Rows(store.Selection{Folder: folder}, ids, judge.Fetch)
	if err != nil {
		return err
	}
	for i, q := range queue {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.full() {
			b.more = true
			return nil
		}
		v := store.SearchVerdict{Message: q.Message, Ticket: q.Ticket, Members: make([]bool, len(b.searches))}
		for n := range b.searches {
			if rows[i] != nil && covering[b.searches[n].Folder] {
				v.Members[n] = w.passes(judge, r, folder, q.Message, rows[i], n)
			}
		}
		b.verdicts = append(b.verdicts, v)
	}
	return nil
}

// passes judges one message. One that can't be judged is no member of anything, and must not stand in the way of others.
func (w *Worker) passes(j *Judge, r store.Reader, in store.FolderID, id store.MessageID, values []prop.Value, which int) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			w.opts.Logger.Error("a message that search folders can't judge", zap.Uint64("message", uint64(id)), zap.Any("panic", p))
			ok = false
		}
	}()
	ok, err := j.Match(r, in, id, values, which)
	if err != nil {
		w.opts.Logger.Error("a message that search folders can't judge", zap.Uint64("message", uint64(id)), zap.Error(err))
	}
	return ok && err == nil
}
