package exec_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// fill puts messages with given flags into a folder of alice's and returns their ids, ascending.
func (w *world) fill(folder mapi.ID, flags ...uint32) (ids []mapi.ID) {
	w.t.Helper()
	w.change("alice", func(tx store.Tx) error {
		ids = nil
		for i, f := range flags {
			m, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(folder.Counter()), Flags: f,
				Props: []prop.Tagged{
					{Tag: mapi.TagSubject, Value: prop.String(string(rune('A' + i%26)))}, {Tag: mapi.TagMessageClass, Value: prop.String("IPM.Note")},
				},
			})
			if err != nil {
				return err
			}
			ids = append(ids, mapi.NewID(1, uint64(m.ID)))
		}
		return nil
	})
	return ids
}

// many is n times the same flags.
func many(n int, flags uint32) []uint32 { return slices.Repeat([]uint32{flags}, n) }

// message reads a message from the store.
func (w *world) message(id mapi.ID) (m store.Message, err error) {
	w.t.Helper()
	viewErr := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err = r.Message(store.MessageID(id.Counter()))
		return nil
	})
	if viewErr != nil {
		w.t.Fatal(viewErr)
	}
	return m, err
}

func (w *world) mustMessage(id mapi.ID) store.Message {
	w.t.Helper()
	m, err := w.message(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// TestSetReadFlags checks every flag on a message that is unread and waits for both receipts, and on one that was read,
// [MS-OXCMSG] 2.2.3.10.1. A read receipt that is due stays noted until it is sent.
func TestSetReadFlags(t *testing.T) {
	t.Parallel()
	const pending = mapi.MfNotifyRead | mapi.MfNotifyUnread
	const read, unread = mapi.MfRead | mapi.MfEverRead | pending, pending
	for _, tt := range []struct {
		name     string
		flags    uint8
		unread   uint32 // what becomes of the unread message
		read     uint32 // what becomes of the read one
		counters int64  // unread messages in the folder afterwards
	}{
		{"Default", mapi.ReadFlagDefault, read &^ mapi.MfNotifyRead, read &^ mapi.MfNotifyRead, 0},
		{"SuppressReceipt", mapi.ReadFlagSuppressReceipt, read &^ mapi.MfNotifyRead, read &^ mapi.MfNotifyRead, 0},
		{"ClearReadFlag", mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt, unread, unread, 2},
		{"GenerateReceiptOnly", mapi.ReadFlagGenerateReceiptOnly, unread &^ mapi.MfNotifyRead, read &^ mapi.MfNotifyRead, 1},
		{"ClearNotifyRead", mapi.ReadFlagClearNotifyRead, unread &^ mapi.MfNotifyRead, read &^ mapi.MfNotifyRead, 1},
		{"ClearNotifyUnread", mapi.ReadFlagClearNotifyUnread, unread &^ mapi.MfNotifyUnread, read &^ mapi.MfNotifyUnread, 1},
		{"ReservedIsIgnored", 0x0A, read &^ mapi.MfNotifyRead, read &^ mapi.MfNotifyRead, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inbox()
			folder := w.makeFolder(1, 2, "Flags")
			ids := w.fill(folder, unread, read)
			before := []store.Message{w.mustMessage(ids[0]), w.mustMessage(ids[1])}
			r := one[*rop.SetReadFlagsResponse](w, &rop.SetReadFlagsRequest{In: in(2), ReadFlags: tt.flags, MessageIDs: ids})
			if r.PartialCompletion {
				t.Error("partial")
			}
			for i, want := range []uint32{tt.unread, tt.read} {
				m := w.mustMessage(ids[i])
				if m.Flags != want {
					t.Errorf("message %d: flags %x, want %x", i, m.Flags, want)
				}
				if m.Change != before[i].Change || m.Modified != before[i].Modified {
					t.Errorf("message %d: the change number or the time of the last change moved", i)
				}
			}
			if v := w.props(2, mapi.TagContentUnreadCount, mapi.TagContentCount); v[0].Int() != tt.counters || v[1].Int() != 2 {
				t.Errorf("counts = %v", v)
			}
		})
	}
}

func TestSetReadFlagsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	ids := w.fill(l.FolderIDs[fidInbox], 0)
	for _, tt := range []struct {
		name  string
		in    uint8
		flags uint8
		want  mapi.ErrorCode
	}{
		{"NotAFolder", 0, 0, mapi.ErrNullObject},
		{"UnknownBit", 1, 0x80, mapi.ErrInvalidParameter},
		{"ClearAndGenerate", 1, mapi.ReadFlagClearReadFlag | mapi.ReadFlagGenerateReceiptOnly, mapi.ErrInvalidParameter},
		{"NoObject", 7, 0, mapi.ErrNullObject},
	} {
		if got := w.code(&rop.SetReadFlagsRequest{In: in(tt.in), ReadFlags: tt.flags, MessageIDs: ids}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestSetReadFlagsOfAll checks that a list without messages means all normal ones.
func TestSetReadFlagsOfAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.fill(w.makeFolder(1, 2, "All"), many(250, 0)...)
	one[*rop.SetReadFlagsResponse](w, &rop.SetReadFlagsRequest{In: in(2), WantAsynchronous: true})
	if v := w.props(2, mapi.TagContentUnreadCount, mapi.TagContentCount); v[0].Int() != 0 || v[1].Int() != 250 {
		t.Errorf("counts = %v", v)
	}
}

// TestSetReadFlagsPartial is difference M12: only 2007 and older tell of messages that are not there.
func TestSetReadFlagsPartial(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2007": true, "exchange2010-sp1": false, "exchange2016": false} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.inbox()
			ids := w.fill(w.makeFolder(1, 2, "Mine"), 0, 0)
			elsewhere := w.fill(l.FolderIDs[fidInbox], 0)
			r := one[*rop.SetReadFlagsResponse](w, &rop.SetReadFlagsRequest{
				In: in(2), MessageIDs: []mapi.ID{ids[0], mapi.NewID(1, 0xFFFFFF), elsewhere[0], mapi.NewID(9, ids[1].Counter()), ids[1]},
			})
			if r.PartialCompletion != want {
				t.Errorf("partial = %v, want %v", r.PartialCompletion, want)
			}
			if w.mustMessage(ids[0]).Flags&w.mustMessage(ids[1]).Flags&mapi.MfRead == 0 {
				t.Error("a message that is there was not marked")
			}
			if w.mustMessage(elsewhere[0]).Flags&mapi.MfRead != 0 {
				t.Error("a message of another folder was marked")
			}
		})
	}
}

// TestSetReadFlagsShowsInOpenTables checks that the row of another session's table follows.
func TestSetReadFlagsShowsInOpenTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 1, "Watched")
	ids := w.fill(folder, 0)
	w.contents(mapi.TagMessageFlags)
	if f := w.rows(1).Rows[0].Values[0].Int(); f&int64(mapi.MfRead) != 0 {
		t.Fatalf("flags = %x", f)
	}
	other := w.with("alice")
	other.logOn()
	if got := other.openFolder(folder, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	one[*rop.SetReadFlagsResponse](other, &rop.SetReadFlagsRequest{In: in(1), MessageIDs: ids})
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
	if f := w.rows(1).Rows[0].Values[0].Int(); f&int64(mapi.MfRead) == 0 {
		t.Errorf("flags = %x", f)
	}
}

// TestSetReadFlagsPublic checks that each user reads the messages of public folders for themselves.
func TestSetReadFlagsPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.publicLogon(true)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
	folder := w.makeFolder(1, 2, "Board")
	ids := w.fillPublic(folder, 3)
	bob := w.with("bob")
	bob.publicLogon(false)
	if got := bob.openFolder(folder, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	for _, tt := range []struct {
		name  string
		flags uint8
		ids   []mapi.ID
		read  int
	}{
		{"Two", 0, ids[:2], 2}, {"Again", 0, ids[:1], 2}, {"OneBack", mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt, ids[:1], 1},
		{"ReceiptsAlone", mapi.ReadFlagClearNotifyRead, ids, 1},
	} {
		one[*rop.SetReadFlagsResponse](bob, &rop.SetReadFlagsRequest{In: in(1), ReadFlags: tt.flags, MessageIDs: tt.ids})
		for user, want := range map[string]int{"bob": tt.read, "alice": 0} {
			if got := w.marks(user, folder); got != want {
				t.Errorf("%s: %s has read %d, want %d", tt.name, user, got, want)
			}
		}
		for o, at := range map[*world]uint8{bob: 1, w: 2} {
			want := int64(0)
			if o == bob {
				want = int64(tt.read)
			}
			read := int64(0)
			for _, row := range o.listed(at, 0, mapi.TagMessageFlags, mapi.TagRead) {
				if row[0].Int()&int64(mapi.MfRead) != 0 && row[1].Bool() {
					read++
				}
			}
			if v := o.props(at, mapi.TagContentUnreadCount)[0]; read != want || v.Int() != int64(len(ids))-want {
				t.Errorf("%s: %d rows read and %d unread, want %d read", tt.name, read, v.Int(), want)
			}
		}
	}
	one[*rop.OpenMessageResponse](bob, &rop.OpenMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: folder, MessageID: ids[2]})
	for _, flags := range []uint8{mapi.ReadFlagDefault, mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt} {
		for _, changed := range []bool{true, false} {
			req := &rop.SetMessageReadFlagRequest{RespIn: rop.RespIn{ResponseHandleIndex: 3, InputHandleIndex: 3}, ReadFlags: flags, ClientData: new(rop.ClientData)}
			if r := one[*rop.SetMessageReadFlagResponse](bob, req); r.ReadStatusChanged != changed {
				t.Errorf("flags %x: changed %v, want %v", flags, r.ReadStatusChanged, changed)
			}
			if v := bob.props(3, mapi.TagRead)[0]; v.Bool() != (flags == mapi.ReadFlagDefault) {
				t.Errorf("flags %x: read %v", flags, v)
			}
		}
	}
	for _, id := range ids {
		if m := w.mustMessage(id); m.Flags&mapi.MfRead != 0 {
			t.Errorf("the message itself is marked: %x", m.Flags)
		}
	}
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(2, 4), CodePageID: 0x0FFF, FolderID: folder})
	one[*rop.SaveChangesMessageResponse](w, &rop.SaveChangesMessageRequest{RespIn: rop.RespIn{ResponseHandleIndex: 4, InputHandleIndex: 4}})
	if a, b := w.props(2, mapi.TagContentUnreadCount)[0], bob.props(1, mapi.TagContentUnreadCount)[0]; a.Int() != 3 || b.Int() != 3 {
		t.Errorf("alice has %d unread after a message of her own, bob %d", a.Int(), b.Int())
	}
}

// fillPublic puts messages into a public folder.
func (w *world) fillPublic(folder mapi.ID, n int) (ids []mapi.ID) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), store.Scope{Mailboxes: w.mailboxes()}, func(tx store.Tx) error {
		for range n {
			m, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{text(mapi.TagSubject, "S")}})
			if err != nil {
				return err
			}
			ids = append(ids, mapi.NewID(1, uint64(m.ID)))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids
}

// marks counts what a user has read in a public folder.
func (w *world) marks(user string, folder mapi.ID) (n int) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		list, err := r.ReadMarks(user, store.FolderID(folder.Counter()))
		n = len(list)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
