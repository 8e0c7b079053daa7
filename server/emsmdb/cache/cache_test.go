package cache

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// fixture is a store with two mailboxes and a folder in the first.
type fixture struct {
	*testing.T
	st     *sqlite.Store
	a, b   store.Mailbox
	folder store.FolderID
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t}
	var err error
	if f.st, err = sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.st.Close() })
	f.update(func(tx store.Tx) (err error) {
		if f.a, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "a"}); err != nil {
			return err
		}
		if f.b, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: "b"}); err != nil {
			return err
		}
		d, err := tx.CreateFolder(store.NewFolder{Mailbox: f.a.ID, Parent: f.a.Special[store.SpecialRoot], Type: store.FolderGeneric, Special: store.SpecialCount, Name: "d"})
		f.folder = d.ID
		return err
	})
	return f
}

func (f *fixture) update(fn func(store.Tx) error) {
	f.Helper()
	if err := f.st.Update(f.Context(), store.Scope{Mailboxes: []store.MailboxID{f.a.ID, f.b.ID}}, fn); err != nil {
		f.Fatal(err)
	}
}

func comment(text string) []prop.Tagged {
	return []prop.Tagged{{Tag: mapi.TagComment, Value: prop.String(text)}}
}

// TestFoldersAreCurrent: after every kind of change a folder is as the store has it, and the generation tells changes
// that a hierarchy could show.
func TestFoldersAreCurrent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := NewFolders(f.st)
	t.Cleanup(c.Close)
	root := f.a.Special[store.SpecialRoot]
	var other store.Folder
	for _, step := range []struct {
		name  string
		shows bool
		fn    func(tx store.Tx) error
	}{
		{"Props", true, func(tx store.Tx) error { return tx.SetFolderProps(f.folder, comment("x"), nil) }},
		{"Rename", true, func(tx store.Tx) error {
			_, err := tx.MoveFolder(f.folder, store.FolderMove{Parent: root, Name: "e"})
			return err
		}},
		{"Message", false, func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: f.folder}); return err }},
		{"Permissions", true, func(tx store.Tx) error {
			return tx.SetPermissions(f.folder, []store.Permission{{Account: "b", Rights: 1}})
		}},
		{"Child", true, func(tx store.Tx) (err error) {
			other, err = tx.CreateFolder(store.NewFolder{Mailbox: f.a.ID, Parent: f.folder, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "c"})
			return err
		}},
		{"ChildMoved", true, func(tx store.Tx) error {
			_, err := tx.MoveFolder(other.ID, store.FolderMove{Parent: root})
			return err
		}},
		{"DeletedSoftly", true, func(tx store.Tx) error { return tx.DeleteFolder(f.folder, false) }},
		{"DeletedForGood", true, func(tx store.Tx) error { return tx.DeleteFolder(f.folder, true) }},
	} {
		for _, id := range []store.FolderID{root, f.folder} { // so that there is something stale to give
			_, _ = c.Get(t.Context(), id)
		}
		before := c.Generation()
		f.update(step.fn)
		if moved := c.Generation() != before; moved != step.shows {
			t.Errorf("%s: the generation moved: %v", step.name, moved)
		}
		for _, id := range []store.FolderID{root, f.folder} {
			var want *Folder
			wantErr := f.st.View(t.Context(), store.Scope{}, func(r store.Reader) (err error) { want, err = ReadFolder(r, id); return err })
			got, err := c.Get(t.Context(), id)
			if errors.Is(wantErr, store.ErrNotFound) && errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil || wantErr != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: folder %d: %v, %v; want %v, %v", step.name, id, got, err, want, wantErr)
			}
		}
	}
}

// TestMailboxesAreCurrent: sizes and properties are those of the store, of both mailboxes a message moves between.
func TestMailboxesAreCurrent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := NewMailboxes(f.st)
	t.Cleanup(c.Close)
	var m store.Message
	for _, step := range []struct {
		name string
		fn   func(tx store.Tx) error
	}{
		{"Message", func(tx store.Tx) (err error) {
			m, err = tx.CreateMessage(store.NewMessage{Folder: f.folder, Props: comment("a message")})
			return err
		}},
		{"Props", func(tx store.Tx) error { return tx.SetMailboxProps(f.a.ID, comment("x"), nil) }},
		{"Moved", func(tx store.Tx) (err error) {
			m, err = tx.MoveMessage(m.ID, f.b.Special[store.SpecialRoot])
			return err
		}},
		{"Public", func(tx store.Tx) error {
			_, err := tx.CreateMailbox(store.NewMailbox{Kind: store.PublicMailbox, GUID: mapi.GUID{3}})
			return err
		}},
		{"Deleted", func(tx store.Tx) error { return tx.DeleteMailbox(f.b.ID) }},
	} {
		ids := []store.MailboxID{f.a.ID, f.b.ID, PublicMailbox}
		for _, id := range ids {
			_, _ = c.Get(t.Context(), id)
		}
		f.update(step.fn)
		for _, id := range ids {
			var want *Mailbox
			wantErr := f.st.View(t.Context(), store.Scope{}, func(r store.Reader) (err error) { want, err = readMailbox(r, id); return err })
			got, err := c.Get(t.Context(), id)
			if errors.Is(wantErr, store.ErrNotFound) != errors.Is(err, store.ErrNotFound) || err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: mailbox %d: %v, %v; want %v, %v", step.name, id, got, err, want, wantErr)
			}
		}
	}
}

// TestStaleReadsAreNotKept: what was read before a commit that was published meanwhile is given to who asked, but never
// to who asks afterwards.
func TestStaleReadsAreNotKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := new(Folders)
	meanwhile := func() {}
	c.begin(f.st, func(r store.Reader, id store.FolderID) (*Folder, error) {
		d, err := ReadFolder(r, id)
		meanwhile()
		return d, err
	}, c.drop)
	t.Cleanup(c.Close)
	done := make(chan struct{})
	meanwhile = func() {
		go func() {
			defer close(done)
			f.update(func(tx store.Tx) error { return tx.SetFolderProps(f.folder, comment("new"), nil) })
		}()
		<-done
		meanwhile = func() {}
	}
	old, err := c.Get(t.Context(), f.folder)
	if _, there := old.Stored(mapi.TagComment.ID()); err != nil || there {
		t.Fatalf("the first look: %v, %v", old, err)
	}
	now, err := c.Get(t.Context(), f.folder)
	if p, there := now.Stored(mapi.TagComment.ID()); err != nil || !there || p.Value.Str() != "new" {
		t.Errorf("the second look: %v, %v", now, err)
	}
	if again, _ := c.Get(t.Context(), f.folder); again != now {
		t.Error("what is current is not kept")
	}
}

// TestCacheIsBounded: beyond its bound the cache begins anew, and what it gives stays right.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := new(kept[int, int])
	c.begin(f.st, func(_ store.Reader, id int) (*int, error) { return &id, nil }, func([]store.Change) {})
	t.Cleanup(c.Close)
	for id := range maxKept + 100 {
		v, err := c.Get(t.Context(), id)
		if err != nil || *v != id {
			t.Fatalf("%d: %v, %v", id, v, err)
		}
		if len(c.values) > maxKept {
			t.Fatalf("%d values are kept", len(c.values))
		}
	}
}

// TestCacheUnderWriters: whoever looks after a commit was published sees it, however many look and write.
func TestCacheUnderWriters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := NewFolders(f.st)
	t.Cleanup(c.Close)
	var published sync.Map // folder → newest change number whose Update has returned
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				least, _ := published.LoadOrStore(f.folder, store.ChangeNumber(0))
				d, err := c.Get(t.Context(), f.folder)
				if err != nil || d.Change < least.(store.ChangeNumber) {
					t.Errorf("change %d after %d was published: %v", d.Change, least, err)
					return
				}
			}
		})
	}
	writers.Go(func() {
		for i := range 200 {
			var now store.Folder
			f.update(func(tx store.Tx) (err error) {
				if err := tx.SetFolderProps(f.folder, comment(fmt.Sprint(i)), nil); err != nil {
					return err
				}
				now, err = tx.Folder(f.folder)
				return err
			})
			published.Store(f.folder, now.Change)
		}
	})
	writers.Wait()
	close(stop)
	readers.Wait()
}

// TestRows: rows are kept by kind and list, not beyond a change of their message, and not when they were read before
// one; the budget holds.
func TestRows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const budget = 10 << 10
	c := NewRows(f.st, budget)
	t.Cleanup(c.Close)
	var ids []store.MessageID
	f.update(func(tx store.Tx) error {
		for range 3 {
			m, err := tx.CreateMessage(store.NewMessage{Folder: f.folder})
			if err != nil {
				return err
			}
			ids = append(ids, m.ID)
		}
		return nil
	})
	sel := store.Selection{Folder: f.folder}
	row := func(text string) prop.Row { return prop.Row{Values: []prop.Value{prop.String(text)}} }
	out := make([]prop.Row, len(ids))
	missing, before := c.Get("k", sel, ids, out)
	if len(missing) != 3 {
		t.Fatalf("missing %v", missing)
	}
	c.Put("k", sel, ids, []prop.Row{row("0"), row("1"), {}}, before)
	missing, _ = c.Get("k", sel, ids, out)
	if len(missing) != 1 || missing[0] != 2 || out[1].Values[0].Str() != "1" {
		t.Errorf("missing %v of %v: a row that is gone must not be kept, the others must", missing, out)
	}
	for name, miss := range map[string]func() []int{
		"AnotherKind": func() []int { m, _ := c.Get("other", sel, ids[:2], out); return m },
		"AnotherList": func() []int {
			m, _ := c.Get("k", store.Selection{Folder: f.folder, Deleted: true}, ids[:2], out)
			return m
		},
	} {
		if m := miss(); len(m) != 2 {
			t.Errorf("%s: missing %v", name, m)
		}
	}
	_, stale := c.Get("k", sel, ids, out)
	f.update(func(tx store.Tx) error { _, err := tx.SaveMessage(ids[0], store.MessageEdit{}); return err })
	c.Put("k", sel, ids[2:], []prop.Row{row("stale")}, stale)
	if missing, _ = c.Get("k", sel, ids, out); len(missing) != 2 || missing[0] != 0 || missing[1] != 2 {
		t.Errorf("after a change of the first, and stale rows: missing %v", missing)
	}
	for i := range 200 {
		_, now := c.Get("k", sel, ids, out)
		c.Put(fmt.Sprint("kind", i), sel, ids[:1], []prop.Row{row(fmt.Sprintf("%01000d", i))}, now)
		if c.bytes > budget+2000 {
			t.Fatalf("%d bytes are kept", c.bytes)
		}
	}
}
