package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// deleteFolder deletes a folder below the one at an index.
func (w *world) deleteFolder(parent, flags uint8, id mapi.ID) *rop.DeleteFolderResponse {
	w.t.Helper()
	return w.run(&rop.DeleteFolderRequest{In: in(parent), DeleteFolderFlags: flags, FolderID: id})[0].(*rop.DeleteFolderResponse)
}

const everything = mapi.DelMessages | mapi.DelFolders

// TestDeleteFolderFlags checks which flags it takes to delete folders that are not empty, [MS-OXCFOLD] 3.2.5.3: without
// them nothing is deleted, which is a success that says so, in every version.
func TestDeleteFolderFlags(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		messages int
		fai      int
		child    bool
		flags    uint8
		deleted  bool
	}{
		{"Empty", 0, 0, false, 0, true},
		{"Messages", 1, 0, false, 0, false},
		{"MessagesNotFolders", 1, 0, false, mapi.DelFolders, false},
		{"MessagesAllowed", 1, 1, false, mapi.DelMessages, true},
		{"AssociatedMessages", 0, 1, false, 0, false},
		{"Subfolder", 0, 0, true, 0, false},
		{"SubfolderNotMessages", 0, 0, true, mapi.DelMessages, false},
		{"SubfolderAllowed", 0, 0, true, mapi.DelFolders, true},
		{"BothHalfAllowed", 1, 0, true, mapi.DelMessages, false},
		{"BothAllowed", 1, 1, true, everything, true},
		{"BothAllowedForGood", 1, 1, true, everything | mapi.DeleteHardDelete, true},
	} {
		for _, profile := range []string{"exchange2007", "exchange2010-sp1", "exchange2016"} {
			t.Run(tt.name+"/"+profile, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, withProfile(profile))
				inbox := w.inbox().FolderIDs[fidInbox]
				id := w.makeFolder(1, 2, "Doomed")
				w.fill(id, many(tt.messages, 0)...)
				w.fillAssociated(id, tt.fai)
				if tt.child {
					w.fill(w.makeFolder(2, 3, "Child"), 0)
				}
				if r := w.deleteFolder(1, tt.flags, id); r.ReturnValue != mapi.Success || r.PartialCompletion == tt.deleted {
					t.Errorf("response = %+v", r)
				}
				if _, there := w.folderNames(inbox, 0)["Doomed"]; there == tt.deleted {
					t.Errorf("still there: %v", there)
				}
				if !tt.deleted {
					w.wantCounts(2, int64(tt.messages), int64(tt.messages), int64(tt.fai), 0)
				}
			})
		}
	}
}

// TestDeleteFolderSoft checks differences F1 and F16: a folder that was deleted softly is listed and can be opened with
// everything in it, until 2013 knows no way back.
func TestDeleteFolderSoft(t *testing.T) {
	t.Parallel()
	for profile, keeps := range map[string]bool{"exchange2003": true, "exchange2007": true, "exchange2010-sp1": true, "exchange2013": false, "exchange2016": false} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			id := w.makeFolder(1, 2, "Gone")
			child := w.makeFolder(2, 3, "Child")
			w.fill(id, 0, mapi.MfRead)
			w.fill(child, 0)
			before := w.props(1, mapi.TagHierarchyChangeNumber, mapi.TagFolderChildCount)
			w.deleteFolder(1, everything, id)
			after := w.props(1, mapi.TagHierarchyChangeNumber, mapi.TagFolderChildCount)
			if after[0].Int() <= before[0].Int() || after[1].Int() != before[1].Int()-1 {
				t.Errorf("parent before %v, after %v", before, after)
			}
			if got := w.openFolder(id, 4, 0); got != mapi.ErrNotFound {
				t.Errorf("opening it: %v", got)
			}
			listed := w.folderNames(inbox, mapi.TableSoftDeletes)
			if (listed["Gone"] == id) != keeps || len(listed) > 1 {
				t.Errorf("soft-deleted: %v", listed)
			}
			want := mapi.ErrNotFound
			if keeps {
				want = mapi.Success
			}
			if got := w.openFolder(id, 4, mapi.OpenModeSoftDeleted); got != want {
				t.Fatalf("opening it among the deleted: %v, want %v", got, want)
			}
			if !keeps {
				return
			}
			v := w.props(4, mapi.TagDisplayName, mapi.TagDeletedOn, mapi.TagContentCount, mapi.TagContentUnreadCount)
			if v[0].Str() != "Gone" || v[1].Type() != mapi.PtypTime || v[2].Int() != 2 || v[3].Int() != 1 {
				t.Errorf("properties = %v", v)
			}
			if len(w.listed(4, 0)) != 2 {
				t.Error("its messages are not listed")
			}
			// The name is free again.
			w.makeFolder(1, 5, "Gone")
		})
	}
}

// TestDeleteFolderHard checks that nothing is left, of a folder with more messages than one step takes, and of one that
// was deleted softly before.
func TestDeleteFolderHard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	size := w.sizeOf("alice")
	id := w.makeFolder(1, 2, "Doomed")
	w.fill(id, many(130, 0)...)
	w.fillAssociated(id, 2)
	child := w.makeFolder(2, 3, "Child")
	ids := w.fill(child, many(120, 0)...)
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(3), MessageIDs: ids[:10]})
	w.deleteFolder(2, 0, w.makeFolder(2, 4, "Softly"))
	if r := w.deleteFolder(1, everything|mapi.DeleteHardDelete, id); r.ReturnValue != mapi.Success || r.PartialCompletion {
		t.Errorf("response = %+v", r)
	}
	for _, gone := range []mapi.ID{id, child} {
		if got := w.openFolder(gone, 5, mapi.OpenModeSoftDeleted); got != mapi.ErrNotFound {
			t.Errorf("opening %v: %v", gone, got)
		}
	}
	if _, err := w.message(ids[0]); err == nil {
		t.Error("a message is left")
	}
	if now := w.sizeOf("alice"); now != size {
		t.Errorf("the mailbox has %d bytes, had %d", now, size)
	}
	soft := w.makeFolder(1, 2, "Later")
	w.deleteFolder(1, 0, soft)
	if r := w.deleteFolder(1, everything|mapi.DeleteHardDelete, soft); r.ReturnValue != mapi.Success || r.PartialCompletion {
		t.Errorf("deleted softly before: %+v", r)
	}
	if listed := w.folderNames(inbox, mapi.TableSoftDeletes); len(listed) != 0 {
		t.Errorf("soft-deleted: %v", listed)
	}
	if err := w.store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDeleteFolderRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidRoot]})
	gone := w.makeFolder(1, 3, "Gone")
	w.deleteFolder(1, 0, gone)
	for _, tt := range []struct {
		name  string
		in    uint8
		flags uint8
		id    mapi.ID
		want  mapi.ErrorCode
	}{
		{"NotAFolder", 0, 0, gone, mapi.ErrNoSupport},
		{"Root", 2, everything, l.FolderIDs[fidRoot], mapi.ErrNoSupport},
		{"WithARole", 2, everything, l.FolderIDs[fidInbox], mapi.ErrAccessDenied},
		{"Unknown", 1, 0, mapi.NewID(1, 0xFFFFFF), mapi.ErrNotFound},
		{"OfAnotherReplica", 1, 0, mapi.NewID(7, gone.Counter()), mapi.ErrNotFound},
		{"AlreadySoftDeleted", 1, everything, gone, mapi.ErrNotFound},
	} {
		if r := w.deleteFolder(tt.in, tt.flags, tt.id); r.ReturnValue != tt.want || r.PartialCompletion {
			t.Errorf("%s: %+v, want %v", tt.name, r, tt.want)
		}
	}
}

// TestDeleteFolderUnknownFlags is difference F14.
func TestDeleteFolderUnknownFlags(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.ErrInvalidParameter, "exchange2010-sp1": mapi.Success, "exchange2016": mapi.Success} {
		for _, bit := range []uint8{0x02, 0x08, 0x20, 0x40, 0x80} {
			w := newWorld(t, withProfile(profile))
			w.inbox()
			if r := w.deleteFolder(1, bit, w.makeFolder(1, 2, "Box")); r.ReturnValue != want || r.PartialCompletion {
				t.Errorf("%s, bit %02x: %+v, want %v", profile, bit, r, want)
			}
		}
	}
}

// TestDeleteFolderByRight checks that a delegate deletes what they may: a folder in which something stays is not
// deleted itself, and whether that is told is difference F17.
func TestDeleteFolderByRight(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		profile     string
		self, child uint32
		code        mapi.ErrorCode
		partial     bool
		left        []string // of Top, Child
	}{
		{"Owner", "exchange2010-sp1", mapi.RoleOwner, mapi.RoleOwner, mapi.Success, false, nil},
		{"Reviewer", "exchange2010-sp1", mapi.RoleReviewer, mapi.RoleOwner, mapi.ErrAccessDenied, false, []string{"Top", "Child"}},
		{"Invisible", "exchange2010-sp1", mapi.RoleNone, mapi.RoleOwner, mapi.ErrNotFound, false, []string{"Top", "Child"}},
		{"OwnerOfTheTopOnly", "exchange2010-sp1", mapi.RoleOwner, mapi.RoleReviewer, mapi.Success, true, []string{"Top", "Child"}},
		{"OwnerOfTheTopOnly2007", "exchange2007", mapi.RoleOwner, mapi.RoleReviewer, mapi.Success, false, []string{"Top", "Child"}},
		{"OwnerWhoMayNotDelete", "exchange2010-sp1", mapi.RoleOwner, mapi.RightFolderOwner | mapi.RoleReviewer, mapi.Success, true, []string{"Top", "Child"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(tt.profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			w.permit(inbox, "bob", mapi.RoleReviewer)
			top := w.makeFolder(1, 2, "Top")
			child := w.makeFolder(2, 3, "Child")
			w.fill(child, 0)
			w.permit(top, "bob", tt.self)
			w.permit(child, "bob", tt.child)
			bob := w.delegate("bob")
			if got := bob.openFolder(inbox, 1, 0); got != mapi.Success {
				t.Fatal(got)
			}
			if r := bob.deleteFolder(1, everything, top); r.ReturnValue != tt.code || r.PartialCompletion != tt.partial {
				t.Errorf("response = %+v", r)
			}
			left := 0
			for _, id := range []mapi.ID{top, child} {
				if w.openFolder(id, 5, 0) == mapi.Success {
					left++
				}
			}
			if left != len(tt.left) {
				t.Errorf("%d folders left, want %v", left, tt.left)
			}
		})
	}
}

// TestDeleteSearchFolder checks that flags for contents are not asked for: only links are deleted.
func TestDeleteSearchFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	r := one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(1, 2), FolderType: 2, DisplayName: "Search"})
	if d := w.deleteFolder(1, mapi.DeleteHardDelete, r.FolderID); d.ReturnValue != mapi.Success || d.PartialCompletion {
		t.Errorf("response = %+v", d)
	}
}

// TestPitfall22FolderVanishesWhileItsTableIsOpen checks what becomes of handles and tables of a folder that another session deletes: they
// fail, each ROP for itself, and the session goes on.
func TestPitfall22FolderVanishesWhileItsTableIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	id := w.makeFolder(1, 2, "Doomed")
	ids := w.fill(id, 0, 0)
	w.makeFolder(1, 5, "Living")
	w.listed(2, 0)
	one[*rop.GetHierarchyTableResponse](w, &rop.GetHierarchyTableRequest{InOut: inOut(1, 3)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(3), PropertyTags: []mapi.PropTag{mapi.TagFolderId}})
	n := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(3)}).Denominator
	other := w.with("alice")
	other.inbox()
	other.deleteFolder(1, everything|mapi.DeleteHardDelete, id)
	for _, req := range []rop.Request{
		newFolderRequest(2, 4, "Orphan"), &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids}, transfer(5, 2, true, ids...), transfer(2, 5, true, ids...),
		&rop.EmptyFolderRequest{In: in(2)}, &rop.SetReadFlagsRequest{In: in(2), MessageIDs: ids}, &rop.GetMessageStatusRequest{In: in(2), MessageID: ids[0]},
		&rop.GetHierarchyTableRequest{InOut: inOut(2, 4)},
	} {
		if got := w.code(req); got != mapi.ErrNotFound {
			t.Errorf("%T: %v", req, got)
		}
	}
	if r := one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: true, RowCount: 10}); len(r.Rows) != 0 {
		t.Errorf("its table has %d rows", len(r.Rows))
	}
	if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(3)}); p.Denominator != n-1 {
		t.Errorf("the parent's table has %d rows, had %d", p.Denominator, n)
	}
	if got := w.openFolder(l.FolderIDs[fidInbox], 1, 0); got != mapi.Success {
		t.Errorf("the session is broken: %v", got)
	}
}

// TestSoftDeletedFolderTakesNothing checks that nothing is put into a folder that is deleted, [MS-OXCFOLD] 3.2.5.2, in
// any version that opens one.
func TestSoftDeletedFolderTakesNothing(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"exchange2003", "exchange2007", "exchange2010-rtm", "exchange2010-sp1"} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			testSoftDeletedFolderTakesNothing(newWorld(t, withProfile(profile)))
		})
	}
}

func testSoftDeletedFolderTakesNothing(w *world) {
	t := w.t
	w.inbox()
	id := w.makeFolder(1, 2, "Gone")
	ids := w.fill(w.makeFolder(1, 3, "Living"), 0)
	child := w.makeFolder(3, 4, "Child")
	w.deleteFolder(1, 0, id)
	if got := w.openFolder(id, 2, mapi.OpenModeSoftDeleted); got != mapi.Success {
		t.Fatal(got)
	}
	for _, req := range []rop.Request{
		newFolderRequest(2, 5, "Below"), transfer(3, 2, true, ids...), transfer(3, 2, false, ids...),
		&rop.MoveFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 3, DestHandleIndex: 2}, FolderID: child},
		&rop.CopyFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 3, DestHandleIndex: 2}, FolderID: child},
	} {
		if got := w.code(req); got != mapi.ErrNotFound {
			t.Errorf("%T: %v", req, got)
		}
	}
	w.wantCounts(3, 1, 1, 0, 0)
	if m := w.mustMessage(ids[0]); m.Folder == store.FolderID(id.Counter()) {
		t.Error("the message was moved")
	}
}
