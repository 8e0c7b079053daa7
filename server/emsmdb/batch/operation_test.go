package batch

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// counted is a store that counts transactions.
type counted struct {
	store.Store
	updates int
}

func (c *counted) Update(ctx context.Context, scope store.Scope, fn func(store.Tx) error) error {
	c.updates++
	return c.Store.Update(ctx, scope, fn)
}

// fixture is a mailbox with messages in its root.
type fixture struct {
	*testing.T
	st   *counted
	box  store.Mailbox
	msgs []uint64
}

func newFixture(t *testing.T, messages int) *fixture {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	f := &fixture{T: t, st: &counted{Store: st}}
	err = st.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if f.box, err = tx.CreateMailbox(store.NewMailbox{Account: "alice"}); err != nil {
			return err
		}
		for range messages {
			m, err := tx.CreateMessage(store.NewMessage{Folder: f.box.Special[store.SpecialRoot]})
			if err != nil {
				return err
			}
			f.msgs = append(f.msgs, uint64(m.ID))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func unlimited(_ context.Context, fn func(store.Tx) error) (func(store.Tx) error, error) {
	return fn, nil
}

func (f *fixture) operation(tells bool) *Operation {
	return New(f.st, unlimited, tells, store.Scope{Mailboxes: []store.MailboxID{f.box.ID, f.box.ID}})
}

// left lists the messages that are still there.
func (f *fixture) left() (ids []uint64) {
	f.Helper()
	err := f.st.View(f.Context(), store.Scope{}, func(r store.Reader) error {
		return r.Scan(store.Selection{Folder: f.box.Special[store.SpecialRoot]}, nil, func(id store.MessageID, _ []prop.Value) error {
			ids = append(ids, uint64(id))
			return nil
		})
	})
	if err != nil {
		f.Fatal(err)
	}
	return ids
}

func remove(tx store.Tx, id uint64) (int64, error) {
	return 1, tx.DeleteMessage(store.MessageID(id), true)
}

// TestStepsAreBounded: a step is one transaction of at most so many objects and bytes, and what one step did stays
// whatever comes later.
func TestStepsAreBounded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		objects int
		bytes   int64
		steps   int
	}{
		{"None", 0, 1, 0}, {"One", 1, 1, 1}, {"JustOneStep", stepObjects, 1, 1}, {"OneMore", stepObjects + 1, 1, 2}, {"ManySteps", 3 * stepObjects, 1, 3},
		{"LargeOnes", 10, stepBytes, 10}, {"HalfLargeOnes", 10, stepBytes / 2, 5},
	} {
		f := newFixture(t, tt.objects)
		f.st.updates = 0
		o := f.operation(true)
		o.Add(f.msgs, func(tx store.Tx, id uint64) (int64, error) { _, err := remove(tx, id); return tt.bytes, err })
		steps, last := 0, uint32(0)
		for {
			finished, err := o.Step(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			done, total := o.Progress()
			if int(total) != tt.objects || done < last || len(f.left()) != tt.objects-int(done) {
				t.Errorf("%s: %d of %d done after %d, %d are left", tt.name, done, total, last, len(f.left()))
			}
			last = done
			if done > 0 {
				steps++
			}
			if finished {
				break
			}
		}
		if steps != tt.steps || f.st.updates != tt.steps || o.Partial() || len(f.left()) != 0 {
			t.Errorf("%s: %d steps in %d transactions, %d messages left, partial %v", tt.name, steps, f.st.updates, len(f.left()), o.Partial())
		}
	}
}

// TestRefusalsArePassedOver: what concerns one object only does not keep the others, and is told where the version
// tells it.
func TestRefusalsArePassedOver(t *testing.T) {
	t.Parallel()
	for i, refusal := range []error{mapi.ErrAccessDenied, store.ErrNotFound, store.ErrExists, store.ErrDenied, store.ErrConflict} {
		for _, tells := range []bool{true, false}[i&1:] {
			f := newFixture(t, stepObjects+5)
			o := f.operation(tells)
			kept := f.msgs[stepObjects/2]
			o.Add(f.msgs, func(tx store.Tx, id uint64) (int64, error) {
				if id == kept {
					return 0, refusal
				}
				return remove(tx, id)
			})
			if err := o.Run(t.Context()); err != nil || o.Partial() != tells {
				t.Errorf("%v: %v, partial %v", refusal, err, o.Partial())
			}
			if left := f.left(); !slices.Equal(left, []uint64{kept}) {
				t.Errorf("%v: %d are left", refusal, len(left))
			}
		}
	}
}

// TestErrorsEndAnOperation: an error of another kind rolls its step back and ends the rest; what steps before did stays
// and is told.
func TestErrorsEndAnOperation(t *testing.T) {
	t.Parallel()
	surprise := errors.New("surprise")
	for _, at := range []int{0, 50, 150} {
		f := newFixture(t, 250)
		o := f.operation(true)
		o.Add(f.msgs, func(tx store.Tx, id uint64) (int64, error) {
			if id == f.msgs[at] {
				return 0, surprise
			}
			return remove(tx, id)
		})
		err := o.Run(t.Context())
		before := at / stepObjects * stepObjects
		if !errors.Is(err, surprise) || len(f.left()) != 250-before || o.Partial() != (before > 0) {
			t.Errorf("at %d: %v, %d are left, partial %v", at, err, len(f.left()), o.Partial())
		}
		if finished, err := o.Step(t.Context()); !finished || err != nil {
			t.Errorf("at %d: it goes on: %v, %v", at, finished, err)
		}
	}
}

// TestMust: a part without which the rest makes no sense ends it, even by a refusal.
func TestMust(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 3)
	o := f.operation(true)
	o.Must(1, func(store.Tx, uint64) (int64, error) { return 0, mapi.ErrDuplicateName })
	o.Add(f.msgs, remove)
	if err := o.Run(t.Context()); !errors.Is(err, mapi.ErrDuplicateName) || len(f.left()) != 3 {
		t.Errorf("%v, %d are left", err, len(f.left()))
	}
}

// TestAbort: what a client cancels stays as far as it is, and is told to be partial whatever the version.
func TestAbort(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 250)
	o := f.operation(false)
	o.Add(f.msgs, remove)
	if finished, err := o.Step(t.Context()); finished || err != nil {
		t.Fatal(finished, err)
	}
	o.Abort()
	if finished, err := o.Step(t.Context()); !finished || err != nil || !o.Partial() || len(f.left()) != 150 {
		t.Errorf("%v, %v, partial %v, %d are left", finished, err, o.Partial(), len(f.left()))
	}
}

// TestLimitEndsAnOperation: a step that a limit refuses is rolled back whole.
func TestLimitEndsAnOperation(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 250)
	steps := 0
	limit := func(_ context.Context, fn func(store.Tx) error) (func(store.Tx) error, error) {
		return func(tx store.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			if steps++; steps == 2 {
				return mapi.ErrShutoffQuota
			}
			return nil
		}, nil
	}
	o := New(f.st, limit, true, store.Scope{Mailboxes: []store.MailboxID{f.box.ID}})
	o.Add(f.msgs, remove)
	if err := o.Run(t.Context()); !errors.Is(err, mapi.ErrShutoffQuota) || !o.Partial() || len(f.left()) != 150 {
		t.Errorf("%v, partial %v, %d are left", err, o.Partial(), len(f.left()))
	}
}

// TestCancelledBetweenSteps: a client that goes away ends the operation between two steps, never within one.
func TestCancelledBetweenSteps(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 250)
	ctx, cancel := context.WithCancel(t.Context())
	o := f.operation(true)
	o.Add(f.msgs, func(tx store.Tx, id uint64) (int64, error) {
		if id == f.msgs[120] {
			cancel()
		}
		return remove(tx, id)
	})
	if err := o.Run(ctx); !errors.Is(err, context.Canceled) || len(f.left()) != 50 {
		t.Errorf("%v, %d are left", err, len(f.left()))
	}
}
