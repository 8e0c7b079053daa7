package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// full makes a folder at index 2 with two messages, one associated, one deleted softly and a subfolder with one more.
func (w *world) full() mapi.ID {
	w.t.Helper()
	id := w.makeFolder(1, 2, "Full")
	ids := w.fill(id, 0, mapi.MfRead, 0)
	w.fillAssociated(id, 1)
	one[*rop.DeleteMessagesResponse](w, &rop.DeleteMessagesRequest{In: in(2), MessageIDs: ids[2:]})
	w.fill(w.makeFolder(2, 3, "Sub"), 0)
	w.wantCounts(2, 2, 1, 1, 1)
	return id
}

// TestEmptyFolder checks what is deleted and what can be listed afterwards, [MS-OXCFOLD] 3.2.5.9: subfolders in any
// case, associated messages on demand, the folder never.
func TestEmptyFolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		associated bool
		faiLeft    int
	}{{"Normal", false, 1}, {"WantDeleteAssociated", true, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.inbox()
			id := w.full()
			if r := one[*rop.EmptyFolderResponse](w, &rop.EmptyFolderRequest{In: in(2), WantDeleteAssociated: tt.associated}); r.PartialCompletion {
				t.Error("partial")
			}
			w.wantCounts(2, 0, 0, int64(tt.faiLeft), 3)
			if names := w.folderNames(id, 0); len(names) != 0 {
				t.Errorf("subfolders = %v", names)
			}
			if names := w.folderNames(id, mapi.TableSoftDeletes); len(names) != 1 {
				t.Errorf("soft-deleted subfolders = %v", names)
			}
			if n := len(w.listed(2, mapi.TableSoftDeletes)); n != 3 {
				t.Errorf("%d messages deleted softly", n)
			}
			if n := len(w.listed(2, mapi.TableSoftDeletes|mapi.TableAssociated)); n != 1-tt.faiLeft {
				t.Errorf("%d associated messages deleted softly", n)
			}
		})
	}
}

// TestHardDeleteMessagesAndSubfolders checks that nothing can be recovered, what was deleted softly before included.
func TestHardDeleteMessagesAndSubfolders(t *testing.T) {
	t.Parallel()
	for _, associated := range []bool{false, true} {
		w := newWorld(t)
		w.inbox()
		id := w.full()
		w.deleteFolder(2, everything, w.makeFolder(2, 3, "Softly"))
		req := &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(2), WantDeleteAssociated: associated}
		if r := one[*rop.HardDeleteMessagesAndSubfoldersResponse](w, req); r.PartialCompletion {
			t.Error("partial")
		}
		left := int64(1)
		if associated {
			left = 0
		}
		w.wantCounts(2, 0, 0, left, 0)
		for _, flags := range []uint8{0, mapi.TableSoftDeletes} {
			if names := w.folderNames(id, flags); len(names) != 0 {
				t.Errorf("subfolders = %v", names)
			}
		}
		if n := len(w.listed(2, mapi.TableSoftDeletes)); n != 0 {
			t.Errorf("%d messages deleted softly", n)
		}
	}
}

// TestEmptyFolderRefused checks differences F25 and F26: search folders and, in newer versions, the root.
func TestEmptyFolderRefused(t *testing.T) {
	t.Parallel()
	for profile, root := range map[string]mapi.ErrorCode{
		"exchange2007": mapi.Success, "exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrNoSupport, "exchange2016": mapi.ErrNoSupport,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.inbox()
			one[*rop.CreateFolderResponse](w, &rop.CreateFolderRequest{InOut: inOut(1, 2), FolderType: 2, DisplayName: "Search"})
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: l.FolderIDs[fidRoot]})
			for name, req := range map[string]rop.Request{
				"Empty": &rop.EmptyFolderRequest{In: in(2)}, "HardDelete": &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(2)},
			} {
				if got := w.code(req); got != mapi.ErrNoSupport {
					t.Errorf("%s of a search folder: %v", name, got)
				}
			}
			if got := w.code(&rop.EmptyFolderRequest{In: in(3)}); got != root {
				t.Errorf("the root: %v, want %v", got, root)
			}
		})
	}
}

// TestEmptyFolderKeepsRoles checks that folders with a role stay with everything in them, and that this is told where
// the version tells it, difference F27.
func TestEmptyFolderKeepsRoles(t *testing.T) {
	t.Parallel()
	for profile, partial := range map[string]bool{"exchange2007": false, "exchange2010-sp1": true} {
		w := newWorld(t, withProfile(profile))
		l := w.inbox()
		before := w.props(1, mapi.TagContentCount, mapi.TagFolderChildCount)
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: l.FolderIDs[fidIPM]})
		w.makeFolder(2, 3, "Ordinary")
		if r := one[*rop.EmptyFolderResponse](w, &rop.EmptyFolderRequest{In: in(2)}); r.PartialCompletion != partial {
			t.Errorf("%s: partial = %v", profile, r.PartialCompletion)
		}
		names := w.folderNames(l.FolderIDs[fidIPM], 0)
		if names["Ordinary"] != 0 || names["Inbox"] != l.FolderIDs[fidInbox] {
			t.Errorf("%s: %v", profile, names)
		}
		for i, v := range w.props(1, mapi.TagContentCount, mapi.TagFolderChildCount) {
			if !v.Equal(before[i]) {
				t.Errorf("%s: the inbox had %v, has %v", profile, before[i], v)
			}
		}
	}
}

// TestPublicBulk is differences F4, F6 and F7: what is done to public folders at large, which ended with 2013.
func TestPublicBulk(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{"exchange2007": mapi.Success, "exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrNoSupport} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			l := w.publicLogon(true)
			one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[1]})
			id := w.makeFolder(1, 2, "Board")
			w.makeFolder(1, 3, "Target")
			for _, req := range []rop.Request{
				&rop.CopyFolderRequest{SrcDst: rop.SrcDst{SourceHandleIndex: 1, DestHandleIndex: 3}, FolderID: id, UseUnicode: true, NewFolderName: "Copy"},
				&rop.EmptyFolderRequest{In: in(2)}, &rop.HardDeleteMessagesAndSubfoldersRequest{In: in(2)},
			} {
				if got := w.code(req); got != want {
					t.Errorf("%T: %v, want %v", req, got, want)
				}
			}
		})
	}
}

// TestEmptyFolderAsynchronous is the flow of [MS-OXCPRPT] 4.5: a folder of 729 messages is emptied with progress.
func TestEmptyFolderAsynchronous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.fill(w.makeFolder(1, 2, "Deleted"), many(729, mapi.MfRead)...)
	resp := w.run(&rop.EmptyFolderRequest{In: in(2), WantAsynchronous: true})[0]
	var last uint32
	for polls := 0; resp.RopID() == rop.Progress && polls < 20; polls++ {
		p := resp.(*rop.ProgressResponse)
		if p.ReturnValue != mapi.Success || p.TotalTaskCount != 729 || p.CompletedTaskCount <= last || p.CompletedTaskCount >= 729 {
			t.Fatalf("progress = %+v after %d", p, last)
		}
		last = p.CompletedTaskCount
		resp = w.run(&rop.ProgressRequest{In: in(2)})[0]
	}
	if end, ok := resp.(*rop.EmptyFolderResponse); !ok || end.ReturnValue != mapi.Success || end.PartialCompletion || last == 0 {
		t.Errorf("end = %+v", resp)
	}
	w.wantCounts(2, 0, 0, 0, 729)
}
