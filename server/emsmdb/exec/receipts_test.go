package exec_test

import (
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// received sends bob a message that alice wants receipts for, and opens his Inbox at index 1.
func received(t *testing.T, props ...prop.Tagged) (w, bob *world, m stocked) {
	t.Helper()
	w = mailWorld(t)
	w.submit(props, internal(0, 1, "bob"))
	w.send(epoch)
	m = w.sole("bob", store.SpecialInbox)
	bob = w.with("bob")
	one[*rop.LogonResponse](bob, logonRequest(bobDN))
	one[*rop.OpenFolderResponse](bob, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: bob.special(store.SpecialInbox)})
	return w, bob, m
}

func mid(m stocked) mapi.ID { return mapi.NewID(1, uint64(m.ID)) }

// receiptsFor are the subjects and classes of what alice gets.
func (w *world) receiptsFor(user string) (list []string) {
	w.t.Helper()
	w.send(epoch)
	for _, m := range w.in(user, store.SpecialInbox) {
		list = append(list, m.text(mapi.TagMessageClass)+" "+m.text(mapi.TagSubject))
	}
	return list
}

// TestSetReadFlagsReceipts checks for every flag whether the sender learns that the message was read, and that nobody
// learns it twice, [MS-OXCMSG] 2.2.3.10.1 and [MS-OXOMSG] 3.2.5.
func TestSetReadFlagsReceipts(t *testing.T) {
	t.Parallel()
	const receipt = "REPORT.IPM.Note.IPNRN Read: hello"
	for name, c := range map[string]struct {
		flags uint8
		want  string
	}{
		"Default": {mapi.ReadFlagDefault, receipt}, "Suppressed": {mapi.ReadFlagSuppressReceipt, ""}, "OnlyTheReceipt": {mapi.ReadFlagGenerateReceiptOnly, receipt},
		"Cleared": {mapi.ReadFlagClearNotifyRead, ""}, "Unread": {mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, bob, m := received(t, yes(mapi.TagReadReceiptRequested))
			for range 2 {
				one[*rop.SetReadFlagsResponse](bob, &rop.SetReadFlagsRequest{In: in(1), ReadFlags: c.flags, MessageIDs: []mapi.ID{mid(m)}})
			}
			if got := strings.Join(w.receiptsFor("alice"), ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSetMessageReadFlagReceipt(t *testing.T) {
	t.Parallel()
	w, bob, m := received(t, yes(mapi.TagReadReceiptRequested))
	bob.openAt(3, mid(m), mapi.OpenModeReadWrite)
	one[*rop.SetMessageReadFlagResponse](bob, &rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}})
	w.send(epoch)
	got := w.sole("alice", store.SpecialInbox)
	sent := w.sole("alice", store.SpecialSentItems)
	for tag, want := range map[mapi.PropTag]prop.Value{
		mapi.TagMessageClass: prop.String("REPORT.IPM.Note.IPNRN"), mapi.TagOriginalMessageClass: prop.String("IPM.Note"), mapi.TagOriginalSubject: prop.String("hello"),
		mapi.TagParentKey: sent.props[mapi.TagSearchKey], mapi.TagOriginalSubmitTime: sent.props[mapi.TagClientSubmitTime], mapi.TagSenderName: prop.String("Bob Brown"),
		mapi.TagOriginalDeliveryTime: m.props[mapi.TagMessageDeliveryTime], mapi.TagReceiptTime: prop.Time(mapi.NewFileTime(epoch)), mapi.TagOriginalDisplayTo: prop.String("bob"),
	} {
		if !got.props[tag].Equal(want) {
			t.Errorf("%s is %v, want %v", tag, got.props[tag], want)
		}
	}
	if now := w.sole("bob", store.SpecialInbox); now.Flags&mapi.MfNotifyRead != 0 || now.Flags&mapi.MfRead == 0 {
		t.Errorf("flags %X", now.Flags)
	}
}

// TestDeleteMessagesNonReadReceipt checks who learns of a message that was deleted unread.
func TestDeleteMessagesNonReadReceipt(t *testing.T) {
	t.Parallel()
	asked := yes(mapi.TagNonReceiptNotificationRequested)
	for name, c := range map[string]struct {
		props        []prop.Tagged
		read, notify bool
		hard         bool
		want         string
	}{
		"Softly":     {[]prop.Tagged{asked}, false, true, false, "REPORT.IPM.Note.IPNNRN Not read: hello"},
		"ForGood":    {[]prop.Tagged{asked}, false, true, true, "REPORT.IPM.Note.IPNNRN Not read: hello"},
		"NotWanted":  {[]prop.Tagged{asked}, false, false, false, ""},
		"Read":       {[]prop.Tagged{asked}, true, true, false, ""},
		"NotAsked":   {nil, false, true, true, ""},
		"Suppressed": {[]prop.Tagged{asked, number(mapi.TagAutoResponseSuppress, 8)}, false, true, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, bob, m := received(t, c.props...)
			if c.read {
				one[*rop.SetReadFlagsResponse](bob, &rop.SetReadFlagsRequest{In: in(1), MessageIDs: []mapi.ID{mid(m)}})
			}
			var req rop.Request = &rop.DeleteMessagesRequest{In: in(1), NotifyNonRead: c.notify, MessageIDs: []mapi.ID{mid(m)}}
			if c.hard {
				req = &rop.HardDeleteMessagesRequest{In: in(1), NotifyNonRead: c.notify, MessageIDs: []mapi.ID{mid(m)}}
			}
			if code := bob.code(req); code != mapi.Success {
				t.Fatal(code)
			}
			if got := strings.Join(w.receiptsFor("alice"), ", "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestReadReceiptGoesWhereTheSenderWants sends it to whom PidTagReadReceiptEntryId names, [MS-OXOMSG] 2.2.2.26.
func TestReadReceiptGoesWhereTheSenderWants(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	carol := w.addressOf("carol")
	w.submit([]prop.Tagged{yes(mapi.TagReadReceiptRequested), {Tag: mapi.TagReadReceiptEntryId, Value: carol}}, internal(0, 1, "bob"))
	w.send(epoch)
	bob := w.with("bob")
	one[*rop.LogonResponse](bob, logonRequest(bobDN))
	one[*rop.OpenFolderResponse](bob, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: bob.special(store.SpecialInbox)})
	one[*rop.SetReadFlagsResponse](bob, &rop.SetReadFlagsRequest{In: in(1)})
	if a, c := w.receiptsFor("alice"), w.receiptsFor("carol"); len(a) != 0 || len(c) != 1 {
		t.Errorf("alice has %v, carol %v", a, c)
	}
}

// TestSubmittedMessagesStay checks that what is to be sent can't be changed, moved or deleted, and that a copy is not
// submitted.
func TestSubmittedMessagesStay(t *testing.T) {
	t.Parallel()
	w := mailWorld(t)
	id := w.submit([]prop.Tagged{{Tag: mapi.TagDeferredSendTime, Value: prop.Time(mapi.NewFileTime(epoch) + 1e10)}}, internal(0, 1, "bob"))
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: w.special(store.SpecialOutbox)})
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: w.special(store.SpecialDrafts)})
	w.set(3, prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("changed")})
	if code := w.code(saveRequest(3, mapi.SaveKeepOpenReadWrite)); code != mapi.ErrSubmitted {
		t.Errorf("save: %v", code)
	}
	if code := w.code(submitRequest(mapi.SubmitNone)); code != mapi.ErrSubmitted {
		t.Errorf("submit again: %v", code)
	}
	if r := one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(1), MessageIDs: []mapi.ID{id}}); !r.PartialCompletion {
		t.Error("it was deleted")
	}
	move := &rop.MoveCopyMessagesRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 1, DestHandleIndex: 2}, MessageIDs: []mapi.ID{id}}
	w.run(move)
	w.sole("alice", store.SpecialOutbox)
	copied := *move
	copied.WantCopy = true
	w.run(&copied)
	if m := w.sole("alice", store.SpecialDrafts); m.Flags&(mapi.MfSubmitted|mapi.MfUnsent) != mapi.MfUnsent || m.text(mapi.TagSubject) != "hello" {
		t.Errorf("the copy has flags %X: %v", m.Flags, m.props)
	}
}
