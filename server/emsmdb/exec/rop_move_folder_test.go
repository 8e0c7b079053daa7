package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

func moveFolder(from, to uint8, id mapi.ID, name string) *rop.MoveFolderRequest {
	return &rop.MoveFolderRequest{
		SrcDst: rop.SrcDst{SourceHandleIndex: from, DestHandleIndex: to}, UseUnicode: true, FolderID: id, NewFolderName: name,
	}
}

// TestMoveFolder checks that a folder moves with everything in it and keeps its id, and that it has a new change
// number, or other clients would look for it where it was (line 9 of what broke Outlook against other servers).
func TestMoveFolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		as      string
		unicode bool
		want    string
	}{
		{"UnderANewName", "Größe 漢字", true, "Größe 漢字"}, {"EightBit", "Gr\xF6\xDFe", false, "Größe"}, {"KeepingItsName", "", true, "Moved"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inbox := w.inbox().FolderIDs[fidInbox]
			id := w.makeFolder(1, 2, "Moved")
			w.fill(id, 0, mapi.MfRead)
			child := w.makeFolder(2, 3, "Child")
			target := w.makeFolder(1, 4, "Target")
			parents := w.props(1, mapi.TagFolderChildCount, mapi.TagHierarchyChangeNumber)
			key := w.props(2, mapi.TagChangeKey)[0]
			req := moveFolder(1, 4, id, tt.as)
			req.UseUnicode = tt.unicode
			if r := one[*rop.MoveFolderResponse](w, req); r.PartialCompletion || r.HandleIndex != 1 {
				t.Errorf("response = %+v", r)
			}
			v := w.props(2, mapi.TagDisplayName, mapi.TagParentFolderId, mapi.TagChangeKey)
			if v[0].Str() != tt.want || v[1].ObjectID() != target || v[2].Equal(key) {
				t.Errorf("properties = %v, the change key was %v", v, key)
			}
			w.wantCounts(2, 2, 1, 0, 0)
			now := w.props(1, mapi.TagFolderChildCount, mapi.TagHierarchyChangeNumber)
			if now[0].Int() != parents[0].Int()-1 || now[1].Int() <= parents[1].Int() {
				t.Errorf("old parent = %v, was %v", now, parents)
			}
			if names := w.folderNames(target, 0); names[tt.want] != id || len(names) != 1 {
				t.Errorf("target = %v", names)
			}
			if names := w.folderNames(inbox, 0); names["Moved"] != 0 {
				t.Errorf("source = %v", names)
			}
			if names := w.folderNames(id, 0); names["Child"] != child {
				t.Errorf("below it = %v", names)
			}
		})
	}
}

// TestMoveFolderRestore checks that a soft-deleted folder lives again where it is moved to, its old place included,
// where the version knows a way back.
func TestMoveFolderRestore(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrNotFound} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			id := w.makeFolder(1, 2, "Back")
			w.fill(id, 0, mapi.MfRead)
			child := w.makeFolder(2, 3, "Child")
			w.fill(child, 0)
			w.deleteFolder(1, everything, id)
			if got := w.code(moveFolder(1, 1, id, "")); got != want {
				t.Fatalf("%v, want %v", got, want)
			}
			if want != mapi.Success {
				return
			}
			if names := w.folderNames(inbox, 0); names["Back"] != id {
				t.Errorf("folders = %v", names)
			}
			if names := w.folderNames(inbox, mapi.TableSoftDeletes); len(names) != 0 {
				t.Errorf("still deleted: %v", names)
			}
			if got := w.openFolder(child, 4, 0); got != mapi.Success {
				t.Errorf("opening what is below: %v", got)
			}
			w.wantCounts(4, 1, 1, 0, 0)
			if got := w.openFolder(id, 4, 0); got != mapi.Success {
				t.Errorf("opening it: %v", got)
			}
			w.wantCounts(4, 2, 1, 0, 0)
			if v := w.props(4, mapi.TagDeletedOn)[0]; v.ErrorCode() != mapi.ErrNotFound {
				t.Errorf("deleted on %v", v)
			}
		})
	}
}

func TestMoveCopyFolderRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	id := w.makeFolder(1, 2, "Folder")
	w.makeFolder(2, 3, "Child")
	one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(1, 4), FolderType: 2, DisplayName: "Search"})
	w.makeFolder(1, 5, "Target")
	w.makeFolder(5, 6, "TAKEN")
	for _, tt := range []struct {
		name       string
		from, to   uint8
		id         mapi.ID
		as         string
		move, copy mapi.ErrorCode
	}{
		{"SourceNotAFolder", 0, 5, id, "", mapi.ErrNoSupport, mapi.ErrNoSupport},
		{"DestinationNotAFolder", 1, 0, id, "", mapi.ErrNoSupport, mapi.ErrNoSupport},
		{"DestinationNull", 1, 7, id, "", mapi.ErrDstNullObject, mapi.ErrDstNullObject},
		{"Unknown", 1, 5, mapi.NewID(1, 0xFFFFFF), "", mapi.ErrNotFound, mapi.ErrNotFound},
		{"OfAnotherReplica", 1, 5, mapi.NewID(9, id.Counter()), "", mapi.ErrNotFound, mapi.ErrNotFound},
		{"IntoItself", 1, 2, id, "", mapi.ErrFolderCycle, mapi.ErrFolderCycle},
		{"BelowItself", 1, 3, id, "", mapi.ErrFolderCycle, mapi.ErrFolderCycle},
		{"NameTaken", 1, 5, id, "Taken", mapi.ErrDuplicateName, mapi.ErrDuplicateName},
		{"IntoASearchFolder", 1, 4, id, "", mapi.ErrSearchFolder, mapi.ErrSearchFolder},
		{"Root", 1, 5, l.FolderIDs[fidRoot], "", mapi.ErrNoSupport, mapi.ErrNoSupport},
		{"WithARole", 1, 5, l.FolderIDs[fidOutbox], "Another Outbox", mapi.ErrAccessDenied, mapi.Success},
	} {
		m := w.run(moveFolder(tt.from, tt.to, tt.id, tt.as))[0].(*rop.MoveFolderResponse)
		if m.ReturnValue != tt.move || m.PartialCompletion {
			t.Errorf("move, %s: %+v, want %v", tt.name, m, tt.move)
		}
		c := w.run(copyFolder(tt.from, tt.to, tt.id, tt.as, true))[0].(*rop.CopyFolderResponse)
		if c.ReturnValue != tt.copy || c.PartialCompletion {
			t.Errorf("copy, %s: %+v, want %v", tt.name, c, tt.copy)
		}
		if tt.move == mapi.ErrDstNullObject && (m.DestHandleIndex != uint32(tt.to) || c.DestHandleIndex != uint32(tt.to)) {
			t.Errorf("%s: indexes %d and %d", tt.name, m.DestHandleIndex, c.DestHandleIndex)
		}
	}
}

const fidOutbox = 5

// TestMoveFolderAcrossMailboxes checks that everything arrives in the other mailbox and nothing is left in the first.
func TestMoveFolderAcrossMailboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoLogons()
	alice, bob := w.sizeOf("alice"), w.sizeOf("bob")
	id := w.makeFolder(2, 3, "Moved")
	w.set(3, text(mapi.TagComment, "comment"), text(mapi.TagContainerClass, "IPF.Note"))
	ids := w.fill(id, many(130, mapi.MfRead)...)
	w.fillAssociated(id, 1)
	w.fill(w.makeFolder(3, 7, "Child"), 0)
	grown := w.sizeOf("alice") - alice
	req := moveFolder(2, 5, id, "Arrived")
	req.WantAsynchronous = true
	if p := one[*rop.ProgressResponse](w, req); p.TotalTaskCount != 2+132+2 {
		t.Errorf("progress = %+v", p)
	}
	if r := one[*rop.MoveFolderResponse](w, &rop.ProgressRequest{In: in(2)}); r.PartialCompletion {
		t.Error("partial")
	}
	if got := w.openFolder(id, 3, mapi.OpenModeSoftDeleted); got != mapi.ErrNotFound {
		t.Errorf("opening the source: %v", got)
	}
	if _, err := w.message(ids[0]); err == nil {
		t.Error("a message kept its id")
	}
	if a, b := w.sizeOf("alice")-alice, w.sizeOf("bob")-bob; a != 0 || b != grown {
		t.Errorf("alice grew by %d, bob by %d, want 0 and %d", a, b, grown)
	}
	w.wantArrived(t, 5, "Arrived", 130)
}

// wantArrived checks a folder below the one at an index of the second logon.
func (w *world) wantArrived(t *testing.T, parent uint8, name string, messages int64) {
	t.Helper()
	create := newFolderRequest(parent, 6, name)
	create.LogonID, create.OpenExisting = 1, true
	one[*rop.CreateFolderResponse](w, create)
	read := func(tags ...mapi.PropTag) *rop.GetPropertiesSpecificResponse {
		return one[*rop.GetPropertiesSpecificResponse](w, &rop.GetPropertiesSpecificRequest{In: in1(6), WantUnicode: 1, PropertyTags: tags})
	}
	v := read(mapi.TagContentCount, mapi.TagAssociatedContentCount, mapi.TagComment, mapi.TagContainerClass, mapi.TagFolderChildCount).RowData.Values
	if v[0].Int() != messages || v[1].Int() != 1 || v[2].Str() != "comment" || v[3].Str() != "IPF.Note" || v[4].Int() != 1 {
		t.Errorf("what arrived = %v", v)
	}
	create = newFolderRequest(6, 6, "Child")
	create.LogonID, create.OpenExisting = 1, true
	one[*rop.CreateFolderResponse](w, create)
	if v := read(mapi.TagContentCount, mapi.TagContentUnreadCount).RowData.Values; v[0].Int() != 1 || v[1].Int() != 1 {
		t.Errorf("below it = %v", v)
	}
}

// TestMoveFolderByRight is difference F24: a folder that may not be moved is told as a part that was not, or refused.
func TestMoveFolderByRight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		profile string
		rights  uint32
		target  uint32
		code    mapi.ErrorCode
		partial bool
	}{
		{"Owner", "exchange2010-sp1", mapi.RoleOwner, mapi.RoleOwner, mapi.Success, false},
		{"Reviewer", "exchange2010-sp1", mapi.RoleReviewer, mapi.RoleOwner, mapi.Success, true},
		{"Reviewer2007", "exchange2007", mapi.RoleReviewer, mapi.RoleOwner, mapi.ErrAccessDenied, false},
		{"Invisible", "exchange2010-sp1", mapi.RoleNone, mapi.RoleOwner, mapi.ErrNotFound, false},
		{"TargetForReading", "exchange2010-sp1", mapi.RoleOwner, mapi.RoleReviewer, mapi.ErrNoCreateSubfolderRight, false},
		{"TargetForReading2007", "exchange2007", mapi.RoleOwner, mapi.RoleReviewer, mapi.ErrAccessDenied, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			w.permit(inbox, "bob", mapi.RoleReviewer)
			id, target := w.makeFolder(1, 2, "Moved"), w.makeFolder(1, 3, "Target")
			w.permit(id, "bob", tt.rights)
			w.permit(target, "bob", tt.target)
			bob := w.delegate("bob")
			for at, f := range map[uint8]mapi.ID{1: inbox, 2: target} {
				if got := bob.openFolder(f, at, 0); got != mapi.Success {
					t.Fatal(got)
				}
			}
			r := bob.run(moveFolder(1, 2, id, ""))[0].(*rop.MoveFolderResponse)
			if r.ReturnValue != tt.code || r.PartialCompletion != tt.partial {
				t.Errorf("response = %+v", r)
			}
			want := inbox
			if tt.code == mapi.Success && !tt.partial {
				want = target
			}
			if got := w.props(2, mapi.TagParentFolderId)[0].ObjectID(); got != want {
				t.Errorf("it is in %v, want %v", got, want)
			}
		})
	}
}

// TestMoveFolderShowsInOpenTables checks the tables of both parents in another session.
func TestMoveFolderShowsInOpenTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	from, to := w.makeFolder(1, 2, "From"), w.makeFolder(1, 3, "To")
	id := w.makeFolder(2, 6, "Moved")
	for table, folder := range map[uint8]uint8{4: 2, 5: 3} {
		one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(folder, table)})
		one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(table), PropertyTags: []mapi.PropTag{mapi.TagDisplayName}})
		one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(table), ForwardRead: true, RowCount: 10})
	}
	other := w.with("alice")
	other.logOn()
	for at, f := range map[uint8]mapi.ID{1: from, 2: to} {
		if got := other.openFolder(f, at, 0); got != mapi.Success {
			t.Fatal(got)
		}
	}
	one[*rop.MoveFolderResponse](other, moveFolder(1, 2, id, ""))
	for table, want := range map[uint8]uint32{4: 0, 5: 1} {
		if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(table)}); p.Denominator != want {
			t.Errorf("table %d: %d rows, want %d", table, p.Denominator, want)
		}
	}
}
