package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

func testPerUser(t *testing.T, open Open) {
	t.Run("Marked", func(t *testing.T) { testPerUserMarked(t, open) })
	t.Run("PassedOver", func(t *testing.T) { testPerUserPassedOver(t, open) })
	t.Run("Gone", func(t *testing.T) { testPerUserGone(t, open) })
	t.Run("Folders", func(t *testing.T) { testPerUserFolders(t, open) })
	t.Run("Private", func(t *testing.T) {
		f := newFixture(t, open)
		m := f.message()
		f.refuse(store.ErrDenied, func(tx store.Tx) error { _, err := tx.MarkRead("bob", []store.MessageID{m.ID}, true); return err })
	})
}

// publicFixture is a fixture whose mailbox is the public store. Its Inbox is a public folder.
func publicFixture(t *testing.T, open Open) *fixture {
	t.Helper()
	f := newFixture(t, open)
	f.update(store.Scope{}, func(tx store.Tx) (err error) {
		if f.mb, err = tx.CreateMailbox(store.NewMailbox{Kind: store.PublicMailbox, GUID: mapi.GUID{3}}); err != nil {
			return err
		}
		f.root = f.mb.Special[store.SpecialRoot]
		d, err := tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: f.root, Type: store.FolderGeneric, Special: store.SpecialCount, Name: "Public"})
		f.inbox = d.ID
		return err
	})
	return f
}

func (f *fixture) mark(account string, read bool, ids ...store.MessageID) (changed []store.MessageID) {
	f.Helper()
	f.write(func(tx store.Tx) (err error) { changed, err = tx.MarkRead(account, ids, read); return err })
	f.check()
	return changed
}

// marked are the messages that an account has read in the folder, and unread the number of others.
func (f *fixture) marked(account string) (ids []store.MessageID, unread int64) {
	f.Helper()
	f.read(func(r store.Reader) error {
		marks, err := r.ReadMarks(account, f.inbox)
		for _, m := range marks {
			ids = append(ids, m.Message)
			if m.Change == 0 {
				f.Error("a mark without a change number")
			}
		}
		if err != nil {
			return err
		}
		have, err := r.HaveRead(account, f.inbox, append([]store.MessageID{4711}, ids...))
		if err != nil {
			return err
		}
		f.same("have read", len(have), len(ids))
		for _, id := range ids {
			f.same("has read", have[id], true)
		}
		unread, err = r.UnreadOf(account, f.inbox)
		return err
	})
	return ids, unread
}

func testPerUserMarked(t *testing.T, open Open) {
	f := publicFixture(t, open)
	a, b, c := f.message(), f.message(), f.message()
	rec := record(t, f.s)
	f.same("changed", f.mark("bob", true, c.ID, a.ID, c.ID), []store.MessageID{c.ID, a.ID})
	changes := rec.take()
	cn := changes[0].Number
	f.same("changes", changes, []store.Change{
		{Kind: store.MessageModified, Mailbox: f.mb.ID, Folder: f.inbox, Message: c.ID, Number: cn},
		{Kind: store.MessageModified, Mailbox: f.mb.ID, Folder: f.inbox, Message: a.ID, Number: cn},
		{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
	})
	look := func(account string, want []store.MessageID, wantUnread int64) {
		t.Helper()
		ids, unread := f.marked(account)
		f.same("marks of "+account, []any{ids, unread}, []any{want, wantUnread})
	}
	look("bob", []store.MessageID{a.ID, c.ID}, 1)
	look("BOB", []store.MessageID{a.ID, c.ID}, 1)
	look("carol", nil, 3)
	f.same("again", f.mark("Bob", true, a.ID, b.ID), []store.MessageID{b.ID})
	f.same("unread", f.mark("BOB", false, b.ID, c.ID, b.ID), []store.MessageID{b.ID, c.ID})
	f.same("unread again", f.mark("bob", false, b.ID), []store.MessageID(nil))
	look("bob", []store.MessageID{a.ID}, 2)
	f.same("the messages are as they were", []store.Message{f.stored(a.ID), f.stored(c.ID)}, []store.Message{a, c})
	var marks []store.ReadMark
	f.read(func(r store.Reader) (err error) { marks, err = r.ReadMarks("bob", f.inbox); return err })
	f.same("when", marks, []store.ReadMark{{Message: a.ID, Change: cn}})
	f.refuse(errStop, func(tx store.Tx) error {
		if _, err := tx.MarkRead("bob", []store.MessageID{b.ID}, true); err != nil {
			return err
		}
		return errStop
	})
	look("bob", []store.MessageID{a.ID}, 2)
}

func testPerUserPassedOver(t *testing.T, open Open) {
	f := publicFixture(t, open)
	m := f.message()
	associated := f.create(store.NewMessage{Folder: f.inbox, Associated: true})
	gone := f.message()
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(gone.ID, false) })
	f.same("changed", f.mark("bob", true, 4711, associated.ID, gone.ID, m.ID), []store.MessageID{m.ID})
	_, unread := f.marked("bob")
	f.same("unread", unread, int64(0))
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.UnreadOf("bob", 4711); return err })
}

// testPerUserGone moves and deletes marked messages in every way; the count of unread ones must hold.
func testPerUserGone(t *testing.T, open Open) {
	f := publicFixture(t, open)
	other := f.child(f.root, "other")
	var ids []store.MessageID
	for range 5 {
		ids = append(ids, f.message().ID)
	}
	f.mark("bob", true, ids[0], ids[1], ids[2], ids[3])
	var copied store.Message
	f.write(func(tx store.Tx) (err error) {
		if err := tx.DeleteMessage(ids[0], false); err != nil {
			return err
		}
		if err := tx.DeleteMessage(ids[1], true); err != nil {
			return err
		}
		if _, err := tx.MoveMessage(ids[2], f.inbox); err != nil {
			return err
		}
		copied, err = tx.CopyMessage(ids[3], f.inbox)
		return err
	})
	f.check()
	marks, unread := f.marked("bob")
	f.same("marks", []any{marks, unread}, []any{[]store.MessageID{ids[3]}, int64(3)}) // the moved one, the copy, and the last
	f.mark("bob", true, copied.ID)
	f.write(func(tx store.Tx) error {
		_, err := tx.MoveFolder(f.inbox, store.FolderMove{Parent: other.ID})
		return err
	})
	f.deleteFolder(f.inbox, false)
	f.moveFolder(f.inbox, store.FolderMove{Parent: f.root})
	_, unread = f.marked("bob")
	f.same("unread after the folder was away", unread, int64(2))
	f.deleteFolder(f.inbox, true)
	f.read(func(r store.Reader) error {
		list, err := r.ReadMarks("bob", f.inbox)
		f.same("marks in a folder that is gone", list, []store.ReadMark(nil))
		return err
	})
}

func testPerUserFolders(t *testing.T, open Open) {
	f := publicFixture(t, open)
	other := f.child(f.root, "other")
	f.child(f.root, "unread")
	a := f.message()
	b := f.create(store.NewMessage{Folder: other.ID})
	f.mark("alice", true, a.ID, b.ID)
	f.mark("bob", true, b.ID)
	folders := func(account string) (list []store.FolderID) {
		f.read(func(r store.Reader) (err error) { list, err = r.PerUserFolders(account); return err })
		return list
	}
	f.same("of alice", folders("Alice"), []store.FolderID{f.inbox, other.ID})
	f.same("of bob", folders("bob"), []store.FolderID{other.ID})
	f.same("of nobody", folders("nobody"), []store.FolderID(nil))
	f.mark("bob", false, b.ID)
	f.same("of bob", folders("bob"), []store.FolderID(nil))
	var alice store.Mailbox
	f.read(func(r store.Reader) (err error) { alice, err = r.MailboxOf("alice"); return err })
	f.update(store.Scope{Mailboxes: []store.MailboxID{alice.ID}}, func(tx store.Tx) error { return tx.DeleteMailbox(alice.ID) })
	f.same("of an account whose mailbox is gone", folders("alice"), []store.FolderID(nil))
	f.update(f.scope(), func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
	f.check()
}
