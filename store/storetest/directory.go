package storetest

import (
	"errors"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// OpenDirectory opens an empty directory together with the store that writes it.
type OpenDirectory func(t *testing.T) (store.Directory, store.Store)

// RunDirectory tests a directory against the contract.
func RunDirectory(t *testing.T, open OpenDirectory) {
	t.Run("Empty", func(t *testing.T) { testDirectoryEmpty(t, open) })
	t.Run("PutAndFound", func(t *testing.T) { testDirectoryPutAndFound(t, open) })
	t.Run("Replaced", func(t *testing.T) { testDirectoryReplaced(t, open) })
	t.Run("DNTaken", func(t *testing.T) { testDirectoryDNTaken(t, open) })
	t.Run("Removed", func(t *testing.T) { testDirectoryRemoved(t, open) })
	t.Run("Credentials", func(t *testing.T) { testDirectoryCredentials(t, open) })
	t.Run("Versions", func(t *testing.T) { testDirectoryVersions(t, open) })
}

// fullEntry has every field set that the writer sets.
var fullEntry = store.Entry{
	Kind: store.UserEntry, Name: "Alice", DN: "/o=x/cn=alice", GUID: mapi.GUID{1}, DisplayName: "Alice Adams", Mail: "alice@x.test",
	Aliases: []string{"a@x.test"}, Hidden: true, Admin: true, Enabled: true, System: true, Mailbox: 7, Members: []string{"m"}, ManagedBy: "bob",
	Attributes: map[string][]string{"title": {"Engineer"}, "home_phones": {"1", "2"}}, Certificates: [][]byte{{1, 0, 255}},
	Quota: store.Quota{Warning: 1, Send: 2, Receive: 1<<32 - 1},
}

var directoryScope = store.Scope{Directory: true}

// directoryFixture is an empty directory with its store.
type directoryFixture struct {
	fixture
	dir store.Directory
}

func newDirectoryFixture(t *testing.T, open OpenDirectory) *directoryFixture {
	t.Parallel()
	dir, s := open(t)
	return &directoryFixture{fixture{T: t, s: s}, dir}
}

func (f *directoryFixture) snapshot() *store.Snapshot {
	f.Helper()
	snap, err := f.dir.Snapshot(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	return snap
}

func testDirectoryEmpty(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	snap := f.snapshot()
	f.same("entries", snap.Entries, []store.Entry(nil))
	if snap.ByName("x") != nil || snap.ByDN("") != nil || snap.ByMail("") != nil || snap.ByMId(0x10) != nil {
		t.Error("found an entry in an empty directory")
	}
	if _, err := f.dir.Credential(t.Context(), "x"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Credential: %v", err)
	}
}

func testDirectoryPutAndFound(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	var put store.Entry
	f.update(directoryScope, func(tx store.Tx) (err error) { put, err = tx.PutEntry(fullEntry); return err })
	want := fullEntry
	want.MId, want.Created, want.Modified = 0x10, put.Created, put.Modified
	f.same("entry", put, want)
	snap := f.snapshot()
	f.same("entries", snap.Entries, []store.Entry{want})
	for name, e := range map[string]*store.Entry{
		"ByName": snap.ByName("ALICE"), "ByDN": snap.ByDN("/O=X/CN=ALICE"), "ByMail": snap.ByMail("ALICE@x.TEST"), "ByAlias": snap.ByMail("A@X.test"),
		"ByMId": snap.ByMId(0x10),
	} {
		if e != &snap.Entries[0] {
			t.Errorf("%s found %v", name, e)
		}
	}
}

func testDirectoryReplaced(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	var first, second, third store.Entry
	f.update(store.Scope{Directory: true, Time: 100}, func(tx store.Tx) (err error) { first, err = tx.PutEntry(fullEntry); return err })
	f.update(store.Scope{Directory: true, Time: 200}, func(tx store.Tx) (err error) {
		second, err = tx.PutEntry(store.Entry{Name: "alice", DN: "/cn=other"})
		return err
	})
	f.same("replaced", second, store.Entry{MId: first.MId, Name: "alice", DN: "/cn=other", Created: 100, Modified: 200})
	f.update(directoryScope, func(tx store.Tx) (err error) {
		third, err = tx.PutEntry(store.Entry{Name: "bob", DN: "/cn=bob"})
		return err
	})
	f.same("next minimal id", third.MId, first.MId+1)
	f.same("entries", len(f.snapshot().Entries), 2)
}

func testDirectoryDNTaken(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	f.update(directoryScope, func(tx store.Tx) error { _, err := tx.PutEntry(fullEntry); return err })
	err := f.s.Update(t.Context(), directoryScope, func(tx store.Tx) error {
		_, err := tx.PutEntry(store.Entry{Name: "bob", DN: "/o=x/cn=ALICE"})
		return err
	})
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("PutEntry: %v", err)
	}
	f.same("entries", len(f.snapshot().Entries), 1)
}

func testDirectoryRemoved(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	f.update(directoryScope, func(tx store.Tx) error {
		if _, err := tx.PutEntry(fullEntry); err != nil {
			return err
		}
		return tx.SetCredential(store.Credential{Name: "alice", NTHash: [16]byte{1}})
	})
	old := f.snapshot()
	f.update(directoryScope, func(tx store.Tx) error { return tx.RemoveEntry("ALICE") })
	f.same("entries", f.snapshot().Entries, []store.Entry(nil))
	f.same("a snapshot stays", len(old.Entries), 1)
	if _, err := f.dir.Credential(t.Context(), "alice"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Credential: %v", err)
	}
	if err := f.s.Update(t.Context(), directoryScope, func(tx store.Tx) error { return tx.RemoveEntry("alice") }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("RemoveEntry: %v", err)
	}
	var again store.Entry
	f.update(directoryScope, func(tx store.Tx) (err error) { again, err = tx.PutEntry(fullEntry); return err })
	f.same("minimal id of the next entry", again.MId, uint32(0x11))
}

func testDirectoryCredentials(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	f.update(directoryScope, func(tx store.Tx) error { _, err := tx.PutEntry(fullEntry); return err })
	for _, hash := range [][16]byte{{1, 2}, {3, 4}} {
		f.update(directoryScope, func(tx store.Tx) error { return tx.SetCredential(store.Credential{Name: "ALICE", NTHash: hash}) })
		got, err := f.dir.Credential(t.Context(), "aLiCe")
		if err != nil {
			t.Fatal(err)
		}
		f.same("credential", got, store.Credential{Name: "Alice", NTHash: hash})
	}
	err := f.s.Update(t.Context(), directoryScope, func(tx store.Tx) error { return tx.SetCredential(store.Credential{Name: "nobody"}) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("SetCredential: %v", err)
	}
}

func testDirectoryVersions(t *testing.T, open OpenDirectory) {
	f := newDirectoryFixture(t, open)
	a := f.snapshot()
	if b := f.snapshot(); b != a {
		t.Error("an unchanged directory was read again")
	}
	f.update(directoryScope, func(tx store.Tx) error { _, err := tx.PutEntry(fullEntry); return err })
	b := f.snapshot()
	if b.Version <= a.Version {
		t.Errorf("version went from %d to %d", a.Version, b.Version)
	}
	_ = f.s.Update(t.Context(), directoryScope, func(tx store.Tx) error {
		if err := tx.RemoveEntry("alice"); err != nil {
			t.Error(err)
		}
		return errStop
	})
	f.same("after a rollback", f.snapshot().Version, b.Version)
	if err := f.s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := f.snapshot()
	f.same("after a reset", len(c.Entries), 0)
	if c.Version <= b.Version {
		t.Errorf("version went from %d to %d", b.Version, c.Version)
	}
}
