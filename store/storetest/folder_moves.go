package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testFolderMoves(t *testing.T, open Open) {
	t.Run("Moved", func(t *testing.T) { testFolderMovesMoved(t, open) })
	t.Run("Renamed", func(t *testing.T) { testFolderMovesRenamed(t, open) })
	t.Run("MoveRefused", func(t *testing.T) { testFolderMovesRefused(t, open) })
	t.Run("DeletedSoftly", func(t *testing.T) { testFolderMovesDeletedSoftly(t, open) })
	t.Run("DeletedBelowDeleted", func(t *testing.T) { testFolderMovesDeletedBelowDeleted(t, open) })
	t.Run("DeletedMayNotChange", func(t *testing.T) { testFolderMovesDeletedMayNotChange(t, open) })
	t.Run("NameOfDeletedIsFree", func(t *testing.T) { testFolderMovesNameOfDeletedIsFree(t, open) })
	t.Run("DeletedForGood", func(t *testing.T) { testFolderMovesDeletedForGood(t, open) })
	t.Run("DeleteRefused", func(t *testing.T) { testFolderMovesDeleteRefused(t, open) })
	t.Run("ReceiveFolder", func(t *testing.T) { testFolderMovesReceiveFolder(t, open) })
	t.Run("Staged", func(t *testing.T) { testFolderMovesStaged(t, open) })
	t.Run("Versions", func(t *testing.T) { testFolderMovesVersions(t, open) })
	t.Run("RolledBack", func(t *testing.T) { testFolderMovesRolledBack(t, open) })
}

// names lists folders below a parent.
func (f *fixture) names(parent store.FolderID, deep, deleted bool) (list []string) {
	f.Helper()
	f.read(func(r store.Reader) error {
		all, err := r.Folders(parent, deep, deleted)
		for _, d := range all {
			list = append(list, d.Name)
			f.same("deleted", d.Deleted, deleted)
		}
		return err
	})
	return list
}

func (f *fixture) moveFolder(id store.FolderID, to store.FolderMove) (d store.Folder) {
	f.Helper()
	f.write(func(tx store.Tx) (err error) { d, err = tx.MoveFolder(id, to); return err })
	f.same("folder as stored", f.folder(id), d)
	f.check()
	return d
}

func (f *fixture) deleteFolder(id store.FolderID, hard bool) {
	f.Helper()
	f.write(func(tx store.Tx) error { return tx.DeleteFolder(id, hard) })
	f.check()
}

// family makes a folder "a" in the root with a message and a child "b", and that with a message and a child "c".
type family struct {
	a, b, c store.Folder
	inA     store.Message
	inB     store.Message
}

func (f *fixture) family() (out family) {
	f.Helper()
	out.a = f.child(f.root, "a")
	out.b = f.child(out.a.ID, "b")
	out.c = f.child(out.b.ID, "c")
	out.inA = f.create(full(out.a.ID, false))
	out.inB = f.create(full(out.b.ID, true))
	return out
}

func testFolderMovesMoved(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	before := f.folder(x.b.ID)
	root, a := f.folder(f.root), f.folder(x.a.ID)
	rec := record(t, f.s)
	b := f.moveFolder(x.b.ID, store.FolderMove{Parent: f.inbox})
	want := before
	want.Parent, want.Change, want.Modified, want.CommitMax = f.inbox, b.Change, b.Modified, b.CommitMax
	f.same("folder", b, want)
	if b.Change <= before.Change || b.Modified < before.Modified {
		t.Fatalf("before %+v\nafter  %+v", before, b)
	}
	f.same("changes", rec.take(), []store.Change{
		{Kind: store.FolderMoved, Mailbox: f.mb.ID, Folder: b.ID, OldFolder: x.a.ID, Number: b.Change},
		{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: x.a.ID}, {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
	})
	f.same("below the new parent", f.names(f.inbox, true, false), []string{"b", "c"})
	f.same("below the old parent", f.names(x.a.ID, true, false), []string(nil))
	f.same("children", []int64{f.folder(x.a.ID).ChildCount, f.folder(f.inbox).ChildCount}, []int64{0, 1})
	f.same("hierarchy counts", []uint32{f.folder(x.a.ID).HierarchyCount, f.folder(f.inbox).HierarchyCount}, []uint32{a.HierarchyCount + 1, 1})
	f.same("the root is as it was", f.folder(f.root), root)
	f.same("its message", f.stored(x.inB.ID), x.inB)
}

func testFolderMovesRenamed(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.child(f.root, "taken")
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.MoveFolder(x.a.ID, store.FolderMove{Parent: f.root, Name: "TAKEN"})
		return err
	})
	root := f.folder(f.root)
	a := f.moveFolder(x.a.ID, store.FolderMove{Parent: f.root, Name: "A"}) // its own name in another case
	f.same("name", a.Name, "A")
	a = f.moveFolder(x.a.ID, store.FolderMove{Parent: f.root, Name: "new"})
	f.same("children of the root", f.names(f.root, false, false), []string{"Inbox", "new", "taken"})
	f.same("number of children", f.folder(f.root).ChildCount, root.ChildCount)
	f.child(f.inbox, "B")
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.MoveFolder(x.b.ID, store.FolderMove{Parent: f.inbox})
		return err
	})
	f.same("moved under another name", f.moveFolder(x.b.ID, store.FolderMove{Parent: f.inbox, Name: "b2"}).Name, "b2")
}

func testFolderMovesRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	_, other := f.second()
	gone := f.child(f.root, "gone")
	f.deleteFolder(gone.ID, false)
	for _, c := range []struct {
		name string
		id   store.FolderID
		to   store.FolderID
		want error
	}{
		{"BelowItself", x.a.ID, x.c.ID, store.ErrDenied},
		{"IntoItself", x.a.ID, x.a.ID, store.ErrDenied},
		{"TheRoot", f.root, x.a.ID, store.ErrDenied},
		{"OtherMailbox", x.a.ID, other, store.ErrDenied},
		{"NoParent", x.a.ID, 4711, store.ErrNotFound},
		{"NoFolder", 4711, x.a.ID, store.ErrNotFound},
		{"DeletedParent", x.a.ID, gone.ID, store.ErrNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := *f
			f.T = t
			f.refuse(c.want, func(tx store.Tx) error {
				_, err := tx.MoveFolder(c.id, store.FolderMove{Parent: c.to, Name: "n"})
				return err
			})
			f.check()
		})
	}
}

func testFolderMovesDeletedSoftly(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	size := f.mailbox(f.mb.ID).Size
	a := f.folder(x.a.ID)
	before := f.tree(x.inB.Bag)
	rec := record(t, f.s)
	f.deleteFolder(x.a.ID, false)
	changes := rec.take()
	cn := changes[0].Number
	told := func(id, parent store.FolderID) store.Change {
		return store.Change{Kind: store.FolderDeleted, Mailbox: f.mb.ID, Folder: id, OldFolder: parent, Number: cn}
	}
	f.same("changes", changes, []store.Change{
		told(x.a.ID, f.root), told(x.b.ID, x.a.ID), told(x.c.ID, x.b.ID), {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.root},
	})
	f.same("living folders", f.names(f.root, true, false), []string{"Inbox"})
	f.same("deleted children", f.names(f.root, false, true), []string{"a"})
	f.same("everything deleted", f.names(f.root, true, true), []string{"a", "b", "c"})
	f.same("children of what is deleted", f.names(x.a.ID, false, true), []string{"b"})
	f.same("living ones below it", f.names(x.a.ID, true, false), []string(nil))
	gone := f.folder(x.a.ID)
	f.same("deleted", []any{gone.Deleted, gone.Change == cn, gone.Name, gone.Parent}, []any{true, true, "a", f.root})
	f.same("counts stay", f.counts(x.a.ID), []int64{1, 1, 0, 0, 0, a.ContentSize, 0, 0})
	root := f.folder(f.root)
	f.same("children of the root", []int64{root.ChildCount, root.DeletedChildCount}, []int64{1, 1})
	f.same("children of the deleted", []int64{gone.ChildCount, gone.DeletedChildCount}, []int64{0, 1})
	mb := f.mailbox(f.mb.ID)
	f.same("sizes of the mailbox", []int64{mb.Size, mb.DeletedSize}, []int64{0, size})
	f.same("its message", f.stored(x.inA.ID), x.inA)
	f.same("when", f.props(gone.Bag), map[mapi.PropTag]prop.Value{mapi.TagDeletedOn: prop.Time(gone.Modified)})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteFolder(x.a.ID, false) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteFolder(x.b.ID, false) })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.FolderByName(f.root, "a"); return err })

	// And back, to another place.
	rec.take()
	back := f.moveFolder(x.a.ID, store.FolderMove{Parent: f.inbox, Name: "back"})
	f.same("kinds", kinds(rec.take()), []store.ChangeKind{store.FolderMoved, store.FolderModified, store.FolderModified})
	f.same("living folders", f.names(f.root, true, false), []string{"Inbox", "back", "b", "c"})
	f.same("nothing deleted", f.names(f.root, true, true), []string(nil))
	f.same("living again", []any{back.Deleted, back.ChildCount, back.DeletedChildCount, back.ContentCount}, []any{false, int64(1), int64(0), int64(1)})
	f.same("when", f.props(back.Bag), map[mapi.PropTag]prop.Value{})
	mb = f.mailbox(f.mb.ID)
	f.same("sizes of the mailbox", []int64{mb.Size, mb.DeletedSize}, []int64{size, 0})
	f.same("what its message has", f.tree(x.inB.Bag), before)
}

// testFolderMovesDeletedBelowDeleted deletes a folder, then one above it. Restoring that does not restore the first.
func testFolderMovesDeletedBelowDeleted(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.deleteFolder(x.b.ID, false)
	f.deleteFolder(x.a.ID, false)
	f.same("everything deleted", f.names(f.root, true, true), []string{"a", "b", "c"})
	f.moveFolder(x.a.ID, store.FolderMove{Parent: f.root})
	f.same("living", f.names(f.root, true, false), []string{"a", "Inbox"})
	f.same("deleted", f.names(f.root, true, true), []string{"b", "c"})
	f.deleteFolder(x.a.ID, false)
	f.moveFolder(x.c.ID, store.FolderMove{Parent: f.root}) // out of the middle
	f.same("living", f.names(f.root, true, false), []string{"c", "Inbox"})
	f.moveFolder(x.b.ID, store.FolderMove{Parent: x.c.ID})
	f.same("living", f.names(f.root, true, false), []string{"c", "b", "Inbox"})
	f.deleteFolder(x.a.ID, true)
	f.same("deleted", f.names(f.root, true, true), []string(nil))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(x.inA.ID); return err })
	f.same("the message in b", f.stored(x.inB.ID), x.inB)
}

func testFolderMovesDeletedMayNotChange(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.deleteFolder(x.a.ID, false)
	stage := f.stage([]byte("x"))
	for name, fn := range map[string]func(store.Tx) error{
		"SaveMessage":      func(tx store.Tx) error { _, err := tx.SaveMessage(x.inB.ID, store.MessageEdit{}); return err },
		"SetMessageFlags":  func(tx store.Tx) error { _, err := tx.SetMessageFlags(x.inB.ID, 1, 1); return err },
		"SetMessageStatus": func(tx store.Tx) error { _, err := tx.SetMessageStatus(x.inB.ID, 1, 1); return err },
		"DeleteMessage":    func(tx store.Tx) error { return tx.DeleteMessage(x.inB.ID, false) },
		"CreateMessage":    func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: x.b.ID}); return err },
		"CopyMessage":      func(tx store.Tx) error { _, err := tx.CopyMessage(x.inB.ID, x.a.ID); return err },
		"MoveMessage":      func(tx store.Tx) error { _, err := tx.MoveMessage(x.inB.ID, x.a.ID); return err },
		"SetFolderProps":   func(tx store.Tx) error { return tx.SetFolderProps(x.b.ID, nil, nil) },
		"SetFolderStaged": func(tx store.Tx) error {
			return tx.SetFolderStaged(x.b.ID, store.Staged{Tag: mapi.TagComment, Stage: stage})
		},
		"SetPermissions":   func(tx store.Tx) error { return tx.SetPermissions(x.b.ID, nil) },
		"SetRules":         func(tx store.Tx) error { return tx.SetRules(x.b.ID, nil) },
		"SetReceiveFolder": func(tx store.Tx) error { return tx.SetReceiveFolder(f.mb.ID, "x", x.b.ID) },
		"CreateFolder": func(tx store.Tx) error {
			_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: x.b.ID, Type: store.FolderGeneric, Name: "x"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			f.refuse(store.ErrNotFound, fn)
		})
	}
	var copied, moved store.Message
	f.write(func(tx store.Tx) (err error) { copied, err = tx.CopyMessage(x.inB.ID, f.inbox); return err })
	f.write(func(tx store.Tx) (err error) { moved, err = tx.MoveMessage(x.inB.ID, f.inbox); return err })
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(x.inA.ID, true) })
	f.check()
	f.same("messages", f.scan(store.Selection{Folder: f.inbox, Associated: true}), []row{{copied.ID, nil}, {moved.ID, nil}})
	f.same("deleted bytes", f.mailbox(f.mb.ID).DeletedSize, int64(0))
}

func testFolderMovesNameOfDeletedIsFree(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.deleteFolder(x.a.ID, false)
	again := f.child(f.root, "a")
	f.refuse(store.ErrExists, func(tx store.Tx) error { _, err := tx.MoveFolder(x.a.ID, store.FolderMove{Parent: f.root}); return err })
	f.deleteFolder(again.ID, false) // two of one name
	f.same("deleted", f.names(f.root, false, true), []string{"a", "a"})
	f.moveFolder(x.a.ID, store.FolderMove{Parent: f.root})
	f.same("living", f.names(f.root, true, false), []string{"a", "b", "c", "Inbox"})
}

func testFolderMovesDeletedForGood(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.create(store.NewMessage{Folder: x.c.ID})
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(x.inA.ID, false) })
	f.write(func(tx store.Tx) error {
		return tx.SetPermissions(x.b.ID, []store.Permission{{Account: "bob", Rights: 1}})
	})
	f.write(func(tx store.Tx) error { return tx.SetRules(x.b.ID, []store.Rule{{Sequence: 1}}) })
	f.deleteFolder(x.b.ID, false)
	f.same("what is deleted softly is gone", f.gone(f.mb.ID, x.b.ID), false)
	list, _ := f.attachments(x.inB.Bag)
	rec := record(t, f.s)
	f.deleteFolder(x.a.ID, true)
	f.same("kinds", kinds(rec.take()), []store.ChangeKind{store.FolderDeleted, store.FolderDeleted, store.FolderDeleted, store.FolderModified})
	for _, id := range []store.FolderID{x.a.ID, x.b.ID, x.c.ID} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Folder(id); return err })
		f.same("gone", f.gone(f.mb.ID, id), true)
		f.same("gone from another mailbox", f.gone(f.mb.ID+1, id), false)
	}
	f.same("the root is gone", f.gone(f.mb.ID, f.root), false)
	f.same("what never was is gone", f.gone(f.mb.ID, x.c.ID+1000), false)
	for _, bag := range []store.BagID{x.a.Bag, x.inA.Bag, x.inB.Bag, list[1].Embedded} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(bag); return err })
	}
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(x.inB.ID); return err })
	mb, root := f.mailbox(f.mb.ID), f.folder(f.root)
	f.same("nothing is left", []int64{mb.Size, mb.DeletedSize, root.ChildCount, root.DeletedChildCount}, []int64{0, 0, 1, 0})
	f.same("permissions", f.permissions(x.b.ID), []store.Permission(nil))
	f.same("rules", f.rules(x.b.ID), []store.Rule(nil))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteFolder(x.a.ID, true) })
}

func (f *fixture) gone(mailbox store.MailboxID, id store.FolderID) (gone bool) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { gone, err = r.FolderGone(mailbox, id); return err })
	return gone
}

func (f *fixture) permissions(id store.FolderID) (list []store.Permission) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { list, err = r.Permissions(id); return err })
	return list
}

func testFolderMovesDeleteRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	f.write(func(tx store.Tx) error {
		_, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: x.c.ID, Type: store.FolderGeneric, Special: store.SpecialNotes, Name: "Notes"})
		return err
	})
	for _, hard := range []bool{false, true} {
		for _, id := range []store.FolderID{f.root, f.inbox, x.a.ID} {
			f.refuse(store.ErrDenied, func(tx store.Tx) error { return tx.DeleteFolder(id, hard) })
		}
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteFolder(4711, hard) })
	}
	f.same("folders", f.names(f.root, true, false), []string{"a", "b", "c", "Notes", "Inbox"})
}

func testFolderMovesReceiveFolder(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	other := f.child(f.root, "other")
	f.write(func(tx store.Tx) error {
		for class, id := range map[string]store.FolderID{"": f.inbox, "IPM.A": x.b.ID, "IPM.B": other.ID} {
			if err := tx.SetReceiveFolder(f.mb.ID, class, id); err != nil {
				return err
			}
		}
		return nil
	})
	classes := func() (list []string) {
		f.read(func(r store.Reader) error {
			rows, err := r.ReceiveFolders(f.mb.ID)
			for _, row := range rows {
				list = append(list, row.Class)
			}
			return err
		})
		return list
	}
	f.deleteFolder(x.a.ID, false)
	f.same("after a soft deletion", classes(), []string{"", "IPM.B"})
	f.deleteFolder(other.ID, true)
	f.same("after another for good", classes(), []string{""})
}

func testFolderMovesStaged(t *testing.T, open Open) {
	f := newFixture(t, open)
	d := f.child(f.root, "d")
	rec := record(t, f.s)
	set := func(tag mapi.PropTag, data string) {
		t.Helper()
		id := f.stage([]byte(data))
		rec.take()
		f.write(func(tx store.Tx) error { return tx.SetFolderStaged(d.ID, store.Staged{Tag: tag, Stage: id}) })
		f.same("changes", rec.take(), []store.Change{{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: d.ID, Number: f.folder(d.ID).Change}})
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.OpenStage(id); return err })
		f.check()
	}
	set(mapi.TagComment, string(utf16Bytes("short")))
	f.same("short", f.props(d.Bag), map[mapi.PropTag]prop.Value{mapi.TagComment: prop.String("short")})
	set(0x68000102, long(100_000))
	f.equal("long", f.opened(d.Bag, 0x68000102), []byte(long(100_000)))
	set(mapi.TagDisplayName, string(utf16Bytes("named")))
	set(mapi.TagContainerClass, string(utf16Bytes("IPF.X")))
	got := f.folder(d.ID)
	f.same("name and class", []string{got.Name, got.Class}, []string{"named", "IPF.X"})
	id, taken, far := f.stage([]byte("abcd")), f.stage(utf16Bytes("INBOX")), f.stage([]byte(long(100_000)))
	for _, c := range []struct {
		folder store.FolderID
		value  store.Staged
		want   error
	}{
		{4711, store.Staged{Tag: mapi.TagComment, Stage: id}, store.ErrNotFound},
		{d.ID, store.Staged{Tag: mapi.TagComment, Stage: 4711}, store.ErrNotFound},
		{d.ID, store.Staged{Tag: mapi.TagDisplayName, Stage: 4711}, store.ErrNotFound},
		{d.ID, store.Staged{Tag: mapi.TagImportance, Stage: id}, store.ErrDenied},
		{d.ID, store.Staged{Tag: mapi.TagDisplayName, Stage: taken}, store.ErrExists},
		{d.ID, store.Staged{Tag: mapi.TagDisplayName, Stage: far}, store.ErrDenied},
	} {
		f.refuse(c.want, func(tx store.Tx) error { return tx.SetFolderStaged(c.folder, c.value) })
	}
	f.equal("the value after refusals", f.staged(id), []byte("abcd"))
}

// testFolderMovesVersions follows what a client stored of a folder's versions, as for messages.
func testFolderMovesVersions(t *testing.T, open Open) {
	f := newFixture(t, open)
	d := f.child(f.root, "d")
	foreign := msgprops.XID{Namespace: mapi.GUID{0x80}, LocalID: "\x00\x00\x01\x07"}
	f.write(func(tx store.Tx) error {
		return tx.SetFolderProps(d.ID, []prop.Tagged{
			tagged(mapi.TagChangeKey, prop.Binary(foreign.Bytes())), tagged(mapi.TagPredecessorChangeList, prop.Binary(msgprops.PredecessorChangeList{foreign}.Bytes())),
		}, nil)
	})
	f.same("as set", len(f.props(d.Bag)), 2)
	for _, fn := range []func(store.Tx) error{
		func(tx store.Tx) error { return tx.SetFolderProps(d.ID, nil, nil) },
		func(tx store.Tx) error { return tx.SetPermissions(d.ID, nil) },
		func(tx store.Tx) error { _, err := tx.MoveFolder(d.ID, store.FolderMove{Parent: f.inbox}); return err },
	} {
		f.write(fn)
		own := msgprops.ChangeXID(prop.LongTermID{DatabaseGUID: f.s.ReplicaGUID(), GlobalCounter: uint64(f.folder(d.ID).Change)})
		f.same("afterwards", f.props(d.Bag), map[mapi.PropTag]prop.Value{
			mapi.TagPredecessorChangeList: prop.Binary(msgprops.PredecessorChangeList{foreign}.With(own).Bytes()),
		})
	}
}

func testFolderMovesRolledBack(t *testing.T, open Open) {
	f := newFixture(t, open)
	x := f.family()
	before := []store.Folder{f.folder(f.root), f.folder(x.a.ID), f.folder(x.b.ID), f.folder(f.inbox)}
	for _, fn := range []func(store.Tx) error{
		func(tx store.Tx) error { return tx.DeleteFolder(x.a.ID, false) },
		func(tx store.Tx) error { return tx.DeleteFolder(x.a.ID, true) },
		func(tx store.Tx) error {
			_, err := tx.MoveFolder(x.b.ID, store.FolderMove{Parent: f.inbox})
			return err
		},
	} {
		f.refuse(errStop, func(tx store.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return errStop
		})
		f.same("folders", []store.Folder{f.folder(f.root), f.folder(x.a.ID), f.folder(x.b.ID), f.folder(f.inbox)}, before)
		f.same("message", f.stored(x.inB.ID), x.inB)
		f.check()
	}
}
