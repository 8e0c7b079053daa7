package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

const (
	groupSize = 64                    // updates committed together
	groupTime = 10 * time.Millisecond // after which a group takes no further update
)

// counters are the next values of everything the store numbers, and the version of the directory.
type counters struct {
	counter, bag, mailbox, entry, directory int64
}

var firstCounters = counters{counter: 1, bag: 1, mailbox: 1, entry: 0x10, directory: 1}

// writer owns the only connection that writes. Updates take turns on it: each runs on its caller's goroutine inside a
// savepoint, while the writer's goroutine waits, and is answered after the commit of its group, even if it failed.
type writer struct {
	store *Store
	conn  *conn
	queue chan *request // unbuffered: what the writer has received, it answers
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once

	next      counters // guarded by having the turn
	garbage   bool     // there may be values to remove; guarded by having the turn
	committed counters // of the writer's goroutine
	full      bool     // commits are to be durable
	syncing   bool     // a commit waits for the disk; of the writer's goroutine
}

// request is one Update on its way.
type request struct {
	scope  store.Scope
	turn   chan *tx   // from the writer: run
	ran    chan error // to the writer: what the closure returned
	result chan error // from the writer: committed, or why not
	tx     *tx
	failed error // what the closure returned
}

// volatile reports whether an update may have to do with nothing but stages, which need not be durable.
func (r *request) volatile() bool { return len(r.scope.Mailboxes) == 0 && !r.scope.Directory }

// sameButBags reports whether nothing was numbered in between but bags, values and stages.
func (c counters) sameButBags(d counters) bool {
	d.bag = c.bag
	return c == d
}

func openWriter(ctx context.Context, s *Store, d Durability) (*writer, error) {
	db, err := sql.Open("sqlite", writeDSN(s.path, d))
	if err != nil {
		return nil, err
	}
	s.writeDB = db
	c, err := openConn(ctx, db)
	if err != nil {
		return nil, err
	}
	s.writer = &writer{store: s, conn: c, full: d == Full, syncing: d == Full, queue: make(chan *request), quit: make(chan struct{}), done: make(chan struct{})}
	return s.writer, nil
}

// load reads the store's row.
func (w *writer) load() error {
	var replica []byte
	n := &w.next
	err := w.conn.row("SELECT replica, next_counter, next_bag, next_mailbox, next_entry, directory_version FROM store WHERE id = 1",
		nil, &replica, &n.counter, &n.bag, &n.mailbox, &n.entry, &n.directory)
	if err != nil {
		return fmt.Errorf("read the store's counters: %w", err)
	}
	if len(replica) != len(w.store.replica) {
		return errDamaged
	}
	copy(w.store.replica[:], replica)
	w.committed = w.next
	w.store.directoryVersion.Store(uint64(n.directory))
	return nil
}

func (w *writer) start() { go w.run() }

// stop ends the writer after the group it is at.
func (w *writer) stop() error {
	w.once.Do(func() { close(w.quit) })
	<-w.done
	return nil
}

func (w *writer) run() {
	defer close(w.done)
	for {
		if w.garbage { // to remove while nobody writes
			select {
			case <-w.quit:
				return
			case r := <-w.queue:
				w.group(r)
			default:
				w.sweepAlone()
			}
			continue
		}
		select {
		case <-w.quit:
			return
		case r := <-w.queue:
			w.group(r)
		}
	}
}

// synchronise says whether commits wait for the disk.
func (w *writer) synchronise(on bool) error {
	if !w.full || w.syncing == on {
		return nil
	}
	pragma := "PRAGMA synchronous = NORMAL"
	if on {
		pragma = "PRAGMA synchronous = FULL"
	}
	w.syncing = on
	return w.conn.exec(pragma)
}

// group runs first and what else is waiting in one transaction, commits it, publishes and answers.
func (w *writer) group(first *request) {
	err := w.synchronise(!first.volatile())
	if err == nil {
		err = w.conn.exec("BEGIN IMMEDIATE")
	}
	if err != nil {
		w.answer([]*request{first}, fmt.Errorf("begin: %w", err))
		return
	}
	end := time.Now().Add(groupTime)
	var batch, failed []*request
	var broken error
	durable := false
	for r, n := first, 0; r != nil; r = w.another(&n, end) {
		var ok bool
		before := w.next
		if ok, broken = w.one(r); broken != nil {
			batch = append(batch, r)
			break
		}
		if !ok {
			failed = append(failed, r)
			continue
		}
		batch = append(batch, r)
		durable = durable || !r.volatile() || len(r.tx.changes) > 0 || !w.next.sameButBags(before)
	}
	if broken == nil {
		w.sweep(sweepBeside)
		broken = w.commit()
	}
	if broken != nil {
		if err := w.conn.exec("ROLLBACK"); err != nil { // SQLite rolls back by itself on some errors
			w.store.log.Debug("rollback after a broken commit", zap.Error(err))
		}
		w.next, w.garbage = w.committed, true
		w.answer(append(batch, failed...), broken)
		return
	}
	w.committed = w.next
	if durable && w.full && !w.syncing {
		err = w.flush()
	}
	w.store.directoryVersion.Store(uint64(w.next.directory))
	w.publish(batch)
	w.answer(batch, err)
	for _, r := range failed { // only now: it may have failed for what others of the group have done
		r.result <- r.failed
	}
}

// another returns a request that is waiting for its turn, or nil if the group is large enough.
func (w *writer) another(n *int, end time.Time) *request {
	*n++
	if *n >= groupSize || !time.Now().Before(end) {
		return nil
	}
	for range 2 {
		select {
		case r := <-w.queue:
			return r
		default:
			runtime.Gosched() // callers just answered come back with their next update
		}
	}
	return nil
}

// one gives a request its turn and reports whether its closure succeeded; an error breaks the group.
func (w *writer) one(r *request) (bool, error) {
	if err := w.conn.exec("SAVEPOINT one"); err != nil {
		return false, fmt.Errorf("begin: %w", err)
	}
	before := w.next
	r.tx = newTx(w, r.scope)
	r.turn <- r.tx
	err := <-r.ran
	r.tx.end()
	if err == nil {
		if err := w.conn.exec("RELEASE one"); err != nil {
			return false, fmt.Errorf("end an update: %w", err)
		}
		return true, nil
	}
	w.next = before
	if undo := errors.Join(w.conn.exec("ROLLBACK TO one"), w.conn.exec("RELEASE one")); undo != nil {
		return false, fmt.Errorf("roll back after %w: %w", err, undo)
	}
	r.failed = err
	return false, nil
}

// commit writes the counters and commits.
func (w *writer) commit() error {
	if n := w.next; n != w.committed {
		err := w.conn.exec("UPDATE store SET next_counter = ?, next_bag = ?, next_mailbox = ?, next_entry = ?, directory_version = ? WHERE id = 1",
			n.counter, n.bag, n.mailbox, n.entry, n.directory)
		if err != nil {
			return fmt.Errorf("write the store's counters: %w", err)
		}
	}
	if err := w.conn.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// flush makes durable what was committed without: the next commit that is, and changes anything, takes it along.
func (w *writer) flush() error {
	err := w.synchronise(true)
	if err == nil {
		err = w.conn.exec("BEGIN IMMEDIATE")
	}
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	w.next.bag++
	if err := w.commit(); err != nil {
		w.next = w.committed
		return errors.Join(err, w.conn.exec("ROLLBACK"))
	}
	w.committed = w.next
	return nil
}

func (w *writer) publish(batch []*request) {
	if len(batch) == 1 {
		w.store.feed.Publish(batch[0].tx.changes)
		return
	}
	var all []store.Change
	for _, r := range batch {
		all = append(all, r.tx.changes...)
	}
	w.store.feed.Publish(all)
}

func (w *writer) answer(batch []*request, err error) {
	for _, r := range batch {
		r.result <- err
	}
}

// errAbandoned stands for a closure that panicked or ended its goroutine.
var errAbandoned = errors.New("sqlite: update abandoned")

// Update runs fn in a transaction of its own, committed together with others.
func (s *Store) Update(ctx context.Context, scope store.Scope, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{scope: scope, turn: make(chan *tx), ran: make(chan error), result: make(chan error, 1)}
	select {
	case s.writer.queue <- r:
	case <-s.writer.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	var t *tx
	select { // either comes at once: what the writer takes, it runs
	case t = <-r.turn:
	case err := <-r.result:
		return err
	}
	returned := false
	defer func() { // a panic, or a Goexit of a test, passes on after the rollback
		if !returned {
			r.ran <- errAbandoned
			<-r.result
		}
	}()
	err := fn(t)
	returned = true
	r.ran <- err
	return <-r.result
}

// now is the time of a transaction.
func (s *Store) now(scope store.Scope) mapi.FileTime {
	if scope.Time != 0 {
		return scope.Time
	}
	return mapi.NewFileTime(s.clock())
}
