package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// TestSetMessageReadFlagPublic: in public folders each user reads for themselves, and the response tells of a change,
// [MS-OXCMSG] 3.2.5.11 and [MS-OXCROPS] 2.2.6.11.2.
func TestSetMessageReadFlagPublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.publicLogon(true)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
	w.makeFolder(1, 2, "Board")
	fid := w.props(2, mapi.TagFolderId)[0].ObjectID()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(2, 3), CodePageID: 0x0FFF, FolderID: fid})
	w.set(3, text(mapi.TagSubject, "Notice"), number(mapi.TagMessageFlags, 0))
	id := w.save(3)

	bob := w.with("bob")
	bob.publicLogon(false)
	bob.openAt(3, id, mapi.OpenModeReadOnly)
	mark := &rop.SetMessageReadFlagRequest{
		RespIn: rop.RespIn{ResponseHandleIndex: 1, InputHandleIndex: 3}, ClientData: &rop.ClientData{1, 2, 3},
	}
	read := func(w *world) bool {
		v := w.props(3, mapi.TagRead, mapi.TagMessageFlags)
		if v[0].Bool() != (uint32(v[1].Bits())&mapi.MfRead != 0) {
			t.Errorf("PidTagRead and PidTagMessageFlags tell different things: %v", v)
		}
		return v[0].Bool()
	}
	if read(bob) {
		t.Error("bob has read it before he opened it")
	}
	for _, changed := range []bool{true, false} {
		r := one[*rop.SetMessageReadFlagResponse](bob, mark)
		if r.ReadStatusChanged != changed || changed && r.ClientData != *mark.ClientData {
			t.Errorf("response = %+v, want changed %v", r, changed)
		}
		if !read(bob) || read(w) {
			t.Errorf("read: bob %v, alice %v", read(bob), read(w))
		}
	}
	mark.ReadFlags = mapi.ReadFlagClearReadFlag | mapi.ReadFlagSuppressReceipt
	if r := one[*rop.SetMessageReadFlagResponse](bob, mark); !r.ReadStatusChanged || read(bob) {
		t.Errorf("response = %+v, read %v", r, read(bob))
	}
}
