package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testFolders(t *testing.T, open Open) {
	t.Run("Created", func(t *testing.T) { testFoldersCreated(t, open) })
	t.Run("NameAndClassOfProperties", func(t *testing.T) { testFoldersNameAndClassOfProperties(t, open) })
	t.Run("NameTaken", func(t *testing.T) { testFoldersNameTaken(t, open) })
	t.Run("ParentMissing", func(t *testing.T) { testFoldersParentMissing(t, open) })
	t.Run("ByName", func(t *testing.T) { testFoldersByName(t, open) })
	t.Run("Listed", func(t *testing.T) { testFoldersListed(t, open) })
	t.Run("Changed", func(t *testing.T) { testFoldersChanged(t, open) })
	t.Run("Counts", func(t *testing.T) { testFoldersCounts(t, open) })
	t.Run("ContentsMoveCommitMax", func(t *testing.T) { testFoldersContentsMoveCommitMax(t, open) })
}

func testFoldersCreated(t *testing.T, open Open) {
	f := newFixture(t, open)
	var made store.Folder
	var now mapi.FileTime
	f.write(func(tx store.Tx) (err error) {
		now = tx.Now()
		made, err = tx.CreateFolder(store.NewFolder{
			Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderSearch, Special: store.SpecialToDo, Name: "Üben", Class: "IPF.Task",
			Props: []prop.Tagged{tagged(mapi.TagComment, prop.String("c")), tagged(mapi.TagAttributeHidden, prop.Bool(true))},
		})
		return err
	})
	f.same("folder", made, store.Folder{
		ID: made.ID, Parent: f.inbox, Mailbox: f.mb.ID, Type: store.FolderSearch, Special: store.SpecialToDo, Name: "Üben", Class: "IPF.Task",
		Bag: made.Bag, Created: now, Modified: now, CommitMax: now, Change: made.Change,
	})
	f.same("read back", f.folder(made.ID), made)
	parent := f.folder(f.inbox)
	f.same("children of the parent", parent.ChildCount, int64(1))
	f.same("hierarchy count of the parent", parent.HierarchyCount, uint32(1))
	var props []store.Property
	f.read(func(r store.Reader) (err error) { props, err = r.Props(made.Bag); return err })
	f.same("properties", values(props), map[mapi.PropTag]prop.Value{mapi.TagComment: prop.String("c"), mapi.TagAttributeHidden: prop.Bool(true)})
}

func testFoldersNameAndClassOfProperties(t *testing.T, open Open) {
	f := newFixture(t, open)
	var made store.Folder
	f.write(func(tx store.Tx) (err error) {
		made, err = tx.CreateFolder(store.NewFolder{
			Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Special: store.SpecialCount,
			Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("x")), tagged(mapi.TagContainerClass, prop.String("IPF.Note"))},
		})
		return err
	})
	var props []store.Property
	f.read(func(r store.Reader) (err error) { props, err = r.Props(made.Bag); return err })
	f.same("name and class", []string{made.Name, made.Class}, []string{"x", "IPF.Note"})
	f.same("properties", props, []store.Property(nil))
}

func testFoldersNameTaken(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.child(f.inbox, "Projects")
	other := f.child(f.inbox, "Other")
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.inbox, Type: store.FolderGeneric, Name: "PROJECTS"})
		return err
	})
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		return tx.SetFolderProps(other.ID, []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("projects"))}, nil)
	})
	f.child(f.root, "Projects") // elsewhere it is free
	f.same("children", f.folder(f.inbox).ChildCount, int64(2))
}

func testFoldersParentMissing(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: 4711, Type: store.FolderGeneric, Name: "x"})
		return err
	})
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Type: store.FolderGeneric, Name: "x"})
		return err
	})
}

func testFoldersByName(t *testing.T, open Open) {
	f := newFixture(t, open)
	made := f.child(f.inbox, "Straße")
	var got store.Folder
	f.read(func(r store.Reader) (err error) { got, err = r.FolderByName(f.inbox, "STRASSE"); return err })
	f.same("folder", got, made)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.FolderByName(f.inbox, "Strasze"); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.FolderByName(f.root, ""); return err })
}

func testFoldersListed(t *testing.T, open Open) {
	f := newFixture(t, open)
	b := f.child(f.inbox, "b")
	f.child(f.inbox, "C")
	f.child(f.inbox, "a")
	f.child(b.ID, "z")
	f.child(b.ID, "y")
	names := func(parent store.FolderID, deep, deleted bool) (list []string) {
		f.read(func(r store.Reader) error {
			folders, err := r.Folders(parent, deep, deleted)
			for _, x := range folders {
				list = append(list, x.Name)
			}
			return err
		})
		return list
	}
	f.same("children", names(f.inbox, false, false), []string{"a", "b", "C"})
	f.same("descendants", names(f.root, true, false), []string{"Inbox", "a", "b", "y", "z", "C"})
	f.same("soft-deleted", names(f.root, true, true), []string(nil))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Folders(4711, false, false); return err })
}

func testFoldersChanged(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.child(f.inbox, "old")
	f.write(func(tx store.Tx) error {
		return tx.SetFolderProps(before.ID, []prop.Tagged{
			tagged(mapi.TagDisplayName, prop.String("new")), tagged(mapi.TagContainerClass, prop.String("IPF.Contact")), tagged(mapi.TagComment, prop.String("c")),
		}, nil)
	})
	after := f.folder(before.ID)
	f.same("name and class", []string{after.Name, after.Class}, []string{"new", "IPF.Contact"})
	if after.Change <= before.Change {
		t.Fatalf("change number went from %d to %d", before.Change, after.Change)
	}
	f.write(func(tx store.Tx) error {
		return tx.SetFolderProps(before.ID, []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("NEW"))}, []mapi.PropTag{mapi.TagContainerClass, mapi.TagComment})
	})
	after = f.folder(before.ID)
	f.same("name and class", []string{after.Name, after.Class}, []string{"NEW", ""})
	f.refuse(store.ErrDenied, func(tx store.Tx) error { return tx.SetFolderProps(before.ID, nil, []mapi.PropTag{mapi.TagDisplayName}) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.SetFolderProps(4711, nil, nil) })
}

func testFoldersCounts(t *testing.T, open Open) {
	f := newFixture(t, open)
	read := f.create(store.NewMessage{Folder: f.inbox, Flags: mapi.MfRead, Props: []prop.Tagged{subject("read")}})
	unread := f.message(subject("unread"))
	assoc := f.create(store.NewMessage{Folder: f.inbox, Associated: true})
	got := f.folder(f.inbox)
	f.same("counts", []int64{got.ContentCount, got.UnreadCount, got.AssocCount, got.DeletedCount}, []int64{2, 1, 1, 0})
	f.same("sizes", []int64{got.ContentSize, got.AssocSize}, []int64{read.Size + unread.Size, assoc.Size})
	f.write(func(tx store.Tx) error { _, err := tx.SetMessageFlags(unread.ID, mapi.MfRead, mapi.MfRead); return err })
	f.write(func(tx store.Tx) error { _, err := tx.SetMessageFlags(assoc.ID, mapi.MfRead, mapi.MfRead); return err })
	f.same("unread", f.folder(f.inbox).UnreadCount, int64(0))
	f.write(func(tx store.Tx) error { _, err := tx.SetMessageFlags(read.ID, 0, mapi.MfRead); return err })
	f.same("unread", f.folder(f.inbox).UnreadCount, int64(1))
}

func testFoldersContentsMoveCommitMax(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.folder(f.inbox)
	late := before.CommitMax + 1e7
	f.update(store.Scope{Mailboxes: f.scope().Mailboxes, Time: late}, func(tx store.Tx) error {
		_, err := tx.CreateMessage(store.NewMessage{Folder: f.inbox})
		return err
	})
	after := f.folder(f.inbox)
	f.same("commit maximum", after.CommitMax, late)
	f.same("change number", after.Change, before.Change)
	f.same("modified", after.Modified, before.Modified)
}
