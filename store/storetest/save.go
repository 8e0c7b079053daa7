package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testSaveMessage(t *testing.T, open Open) {
	t.Run("Properties", func(t *testing.T) { testSaveProperties(t, open) })
	t.Run("Columns", func(t *testing.T) { testSaveColumns(t, open) })
	t.Run("Times", func(t *testing.T) { testSaveTimes(t, open) })
	t.Run("Flags", func(t *testing.T) { testSaveFlags(t, open) })
	t.Run("Expect", func(t *testing.T) { testSaveExpect(t, open) })
	t.Run("Missing", func(t *testing.T) {
		f := newFixture(t, open)
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.SaveMessage(4711, store.MessageEdit{}); return err })
	})
	t.Run("Recipients", func(t *testing.T) { testSaveRecipients(t, open) })
	t.Run("Attachments", func(t *testing.T) { testSaveAttachments(t, open) })
	t.Run("Embedded", func(t *testing.T) { testSaveEmbedded(t, open) })
	t.Run("Versions", func(t *testing.T) { testSaveVersions(t, open) })
	t.Run("NewMessageEdit", func(t *testing.T) { testSaveNewMessageEdit(t, open) })
	t.Run("Feed", func(t *testing.T) { testSaveFeed(t, open) })
}

// save saves a message and checks that what is returned is what is stored, and that all counts hold.
func (f *fixture) save(id store.MessageID, e store.MessageEdit) (m store.Message) {
	f.Helper()
	f.write(func(tx store.Tx) (err error) { m, err = tx.SaveMessage(id, e); return err })
	f.same("message as stored", f.stored(id), m)
	f.check()
	return m
}

func (f *fixture) stored(id store.MessageID) (m store.Message) {
	f.Helper()
	f.read(func(r store.Reader) (err error) { m, err = r.Message(id); return err })
	return m
}

func (f *fixture) check() {
	f.Helper()
	if err := f.s.Check(f.Context()); err != nil {
		f.Fatal(err)
	}
}

// props are the properties of a bag, large ones with no value.
func (f *fixture) props(id store.BagID) (m map[mapi.PropTag]prop.Value) {
	f.Helper()
	f.read(func(r store.Reader) error {
		list, err := r.Props(id)
		m = values(list)
		return err
	})
	delete(m, mapi.TagCreationTime)
	delete(m, mapi.TagLastModificationTime)
	return m
}

// edit is a message edit of nothing but properties.
func edit(e store.Edit) store.MessageEdit {
	return store.MessageEdit{ContentEdit: store.ContentEdit{Edit: e}}
}

func testSaveProperties(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.message(subject("old"), tagged(mapi.TagComment, prop.String("c")), tagged(mapi.TagBody, prop.String(long(100_000))))
	after := f.save(before.ID, edit(store.Edit{
		Remove: []mapi.PropTag{mapi.TagComment, mapi.TagSubject, mapi.TagBody, mapi.TagHtml, mapi.TagMessageFlags}, // first, and none need be there
		Set:    []prop.Tagged{subject("new"), tagged(mapi.TagImportance, prop.Int32(2)), tagged(mapi.TagMessageSize, prop.Int32(1))},
	}))
	f.same("properties", f.props(after.Bag), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("new"), mapi.TagImportance: prop.Int32(2)})
	f.same("folder, bag and mailbox", []any{after.Folder, after.Bag, after.Mailbox}, []any{before.Folder, before.Bag, before.Mailbox})
	if after.Change <= before.Change || after.ReadChange != before.ReadChange || after.Size >= before.Size {
		t.Fatalf("before %+v\nafter  %+v", before, after)
	}
	larger := f.save(before.ID, edit(store.Edit{Set: []prop.Tagged{tagged(mapi.TagBody, prop.String(long(200_000)))}}))
	if larger.Size < after.Size+200_000 {
		t.Fatalf("size went from %d to %d", after.Size, larger.Size)
	}
	f.same("size of the folder", f.folder(f.inbox).ContentSize, larger.Size)
	f.same("newest change of the folder", f.folder(f.inbox).ContentChange, larger.Change)
}

// testSaveColumns sets every value of rowValues on a message that had others, and takes it away again.
func testSaveColumns(t *testing.T, open Open) {
	f := newFixture(t, open)
	sel := store.Selection{Folder: f.inbox}
	for _, c := range rowValues {
		m := f.message(subject("FW: old"), tagged(mapi.TagSubjectPrefix, prop.String("FW: ")), tagged(mapi.TagNormalizedSubject, prop.String("old")))
		clear := []mapi.PropTag{mapi.TagSubject, mapi.TagSubjectPrefix, mapi.TagNormalizedSubject}
		f.save(m.ID, edit(store.Edit{Remove: clear, Set: c.props}))
		rows := f.scan(sel, c.tag)
		f.same(c.name, rows[len(rows)-1].Values, []prop.Value{c.want})
		var all []mapi.PropTag
		for _, p := range c.props {
			all = append(all, p.Tag)
		}
		f.save(m.ID, edit(store.Edit{Remove: all}))
		rows = f.scan(sel, c.tag)
		f.same(c.name+" removed", rows[len(rows)-1].Values, []prop.Value{none})
	}
}

func testSaveTimes(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(tagged(mapi.TagCreationTime, prop.Time(11)), tagged(mapi.TagLastModificationTime, prop.Time(22)), tagged(mapi.TagMessageDeliveryTime, prop.Time(33)))
	at := f.scope()
	at.Time = 44
	save := func(e store.Edit) (m2 store.Message) {
		f.update(at, func(tx store.Tx) (err error) { m2, err = tx.SaveMessage(m.ID, edit(e)); return err })
		f.same("message as stored", f.stored(m.ID), m2)
		f.read(func(r store.Reader) error {
			list, err := r.Props(m.Bag, mapi.TagCreationTime, mapi.TagLastModificationTime)
			f.same("properties", values(list), map[mapi.PropTag]prop.Value{
				mapi.TagCreationTime: prop.Time(m2.Created), mapi.TagLastModificationTime: prop.Time(m2.Modified),
			})
			return err
		})
		return m2
	}
	times := func(m store.Message) []mapi.FileTime { return []mapi.FileTime{m.Created, m.Modified, m.Received} }
	f.same("nothing set", times(save(store.Edit{})), []mapi.FileTime{11, 44, 33})
	f.same("removed", times(save(store.Edit{Remove: []mapi.PropTag{mapi.TagCreationTime, mapi.TagLastModificationTime, mapi.TagMessageDeliveryTime}})),
		[]mapi.FileTime{11, 44, 0})
	f.same("set", times(save(store.Edit{Set: []prop.Tagged{
		tagged(mapi.TagCreationTime, prop.Time(1)), tagged(mapi.TagLastModificationTime, prop.Time(2)), tagged(mapi.TagMessageDeliveryTime, prop.Time(3)),
	}})), []mapi.FileTime{1, 2, 3})
}

func testSaveFlags(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{Folder: f.inbox, Flags: mapi.MfUnsent})
	f.same("unread", f.folder(f.inbox).UnreadCount, int64(1))
	got := f.save(m.ID, store.MessageEdit{Flags: mapi.MfRead | mapi.MfSubmitted, FlagsMask: mapi.MfRead | mapi.MfUnsent})
	f.same("flags", got.Flags, mapi.MfRead)
	f.same("unread", f.folder(f.inbox).UnreadCount, int64(0))
	f.same("both change numbers", []bool{got.Change > m.Change, got.ReadChange == got.Change}, []bool{true, true})
	f.same("status", f.save(m.ID, edit(store.Edit{Set: []prop.Tagged{tagged(mapi.TagMessageStatus, prop.Int32(0x1000))}})).Status, uint32(0x1000))
}

func testSaveExpect(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message(subject("one"))
	expect := func(cn store.ChangeNumber, s string) store.MessageEdit {
		e := edit(store.Edit{Set: []prop.Tagged{subject(s)}})
		e.Expect = cn
		return e
	}
	two := f.save(m.ID, expect(m.Change, "two"))
	f.refuse(store.ErrConflict, func(tx store.Tx) error { _, err := tx.SaveMessage(m.ID, expect(m.Change, "three")); return err })
	f.same("after a conflict", f.stored(m.ID), two)
	f.write(func(tx store.Tx) error { _, err := tx.SetMessageFlags(m.ID, mapi.MfRead, mapi.MfRead); return err }) // no change of content
	f.save(m.ID, expect(two.Change, "three"))
	f.save(m.ID, expect(0, "four"))
	f.same("subject", f.props(m.Bag), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("four")})
}

func testSaveRecipients(t *testing.T, open Open) {
	f := newFixture(t, open)
	named := func(row uint32, s string) store.Recipient {
		return store.Recipient{RowID: row, Type: mapi.RecipientTo, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String(s))}}
	}
	m := f.create(store.NewMessage{Folder: f.inbox, Recipients: []store.Recipient{named(0, "a"), named(1, "b")}})
	recipients := func() (list []store.Recipient) {
		f.read(func(r store.Reader) (err error) { list, err = r.Recipients(m.Bag); return err })
		return list
	}
	kept := f.save(m.ID, edit(store.Edit{Set: []prop.Tagged{subject("s")}}))
	f.same("untouched", []any{recipients(), kept.Recipients}, []any{[]store.Recipient{named(0, "a"), named(1, "b")}, 2})
	replaced := f.save(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{SetRecipients: true, Recipients: []store.Recipient{named(9, "z"), named(3, "c"), named(4, "d")}}})
	f.same("replaced, by row id", []any{recipients(), replaced.Recipients}, []any{[]store.Recipient{named(3, "c"), named(4, "d"), named(9, "z")}, 3})
	none := f.save(m.ID, store.MessageEdit{ContentEdit: store.ContentEdit{SetRecipients: true}})
	f.same("removed", []any{recipients(), none.Recipients}, []any{[]store.Recipient(nil), 0})
	if replaced.Size <= kept.Size || none.Size >= kept.Size {
		t.Fatalf("sizes %d, %d, %d", kept.Size, replaced.Size, none.Size)
	}
}

// attachments lists the attachments of a bag by number with their file names.
func (f *fixture) attachments(id store.BagID) (list []store.Attachment, names map[uint32]string) {
	f.Helper()
	names = map[uint32]string{}
	f.read(func(r store.Reader) (err error) { list, err = r.Attachments(id); return err })
	for _, a := range list {
		names[a.Number] = f.props(a.Bag)[mapi.TagAttachLongFilename].Str()
	}
	return list, names
}

func named(s string) store.Edit {
	return store.Edit{Set: []prop.Tagged{tagged(mapi.TagAttachLongFilename, prop.String(s))}}
}

func attach(edits ...store.AttachmentEdit) store.MessageEdit {
	return store.MessageEdit{ContentEdit: store.ContentEdit{Attachments: edits}}
}

func testSaveAttachments(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	made := f.save(m.ID, attach(
		store.AttachmentEdit{Number: 7, Method: mapi.AfByValue, Edit: named("seven")}, store.AttachmentEdit{Number: 2, Method: mapi.AfByValue, Edit: named("two")},
		store.AttachmentEdit{Number: 9, Delete: true},
	))
	list, names := f.attachments(m.Bag)
	f.same("made", []any{names, made.Attachments, list[0].Number, list[1].Number}, []any{map[uint32]string{2: "two", 7: "seven"}, 2, uint32(2), uint32(7)})
	big := named("TWO")
	big.Set = append(big.Set, tagged(mapi.TagAttachDataBinary, prop.BinaryString(long(300_000))))
	changed := f.save(m.ID, attach(store.AttachmentEdit{Number: 2, Method: mapi.AfByReference, Edit: big}))
	after, names := f.attachments(m.Bag)
	f.same("changed", []any{names, changed.Attachments, after[0].Method, after[0].Bag, after[1]},
		[]any{map[uint32]string{2: "TWO", 7: "seven"}, 2, mapi.AfByReference, list[0].Bag, list[1]})
	if after[0].Size < 300_000 || changed.Size != made.Size+after[0].Size-list[0].Size {
		t.Fatalf("attachment of %d bytes; message grew from %d to %d", after[0].Size, made.Size, changed.Size)
	}
	gone := f.save(m.ID, attach(store.AttachmentEdit{Number: 2, Delete: true}))
	_, names = f.attachments(m.Bag)
	f.same("deleted", []any{names, gone.Attachments, gone.Size}, []any{map[uint32]string{7: "seven"}, 1, changed.Size - after[0].Size})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(list[0].Bag); return err })
	again := f.save(m.ID, attach(store.AttachmentEdit{Number: 7, Delete: true}, store.AttachmentEdit{Number: 7, Method: mapi.AfStorage, Edit: named("new")}))
	list, names = f.attachments(m.Bag)
	f.same("deleted and made again", []any{names, again.Attachments, list[0].Method}, []any{map[uint32]string{7: "new"}, 1, mapi.AfStorage})
}

func testSaveEmbedded(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.message()
	content := func(s string, inner ...store.AttachmentEdit) *store.ContentEdit {
		return &store.ContentEdit{Edit: store.Edit{Set: []prop.Tagged{subject(s)}}, Attachments: inner}
	}
	// Three levels at once.
	made := f.save(m.ID, attach(store.AttachmentEdit{Number: 0, Method: mapi.AfEmbeddedMessage, EmbeddedFlags: mapi.MfUnsent, Embedded: content("one",
		store.AttachmentEdit{Number: 5, Method: mapi.AfEmbeddedMessage, Embedded: content("two",
			store.AttachmentEdit{Number: 6, Method: mapi.AfByValue, Edit: named("deep")})})}))
	level := func(bag store.BagID) store.Attachment {
		t.Helper()
		list, _ := f.attachments(bag)
		if len(list) != 1 {
			t.Fatalf("attachments %+v", list)
		}
		return list[0]
	}
	one := level(m.Bag)
	two := level(one.Embedded)
	deep := level(two.Embedded)
	f.same("first level", f.props(one.Embedded), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("one"), mapi.TagMessageFlags: prop.Uint32(mapi.MfUnsent)})
	f.same("second level", f.props(two.Embedded), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("two"), mapi.TagMessageFlags: prop.Uint32(0)})
	f.same("numbers", []uint32{one.Number, two.Number, deep.Number}, []uint32{0, 5, 6})
	// A change of the deepest moves all sizes.
	big := store.Edit{Set: []prop.Tagged{tagged(mapi.TagAttachDataBinary, prop.BinaryString(long(50_000)))}}
	grown := f.save(m.ID, attach(store.AttachmentEdit{Number: 0, Method: mapi.AfEmbeddedMessage, EmbeddedFlags: mapi.MfRead, Embedded: &store.ContentEdit{Attachments: []store.AttachmentEdit{
		{Number: 5, Method: mapi.AfEmbeddedMessage, Embedded: &store.ContentEdit{Attachments: []store.AttachmentEdit{{Number: 6, Method: mapi.AfByValue, Edit: big}}}},
	}}}))
	d := level(two.Embedded).Size - deep.Size
	f.same("sizes", []int64{level(m.Bag).Size, level(one.Embedded).Size, grown.Size}, []int64{one.Size + d, two.Size + d, made.Size + d})
	f.same("flags", f.props(one.Embedded)[mapi.TagMessageFlags], prop.Uint32(mapi.MfRead))
	if d < 50_000 {
		t.Fatalf("the attachment grew by %d", d)
	}
	// Without Embedded it stays; RemoveEmbedded and Embedded together make another.
	f.save(m.ID, attach(store.AttachmentEdit{Number: 0, Method: mapi.AfEmbeddedMessage, Edit: named("x")}))
	f.same("embedded message", level(m.Bag).Embedded, one.Embedded)
	f.save(m.ID, attach(store.AttachmentEdit{Number: 0, Method: mapi.AfEmbeddedMessage, RemoveEmbedded: true, Embedded: content("other")}))
	other := level(m.Bag)
	f.same("another one", f.props(other.Embedded)[mapi.TagSubject], prop.String("other"))
	f.save(m.ID, attach(store.AttachmentEdit{Number: 0, Method: mapi.AfByValue, RemoveEmbedded: true}))
	f.same("no embedded message", level(m.Bag).Embedded, store.BagID(0))
	for _, bag := range []store.BagID{one.Embedded, two.Bag, two.Embedded, deep.Bag, other.Embedded} {
		f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Props(bag); return err })
	}
}

// testSaveVersions follows a change key and a predecessor change list that a client stored, [MS-OXCFXICS] 2.2.2.3.
func testSaveVersions(t *testing.T, open Open) {
	f := newFixture(t, open)
	foreign := msgprops.XID{Namespace: mapi.GUID{0x80}, LocalID: "\x00\x00\x01\x07"}
	own := func(cn store.ChangeNumber) msgprops.XID {
		return msgprops.ChangeXID(prop.LongTermID{DatabaseGUID: f.s.ReplicaGUID(), GlobalCounter: uint64(cn)})
	}
	list := func(xs ...msgprops.XID) prop.Value {
		var l msgprops.PredecessorChangeList
		for _, x := range xs {
			l = l.With(x)
		}
		return prop.Binary(l.Bytes())
	}
	keyed := func(v prop.Value) []prop.Tagged {
		return []prop.Tagged{tagged(mapi.TagChangeKey, prop.Binary(foreign.Bytes())), tagged(mapi.TagPredecessorChangeList, v)}
	}
	m := f.message(keyed(list(foreign))...)
	stored := func() map[mapi.PropTag]prop.Value { return f.props(m.Bag) }
	f.same("as given", stored(), values([]store.Property{{Tag: mapi.TagChangeKey, Value: prop.Binary(foreign.Bytes())}, {Tag: mapi.TagPredecessorChangeList, Value: list(foreign)}}))
	saved := f.save(m.ID, store.MessageEdit{})
	f.same("after a save", stored(), map[mapi.PropTag]prop.Value{mapi.TagPredecessorChangeList: list(foreign, own(saved.Change))})
	f.save(m.ID, edit(store.Edit{Set: keyed(list(foreign))}))
	f.same("set by the edit", stored()[mapi.TagPredecessorChangeList], list(foreign))
	var flagged store.Message
	f.write(func(tx store.Tx) (err error) {
		flagged, err = tx.SetMessageFlags(m.ID, mapi.MfRead, mapi.MfRead)
		return err
	})
	f.same("read", len(stored()), 2)
	f.write(func(tx store.Tx) (err error) {
		flagged, err = tx.SetMessageFlags(m.ID, mapi.MfSubmitted, mapi.MfSubmitted)
		return err
	})
	f.same("flagged", stored(), map[mapi.PropTag]prop.Value{mapi.TagPredecessorChangeList: list(foreign, own(flagged.Change))})
	f.check()
	f.save(m.ID, edit(store.Edit{Set: []prop.Tagged{tagged(mapi.TagPredecessorChangeList, prop.Binary([]byte{99, 1}))}}))
	last := f.save(m.ID, store.MessageEdit{})
	f.same("instead of a malformed one", stored(), map[mapi.PropTag]prop.Value{mapi.TagPredecessorChangeList: list(own(last.Change))})
	plain := f.message(subject("x"))
	f.save(plain.ID, store.MessageEdit{})
	f.same("none needed", f.props(plain.Bag), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("x")})
}

func testSaveNewMessageEdit(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{
		Folder: f.inbox, Props: []prop.Tagged{subject("first"), tagged(mapi.TagComment, prop.String("c"))}, Recipients: make([]store.Recipient, 1),
		Edit: &store.ContentEdit{
			Edit: store.Edit{Set: []prop.Tagged{subject("second")}, Remove: []mapi.PropTag{mapi.TagComment}}, SetRecipients: true, Recipients: make([]store.Recipient, 2),
			Attachments: []store.AttachmentEdit{{Number: 3, Method: mapi.AfByValue, Edit: named("three")}, {Number: 1, Method: mapi.AfEmbeddedMessage, Embedded: &store.ContentEdit{}}},
		},
	})
	f.same("message as stored", f.stored(m.ID), m)
	f.same("properties", f.props(m.Bag), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("second")})
	list, names := f.attachments(m.Bag)
	f.same("attachments", []any{names, m.Attachments, list[0].Embedded != 0, m.Recipients}, []any{map[uint32]string{1: "", 3: "three"}, 2, true, 2})
	f.check()
}

func testSaveFeed(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{Folder: f.inbox, Associated: true})
	rec := record(t, f.s)
	scope := f.scope()
	scope.Origin = 42
	var saved store.Message
	f.update(scope, func(tx store.Tx) (err error) { saved, err = tx.SaveMessage(m.ID, store.MessageEdit{}); return err })
	f.same("changes", rec.take(), []store.Change{
		{Kind: store.MessageModified, Mailbox: f.mb.ID, Folder: f.inbox, Message: m.ID, Associated: true, Number: saved.Change, Origin: 42},
		{Kind: store.FolderModified, Mailbox: f.mb.ID, Folder: f.inbox, Origin: 42},
	})
	f.refuse(errStop, func(tx store.Tx) error {
		_, err := tx.SaveMessage(m.ID, edit(store.Edit{Set: []prop.Tagged{tagged(mapi.TagBody, prop.String(long(99_000)))}}))
		if err != nil {
			return err
		}
		return errStop
	})
	f.same("after a rollback", []any{f.stored(m.ID), rec.take(), len(f.props(m.Bag))}, []any{saved, []store.Change(nil), 0})
	f.check()
}
