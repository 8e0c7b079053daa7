package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// recorder keeps what the feed says.
type recorder struct {
	mu      sync.Mutex // guards changes
	changes []store.Change
}

func (r *recorder) take() []store.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.changes
	r.changes = nil
	return list
}

func record(t *testing.T, s store.Store) *recorder {
	r := &recorder{}
	t.Cleanup(s.Changes().Subscribe(func(changes []store.Change) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.changes = append(r.changes, changes...)
	}))
	return r
}

func testFeed(t *testing.T, open Open) {
	t.Run("Kinds", func(t *testing.T) { testFeedKinds(t, open) })
	t.Run("CountsOncePerUpdate", func(t *testing.T) { testFeedCountsOncePerUpdate(t, open) })
	t.Run("NothingWithoutCommit", func(t *testing.T) { testFeedNothingWithoutCommit(t, open) })
	t.Run("Unsubscribed", func(t *testing.T) { testFeedUnsubscribed(t, open) })
	t.Run("BeforeTheAnswer", func(t *testing.T) {
		f := newFixture(t, open)
		var returned atomic.Bool
		t.Cleanup(f.s.Changes().Subscribe(func([]store.Change) {
			for range 10000 { // time enough to return, if nothing keeps the update from it
				runtime.Gosched()
			}
			if returned.Load() {
				t.Error("the update returned before its changes were told")
			}
		}))
		f.message()
		returned.Store(true)
	})
	t.Run("Details", func(t *testing.T) { testFeedDetails(t, newFixture(t, open)) })
	t.Run("OrderUnderLoad", func(t *testing.T) { testFeedOrder(t, newFixture(t, open)) })
}

var errStop = errors.New("stop")

// testFeedOrder lets many writers work and replays the feed: it must tell of every message, in the order of commits,
// before the update that made it returns.
func testFeedOrder(t *testing.T, f *fixture) {
	const writers, each = 8, 25
	rec := record(t, f.s)
	var told sync.Map
	t.Cleanup(f.s.Changes().Subscribe(func(changes []store.Change) {
		for _, c := range changes {
			told.Store(c.Message, true)
		}
	}))
	var done sync.WaitGroup
	for w := range writers {
		done.Go(func() {
			for i := range each {
				var m store.Message
				err := f.s.Update(t.Context(), f.scope(), func(tx store.Tx) (err error) {
					if i%5 == 4 {
						return errStop
					}
					m, err = tx.CreateMessage(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{subject(fmt.Sprint(w, i))}})
					return err
				})
				if i%5 == 4 {
					continue
				}
				if _, ok := told.Load(m.ID); err != nil || !ok {
					t.Errorf("message %d: error %v, told %v", m.ID, err, ok)
				}
			}
		})
	}
	done.Wait()
	var ids []store.MessageID
	last := store.ChangeNumber(0)
	for _, c := range rec.take() {
		if c.Kind != store.MessageCreated {
			continue
		}
		if c.Number <= last {
			t.Fatalf("change %d came after %d", c.Number, last)
		}
		last = c.Number
		ids = append(ids, c.Message)
	}
	var stored []store.MessageID
	for _, r := range f.scan(store.Selection{Folder: f.inbox}) {
		stored = append(stored, r.ID)
	}
	f.same("messages of the feed", ids, stored)
	f.same("number of messages", len(stored), writers*each*4/5)
}

func testFeedKinds(t *testing.T, open Open) {
	f := newFixture(t, open)
	rec := record(t, f.s)
	mb := f.mb.ID
	scope := f.scope()
	scope.Origin, scope.Directory = 42, true

	var m store.Message
	f.update(scope, func(tx store.Tx) (err error) {
		m, err = tx.CreateMessage(store.NewMessage{Folder: f.inbox, Associated: true})
		return err
	})
	counts := store.Change{Kind: store.FolderModified, Mailbox: mb, Folder: f.inbox, Origin: 42}
	f.same("CreateMessage", rec.take(), []store.Change{
		{Kind: store.MessageCreated, Mailbox: mb, Folder: f.inbox, Message: m.ID, Associated: true, Number: m.Change, Origin: 42}, counts,
	})

	f.update(scope, func(tx store.Tx) (err error) { m, err = tx.SetMessageFlags(m.ID, 1, 1); return err })
	f.same("SetMessageFlags", rec.take(), []store.Change{
		{Kind: store.MessageModified, Mailbox: mb, Folder: f.inbox, Message: m.ID, Associated: true, Number: m.ReadChange, Origin: 42}, counts,
	})

	var d store.Folder
	f.update(scope, func(tx store.Tx) (err error) {
		d, err = tx.CreateFolder(store.NewFolder{Mailbox: mb, Parent: f.inbox, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "d"})
		return err
	})
	f.same("CreateFolder", rec.take(), []store.Change{{Kind: store.FolderCreated, Mailbox: mb, Folder: d.ID, Number: d.Change, Origin: 42}, counts})

	f.update(scope, func(tx store.Tx) error { return tx.SetFolderProps(d.ID, nil, nil) })
	f.same("SetFolderProps", rec.take(), []store.Change{{Kind: store.FolderModified, Mailbox: mb, Folder: d.ID, Number: f.folder(d.ID).Change, Origin: 42}})

	f.update(scope, func(tx store.Tx) error {
		return tx.SetMailboxProps(mb, []prop.Tagged{tagged(mapi.TagComment, prop.String("x"))}, nil)
	})
	f.same("SetMailboxProps", rec.take(), []store.Change{{Kind: store.MailboxModified, Mailbox: mb, Origin: 42}})

	f.update(scope, func(tx store.Tx) error {
		if _, err := tx.PutEntry(store.Entry{Name: "a", DN: "/cn=a"}); err != nil {
			return err
		}
		return tx.RemoveEntry("a")
	})
	f.same("PutEntry and RemoveEntry", rec.take(), []store.Change{{Kind: store.DirectoryChanged, Origin: 42}})

	f.update(scope, func(tx store.Tx) error { return tx.DeleteMailbox(mb) })
	f.same("DeleteMailbox", rec.take(), []store.Change{{Kind: store.MailboxDeleted, Mailbox: mb, Origin: 42}})

	f.update(store.Scope{}, func(tx store.Tx) error {
		n, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{5}, Account: "bob"})
		mb = n.ID
		return err
	})
	last := rec.take()
	f.same("CreateMailbox", last[len(last)-1], store.Change{Kind: store.MailboxCreated, Mailbox: mb})

	if err := f.s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.same("Reset", rec.take(), []store.Change{{Kind: store.StoreReset}})
}

func testFeedCountsOncePerUpdate(t *testing.T, open Open) {
	f := newFixture(t, open)
	rec := record(t, f.s)
	f.write(func(tx store.Tx) error {
		for range 3 {
			if _, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox}); err != nil {
				return err
			}
		}
		return nil
	})
	n := 0
	for _, c := range rec.take() {
		if c.Kind == store.FolderModified {
			n++
		}
	}
	f.same("FolderModified", n, 1)
}

func testFeedNothingWithoutCommit(t *testing.T, open Open) {
	f := newFixture(t, open)
	rec := record(t, f.s)
	f.refuse(errStop, func(tx store.Tx) error {
		if _, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox}); err != nil {
			return err
		}
		return errStop
	})
	f.read(func(store.Reader) error { return nil })
	f.same("changes", rec.take(), []store.Change(nil))
}

func testFeedUnsubscribed(t *testing.T, open Open) {
	f := newFixture(t, open)
	cancel := f.s.Changes().Subscribe(func([]store.Change) { t.Error("told after the end") })
	cancel()
	cancel()
	f.message()
}

// testFeedDetails checks what changes tell besides what they concern: parents, properties, and which counts changed.
func testFeedDetails(t *testing.T, f *fixture) {
	rec := record(t, f.s)
	var m store.Message
	var d, other store.Folder
	step := func(name string, do func(tx store.Tx) error, want ...store.Change) {
		f.Helper()
		f.update(f.scope(), do)
		got := rec.take()
		for i, c := range got {
			if c.Kind == store.FolderCopied && (c.CopyOf != d.ID || c.OldFolder != d.Parent) {
				f.Errorf("%s: a copy of %d in %d", name, c.CopyOf, c.OldFolder)
			}
			got[i] = store.Change{Buried: c.Buried, Parent: c.Parent, Tags: c.Tags, Total: c.Total, Unread: c.Unread}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			f.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	step("a message made", func(tx store.Tx) (err error) {
		m, err = tx.CreateMessage(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{subject("a")}})
		return err
	}, store.Change{}, store.Change{Total: true, Unread: true})
	step("a message made read", func(tx store.Tx) (err error) {
		_, err = tx.CreateMessage(store.NewMessage{Folder: f.inbox, Flags: mapi.MfRead})
		return err
	}, store.Change{}, store.Change{Total: true})
	step("one that comes and one that goes", func(tx store.Tx) error {
		n, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox})
		if err != nil {
			return err
		}
		return tx.DeleteMessage(n.ID, true)
	}, store.Change{}, store.Change{}, store.Change{})
	step("a save", func(tx store.Tx) error {
		_, err := tx.SaveMessage(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{
			Set: []prop.Tagged{subject("b")}, Remove: []mapi.PropTag{mapi.TagComment},
		}}})
		return err
	}, store.Change{Tags: []mapi.PropTag{mapi.TagSubject, mapi.TagComment}}, store.Change{})
	step("reading", func(tx store.Tx) error { _, err := tx.SetMessageFlags(m.ID, mapi.MfRead, mapi.MfRead); return err },
		store.Change{Tags: []mapi.PropTag{mapi.TagMessageFlags}}, store.Change{Unread: true})
	step("a status", func(tx store.Tx) error { _, err := tx.SetMessageStatus(m.ID, 2, 2); return err },
		store.Change{Tags: []mapi.PropTag{mapi.TagMessageStatus}}, store.Change{})
	step("a message deleted softly", func(tx store.Tx) error { return tx.DeleteMessage(m.ID, false) }, store.Change{}, store.Change{Total: true})
	step("a copy of it", func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, f.inbox); return err }, store.Change{Buried: true}, store.Change{Total: true})
	step("it is brought back", func(tx store.Tx) error { _, err := tx.MoveMessage(m.ID, f.inbox); return err },
		store.Change{Buried: true}, store.Change{Total: true})
	step("a folder made", func(tx store.Tx) (err error) {
		d, err = tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "d", Special: store.SpecialCount})
		return err
	}, store.Change{Parent: f.inbox}, store.Change{})
	step("a folder copied", func(tx store.Tx) (err error) {
		other, err = tx.CreateFolder(store.NewFolder{
			Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "e", Special: store.SpecialCount, CopyOf: d.ID,
		})
		return err
	}, store.Change{Parent: f.inbox}, store.Change{})
	step("a folder's properties", func(tx store.Tx) error {
		return tx.SetFolderProps(d.ID, []prop.Tagged{{Tag: mapi.TagDisplayName, Value: prop.String("f")}}, nil)
	}, store.Change{Tags: []mapi.PropTag{mapi.TagDisplayName}})
	step("a folder moved", func(tx store.Tx) error {
		_, err := tx.MoveFolder(d.ID, store.FolderMove{Parent: other.ID})
		return err
	}, store.Change{Parent: other.ID}, store.Change{}, store.Change{})
}
