package exec_test

import (
	"encoding/hex"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func transfer(from, to uint8, copying bool, ids ...mapi.ID) *rop.MoveCopyMessagesRequest {
	return &rop.MoveCopyMessagesRequest{
		SrcDst: rop.SrcDst{SourceHandleIndex: from, DestHandleIndex: to}, MessageIDs: ids, WantCopy: copying,
	}
}

// only returns the one id of a table.
func (w *world) only(list map[mapi.ID][]prop.Value) (mapi.ID, []prop.Value) {
	w.t.Helper()
	for id, row := range list {
		if len(list) == 1 {
			return id, row
		}
	}
	w.t.Fatalf("%d rows, want one", len(list))
	return 0, nil
}

func TestMoveMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	from, to := w.makeFolder(1, 2, "From"), w.makeFolder(1, 3, "To")
	ids := w.fill(from, 0, mapi.MfRead)
	faq := w.fillAssociated(from, 1)
	modified := w.mustMessage(ids[0]).Modified
	r := one[*rop.MoveCopyMessagesResponse](w, transfer(2, 3, false, ids[0], faq[0]))
	if r.PartialCompletion || r.HandleIndex != 2 {
		t.Errorf("response = %+v", r)
	}
	w.wantCounts(2, 1, 0, 0, 0)
	w.wantCounts(3, 1, 1, 1, 0)
	id, row := w.only(w.listed(3, 0, mapi.TagSubject, mapi.TagParentEntryId))
	if id == ids[0] || row[0].Str() != "A" {
		t.Errorf("moved to %v: %v", id, row)
	}
	if m := w.mustMessage(id); m.Modified != modified || m.Folder != store.FolderID(to.Counter()) {
		t.Errorf("message = %+v", m)
	}
	if _, err := w.message(ids[0]); err == nil {
		t.Error("the old id still names a message")
	}
	if len(w.listed(2, mapi.TableSoftDeletes)) != 0 {
		t.Error("what was moved is listed as deleted")
	}
	w.only(w.listed(3, mapi.TableAssociated))
}

func TestCopyMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	to := w.makeFolder(1, 3, "To")
	id := w.find("Three attachments")
	if r := one[*rop.MoveCopyMessagesResponse](w, transfer(1, 3, true, id)); r.PartialCompletion {
		t.Error("partial")
	}
	copied, _ := w.only(w.listed(3, 0))
	if copied == id {
		t.Error("the copy has the id of the original")
	}
	tags := []mapi.PropTag{mapi.TagSubject, mapi.TagMessageSize, mapi.TagHasAttachments, mapi.TagSearchKey, mapi.TagMessageDeliveryTime, mapi.TagBody}
	open := func(folder, message mapi.ID, at uint8) []prop.Value {
		one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{InOut: inOut(0, at), CodePageID: 0x0FFF, FolderID: folder, MessageID: message})
		one[*rop.GetAttachmentTableResponse](w, &rop.GetAttachmentTableRequest{InOut: inOut(at, 6)})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(6), PropertyTags: []mapi.PropTag{mapi.TagAttachLongFilename}})
		values := w.props(at, tags...)
		for _, row := range one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(6), ForwardRead: true, RowCount: 10}).Rows {
			values = append(values, row.Values...)
		}
		return values
	}
	original, copies := open(0, id, 4), open(to, copied, 5)
	if len(original) != len(tags)+3 || len(copies) != len(original) {
		t.Fatalf("%d values, the copy has %d", len(original), len(copies))
	}
	for i := range original {
		if !copies[i].Equal(original[i]) {
			t.Errorf("value %d = %v, want %v", i, copies[i], original[i])
		}
	}
}

// TestMoveCopyMessagesRestore checks that a soft-deleted message lives again where it is moved or copied to, its own
// folder included, as clients do to recover deleted items.
func TestMoveCopyMessagesRestore(t *testing.T) {
	t.Parallel()
	for _, copying := range []bool{false, true} {
		for _, to := range []uint8{2, 3} {
			w := newWorld(t)
			w.inbox()
			folder := w.makeFolder(1, 2, "Box")
			w.makeFolder(1, 3, "Elsewhere")
			ids := w.fill(folder, mapi.MfRead)
			one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids})
			if r := one[*rop.MoveCopyMessagesResponse](w, transfer(2, to, copying, ids...)); r.PartialCompletion {
				t.Errorf("copying %v to %d: partial", copying, to)
			}
			_, row := w.only(w.listed(to, 0, mapi.TagSubject, mapi.TagDeletedOn))
			if row[0].Str() != "A" || row[1].ErrorCode() != mapi.ErrNotFound {
				t.Errorf("copying %v to %d: row %v", copying, to, row)
			}
			if gone := w.listed(2, mapi.TableSoftDeletes); len(gone) == 1 != copying {
				t.Errorf("copying %v to %d: still deleted %v", copying, to, gone)
			}
		}
	}
}

// twoLogons logs on to alice's mailbox at index 0 and to bob's, as an administrator, at index 4, and opens a folder of
// each at 2 and 5.
func (w *world) twoLogons() {
	w.t.Helper()
	w.inbox()
	bob := logonRequest(bobDN)
	bob.OpenFlags = mapi.OpenUsePerMdbReplidMapping | mapi.OpenUseAdminPrivilege
	bob.LogonID, bob.OutputHandleIndex = 1, 4
	l := one[*rop.LogonResponse](w, bob)
	open := &rop.OpenFolderRequest{InOut: inOut(4, 6), FolderID: l.FolderIDs[fidInbox]}
	open.LogonID = 1
	one[*rop.OpenFolderResponse](w, open)
	w.makeFolder(1, 2, "Of alice")
	create := newFolderRequest(6, 5, "Of bob")
	create.LogonID = 1
	one[*rop.CreateFolderResponse](w, create)
}

// sizeOf is the size of a user's mailbox.
func (w *world) sizeOf(user string) (size int64) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf(user)
		size = m.Size
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return size
}

// in1 is in for the second logon.
func in1(index uint8) rop.In { return rop.In{LogonID: 1, InputHandleIndex: index} }

// countOf reads the number of messages in a folder of the second logon.
func (w *world) countOf(index uint8) int64 {
	w.t.Helper()
	r := one[*rop.GetPropertiesSpecificResponse](w, &rop.GetPropertiesSpecificRequest{In: in1(index), PropertyTags: []mapi.PropTag{mapi.TagContentCount}})
	return r.RowData.Values[0].Int()
}

func TestMoveCopyMessagesAcrossMailboxes(t *testing.T) {
	t.Parallel()
	for _, copying := range []bool{false, true} {
		w := newWorld(t)
		w.twoLogons()
		ids := w.fill(w.folderID(2), 0, mapi.MfRead, 0)
		alice, bob := w.sizeOf("alice"), w.sizeOf("bob")
		if r := one[*rop.MoveCopyMessagesResponse](w, transfer(2, 5, copying, ids...)); r.PartialCompletion {
			t.Error("partial")
		}
		left := int64(3)
		if !copying {
			left = 0
		}
		if got := w.props(2, mapi.TagContentCount)[0].Int(); got != left || w.countOf(5) != 3 {
			t.Errorf("copying %v: %d and %d messages", copying, got, w.countOf(5))
		}
		if grown := w.sizeOf("bob") - bob; grown <= 0 || alice-w.sizeOf("alice") != grown*(3-left)/3 {
			t.Errorf("copying %v: alice %d to %d, bob %d to %d", copying, alice, w.sizeOf("alice"), bob, w.sizeOf("bob"))
		}
	}
}

// folderID reads the FID of the folder at an index.
func (w *world) folderID(index uint8) mapi.ID {
	w.t.Helper()
	return w.props(index, mapi.TagFolderId)[0].ObjectID()
}

func TestMoveCopyMessagesToPublicFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	pub := &rop.LogonRequest{
		Out: rop.Out{LogonID: 1, OutputHandleIndex: 4}, OpenFlags: mapi.OpenPublic | mapi.OpenUsePerMdbReplidMapping | mapi.OpenUseAdminPrivilege,
	}
	l := one[*rop.LogonResponse](w, pub)
	open := &rop.OpenFolderRequest{InOut: inOut(4, 6), FolderID: l.FolderIDs[1]}
	open.LogonID = 1
	one[*rop.OpenFolderResponse](w, open)
	create := newFolderRequest(6, 5, "Board")
	create.LogonID = 1
	one[*rop.CreateFolderResponse](w, create)
	ids := w.fill(w.makeFolder(1, 2, "Mine"), 0, 0)
	one[*rop.MoveCopyMessagesResponse](w, transfer(2, 5, true, ids[0]))
	one[*rop.MoveCopyMessagesResponse](w, transfer(2, 5, false, ids[1]))
	if n := w.countOf(5); n != 2 {
		t.Errorf("%d messages", n)
	}
	w.wantCounts(2, 1, 1, 0, 0)
}

func TestMoveCopyMessagesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	ids := w.fill(w.makeFolder(1, 2, "Box"), 0)
	one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(1, 3), FolderType: 2, DisplayName: "Search"})
	for _, tt := range []struct {
		name     string
		from, to uint8
		want     mapi.ErrorCode
	}{
		{"SourceNotAFolder", 0, 2, mapi.ErrNoSupport},
		{"DestinationNotAFolder", 2, 0, mapi.ErrNoSupport},
		{"DestinationSearchFolder", 2, 3, mapi.ErrSearchFolder},
		{"SourceNull", 7, 2, mapi.ErrNullObject},
		{"DestinationNull", 2, 7, mapi.ErrDstNullObject},
		{"DestinationOutOfTable", 2, 99, mapi.ErrDstNullObject},
	} {
		r := w.run(transfer(tt.from, tt.to, true, ids...))[0].(*rop.MoveCopyMessagesResponse)
		if r.ReturnValue != tt.want || r.PartialCompletion {
			t.Errorf("%s: %+v, want %v", tt.name, r, tt.want)
		}
		if tt.want == mapi.ErrDstNullObject && r.DestHandleIndex != uint32(tt.to) {
			t.Errorf("%s: index %d, want %d", tt.name, r.DestHandleIndex, tt.to)
		}
	}
	w.wantCounts(2, 1, 1, 0, 0)
}

// TestMoveCopyMessagesNullDestinationBytes checks the one failure that is longer than the others, [MS-OXCROPS] 2.2.4.6.3.
func TestMoveCopyMessagesNullDestinationBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	out, err := w.raw(w.payload(transfer(1, 7, false)))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(out[0][:13]); got != "0d00"+"3301"+"03050000"+"07000000"+"00" {
		t.Errorf("response = %s", got)
	}
}

// TestMoveCopyMessagesPartial is difference F23: whether it is told that some messages were not there.
func TestMoveCopyMessagesPartial(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2007": false, "exchange2010-sp1": true, "exchange2013": true} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		ids := w.fill(w.makeFolder(1, 2, "From"), 0, 0)
		w.makeFolder(1, 3, "To")
		r := one[*rop.MoveCopyMessagesResponse](w, transfer(2, 3, false, ids[0], mapi.NewID(1, 0xFFFFFF), ids[1]))
		if r.PartialCompletion != want {
			t.Errorf("%s: partial = %v", profile, r.PartialCompletion)
		}
		w.wantCounts(3, 2, 2, 0, 0)
	}
}

// TestMoveCopyMessagesByRight checks that a move needs the right to delete and a copy does not, and that the
// destination must let the user create.
func TestMoveCopyMessagesByRight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		from, to uint32
		copying  bool
		want     mapi.ErrorCode
		partial  bool
	}{
		{"CopyAsReviewer", mapi.RoleReviewer, mapi.RoleContributor, true, mapi.Success, false},
		{"MoveAsReviewer", mapi.RoleReviewer, mapi.RoleContributor, false, mapi.Success, true},
		{"MoveAsEditor", mapi.RoleEditor, mapi.RoleContributor, false, mapi.Success, false},
		{"UnreadableSource", mapi.RoleContributor, mapi.RoleContributor, true, mapi.Success, true},
		{"DestinationForReading", mapi.RoleEditor, mapi.RoleReviewer, true, mapi.ErrAccessDenied, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inbox()
			from, to := w.makeFolder(1, 2, "From"), w.makeFolder(1, 3, "To")
			w.permit(from, "bob", tt.from)
			w.permit(to, "bob", tt.to)
			ids := w.fill(from, 0)
			bob := w.delegate("bob")
			for at, id := range map[uint8]mapi.ID{1: from, 2: to} {
				if got := bob.openFolder(id, at, 0); got != mapi.Success {
					t.Fatal(got)
				}
			}
			r := bob.run(transfer(1, 2, tt.copying, ids...))[0].(*rop.MoveCopyMessagesResponse)
			if r.ReturnValue != tt.want || r.PartialCompletion != tt.partial {
				t.Errorf("response = %+v", r)
			}
			arrived := int64(1)
			if tt.partial || tt.want != mapi.Success {
				arrived = 0
			}
			w.wantCounts(3, arrived, arrived, 0, 0)
		})
	}
}

// TestMoveCopyMessagesAsynchronous checks that a cancelled move leaves each message in exactly one place.
func TestMoveCopyMessagesAsynchronous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	ids := w.fill(w.makeFolder(1, 2, "From"), many(250, mapi.MfRead)...)
	w.makeFolder(1, 3, "To")
	req := transfer(2, 3, false, ids...)
	req.WantAsynchronous = true
	one[*rop.ProgressResponse](w, req)
	one[*rop.ProgressResponse](w, &rop.ProgressRequest{In: in(2)})
	if end := one[*rop.MoveCopyMessagesResponse](w, &rop.ProgressRequest{In: in(2), WantCancel: true}); !end.PartialCompletion {
		t.Error("what was cancelled is told to be whole")
	}
	w.wantCounts(2, 50, 0, 0, 0)
	w.wantCounts(3, 200, 0, 0, 0)
}

// TestMoveCopyMessagesShowInOpenTables checks the tables of both folders in another session.
func TestMoveCopyMessagesShowInOpenTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	from, to := w.makeFolder(1, 2, "From"), w.makeFolder(1, 3, "To")
	ids := w.fill(from, 0, 0, 0)
	for table, folder := range map[uint8]uint8{4: 2, 5: 3} {
		one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(folder, table)})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(table), PropertyTags: []mapi.PropTag{mapi.TagMid}})
		one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(table), ForwardRead: true, RowCount: 10})
	}
	other := w.with("alice")
	other.logOn()
	for at, id := range map[uint8]mapi.ID{1: from, 2: to} {
		if got := other.openFolder(id, at, 0); got != mapi.Success {
			t.Fatal(got)
		}
	}
	one[*rop.MoveCopyMessagesResponse](other, transfer(1, 2, false, ids[:2]...))
	one[*rop.MoveCopyMessagesResponse](other, transfer(1, 2, true, ids[2]))
	for table, want := range map[uint8]uint32{4: 1, 5: 3} {
		if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(table)}); p.Denominator != want {
			t.Errorf("table %d: %d rows, want %d", table, p.Denominator, want)
		}
	}
}
