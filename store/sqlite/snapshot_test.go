package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// subjectsOf reads the subjects in a mailbox's root, by id.
func subjectsOf(t *testing.T, s *sqlite.Store, folder store.FolderID) (out []string) {
	t.Helper()
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		return r.Scan(store.Selection{Folder: folder}, []mapi.PropTag{mapi.TagSubject}, func(_ store.MessageID, v []prop.Value) error {
			out = append(out, v[0].Str())
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSnapshotBringsEverythingBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	box := fill(t, s, 3)
	root := box.Special[store.SpecialRoot]
	file := filepath.Join(t.TempDir(), "one.db")
	if err := s.SaveSnapshot(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode().Perm(), err)
	}
	add := func() (m store.Message) {
		t.Helper()
		err := s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{box.ID}, Directory: true}, func(tx store.Tx) (err error) {
			if _, err := tx.PutEntry(store.Entry{Kind: store.UserEntry, Name: "dave", DN: "/cn=dave"}); err != nil {
				return err
			}
			m, err = tx.CreateMessage(store.NewMessage{Folder: root, Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("later")}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	later := add()
	before, err := s.Snapshot(t.Context())
	if err != nil || before.ByName("dave") == nil {
		t.Fatalf("%+v, %v", before, err)
	}
	var told []store.ChangeKind
	cancel := s.Changes().Subscribe(func(changes []store.Change) {
		for _, c := range changes {
			told = append(told, c.Kind)
		}
	})
	if err := s.LoadSnapshot(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	cancel()
	if len(told) != 1 || told[0] != store.StoreReset {
		t.Errorf("the feed told %v", told)
	}
	if got := subjectsOf(t, s, root); len(got) != 3 || got[2] != "message 2" {
		t.Errorf("subjects %q", got)
	}
	after, err := s.Snapshot(t.Context())
	if err != nil || after.ByName("dave") != nil || after.Version <= before.Version {
		t.Errorf("directory %+v after version %d, %v", after, before.Version, err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if again := add(); again.ID != later.ID {
		t.Errorf("the next message is %d, it was %d the first time", again.ID, later.ID)
	}
	if err := s.SaveSnapshot(t.Context(), file); err != nil { // over the old one
		t.Fatal(err)
	}
	if err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.LoadSnapshot(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if got := subjectsOf(t, s, root); len(got) != 4 {
		t.Errorf("subjects %q", got)
	}
}

func TestSnapshotThatIsNone(t *testing.T) {
	t.Parallel()
	s := open(t)
	root := fill(t, s, 2).Special[store.SpecialRoot]
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte("no database at all, but some text that is long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "other.db"), Replica: mapi.GUID{9}})
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other-snapshot.db")
	if err := errors.Join(foreign.SaveSnapshot(t.Context(), other), foreign.Close()); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]error{
		filepath.Join(dir, "none.db"): store.ErrNotFound, garbage: sqlite.ErrForeignSnapshot, other: sqlite.ErrForeignSnapshot,
	} {
		for what, err := range map[string]error{"check": s.CheckSnapshot(t.Context(), file), "load": s.LoadSnapshot(t.Context(), file)} {
			if !errors.Is(err, want) {
				t.Errorf("%s %s: %v, want %v", what, filepath.Base(file), err, want)
			}
		}
	}
	if got := subjectsOf(t, s, root); len(got) != 2 {
		t.Errorf("subjects %q after failures", got)
	}
	if err := s.SaveSnapshot(t.Context(), filepath.Join(dir, "no", "folder.db")); err == nil {
		t.Error("a snapshot in a folder that is not there")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".snapshot-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
