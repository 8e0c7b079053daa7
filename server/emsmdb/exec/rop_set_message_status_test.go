package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// TestSetMessageStatus checks that bits in the mask become those of the flags, that what was before is told, and that
// nothing else of the message changes, [MS-OXCMSG] 3.2.5.8.
func TestSetMessageStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	id := w.fill(w.makeFolder(1, 2, "Box"), 0)[0]
	first := w.mustMessage(id)
	for _, tt := range []struct {
		name          string
		flags, mask   uint32
		before, after uint32
	}{
		{"Set", mapi.MsRemoteDownload, mapi.MsRemoteDownload, 0, mapi.MsRemoteDownload},
		{"OutsideTheMask", mapi.MsRemoteDelete, 0, mapi.MsRemoteDownload, mapi.MsRemoteDownload},
		{"ClearAndSet", mapi.MsRemoteDelete, mapi.MsRemoteDownload | mapi.MsRemoteDelete, mapi.MsRemoteDownload, mapi.MsRemoteDelete},
		{"InConflictIsTheServers", mapi.MsInConflict, mapi.MsInConflict, mapi.MsRemoteDelete, mapi.MsRemoteDelete},
		{"Clear", 0, mapi.MsRemoteDelete, mapi.MsRemoteDelete, 0},
	} {
		r := one[*rop.SetMessageStatusResponse](w, &rop.SetMessageStatusRequest{In: in(2), MessageID: id, MessageStatusFlags: tt.flags, MessageStatusMask: tt.mask})
		if r.MessageStatusFlags != tt.before {
			t.Errorf("%s: before %x, want %x", tt.name, r.MessageStatusFlags, tt.before)
		}
		g := one[*rop.GetMessageStatusResponse](w, &rop.GetMessageStatusRequest{In: in(2), MessageID: id})
		if g.MessageStatusFlags != tt.after {
			t.Errorf("%s: after %x, want %x", tt.name, g.MessageStatusFlags, tt.after)
		}
		if row := w.listed(2, 0, mapi.TagMessageStatus)[id]; uint32(row[0].Int()) != tt.after {
			t.Errorf("%s: the table has %v", tt.name, row)
		}
	}
	if m := w.mustMessage(id); m.Change != first.Change || m.Modified != first.Modified || m.Flags != first.Flags {
		t.Errorf("message = %+v, was %+v", m, first)
	}
}

func TestGetMessageStatusRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	id := w.fill(w.makeFolder(1, 2, "Box"), 0)[0]
	elsewhere := w.fill(inbox, 0)[0]
	for _, tt := range []struct {
		name string
		in   uint8
		id   mapi.ID
		want mapi.ErrorCode
	}{
		{"NotAFolder", 0, id, mapi.ErrNullObject},
		{"NoObject", 7, id, mapi.ErrNullObject},
		{"UnknownMessage", 2, mapi.NewID(1, 0xFFFFFF), mapi.ErrNotFound},
		{"OfAnotherFolder", 2, elsewhere, mapi.ErrNotFound},
	} {
		if got := w.code(&rop.GetMessageStatusRequest{In: in(tt.in), MessageID: tt.id}); got != tt.want {
			t.Errorf("get, %s: %v, want %v", tt.name, got, tt.want)
		}
		set := &rop.SetMessageStatusRequest{In: in(tt.in), MessageID: tt.id, MessageStatusFlags: mapi.MsRemoteDelete, MessageStatusMask: mapi.MsRemoteDelete}
		if got := w.code(set); got != tt.want {
			t.Errorf("set, %s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestMessageStatusByRight checks that reading needs the right to read and changing that to edit.
func TestMessageStatusByRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	folder := w.makeFolder(1, 2, "Box")
	id := w.fill(folder, 0)[0]
	w.permit(folder, "bob", mapi.RoleReviewer)
	bob := w.delegate("bob")
	if got := bob.openFolder(folder, 1, 0); got != mapi.Success {
		t.Fatal(got)
	}
	one[*rop.GetMessageStatusResponse](bob, &rop.GetMessageStatusRequest{In: in(1), MessageID: id})
	set := &rop.SetMessageStatusRequest{In: in(1), MessageID: id, MessageStatusFlags: mapi.MsRemoteDelete, MessageStatusMask: mapi.MsRemoteDelete}
	if got := bob.code(set); got != mapi.ErrAccessDenied {
		t.Errorf("%v", got)
	}
}
