package sqlite

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// openAt opens a store with a mailbox.
func openAt(t *testing.T, path string, d Durability) (*Store, store.Scope, store.FolderID) {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path, Durability: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var mb store.Mailbox
	err = s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if mb, err = tx.MailboxOf("alice"); err != nil {
			mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, mb.Special[store.SpecialRoot]
}

// count reads a number.
func (s *Store) count(t *testing.T, query string) (n int64) {
	t.Helper()
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error { return r.(*reader).c.row(query, nil, &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// swept waits until n chunks are left, and no garbage.
func (s *Store) swept(t *testing.T, n int64) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		chunks, garbage := s.count(t, "SELECT count(*) FROM chunk"), s.count(t, "SELECT count(*) FROM garbage")
		if chunks == n && garbage == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d chunks and %d values of garbage are left, want %d chunks", chunks, garbage, n)
		}
		runtime.Gosched()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStagesAreClearedAtOpen leaves values unfinished, as the end of a process does. Afterwards nothing of them is
// there, and what they shared is untouched.
func TestStagesAreClearedAtOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	s, scope, root := openAt(t, path, Full)
	var m store.Message
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) (err error) {
		m, err = tx.CreateMessage(store.NewMessage{Folder: root, Props: []prop.Tagged{{Tag: mapi.TagHtml, Value: prop.BinaryString(strings.Repeat("x", 100_000))}}})
		return err
	}))
	var id, shared store.StageID
	must(t, s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if shared, err = tx.StageProp(m.Bag, mapi.TagHtml); err != nil {
			return err
		}
		if id, err = tx.NewStage(); err != nil {
			return err
		}
		return tx.WriteStage(id, 0, make([]byte, 10*chunkSize))
	}))
	must(t, s.Close())
	s, _, _ = openAt(t, path, Full)
	if n := s.count(t, "SELECT count(*) FROM stage"); n != 0 {
		t.Errorf("%d stages are left", n)
	}
	for _, gone := range []store.StageID{id, shared} {
		if err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error { _, err := r.OpenStage(gone); return err }); err == nil {
			t.Errorf("stage %d is there", gone)
		}
	}
	s.swept(t, 2)
	must(t, s.Check(t.Context()))
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		v, err := r.OpenProp(m.Bag, mapi.TagHtml)
		if err != nil {
			return err
		}
		p := make([]byte, 100_000)
		_, err = v.ReadAt(p, 0)
		if string(p) != strings.Repeat("x", 100_000) {
			t.Error("the property has changed")
		}
		return err
	})
	must(t, err)
}

// TestGarbageIsSwept drops large values in every way. Their chunks go while nobody writes, and beside other updates.
func TestGarbageIsSwept(t *testing.T) {
	t.Parallel()
	s, scope, root := openAt(t, filepath.Join(t.TempDir(), "store.db"), Off)
	large := prop.BinaryString(strings.Repeat("x", 300*chunkSize))
	var m, copied store.Message
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) (err error) {
		m, err = tx.CreateMessage(store.NewMessage{Folder: root, Props: []prop.Tagged{{Tag: mapi.TagHtml, Value: large}, {Tag: 0x68000102, Value: large}}})
		if err != nil {
			return err
		}
		copied, err = tx.CopyMessage(m.ID, root)
		return err
	}))
	s.swept(t, 600)
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) }))
	s.swept(t, 600) // the copy has them
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) error {
		_, err := tx.SaveMessage(copied.ID, store.MessageEdit{ContentEdit: store.ContentEdit{Edit: store.Edit{Remove: []mapi.PropTag{mapi.TagHtml}}}})
		return err
	}))
	for range 20 { // others go on meanwhile
		must(t, s.Update(t.Context(), scope, func(tx store.Tx) error { return tx.SetMailboxProps(scope.Mailboxes[0], nil, nil) }))
	}
	s.swept(t, 300)
	var id store.StageID
	must(t, s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if id, err = tx.StageProp(copied.Bag, 0x68000102); err != nil {
			return err
		}
		return tx.WriteStage(id, 0, []byte{1}) // its own from here on
	}))
	s.swept(t, 600)
	must(t, s.Update(t.Context(), store.Scope{}, func(tx store.Tx) error { return tx.DropStage(id) }))
	s.swept(t, 300)
	must(t, s.Update(t.Context(), scope, func(tx store.Tx) error { return tx.DeleteMailbox(scope.Mailboxes[0]) }))
	s.swept(t, 0)
	must(t, s.Check(t.Context()))
}

// TestStagesDoNotWaitForTheDisk looks at how updates are committed at full durability.
func TestStagesDoNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	s, scope, _ := openAt(t, path, Full)
	const off, on = 1, 2
	synchronous := func() (n int64) {
		t.Helper()
		must(t, s.writer.conn.row("PRAGMA synchronous", nil, &n)) // the writer sleeps
		return n
	}
	var id store.StageID
	for _, step := range []struct {
		name  string
		scope store.Scope
		fn    func(store.Tx) error
		want  int64
	}{
		{"new stage", store.Scope{}, func(tx store.Tx) (err error) { id, err = tx.NewStage(); return err }, off},
		{"written", store.Scope{Origin: 7}, func(tx store.Tx) error { return tx.WriteStage(id, 0, []byte("abc")) }, off},
		{"a durable one", scope, func(tx store.Tx) error { return tx.SetMailboxProps(scope.Mailboxes[0], nil, nil) }, on},
		{"written again", store.Scope{}, func(tx store.Tx) error { return tx.WriteStage(id, 3, []byte("def")) }, off},
		// What turns out to be more than a stage is made durable by a commit of its own.
		{"reserved counters", store.Scope{}, func(tx store.Tx) error { _, err := tx.ReserveCounters(5); return err }, on},
		{"resized", store.Scope{}, func(tx store.Tx) error { return tx.ResizeStage(id, 1) }, off},
		{"a mailbox", store.Scope{}, func(tx store.Tx) error {
			_, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: "bob"})
			return err
		}, on},
	} {
		must(t, s.Update(t.Context(), step.scope, step.fn))
		if got := synchronous(); got != step.want {
			t.Errorf("%s: synchronous is %d, want %d", step.name, got, step.want)
		}
	}
	must(t, s.Close())
	s, _, _ = openAt(t, path, Normal)
	must(t, s.Check(t.Context()))
	must(t, s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) { _, err = tx.NewStage(); return err }))
	if got := synchronous(); got != off {
		t.Errorf("normal durability: synchronous is %d, want %d", got, off)
	}
}

// TestSnapshotHasNoStages loads a snapshot that was taken while a value was being written.
func TestSnapshotHasNoStages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, _, _ := openAt(t, filepath.Join(dir, "store.db"), Off)
	var id store.StageID
	must(t, s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if id, err = tx.NewStage(); err != nil {
			return err
		}
		return tx.WriteStage(id, 0, make([]byte, 3*chunkSize))
	}))
	must(t, s.SaveSnapshot(t.Context(), filepath.Join(dir, "snapshot.db")))
	must(t, s.LoadSnapshot(t.Context(), filepath.Join(dir, "snapshot.db")))
	if err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error { _, err := r.OpenStage(id); return err }); err == nil {
		t.Error("the stage is there")
	}
	s.swept(t, 0)
	must(t, s.Check(t.Context()))
}
