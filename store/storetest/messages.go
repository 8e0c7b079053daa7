package storetest

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// long is a text of n bytes with characters of one to four bytes.
func long(n int) string {
	const unit = "text ü € 🎉 "
	s := strings.Repeat(unit, n/len(unit))
	return s + strings.Repeat(".", n-len(s))
}

func testMessages(t *testing.T, open Open) {
	t.Run("CreatedAndFound", func(t *testing.T) { testMessagesCreatedAndFound(t, open) })
	t.Run("FieldsOfProperties", func(t *testing.T) { testMessagesFieldsOfProperties(t, open) })
	t.Run("Missing", func(t *testing.T) { testMessagesMissing(t, open) })
	t.Run("IDsAreNeverUsedAgain", func(t *testing.T) { testMessagesIDsAreNeverUsedAgain(t, open) })
	t.Run("Recipients", func(t *testing.T) { testMessagesRecipients(t, open) })
	t.Run("Attachments", func(t *testing.T) { testMessagesAttachments(t, open) })
	t.Run("Flags", func(t *testing.T) { testMessagesFlags(t, open) })
}

func testMessagesCreatedAndFound(t *testing.T, open Open) {
	f := newFixture(t, open)
	var made, got store.Message
	var now mapi.FileTime
	f.write(func(tx store.Tx) (err error) {
		now = tx.Now()
		made, err = tx.CreateMessage(store.NewMessage{
			Folder: f.inbox, Flags: mapi.MfUnsent, Props: []prop.Tagged{subject("Hi"), tagged(mapi.TagMessageDeliveryTime, prop.Time(77))},
			Recipients:  []store.Recipient{{RowID: 0, Type: 1}, {RowID: 7, Type: 2}},
			Attachments: []store.NewAttachment{{Method: 1}},
		})
		return err
	})
	f.read(func(r store.Reader) (err error) { got, err = r.Message(made.ID); return err })
	f.same("message", got, made)
	f.same("fields", made, store.Message{
		ID: made.ID, Folder: f.inbox, Mailbox: f.mb.ID, Bag: made.Bag, Flags: mapi.MfUnsent, Size: made.Size, Received: 77, Created: now,
		Modified: now, Change: made.Change, ReadChange: made.ReadChange, Attachments: 1, Recipients: 2,
	})
}

func testMessagesFieldsOfProperties(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{Folder: f.inbox, Flags: 1, Props: []prop.Tagged{
		tagged(mapi.TagMessageFlags, prop.Int32(8)), tagged(mapi.TagMessageSize, prop.Int32(1)), tagged(mapi.TagHasAttachments, prop.Bool(true)),
		tagged(mapi.TagMid, prop.Int64(1)), tagged(mapi.TagMessageStatus, prop.Int32(0x1000)),
		tagged(mapi.TagCreationTime, prop.Time(11)), tagged(mapi.TagLastModificationTime, prop.Time(22)),
	}})
	f.same("flags, status and times", []uint64{uint64(m.Flags), uint64(m.Status), uint64(m.Created), uint64(m.Modified)}, []uint64{1, 0x1000, 11, 22})
	var props []store.Property
	f.read(func(r store.Reader) (err error) { props, err = r.Props(m.Bag); return err })
	f.same("properties", values(props), map[mapi.PropTag]prop.Value{mapi.TagCreationTime: prop.Time(11), mapi.TagLastModificationTime: prop.Time(22)})
}

func testMessagesMissing(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Message(4711); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.CreateMessage(store.NewMessage{Folder: 4711}); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.SetMessageFlags(4711, 1, 1); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Recipients(4711); return err })
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { _, err := tx.Attachments(4711); return err })
}

func testMessagesIDsAreNeverUsedAgain(t *testing.T, open Open) {
	f := newFixture(t, open)
	seen := map[uint64]bool{}
	for range 5 {
		m, d := f.message(), f.child(f.inbox, long(len(seen)+1))
		for _, id := range []uint64{uint64(m.ID), uint64(m.Change), uint64(d.ID), uint64(d.Change)} {
			if seen[id] {
				t.Fatalf("counter %d came twice", id)
			}
			seen[id] = true
		}
	}
	var first uint64
	f.write(func(tx store.Tx) (err error) { first, err = tx.ReserveCounters(1000); return err })
	if m := f.message(); uint64(m.ID) < first+1000 || uint64(m.Change) < first+1000 {
		t.Fatalf("message %d with change %d lies in the range reserved from %d", m.ID, m.Change, first)
	}
	f.refuse(store.ErrQuota, func(tx store.Tx) error { _, err := tx.ReserveCounters(0); return err })
}

func testMessagesRecipients(t *testing.T, open Open) {
	f := newFixture(t, open)
	want := []store.Recipient{
		{RowID: 0, Type: mapi.RecipientTo, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("Bob")), tagged(mapi.TagSmtpAddress, prop.String("bob@x"))}},
		{RowID: 3, Type: mapi.RecipientCc | mapi.RecipientSent},
		{RowID: 4, Type: mapi.RecipientBcc, Props: []prop.Tagged{tagged(mapi.TagEntryId, prop.Binary([]byte{1, 0, 2}))}},
	}
	m := f.create(store.NewMessage{Folder: f.inbox, Recipients: want})
	none := f.message()
	f.read(func(r store.Reader) error {
		got, err := r.Recipients(m.Bag)
		f.same("recipients", got, want)
		if err != nil {
			return err
		}
		got, err = r.Recipients(none.Bag)
		f.same("no recipients", got, []store.Recipient(nil))
		return err
	})
}

func testMessagesAttachments(t *testing.T, open Open) {
	f := newFixture(t, open)
	inner := store.NewMessage{
		Flags: mapi.MfRead, Props: []prop.Tagged{subject("inner")},
		Recipients:  []store.Recipient{{RowID: 1, Type: 1, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("x"))}}},
		Attachments: []store.NewAttachment{{Method: mapi.AfByValue, Props: []prop.Tagged{tagged(mapi.TagAttachLongFilename, prop.String("deep.txt"))}}},
	}
	m := f.create(store.NewMessage{Folder: f.inbox, Attachments: []store.NewAttachment{
		{Method: mapi.AfByValue, Props: []prop.Tagged{tagged(mapi.TagAttachDataBinary, prop.Binary([]byte("data")))}},
		{Method: mapi.AfEmbeddedMessage, Embedded: &inner},
	}})
	f.read(func(r store.Reader) error {
		list, err := r.Attachments(m.Bag)
		if err != nil {
			return err
		}
		f.same("number of attachments", len(list), 2)
		f.same("file", list[0], store.Attachment{Number: 0, Bag: list[0].Bag, Method: mapi.AfByValue, Size: list[0].Size})
		f.same("embedded message", list[1], store.Attachment{
			Number: 1, Bag: list[1].Bag, Method: mapi.AfEmbeddedMessage, Embedded: list[1].Embedded, Size: list[1].Size,
		})
		if list[1].Embedded == 0 || list[0].Size < 4 || m.Size < list[0].Size+list[1].Size {
			t.Fatalf("message of %d bytes has attachments %+v", m.Size, list)
		}
		data, err := r.Props(list[0].Bag)
		f.same("data", values(data), map[mapi.PropTag]prop.Value{mapi.TagAttachDataBinary: prop.Binary([]byte("data"))})
		if err != nil {
			return err
		}
		props, err := r.Props(list[1].Embedded, mapi.TagSubject, mapi.TagMessageFlags)
		f.same("inner properties", values(props), map[mapi.PropTag]prop.Value{mapi.TagSubject: prop.String("inner"), mapi.TagMessageFlags: prop.Int32(1)})
		if err != nil {
			return err
		}
		recipients, err := r.Recipients(list[1].Embedded)
		f.same("inner recipients", recipients, inner.Recipients)
		if err != nil {
			return err
		}
		deep, err := r.Attachments(list[1].Embedded)
		f.same("inner attachments", len(deep), 1)
		return err
	})
}

func testMessagesFlags(t *testing.T, open Open) {
	f := newFixture(t, open)
	m := f.create(store.NewMessage{Folder: f.inbox, Flags: mapi.MfUnsent})
	set := func(flags, mask uint32) (got store.Message) {
		f.write(func(tx store.Tx) (err error) { got, err = tx.SetMessageFlags(m.ID, flags, mask); return err })
		var stored store.Message
		f.read(func(r store.Reader) (err error) { stored, err = r.Message(m.ID); return err })
		f.same("stored", stored, got)
		return got
	}
	read := set(mapi.MfRead|mapi.MfEverRead, mapi.MfRead|mapi.MfEverRead|mapi.MfNotifyRead)
	f.same("flags", read.Flags, mapi.MfUnsent|mapi.MfRead|mapi.MfEverRead)
	f.same("change number of a read message", read.Change, m.Change)
	if read.ReadChange <= m.ReadChange {
		t.Fatalf("read change number went from %d to %d", m.ReadChange, read.ReadChange)
	}
	f.same("nothing to change", set(mapi.MfRead, mapi.MfRead), read)
	sent := set(mapi.MfSubmitted, mapi.MfSubmitted|mapi.MfUnsent)
	f.same("flags", sent.Flags, mapi.MfSubmitted|mapi.MfRead|mapi.MfEverRead)
	f.same("read change number", sent.ReadChange, read.ReadChange)
	if sent.Change <= read.Change {
		t.Fatalf("change number went from %d to %d", read.Change, sent.Change)
	}
}
