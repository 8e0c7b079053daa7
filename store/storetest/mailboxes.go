package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testMailboxes(t *testing.T, open Open) {
	t.Run("CreatedAndFound", func(t *testing.T) { testMailboxesCreatedAndFound(t, open) })
	t.Run("Missing", func(t *testing.T) { testMailboxesMissing(t, open) })
	t.Run("OnePerAccount", func(t *testing.T) { testMailboxesOnePerAccount(t, open) })
	t.Run("OnePublicStore", func(t *testing.T) { testMailboxesOnePublicStore(t, open) })
	t.Run("Properties", func(t *testing.T) { testMailboxesProperties(t, open) })
	t.Run("Size", func(t *testing.T) { testMailboxesSize(t, open) })
	t.Run("Deleted", func(t *testing.T) { testMailboxesDeleted(t, open) })
}

func testMailboxesCreatedAndFound(t *testing.T, open Open) {
	f := newFixture(t, open)
	var byID, byAccount store.Mailbox
	var all []store.Mailbox
	f.read(func(r store.Reader) (err error) {
		if byID, err = r.Mailbox(f.mb.ID); err != nil {
			return err
		}
		if byAccount, err = r.MailboxOf("ALICE"); err != nil {
			return err
		}
		all, err = r.Mailboxes()
		return err
	})
	f.same("by id", byID, f.mb)
	f.same("by account", byAccount, f.mb)
	f.same("all", all, []store.Mailbox{f.mb})
	f.same("special folders", f.mb.Special, map[store.Special]store.FolderID{store.SpecialRoot: f.root, store.SpecialInbox: f.inbox})
	root := f.folder(f.root)
	f.same("root is its own parent", root.Parent, root.ID)
	f.same("type of the root", root.Type, store.FolderRoot)
}

func testMailboxesMissing(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Mailbox(4711); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.MailboxOf("nobody"); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.PublicMailbox(); return err })
}

func testMailboxesOnePerAccount(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: "Alice"})
		return err
	})
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.CreateMailbox(store.NewMailbox{GUID: f.mb.GUID, Account: "somebody"})
		return err
	})
}

func testMailboxesOnePublicStore(t *testing.T, open Open) {
	f := newFixture(t, open)
	var public, found store.Mailbox
	f.update(store.Scope{}, func(tx store.Tx) (err error) {
		public, err = tx.CreateMailbox(store.NewMailbox{Kind: store.PublicMailbox, GUID: mapi.GUID{3}})
		return err
	})
	f.read(func(r store.Reader) (err error) { found, err = r.PublicMailbox(); return err })
	f.same("public store", found, public)
	f.refuse(store.ErrExists, func(tx store.Tx) error {
		_, err := tx.CreateMailbox(store.NewMailbox{Kind: store.PublicMailbox, GUID: mapi.GUID{4}})
		return err
	})
}

func testMailboxesProperties(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.write(func(tx store.Tx) error {
		return tx.SetMailboxProps(f.mb.ID, []prop.Tagged{tagged(mapi.TagComment, prop.String("first")), tagged(mapi.TagOutOfOfficeState, prop.Bool(true))}, nil)
	})
	f.write(func(tx store.Tx) error {
		return tx.SetMailboxProps(f.mb.ID, []prop.Tagged{tagged(mapi.TagComment, prop.String("second"))}, []mapi.PropTag{mapi.TagOutOfOfficeState})
	})
	var got []store.Property
	f.read(func(r store.Reader) (err error) { got, err = r.Props(f.mb.Bag); return err })
	f.same("properties", got, []store.Property{{Tag: mapi.TagComment, Value: prop.String("second")}})
}

func testMailboxesSize(t *testing.T, open Open) {
	f := newFixture(t, open)
	a := f.message(subject("one"))
	b := f.create(store.NewMessage{Folder: f.inbox, Associated: true, Props: []prop.Tagged{subject("two")}})
	var m store.Mailbox
	f.read(func(r store.Reader) (err error) { m, err = r.Mailbox(f.mb.ID); return err })
	f.same("size", m.Size, a.Size+b.Size)
	if a.Size <= 0 || b.Size <= 0 {
		t.Fatalf("sizes of messages are %d and %d", a.Size, b.Size)
	}
}

func testMailboxesDeleted(t *testing.T, open Open) {
	f := newFixture(t, open)
	inner := store.NewMessage{Props: []prop.Tagged{subject("inner")}}
	m := f.create(store.NewMessage{
		Folder: f.inbox, Props: []prop.Tagged{subject("gone"), tagged(mapi.TagBody, prop.String(long(3*store.LargeValue)))},
		Recipients:  []store.Recipient{{RowID: 0, Type: 1}},
		Attachments: []store.NewAttachment{{Method: mapi.AfEmbeddedMessage, Embedded: &inner}},
	})
	extra := f.child(f.root, "extra").ID
	f.deleteFolder(extra, true)
	f.write(func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
	f.same("a folder of a mailbox that is gone", f.gone(f.mb.ID, extra), false)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Mailbox(f.mb.ID); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Folder(f.inbox); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(m.ID); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(m.Bag); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
	if err := f.s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}
