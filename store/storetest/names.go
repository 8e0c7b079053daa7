package storetest

import (
	"fmt"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// A name of each kind.
var (
	nameByNumber = prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: 0x8503}
	nameByText   = prop.Name{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: "Keywords"}
)

func testNames(t *testing.T, open Open) {
	t.Run("Registered", func(t *testing.T) { testNamesRegistered(t, open) })
	t.Run("TextIsCaseless", func(t *testing.T) { testNamesTextIsCaseless(t, open) })
	t.Run("SharedByMailboxes", func(t *testing.T) { testNamesSharedByMailboxes(t, open) })
	t.Run("Refused", func(t *testing.T) { testNamesRefused(t, open) })
	t.Run("Limit", func(t *testing.T) { testNamesLimit(t, open) })
}

func testReplicas(t *testing.T, open Open) {
	f := newFixture(t, open)
	foreign := mapi.GUID{0xF0}
	own := f.s.ReplicaGUID()
	if own.IsZero() {
		t.Fatal("the replica GUID is zero")
	}
	var id uint16
	f.write(func(tx store.Tx) (err error) { id, err = tx.RegisterReplica(f.mb.ID, foreign); return err })
	if id <= 1 {
		t.Fatalf("a foreign replica has id %d", id)
	}
	for guid, want := range map[mapi.GUID]uint16{own: 1, foreign: id} {
		var again, found uint16
		var back mapi.GUID
		f.write(func(tx store.Tx) (err error) { again, err = tx.RegisterReplica(f.mb.ID, guid); return err })
		f.read(func(r store.Reader) (err error) { found, err = r.ReplicaID(f.mb.ID, guid); return err })
		f.read(func(r store.Reader) (err error) { back, err = r.ReplicaGUIDOf(f.mb.ID, want); return err })
		f.same(fmt.Sprintf("replica %d", want), []any{again, found, back}, []any{want, want, guid})
	}
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.ReplicaID(f.mb.ID, mapi.GUID{1, 2}); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.ReplicaGUIDOf(f.mb.ID, 0); return err })
	f.refuse(store.ErrDenied, func(tx store.Tx) error { _, err := tx.RegisterReplica(f.mb.ID, mapi.GUID{}); return err })
}

func testReceiveFolders(t *testing.T, open Open) {
	f := newFixture(t, open)
	var now mapi.FileTime
	f.write(func(tx store.Tx) error {
		now = tx.Now()
		for _, class := range []string{"IPM", "", "REPORT.IPM"} {
			if err := tx.SetReceiveFolder(f.mb.ID, class, f.inbox); err != nil {
				return err
			}
		}
		return tx.SetReceiveFolder(f.mb.ID, "ipm", f.root) // the same class
	})
	list := func() (rows []store.ReceiveFolder) {
		f.read(func(r store.Reader) (err error) { rows, err = r.ReceiveFolders(f.mb.ID); return err })
		return rows
	}
	f.same("rows", list(), []store.ReceiveFolder{{Class: "", Folder: f.inbox, Modified: now}, {Class: "ipm", Folder: f.root, Modified: now}, {Class: "REPORT.IPM", Folder: f.inbox, Modified: now}})
	f.write(func(tx store.Tx) error { return tx.SetReceiveFolder(f.mb.ID, "IPM", 0) })
	f.same("rows", list(), []store.ReceiveFolder{{Class: "", Folder: f.inbox, Modified: now}, {Class: "REPORT.IPM", Folder: f.inbox, Modified: now}})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.SetReceiveFolder(f.mb.ID, "IPM", 0) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.SetReceiveFolder(f.mb.ID, "IPM", 4711) })
}

func testPermissions(t *testing.T, open Open) {
	f := newFixture(t, open)
	set := func(p ...store.Permission) (list []store.Permission) {
		f.write(func(tx store.Tx) error { return tx.SetPermissions(f.inbox, p) })
		f.read(func(r store.Reader) (err error) { list, err = r.Permissions(f.inbox); return err })
		return list
	}
	f.same("none", set(), []store.Permission(nil))
	f.same("set", set(store.Permission{Account: "bob", Rights: 0x401}, store.Permission{Rights: 0x800}, store.Permission{Member: store.MemberAnonymous}),
		[]store.Permission{{Member: store.MemberAnonymous}, {Rights: 0x800}, {Member: 1, Account: "bob", Rights: 0x401}})
	f.same("a member id is not used again", set(store.Permission{Account: "carol"}), []store.Permission{{Member: 2, Account: "carol"}})
	f.same("a member keeps its id", set(store.Permission{Member: 2, Account: "carol", Rights: 1}, store.Permission{Account: "dora"}),
		[]store.Permission{{Member: 2, Account: "carol", Rights: 1}, {Member: 3, Account: "dora"}})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.SetPermissions(4711, nil) })
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		return tx.SetPermissions(f.inbox, []store.Permission{{Member: 5, Account: "a"}, {Member: 5, Account: "b"}})
	})
}

func testNamesRegistered(t *testing.T, open Open) {
	f := newFixture(t, open)
	var ids, again []uint16
	f.write(func(tx store.Tx) (err error) {
		ids, err = tx.RegisterNames(f.mb.ID, []prop.Name{nameByNumber, nameByText})
		return err
	})
	f.same("ids", ids, []uint16{0x8001, 0x8002})
	other := prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidTask, LID: nameByNumber.LID}
	f.write(func(tx store.Tx) (err error) {
		again, err = tx.RegisterNames(f.mb.ID, []prop.Name{nameByText, other, nameByNumber, other})
		return err
	})
	f.same("ids again", again, []uint16{0x8002, 0x8003, 0x8001, 0x8003})
	f.read(func(r store.Reader) error {
		found, err := r.NameIDs(f.mb.ID, []prop.Name{other, {Kind: prop.NameLID, GUID: mapi.PsetidNote}, nameByText})
		f.same("found", found, []uint16{0x8003, 0, 0x8002})
		if err != nil {
			return err
		}
		names, err := r.Names(f.mb.ID, []uint16{0x8002, 0x9000, 0x8001})
		f.same("names", names, []prop.Name{nameByText, {Kind: prop.NameNone}, nameByNumber})
		if err != nil {
			return err
		}
		all, names, err := r.AllNames(f.mb.ID)
		f.same("all ids", all, []uint16{0x8001, 0x8002, 0x8003})
		f.same("all names", names, []prop.Name{nameByNumber, nameByText, other})
		return err
	})
}

func testNamesTextIsCaseless(t *testing.T, open Open) {
	f := newFixture(t, open)
	var ids []uint16
	upper, german := nameByText, nameByText
	upper.Text, german.Text = "KEYWORDS", "Größe"
	bigGerman := german
	bigGerman.Text = "GRÖSSE"
	f.write(func(tx store.Tx) (err error) {
		ids, err = tx.RegisterNames(f.mb.ID, []prop.Name{nameByText, upper, german, bigGerman})
		return err
	})
	f.same("ids", ids, []uint16{0x8001, 0x8001, 0x8002, 0x8002})
	f.read(func(r store.Reader) error {
		names, err := r.Names(f.mb.ID, ids[1:2])
		f.same("the name is the first one's", names, []prop.Name{nameByText})
		return err
	})
}

func testNamesSharedByMailboxes(t *testing.T, open Open) {
	f := newFixture(t, open)
	var bob store.Mailbox
	f.update(store.Scope{}, func(tx store.Tx) (err error) {
		bob, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: "bob"})
		return err
	})
	f.write(func(tx store.Tx) error { _, err := tx.RegisterNames(f.mb.ID, []prop.Name{nameByNumber}); return err })
	f.read(func(r store.Reader) error {
		ids, err := r.NameIDs(bob.ID, []prop.Name{nameByNumber})
		f.same("ids", ids, []uint16{0x8001})
		return err
	})
}

func testNamesRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		_, err := tx.RegisterNames(f.mb.ID, []prop.Name{{Kind: prop.NameNone}})
		return err
	})
}

func testNamesLimit(t *testing.T, open Open) {
	f := newFixture(t, open)
	names := make([]prop.Name, 0x7FFE)
	for i := range names {
		names[i] = prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: uint32(i)}
	}
	var ids []uint16
	f.write(func(tx store.Tx) (err error) { ids, err = tx.RegisterNames(f.mb.ID, names); return err })
	f.same("last id", ids[len(ids)-1], uint16(0xFFFE))
	f.refuse(store.ErrQuota, func(tx store.Tx) error { _, err := tx.RegisterNames(f.mb.ID, []prop.Name{nameByText}); return err })
	f.write(func(tx store.Tx) (err error) { ids, err = tx.RegisterNames(f.mb.ID, names[5:6]); return err })
	f.same("a name that is there", ids, []uint16{0x8006})
}
