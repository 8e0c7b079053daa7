package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testTransactions(t *testing.T, open Open) {
	t.Run("RolledBackOnError", func(t *testing.T) { testTransactionsRolledBackOnError(t, open) })
	t.Run("RolledBackOnPanic", func(t *testing.T) { testTransactionsRolledBackOnPanic(t, open) })
	t.Run("RolledBackOnGoexit", func(t *testing.T) { testTransactionsRolledBackOnGoexit(t, open) })
	t.Run("ReadsItsOwnWrites", func(t *testing.T) { testTransactionsReadsItsOwnWrites(t, open) })
	t.Run("RefusedCallsLeaveNothing", func(t *testing.T) { testTransactionsRefusedCallsLeaveNothing(t, open) })
	t.Run("FailureOfOneStatementIsLocal", func(t *testing.T) { testTransactionsFailureOfOneStatementIsLocal(t, open) })
	t.Run("Snapshot", func(t *testing.T) { testTransactionsSnapshot(t, open) })
	t.Run("Scope", func(t *testing.T) { testTransactionsScope(t, open) })
	t.Run("Context", func(t *testing.T) { testTransactionsContext(t, open) })
	t.Run("ContextWhileWaiting", func(t *testing.T) { testTransactionsContextWhileWaiting(t, open) })
	t.Run("Time", func(t *testing.T) { testTransactionsTime(t, open) })
	t.Run("Closed", func(t *testing.T) { testTransactionsClosed(t, open) })
}

// changeMuch does a bit of everything.
func changeMuch(f *fixture, tx store.Tx) error {
	if _, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{subject("undone"), tagged(mapi.TagBody, prop.String(long(50000)))}}); err != nil {
		return err
	}
	if _, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "undone"}); err != nil {
		return err
	}
	if err := tx.SetFolderProps(f.inbox, []prop.Tagged{tagged(mapi.TagComment, prop.String("undone"))}, nil); err != nil {
		return err
	}
	_, err := tx.RegisterNames(f.mb.ID, []prop.Name{{Kind: prop.NameLID, LID: 1}})
	return err
}

// untouched checks that nothing of it is there, and that ids go on as if it had not been.
func untouched(f *fixture, before store.Message) {
	f.Helper()
	inbox := f.folder(f.inbox)
	f.same("counts", []int64{inbox.ContentCount, inbox.ChildCount}, []int64{1, 0})
	f.same("messages", f.scan(store.Selection{Folder: f.inbox}), []row{{before.ID, nil}})
	f.read(func(r store.Reader) error {
		props, err := r.Props(inbox.Bag)
		f.same("properties", props, []store.Property(nil))
		if err != nil {
			return err
		}
		ids, _, err := r.AllNames(f.mb.ID)
		f.same("names", ids, []uint16(nil))
		return err
	})
	after := f.message()
	f.same("next id", after.ID, before.ID+2)
	f.same("next bag", after.Bag, before.Bag+1)
	if err := f.s.Check(f.Context()); err != nil {
		f.Fatal(err)
	}
}

func testReset(t *testing.T, open Open) {
	f := newFixture(t, open)
	first := f.message()
	replica := f.s.ReplicaGUID()
	if err := f.s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.read(func(r store.Reader) error {
		all, err := r.Mailboxes()
		f.same("mailboxes", all, []store.Mailbox(nil))
		if err != nil {
			return err
		}
		guid, err := r.ReplicaGUIDOf(f.mb.ID, 1)
		f.same("replica", guid, replica)
		return err
	})
	old := f.mb
	f.update(store.Scope{}, func(tx store.Tx) error {
		mb, err := tx.CreateMailbox(store.NewMailbox{GUID: old.GUID, Account: "alice"})
		if err != nil {
			return err
		}
		f.same("ids start again", []any{mb.ID, mb.Special[store.SpecialRoot]}, []any{old.ID, f.root})
		inbox, err := tx.CreateFolder(store.NewFolder{Mailbox: mb.ID, Parent: f.root, Type: store.FolderGeneric, Name: "Inbox"})
		if err != nil {
			return err
		}
		m, err := tx.CreateMessage(store.NewMessage{Folder: inbox.ID})
		f.same("message id", m.ID, first.ID)
		return err
	})
	f.same("replica GUID", f.s.ReplicaGUID(), replica)
	if err := f.s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func testTransactionsRolledBackOnError(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.message()
	failure := errors.New("failure")
	f.refuse(failure, func(tx store.Tx) error { return errors.Join(changeMuch(f, tx), failure) })
	untouched(f, before)
}

func testTransactionsRolledBackOnPanic(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.message()
	func() {
		defer func() {
			if p := recover(); p != "stop" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
			if err := changeMuch(f, tx); err != nil {
				t.Error(err)
			}
			panic("stop")
		})
	}()
	untouched(f, before)
}

func testTransactionsRolledBackOnGoexit(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.message()
	var done sync.WaitGroup
	done.Go(func() {
		_ = f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
			if err := changeMuch(f, tx); err != nil {
				t.Error(err)
			}
			runtime.Goexit()
			return nil
		})
	})
	done.Wait()
	untouched(f, before)
}

func testTransactionsReadsItsOwnWrites(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.write(func(tx store.Tx) error {
		m, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox, Props: []prop.Tagged{subject("here")}})
		if err != nil {
			return err
		}
		found := false
		err = tx.Scan(store.Selection{Folder: f.inbox}, []mapi.PropTag{mapi.TagSubject}, func(id store.MessageID, v []prop.Value) error {
			found = id == m.ID && v[0].Str() == "here"
			return nil
		})
		if !found {
			t.Error("the message is not in its own transaction")
		}
		return err
	})
}

func testTransactionsFailureOfOneStatementIsLocal(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.child(f.inbox, "taken")
	f.write(func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.root, Type: store.FolderGeneric, Name: "Inbox"})
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("error %v", err)
		}
		_, err = tx.CreateMessage(store.NewMessage{Folder: f.inbox})
		return err
	})
	f.same("messages", f.folder(f.inbox).ContentCount, int64(1))
	f.check()
}

// A call that is refused leaves nothing behind, whatever the transaction does then.
func testTransactionsRefusedCallsLeaveNothing(t *testing.T, open Open) {
	f := newFixture(t, open)
	taken, other := f.child(f.inbox, "taken"), f.child(f.inbox, "other")
	below := f.child(other.ID, "taken")
	root, inbox, otherBefore := f.folder(f.root), f.folder(f.inbox), f.folder(other.ID)
	f.write(func(tx store.Tx) error {
		for name, call := range map[string]func() error{
			"CreateFolder": func() error {
				_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "TAKEN"})
				return err
			},
			"MoveFolder": func() error {
				_, err := tx.MoveFolder(below.ID, store.FolderMove{Parent: f.inbox})
				return err
			},
			"Rename": func() error {
				return tx.SetFolderProps(other.ID, []prop.Tagged{{Tag: mapi.TagDisplayName, Value: prop.String("Taken")}, {Tag: mapi.TagComment, Value: prop.String("x")}}, nil)
			},
		} {
			if err := call(); !errors.Is(err, store.ErrExists) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		return nil
	})
	for _, before := range []store.Folder{root, inbox, taken, f.folder(below.ID)} {
		f.same("folder", f.folder(before.ID), before)
	}
	f.same("folder not renamed", f.folder(other.ID), otherBefore)
	f.same("children", f.names(f.inbox, false, false), []string{"other", "taken"})
	f.check()
}

func testTransactionsSnapshot(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.read(func(r store.Reader) error {
		before, err := r.Folder(f.inbox)
		if err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			done <- f.s.Update(t.Context(), f.scope(), func(tx store.Tx) error {
				_, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox})
				return err
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		after, err := r.Folder(f.inbox)
		f.same("folder in a snapshot", after, before)
		return err
	})
	f.same("messages afterwards", f.folder(f.inbox).ContentCount, int64(1))
}

func testTransactionsScope(t *testing.T, open Open) {
	f := newFixture(t, open)
	m, d, stage := f.message(), f.child(f.root, "d"), f.stage(nil)
	for name, fn := range map[string]func(store.Tx) error{
		"CreateFolder": func(tx store.Tx) error {
			_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "x"})
			return err
		},
		"SetFolderProps": func(tx store.Tx) error { return tx.SetFolderProps(f.inbox, nil, nil) },
		"SetFolderStaged": func(tx store.Tx) error {
			return tx.SetFolderStaged(f.inbox, store.Staged{Tag: mapi.TagComment, Stage: stage})
		},
		"MoveFolder":       func(tx store.Tx) error { _, err := tx.MoveFolder(d.ID, store.FolderMove{Parent: f.inbox}); return err },
		"DeleteFolder":     func(tx store.Tx) error { return tx.DeleteFolder(d.ID, true) },
		"SetMailboxProps":  func(tx store.Tx) error { return tx.SetMailboxProps(f.mb.ID, nil, nil) },
		"DeleteMailbox":    func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) },
		"CreateMessage":    func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox}); return err },
		"SaveMessage":      func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, store.MessageEdit{}); return err },
		"SetMessageFlags":  func(tx store.Tx) error { _, err := tx.SetMessageFlags(m.ID, 1, 1); return err },
		"SetMessageStatus": func(tx store.Tx) error { _, err := tx.SetMessageStatus(m.ID, 1, 1); return err },
		"MoveMessage":      func(tx store.Tx) error { _, err := tx.MoveMessage(m.ID, f.root); return err },
		"CopyMessage":      func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, f.root); return err },
		"DeleteMessage":    func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) },
		"SetReceiveFolder": func(tx store.Tx) error { return tx.SetReceiveFolder(f.mb.ID, "x", f.inbox) },
		"SetPermissions":   func(tx store.Tx) error { return tx.SetPermissions(f.inbox, nil) },
		"MarkRead":         func(tx store.Tx) error { _, err := tx.MarkRead("bob", []store.MessageID{m.ID}, true); return err },
		"RegisterNames":    func(tx store.Tx) error { _, err := tx.RegisterNames(f.mb.ID, nil); return err },
		"PutEntry":         func(tx store.Tx) error { _, err := tx.PutEntry(store.Entry{Name: "x"}); return err },
	} {
		err := f.s.Update(t.Context(), store.Scope{}, fn)
		if err == nil {
			t.Errorf("%s outside the scope succeeded", name)
		}
		for _, known := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrQuota, store.ErrDenied, store.ErrBusy} {
			if errors.Is(err, known) {
				t.Errorf("%s outside the scope: %v, which a client may see", name, err)
			}
		}
	}
}

func testTransactionsContext(t *testing.T, open Open) {
	f := newFixture(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	ran := false
	err := f.s.Update(ctx, f.scope(), func(tx store.Tx) error {
		cancel() // too late: what runs is carried through
		ran = true
		_, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox})
		return err
	})
	if err != nil || !ran {
		t.Fatalf("Update: %v, ran %v", err, ran)
	}
	f.same("messages", f.folder(f.inbox).ContentCount, int64(1))
	if err := f.s.Update(ctx, f.scope(), func(store.Tx) error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("Update after the end: %v", err)
	}
	if err := f.s.View(ctx, f.scope(), func(store.Reader) error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("View after the end: %v", err)
	}
}

func testTransactionsContextWhileWaiting(t *testing.T, open Open) {
	f := newFixture(t, open)
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	f.write(func(store.Tx) error { // holds the turn until the other one has given up
		go func() {
			waiting <- f.s.Update(ctx, f.scope(), func(store.Tx) error { t.Error("ran"); return nil })
		}()
		cancel()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("Update that waited: %v", err)
		}
		return nil
	})
	f.message() // and the store goes on
}

func testTransactionsTime(t *testing.T, open Open) {
	f := newFixture(t, open)
	scope := f.scope()
	scope.Time = 12345
	f.update(scope, func(tx store.Tx) error {
		m, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox})
		f.same("times", []mapi.FileTime{tx.Now(), m.Created, m.Modified}, []mapi.FileTime{12345, 12345, 12345})
		return err
	})
	f.write(func(tx store.Tx) error {
		if now := tx.Now(); now <= 12345 || tx.Now() != now {
			return fmt.Errorf("the clock says %d, then %d", now, tx.Now())
		}
		return nil
	})
}

func testTransactionsClosed(t *testing.T, open Open) {
	f := newFixture(t, open)
	if err := f.s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.s.Update(t.Context(), f.scope(), func(store.Tx) error { t.Error("ran"); return nil }); err == nil {
		t.Error("Update of a closed store succeeded")
	}
	if err := f.s.View(t.Context(), f.scope(), func(store.Reader) error { t.Error("ran"); return nil }); err == nil {
		t.Error("View of a closed store succeeded")
	}
	if err := f.s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
