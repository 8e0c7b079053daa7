package exec_test

import (
	"bytes"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

func copyFolder(from, to uint8, id mapi.ID, name string, recursive bool) *rop.CopyFolderRequest {
	return &rop.CopyFolderRequest{
		SrcDst: rop.SrcDst{SourceHandleIndex: from, DestHandleIndex: to}, WantRecursive: recursive, UseUnicode: true, FolderID: id, NewFolderName: name,
	}
}

// TestCopyFolder checks that a copy has the messages and properties of the original, which stays, and with
// WantRecursive its subfolders too, [MS-OXCFOLD] 3.2.5.8.
func TestCopyFolder(t *testing.T) {
	t.Parallel()
	for _, recursive := range []bool{false, true} {
		w := newWorld(t)
		w.inbox()
		id := w.makeFolder(1, 2, "Original")
		long := prop.Tagged{Tag: mapi.Tag(0x6801, mapi.PtypBinary), Value: prop.Binary(bytes.Repeat([]byte("x"), 30000))}
		w.set(2, text(mapi.TagComment, "comment"), text(mapi.TagContainerClass, "IPF.Contact"), long)
		w.fill(id, many(120, 0)...)
		w.fillAssociated(id, 3)
		child := w.makeFolder(2, 3, "Child")
		w.fill(child, 0)
		w.makeFolder(3, 3, "Grandchild")
		target := w.makeFolder(1, 4, "Target")
		if r := one[*rop.CopyFolderResponse](w, copyFolder(1, 4, id, "Copy", recursive)); r.PartialCompletion || r.HandleIndex != 1 {
			t.Errorf("response = %+v", r)
		}
		copied := w.folderNames(target, 0)["Copy"]
		if copied == 0 || copied == id {
			t.Fatalf("copy = %v", copied)
		}
		if got := w.openFolder(copied, 5, 0); got != mapi.Success {
			t.Fatal(got)
		}
		w.wantCounts(5, 120, 120, 3, 0)
		w.wantCounts(2, 120, 120, 3, 0)
		tags := []mapi.PropTag{mapi.TagComment, mapi.TagContainerClass, long.Tag, mapi.TagFolderType}
		original := w.props(2, tags...)
		for i, v := range w.props(5, tags...) {
			if !v.Equal(original[i]) {
				t.Errorf("%v = %v", tags[i], v)
			}
		}
		if a, b := w.props(2, mapi.TagSourceKey, mapi.TagChangeKey), w.props(5, mapi.TagSourceKey, mapi.TagChangeKey); a[0].Equal(b[0]) || a[1].Equal(b[1]) {
			t.Error("the copy has the keys of the original")
		}
		names := w.folderNames(copied, 0)
		if len(names) == 1 != recursive || names["Child"] == child {
			t.Errorf("recursive %v: %v", recursive, names)
		}
		if recursive {
			if below := w.folderNames(names["Child"], 0); len(below) != 1 {
				t.Errorf("below the child: %v", below)
			}
		}
		if err := w.store.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestCopyFolderBeside checks that a folder can be copied next to itself under another name only.
func TestCopyFolderBeside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	id := w.makeFolder(1, 2, "One")
	w.fill(id, 0)
	if got := w.code(copyFolder(1, 1, id, "", true)); got != mapi.ErrDuplicateName {
		t.Errorf("without a name: %v", got)
	}
	if got := w.code(copyFolder(1, 1, id, "Two", true)); got != mapi.Success {
		t.Errorf("with a name: %v", got)
	}
	names := w.folderNames(inbox, 0)
	if names["One"] != id || names["Two"] == 0 {
		t.Errorf("folders = %v", names)
	}
}

func TestCopyFolderAcrossMailboxes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.twoLogons()
	id := w.makeFolder(2, 3, "Original")
	w.set(3, text(mapi.TagComment, "comment"), text(mapi.TagContainerClass, "IPF.Note"))
	w.fill(id, 0, 0)
	w.fillAssociated(id, 1)
	w.fill(w.makeFolder(3, 7, "Child"), 0)
	if r := one[*rop.CopyFolderResponse](w, copyFolder(2, 5, id, "Copied", true)); r.PartialCompletion {
		t.Error("partial")
	}
	w.wantCounts(3, 2, 2, 1, 0)
	w.wantArrived(t, 5, "Copied", 2)
}

// TestCopyFolderRestores checks that the contents of a soft-deleted folder can be had back by copying it.
func TestCopyFolderRestores(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	id := w.makeFolder(1, 2, "Gone")
	w.fill(id, 0)
	w.fill(w.makeFolder(2, 3, "Child"), 0)
	w.deleteFolder(1, everything, id)
	if r := one[*rop.CopyFolderResponse](w, copyFolder(1, 1, id, "Back", true)); r.PartialCompletion {
		t.Error("partial")
	}
	names := w.folderNames(inbox, 0)
	if got := w.openFolder(names["Back"], 4, 0); got != mapi.Success {
		t.Fatal(got)
	}
	w.wantCounts(4, 1, 1, 0, 0)
	if v := w.props(4, mapi.TagDeletedOn)[0]; v.ErrorCode() != mapi.ErrNotFound {
		t.Errorf("deleted on %v", v)
	}
	if below := w.folderNames(names["Back"], 0); below["Child"] == 0 {
		t.Errorf("below it: %v", below)
	}
	if gone := w.folderNames(inbox, mapi.TableSoftDeletes); gone["Gone"] != id {
		t.Errorf("still deleted: %v", gone)
	}
}

// TestCopyFolderPartial is difference F5: whether it is told that a subfolder could not be read.
func TestCopyFolderPartial(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]bool{"exchange2007": true, "exchange2010-sp1": false} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			inbox := w.inbox().FolderIDs[fidInbox]
			w.permit(inbox, "bob", mapi.RoleOwner)
			id := w.makeFolder(1, 2, "Original")
			secret := w.makeFolder(2, 3, "Secret")
			w.fill(secret, 0)
			w.makeFolder(3, 4, "Below")
			w.permit(secret, "bob", mapi.RoleNone)
			bob := w.delegate("bob")
			if got := bob.openFolder(inbox, 1, 0); got != mapi.Success {
				t.Fatal(got)
			}
			if r := one[*rop.CopyFolderResponse](bob, copyFolder(1, 1, id, "Copy", true)); r.PartialCompletion != want {
				t.Errorf("partial = %v, want %v", r.PartialCompletion, want)
			}
			if names := w.folderNames(w.folderNames(inbox, 0)["Copy"], 0); len(names) != 0 {
				t.Errorf("copied: %v", names)
			}
		})
	}
}

// TestCopyFolderAsynchronous checks progress and cancel of a copy.
func TestCopyFolderAsynchronous(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inbox := w.inbox().FolderIDs[fidInbox]
	id := w.makeFolder(1, 2, "Original")
	w.fill(id, many(250, 0)...)
	req := copyFolder(1, 1, id, "Copy", true)
	req.WantAsynchronous = true
	if p := one[*rop.ProgressResponse](w, req); p.CompletedTaskCount != 100 || p.TotalTaskCount != 251 {
		t.Errorf("progress = %+v", p)
	}
	if r := one[*rop.CopyFolderResponse](w, &rop.ProgressRequest{In: in(1), WantCancel: true}); !r.PartialCompletion {
		t.Error("what was cancelled is told to be whole")
	}
	if got := w.openFolder(w.folderNames(inbox, 0)["Copy"], 4, 0); got != mapi.Success {
		t.Fatal(got)
	}
	w.wantCounts(4, 99, 99, 0, 0)
	w.wantCounts(2, 250, 250, 0, 0)
}
