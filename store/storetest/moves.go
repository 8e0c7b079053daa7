package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testMoves(t *testing.T, open Open) {
	t.Run("Status", func(t *testing.T) { testMovesStatus(t, open) })
	t.Run("DeletedSoftly", func(t *testing.T) { testMovesDeletedSoftly(t, open) })
	t.Run("DeletedForGood", func(t *testing.T) { testMovesDeletedForGood(t, open) })
	t.Run("DeletedMissing", func(t *testing.T) { testMovesDeletedMissing(t, open) })
	t.Run("Moved", func(t *testing.T) { testMovesMoved(t, open) })
	t.Run("MovedWithinFolder", func(t *testing.T) { testMovesMovedWithinFolder(t, open) })
	t.Run("Restored", func(t *testing.T) { testMovesRestored(t, open) })
	t.Run("Copied", func(t *testing.T) { testMovesCopied(t, open) })
	t.Run("CopiesAreIndependent", func(t *testing.T) { testMovesCopiesAreIndependent(t, open) })
	t.Run("BetweenMailboxes", func(t *testing.T) { testMovesBetweenMailboxes(t, open) })
	t.Run("Versions", func(t *testing.T) { testMovesVersions(t, open) })
	t.Run("Missing", func(t *testing.T) { testMovesMissing(t, open) })
	t.Run("RolledBack", func(t *testing.T) { testMovesRolledBack(t, open) })
}

// full is a message with everything.
func full(folder store.FolderID, associated bool) store.NewMessage {
	inner := store.NewMessage{
		Props:       []prop.Tagged{subject("inner"), tagged(mapi.TagHtml, prop.BinaryString(long(70_000)))},
		Recipients:  []store.Recipient{{RowID: 2, Type: 1, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("deep"))}}},
		Attachments: []store.NewAttachment{{Method: mapi.AfByValue, Props: []prop.Tagged{tagged(mapi.TagAttachLongFilename, prop.String("deep.txt"))}}},
	}
	return store.NewMessage{
		Folder: folder, Associated: associated, Props: []prop.Tagged{
			subject("all"), tagged(mapi.TagBody, prop.String(long(50_000))), tagged(mapi.TagSearchKey, prop.Binary([]byte{1, 2})),
			tagged(mapi.TagMessageDeliveryTime, prop.Time(77)), tagged(mapi.TagCreationTime, prop.Time(11)), tagged(mapi.TagLastModificationTime, prop.Time(22)),
		},
		Recipients: []store.Recipient{{RowID: 1, Type: 2, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("Bob"))}}},
		Attachments: []store.NewAttachment{
			{Method: mapi.AfByValue, Props: []prop.Tagged{tagged(mapi.TagAttachDataBinary, prop.BinaryString(long(200_000)))}},
			{Method: mapi.AfEmbeddedMessage, Embedded: &inner},
		},
	}
}

// tree is everything that hangs on a bag, with its large values.
type tree struct {
	Props       map[mapi.PropTag]prop.Value
	Recipients  []store.Recipient
	Attachments []attachmentTree
}

type attachmentTree struct {
	Number, Method uint32
	Size           int64
	Tree           tree
	Embedded       *tree
}

func readTree(r store.Reader, bag store.BagID) (out tree, err error) {
	props, err := r.Props(bag)
	if err != nil {
		return tree{}, err
	}
	out.Props = map[mapi.PropTag]prop.Value{}
	for _, p := range props {
		out.Props[p.Tag] = p.Value
		if p.Size == 0 {
			continue
		}
		v, err := r.OpenProp(bag, p.Tag)
		if err != nil {
			return tree{}, err
		}
		data, err := readValue(v)
		if err != nil {
			return tree{}, err
		}
		out.Props[p.Tag] = prop.Binary(data)
	}
	if out.Recipients, err = r.Recipients(bag); err != nil {
		return tree{}, err
	}
	list, err := r.Attachments(bag)
	for _, a := range list {
		t := attachmentTree{Number: a.Number, Method: a.Method, Size: a.Size}
		if t.Tree, err = readTree(r, a.Bag); err != nil {
			return tree{}, err
		}
		if a.Embedded != 0 {
			embedded, err := readTree(r, a.Embedded)
			if err != nil {
				return tree{}, err
			}
			t.Embedded = &embedded
		}
		out.Attachments = append(out.Attachments, t)
	}
	return out, err
}

func (f *fixture) tree(bag store.BagID) (out tree) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { out, err = readTree(r, bag); return err })
	return out
}

// counts are those of a folder, and its sizes.
func (f *fixture) counts(id store.FolderID) []int64 {
	f.Helper()
	d := f.folder(id)
	return []int64{d.ContentCount, d.UnreadCount, d.AssocCount, d.DeletedCount, d.DeletedAssocCount, d.ContentSize, d.AssocSize, d.DeletedSize}
}

func (f *fixture) mailbox(id store.MailboxID) (m store.Mailbox) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { m, err = r.Mailbox(id); return err })
	return m
}

func testMovesStatus(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(tagged(mapi.TagChangeKey, prop.Binary(make([]byte, 22))))
	rec := record(t, f.s)
	set := func(status, mask uint32) (before store.Message) {
		f.write(func(tx store.Tx) (err error) { before, err = tx.SetMessageStatus(m.ID, status, mask); return err })
		f.check()
		return before
	}
	f.same("before", set(0x3, 0x1003), m)
	after := f.stored(m.ID)
	f.same("status", after.Status, uint32(0x3))
	if after.Change != m.Change || after.ReadChange != m.ReadChange {
		t.Fatalf("before %+v\nafter  %+v", m, after)
	}
	changes := rec.take()
	f.same("changes", changes, []store.Change{
		{Kind: store.MessageModified, Mailbox: f.mb.ID, Folder: f.inbox, Message: m.ID, Number: changes[0].Number}, {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
	})
	f.same("change key", len(f.props(m.Bag)), 1)
	f.same("nothing to change", []any{set(0x3, 0x3), f.stored(m.ID)}, []any{after, after})
	f.same("nothing told", rec.take(), []store.Change(nil))
	f.same("cleared", []any{set(0, 0x1), f.stored(m.ID).Status}, []any{after, uint32(0x2)})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.SetMessageStatus(4711, 1, 1); return err })
}

func testMovesDeletedSoftly(t *testing.T, open Open) {
	f := newFixture(t, open)
	rec := record(t, f.s)
	for _, associated := range []bool{false, true} {
		keep := f.create(full(f.inbox, associated))
		m := f.create(full(f.inbox, associated))
		before := f.tree(m.Bag)
		rec.take()
		var now mapi.FileTime
		f.write(func(tx store.Tx) error { now = tx.Now(); return tx.DeleteMessage(m.ID, false) })
		f.check()
		gone := f.stored(m.ID)
		f.same("deleted", []any{gone.Deleted, gone.Folder, gone.Change}, []any{true, f.inbox, m.Change})
		f.same("living ones", f.scan(store.Selection{Folder: f.inbox, Associated: associated}), []row{{keep.ID, nil}})
		f.same("deleted ones", f.scan(store.Selection{Folder: f.inbox, Associated: associated, Deleted: true}, mapi.TagDeletedOn),
			[]row{{m.ID, []prop.Value{prop.Time(now)}}})
		after := f.tree(m.Bag)
		delete(after.Props, mapi.TagDeletedOn)
		f.same("what it has", after, before)
		changes := rec.take()
		f.same("changes", changes, []store.Change{
			{Kind: store.MessageDeleted, Mailbox: f.mb.ID, Folder: f.inbox, Message: m.ID, Associated: associated, Number: changes[0].Number},
			{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
		})
		if changes[0].Number <= m.Change || f.folder(f.inbox).ContentChange != changes[0].Number {
			t.Fatalf("change %d after %d", changes[0].Number, m.Change)
		}
		for _, fn := range []func(store.Tx) error{
			func(tx store.Tx) error { return tx.DeleteMessage(m.ID, false) },
			func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, store.MessageEdit{}); return err },
		} {
			f.refuse(store.ErrNotFound, fn)
		}
		mb := f.mailbox(f.mb.ID)
		inbox := f.folder(f.inbox)
		f.same("sizes of the mailbox", []int64{mb.Size, mb.DeletedSize}, []int64{inbox.ContentSize + inbox.AssocSize, inbox.DeletedSize})
		f.write(func(tx store.Tx) error { _, err := tx.SetMessageFlags(m.ID, mapi.MfRead, mapi.MfRead); return err })
		f.check()
		rec.take()
		f.write(func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) })
		f.check()
		f.same("kinds when it is gone for good", kinds(rec.take()), []store.ChangeKind{store.MessageDeleted, store.FolderModified})
		f.same("deleted ones", f.scan(store.Selection{Folder: f.inbox, Associated: associated, Deleted: true}), []row(nil))
	}
	one := f.folder(f.inbox)
	f.same("counts", f.counts(f.inbox), []int64{1, 1, 1, 0, 0, one.ContentSize, one.AssocSize, 0})
}

func kinds(changes []store.Change) (list []store.ChangeKind) {
	for _, c := range changes {
		list = append(list, c.Kind)
	}
	return list
}

func testMovesDeletedForGood(t *testing.T, open Open) {
	f := newFixture(t, open)
	plain := f.message(tagged(mapi.TagBody, prop.String(long(90_000))))
	m := f.create(full(f.inbox, false))
	list, _ := f.attachments(m.Bag)
	f.write(func(tx store.Tx) error {
		if err := tx.DeleteMessage(plain.ID, true); err != nil {
			return err
		}
		return tx.DeleteMessage(m.ID, true)
	})
	f.check()
	f.same("counts", f.counts(f.inbox), make([]int64, 8))
	f.same("size of the mailbox", f.mailbox(f.mb.ID).Size, int64(0))
	for _, bag := range []store.BagID{plain.Bag, m.Bag, list[0].Bag, list[1].Bag, list[1].Embedded} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(bag); return err })
	}
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(m.ID); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) })
}

func testMovesDeletedMissing(t *testing.T, open Open) {
	f := newFixture(t, open)
	for _, hard := range []bool{false, true} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.DeleteMessage(4711, hard) })
	}
}

func testMovesMoved(t *testing.T, open Open) {
	f := newFixture(t, open)
	rec := record(t, f.s)
	for i, associated := range []bool{false, true} {
		to := f.child(f.root, []string{"normal", "associated"}[i])
		n := full(f.inbox, associated)
		n.Flags = mapi.MfRead | mapi.MfHasAttach
		n.Props = append(n.Props, tagged(mapi.TagMessageStatus, prop.Int32(5)))
		old := f.create(n)
		before := f.tree(old.Bag)
		rec.take()
		var m store.Message
		f.write(func(tx store.Tx) (err error) { m, err = tx.MoveMessage(old.ID, to.ID); return err })
		f.check()
		want := old
		want.ID, want.Folder, want.Change, want.ReadChange = m.ID, to.ID, m.Change, m.Change
		f.same("message", m, want)
		f.same("message as stored", f.stored(m.ID), m)
		f.same("what it has", f.tree(m.Bag), before)
		if m.ID <= old.ID || m.Change <= old.Change {
			t.Fatalf("from %+v\nto   %+v", old, m)
		}
		f.same("changes", rec.take(), []store.Change{
			{Kind: store.MessageMoved, Mailbox: f.mb.ID, Folder: to.ID, Message: m.ID, OldFolder: f.inbox, OldMessage: old.ID, Associated: associated, Number: m.Change},
			{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: to.ID}, {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
		})
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(old.ID); return err })
		f.same("the folder it left", f.counts(f.inbox), make([]int64, 8))
		f.same("a row of it", f.scan(store.Selection{Folder: to.ID, Associated: associated}, mapi.TagSubject, mapi.TagMessageDeliveryTime, mapi.TagMid),
			[]row{{m.ID, []prop.Value{prop.String("all"), prop.Time(77), prop.ID(mapi.NewID(1, uint64(m.ID)))}}})
	}
}

func testMovesMovedWithinFolder(t *testing.T, open Open) {
	f := newFixture(t, open)
	old := f.message(subject("s"))
	var m store.Message
	f.write(func(tx store.Tx) (err error) { m, err = tx.MoveMessage(old.ID, f.inbox); return err })
	f.check()
	f.same("messages", f.scan(store.Selection{Folder: f.inbox}, mapi.TagSubject), []row{{m.ID, []prop.Value{prop.String("s")}}})
}

func testMovesRestored(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(full(f.inbox, false))
	before := f.tree(m.Bag)
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(m.ID, false) })
	var copied, moved store.Message
	f.write(func(tx store.Tx) (err error) { copied, err = tx.CopyMessage(m.ID, f.inbox); return err })
	f.same("copy", []any{copied.Deleted, copied.Size, f.tree(copied.Bag)}, []any{false, m.Size, before})
	f.write(func(tx store.Tx) (err error) { moved, err = tx.MoveMessage(m.ID, f.inbox); return err })
	f.same("restored", []any{moved.Deleted, moved.Size, f.tree(moved.Bag)}, []any{false, m.Size, before})
	f.check()
	f.same("counts", f.counts(f.inbox), []int64{2, 2, 0, 0, 0, 2 * m.Size, 0, 0})
}

func testMovesCopied(t *testing.T, open Open) {
	f := newFixture(t, open)
	to := f.child(f.root, "to")
	n := full(f.inbox, true)
	n.Flags = mapi.MfRead
	old := f.create(n)
	rec := record(t, f.s)
	var m store.Message
	f.write(func(tx store.Tx) (err error) { m, err = tx.CopyMessage(old.ID, to.ID); return err })
	f.check()
	want := old
	want.ID, want.Folder, want.Bag, want.Change, want.ReadChange = m.ID, to.ID, m.Bag, m.Change, m.Change
	f.same("copy", m, want)
	f.same("copy as stored", f.stored(m.ID), m)
	f.same("the one copied", f.stored(old.ID), old)
	f.same("what it has", f.tree(m.Bag), f.tree(old.Bag))
	f.same("changes", rec.take(), []store.Change{
		{Kind: store.MessageCopied, Mailbox: f.mb.ID, Folder: to.ID, Message: m.ID, OldFolder: f.inbox, OldMessage: old.ID, Associated: true, Number: m.Change},
		{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: to.ID},
	})
}

// testMovesCopiesAreIndependent changes and deletes one of two copies, which may share what is large.
func testMovesCopiesAreIndependent(t *testing.T, open Open) {
	f := newFixture(t, open)
	old := f.create(full(f.inbox, false))
	before := f.tree(old.Bag)
	var m store.Message
	f.write(func(tx store.Tx) (err error) { m, err = tx.CopyMessage(old.ID, f.inbox); return err })
	f.save(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{
		Edit: store.Edit{Set: []prop.Tagged{tagged(mapi.TagBody, prop.String(long(60_000)))}}, SetRecipients: true,
		Attachments: []store.AttachmentEdit{{Number: 0, Edit: named("x")}, {Number: 1, Delete: true}},
	}})
	f.same("the one copied", f.tree(old.Bag), before)
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) })
	f.check()
	f.same("the one copied", f.tree(old.Bag), before)
	var stage store.StageID
	f.staging(func(tx store.Tx) (err error) { stage, err = tx.StageProp(old.Bag, mapi.TagBody); return err })
	f.write(func(tx store.Tx) error { return tx.DeleteMessage(old.ID, true) })
	f.check()
	f.equal("a stage of what is gone", f.staged(stage), utf16Bytes(long(50_000)))
}

// second makes another mailbox and returns its root folder.
func (f *fixture) second() (mb store.Mailbox, root store.FolderID) {
	f.Helper()
	f.update(store.Scope{}, func(tx store.Tx) (err error) {
		mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{2}, Account: "bob"})
		return err
	})
	return mb, mb.Special[store.SpecialRoot]
}

func testMovesBetweenMailboxes(t *testing.T, open Open) {
	f := newFixture(t, open)
	mb, root := f.second()
	old := f.create(full(f.inbox, false))
	before := f.tree(old.Bag)
	both := store.Scope{Mailboxes: []store.MailboxID{f.mb.ID, mb.ID}}
	rec := record(t, f.s)
	var copied, moved store.Message
	f.update(store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, func(tx store.Tx) (err error) { copied, err = tx.CopyMessage(old.ID, root); return err })
	f.same("copy", []any{copied.Mailbox, f.tree(copied.Bag)}, []any{mb.ID, before})
	f.same("changes of the copy", rec.take()[0], store.Change{
		Kind: store.MessageCopied, Mailbox: mb.ID, Folder: root, Message: copied.ID, OldFolder: f.inbox, OldMessage: old.ID, Number: copied.Change,
	})
	f.update(both, func(tx store.Tx) (err error) { moved, err = tx.MoveMessage(old.ID, root); return err })
	f.check()
	f.same("moved", []any{moved.Mailbox, f.tree(moved.Bag)}, []any{mb.ID, before})
	f.same("sizes", []int64{f.mailbox(f.mb.ID).Size, f.mailbox(mb.ID).Size}, []int64{0, 2 * old.Size})
	f.same("changes of the move", rec.take(), []store.Change{
		{Kind: store.MessageDeleted, Mailbox: f.mb.ID, Folder: f.inbox, Message: old.ID, Number: moved.Change},
		{Kind: store.MessageCreated, Mailbox: mb.ID, Folder: root, Message: moved.ID, Number: moved.Change},
		{Kind: store.FolderModified, Mailbox: mb.ID, Folder: root}, {Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox},
	})
	for _, scope := range []store.Scope{f.scope(), {Mailboxes: []store.MailboxID{mb.ID}}} {
		if err := f.s.Update(t.Context(), scope, func(tx store.Tx) error { _, err := tx.MoveMessage(moved.ID, f.inbox); return err }); err == nil {
			t.Errorf("a move outside the scope %v", scope)
		}
	}
}

// testMovesVersions looks for what belongs to an id and its versions and must not come along.
func testMovesVersions(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(subject("s"), tagged(mapi.TagSearchKey, prop.Binary([]byte{7})), tagged(mapi.TagSourceKey, prop.Binary(make([]byte, 22))),
		tagged(mapi.TagChangeKey, prop.Binary(make([]byte, 22))), tagged(mapi.TagPredecessorChangeList, prop.Binary(make([]byte, 23))))
	before := f.props(m.Bag)
	want := map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("s"), mapi.TagSearchKey: prop.Binary([]byte{7})}
	var copied, moved store.Message
	f.write(func(tx store.Tx) (err error) { copied, err = tx.CopyMessage(m.ID, f.inbox); return err })
	f.same("copy", f.props(copied.Bag), want)
	f.same("the one copied", f.props(m.Bag), before)
	f.write(func(tx store.Tx) (err error) { moved, err = tx.MoveMessage(m.ID, f.inbox); return err })
	f.same("moved", f.props(moved.Bag), want)
	f.check()
}

func testMovesMissing(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	for _, c := range []struct {
		id store.MessageID
		to store.FolderID
	}{{4711, f.inbox}, {m.ID, 4711}} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.MoveMessage(c.id, c.to); return err })
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.CopyMessage(c.id, c.to); return err })
	}
	f.same("afterwards", f.stored(m.ID), m)
	f.check()
}

func testMovesRolledBack(t *testing.T, open Open) {
	f := newFixture(t, open)
	to := f.child(f.root, "to")
	m := f.create(full(f.inbox, false))
	before, inbox := f.tree(m.Bag), f.counts(f.inbox)
	for _, fn := range []func(store.Tx) error{
		func(tx store.Tx) error { return tx.DeleteMessage(m.ID, false) },
		func(tx store.Tx) error { return tx.DeleteMessage(m.ID, true) },
		func(tx store.Tx) error { _, err := tx.MoveMessage(m.ID, to.ID); return err },
		func(tx store.Tx) error { _, err := tx.CopyMessage(m.ID, to.ID); return err },
		func(tx store.Tx) error { _, err := tx.SetMessageStatus(m.ID, 1, 1); return err },
	} {
		f.refuse(errStop, func(tx store.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return errStop
		})
		f.same("message", f.stored(m.ID), m)
		f.same("what it has", f.tree(m.Bag), before)
		f.same("counts", []any{f.counts(f.inbox), f.counts(to.ID)}, []any{inbox, make([]int64, 8)})
		f.check()
	}
}
