package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// fill makes a mailbox with a message in its root.
func fill(t *testing.T, s *sqlite.Store, n int) store.Mailbox {
	t.Helper()
	var mb store.Mailbox
	err := s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"}); err != nil {
			return err
		}
		for i := range n {
			_, err = tx.CreateMessage(store.NewMessage{Folder: mb.Special[store.SpecialRoot], Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprint("message ", i))}, {Tag: mapi.TagBody, Value: prop.String(strings.Repeat("x", 3000))},
			}})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return mb
}

// made makes a database with something in it, closed.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 100)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a folder?", "with#odd%41 characters", "store.db")
	replica := mapi.GUID{9, 8, 7}
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Replica: replica, Clock: func() time.Time { return time.Unix(1e9, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	mb := fill(t, s, 1)
	if mb.Created != mapi.NewFileTime(time.Unix(1e9, 0)) {
		t.Errorf("created at %v, not by the clock", mb.Created.Time())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left after closing: %v", left, err)
		}
	}
	s, err = sqlite.Open(t.Context(), sqlite.Options{Path: path, Replica: mapi.GUID{1}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.ReplicaGUID() != replica {
		t.Errorf("replica GUID is %s, want %s", s.ReplicaGUID(), replica)
	}
	err = s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, func(tx store.Tx) error {
		got, err := tx.MailboxOf("alice")
		if err != nil {
			return err
		}
		f, err := tx.Folder(got.Special[store.SpecialRoot])
		if f.ContentCount != 1 {
			t.Errorf("%d messages, want 1", f.ContentCount)
		}
		if err != nil {
			return err
		}
		m, err := tx.CreateMessage(store.NewMessage{Folder: f.ID})
		if m.ID != 5 { // root 1 and its change 2, message 3 and its change 4
			t.Errorf("the next message is %d, want 5", m.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("file modes are not those of Windows")
	}
	dir := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "store.db")
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fill(t, s, 1)
	for name, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, path + ".lock": 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, error %v, want %v", name, info.Mode().Perm(), err, want)
		}
	}
}

func TestOpenMemory(t *testing.T) {
	t.Parallel()
	a, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	b, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, a, 1)
	fill(t, b, 1) // its own
	for _, s := range []*sqlite.Store{a, b} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Dir(s.Path())); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left after closing: %v", s.Path(), err)
		}
	}
}

// patch overwrites bytes of a file.
func patch(t *testing.T, path string, off int64, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(data, off); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		spoil   func(t *testing.T, path string)
		problem sqlite.Problem
		text    string
	}{
		{"NotADatabase", func(t *testing.T, path string) { patch(t, path, 0, []byte("PK\x03\x04")) }, sqlite.Foreign, "choose another store.path"},
		{"TooShort", func(t *testing.T, path string) {
			if err := os.Truncate(path, 7); err != nil {
				t.Fatal(err)
			}
		}, sqlite.Foreign, "choose another store.path"},
		{"OtherProgram", func(t *testing.T, path string) { patch(t, path, 68, []byte("GPKG")) }, sqlite.Foreign, "choose another store.path"},
		{"Newer", func(t *testing.T, path string) { patch(t, path, 60, []byte{0, 0, 0, 99}) }, sqlite.Newer, "its schema is 99, this version knows "},
		{"Older", func(t *testing.T, path string) { patch(t, path, 60, []byte{0, 0, 0, 1}) }, sqlite.Older, "its schema is 1, this version knows 2 to "},
		{"SchemaDamaged", func(t *testing.T, path string) { patch(t, path, 100, []byte(strings.Repeat("\xA5", 3000))) }, sqlite.Damaged, "restore a copy"},
		{"Cut", func(t *testing.T, path string) {
			if err := os.Truncate(path, 4096); err != nil {
				t.Fatal(err)
			}
		}, sqlite.Damaged, "restore a copy"},
		{"IsAFolder", func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, sqlite.Unreadable, "the right to read and write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := made(t)
			c.spoil(t, path)
			s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			e, ok := errors.AsType[*sqlite.OpenError](err)
			if !ok || e.Problem != c.problem || e.Path != path {
				t.Fatalf("error %v of problem %v", err, e)
			}
			text := err.Error()
			if strings.Count(text, path) != 1 || !strings.Contains(text, c.text) || strings.Contains(text, "\n") {
				t.Errorf("not one sentence with the file and the remedy %q: %s", c.text, text)
			}
			if _, err := os.Stat(path + "-wal"); err == nil {
				t.Error("a log was left beside a database that was refused")
			}
		})
	}
}

func TestOpenBelowAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(file, "store.db")})
	if e, ok := errors.AsType[*sqlite.OpenError](err); !ok || e.Problem != sqlite.Unreadable {
		t.Fatalf("error %v", err)
	}
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	path := made(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(t.Context(), sqlite.Options{Path: path})
	e, ok := errors.AsType[*sqlite.OpenError](err)
	if !ok || e.Problem != sqlite.Locked || !strings.Contains(err.Error(), fmt.Sprintf("(pid %d)", os.Getpid())) {
		t.Errorf("second Open: %v", err)
	}
	fill2 := func() error {
		return s.Update(t.Context(), store.Scope{}, func(tx store.Tx) error { _, err := tx.MailboxOf("alice"); return err })
	}
	if err := fill2(); err != nil {
		t.Errorf("the first one was disturbed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatalf("after the first was closed: %v", err)
	}
	s.Close()
}

// TestOpenTwiceFromOutside opens the database in another process.
func TestOpenTwiceFromOutside(t *testing.T) {
	const variable = "SQLITE_TEST_OPEN"
	if path := os.Getenv(variable); path != "" {
		_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
		if e, ok := errors.AsType[*sqlite.OpenError](err); ok && e.Problem == sqlite.Locked {
			os.Exit(42)
		}
		os.Exit(1)
	}
	path := made(t)
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpenTwiceFromOutside$")
	cmd.Env = append(os.Environ(), variable+"="+path)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 42 {
		t.Errorf("the other process: %v, %s", err, out)
	}
}

func TestOpenDone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "x.db")}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestCheckFindsDamage overwrites pages in the middle of the file, which opening does not read.
func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	path := made(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	last := info.Size() - 8192
	patch(t, path, last, []byte(strings.Repeat("\xFF", 8192)))
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("Check: %v", err)
	}
}
