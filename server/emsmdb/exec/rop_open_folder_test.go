package exec_test

import (
	"context"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

func TestOpenFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	bob := one[*rop.LogonResponse](w, &rop.LogonRequest{
		Out: rop.Out{LogonID: 1, OutputHandleIndex: 7}, LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: bobDN,
	})
	for _, tt := range []struct {
		name string
		id   mapi.ID
		want mapi.ErrorCode
	}{
		{"Inbox", l.FolderIDs[fidInbox], mapi.Success},
		{"Root", l.FolderIDs[fidRoot], mapi.Success},
		{"Unknown", mapi.NewID(1, 0xFFFFFF), mapi.ErrNotFound},
		{"Zero", 0, mapi.ErrNotFound},
		{"OtherReplica", mapi.NewID(7, l.FolderIDs[fidInbox].Counter()), mapi.ErrNotFound},
		{"OtherMailbox", bob.FolderIDs[fidInbox], mapi.ErrNotFound},
	} {
		if got := w.code(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: tt.id}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestOpenFolderDeletedForGood checks difference F10: up to 2007 opening a folder that is gone succeeds without giving a
// folder, so that what builds on it fails for itself. An id that never named a folder is always an error.
func TestOpenFolderDeletedForGood(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.Success, "exchange2007": mapi.Success, "exchange2010-sp1": mapi.ErrNotFound, "exchange2016": mapi.ErrNotFound,
	} {
		t.Run(profile, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withProfile(profile))
			w.inbox()
			id := w.makeFolder(1, 2, "Gone")
			child := w.makeFolder(2, 3, "Child")
			w.deleteFolder(1, everything|mapi.DeleteHardDelete, id)
			for _, id := range []mapi.ID{id, child} {
				for _, mode := range []uint8{0, mapi.OpenModeSoftDeleted} {
					resps := w.run(&rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: id, OpenModeFlags: mode},
						&rop.GetPropertiesListRequest{In: in(3)}, &rop.GetPropertiesListRequest{In: in(1)})
					for i, want := range []mapi.ErrorCode{want, mapi.ErrNullObject, mapi.Success} {
						if got := resps[i].Head().ReturnValue; got != want {
							t.Errorf("%v, mode %d: ROP %d: %v, want %v", id, mode, i, got, want)
						}
					}
					if w.handles[3] != free {
						t.Errorf("handle %#x", w.handles[3])
					}
				}
			}
			for _, id := range []mapi.ID{0, mapi.NewID(1, 0xFFFFFF), mapi.NewID(7, id.Counter())} {
				if got := w.openFolder(id, 3, 0); got != mapi.ErrNotFound {
					t.Errorf("%v: %v", id, got)
				}
			}
			other := one[*rop.LogonResponse](w, &rop.LogonRequest{
				Out: rop.Out{LogonID: 1, OutputHandleIndex: 7}, LogonFlags: mapi.LogonPrivate, OpenFlags: 0x01000001, Essdn: bobDN,
			})
			req := &rop.OpenFolderRequest{InOut: rop.InOut{LogonID: 1, InputHandleIndex: 7, OutputHandleIndex: 6}, FolderID: id}
			if got := w.code(req); got != mapi.ErrNotFound || other == nil {
				t.Errorf("in another mailbox: %v", got)
			}
		})
	}
}

// TestFolderProperties checks what every folder computes, [MS-OXCFOLD] 2.2.2.
func TestFolderProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	id := l.FolderIDs[fidInbox]
	entryID := prop.Binary(msgprops.FolderEntryID{
		ProviderUID: l.MailboxGUID, Type: msgprops.EntryPrivateFolder,
		Folder: prop.LongTermID{DatabaseGUID: l.ReplGUID, GlobalCounter: id.Counter()},
	}.Bytes())
	for _, tt := range []struct {
		tag  mapi.PropTag
		want prop.Value
	}{
		{mapi.TagFolderId, prop.ID(id)},
		{mapi.TagParentFolderId, prop.ID(l.FolderIDs[fidIPM])},
		{mapi.TagEntryId, entryID},
		{mapi.TagDisplayName, prop.String("Inbox")},
		{mapi.TagContainerClass, prop.String("IPF.Note")},
		{mapi.TagFolderType, prop.Int32(1)},
		{mapi.TagSubfolders, prop.Bool(true)},
		{mapi.TagAccess, prop.Uint32(mapi.AccessAll)},
		{mapi.TagRights, prop.Uint32(mapi.RoleOwner | mapi.RightFolderContact)},
		{mapi.TagFolderFlags, prop.Uint32(mapi.FolderFlagIpm | mapi.FolderFlagNormal)},
		{mapi.TagHasRules, prop.Bool(false)},
		{mapi.TagSourceKey, prop.Binary(msgprops.GID(prop.LongTermID{DatabaseGUID: l.ReplGUID, GlobalCounter: id.Counter()}))},
		{mapi.TagStoreRecordKey, prop.GUID(l.MailboxGUID)},
		{mapi.TagObjectType, prop.Error(mapi.ErrNotFound)},
	} {
		got := w.props(1, tt.tag)[0]
		if tt.tag == mapi.TagStoreRecordKey {
			got = prop.GUID(mapi.GUID(got.Bytes()))
		}
		if !got.Equal(tt.want) {
			t.Errorf("%v = %v, want %v", tt.tag, got, tt.want)
		}
	}
	v := w.props(1, mapi.TagContentCount, mapi.TagContentUnreadCount, mapi.TagMessageSize, mapi.TagMessageSizeExtended)
	if v[0].Int() < 25 || v[1].Int() == 0 || v[1].Int() >= v[0].Int() || v[2].Int() == 0 || v[2].Int() != v[3].Int() {
		t.Errorf("counts and sizes = %v", v)
	}
}

// TestFolderEntryIDPointers checks that the default folders' pointers are what their own entry ids say, byte by byte.
func TestFolderEntryIDPointers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	pointers := w.props(1, mapi.TagIpmAppointmentEntryId, mapi.TagIpmContactEntryId, mapi.TagIpmDraftsEntryId, mapi.TagIpmTaskEntryId)
	for i, class := range []string{"IPF.Appointment", "IPF.Contact", "IPF.Note", "IPF.Task"} {
		id, err := msgprops.ParseFolderEntryID(pointers[i].Bytes())
		if err != nil {
			t.Fatalf("%s: %v", class, err)
		}
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: mapi.NewID(1, id.Folder.GlobalCounter)})
		own := w.props(2, mapi.TagEntryId, mapi.TagContainerClass)
		if !own[0].Equal(pointers[i]) {
			t.Errorf("%s: pointer %x, own entry id %x", class, pointers[i].Bytes(), own[0].Bytes())
		}
		if own[1].Str() != class {
			t.Errorf("class = %q, want %q", own[1].Str(), class)
		}
	}
}

// TestCalendarHidesParentSourceKey keeps cached clients from wiping other people's calendars.
func TestCalendarHidesParentSourceKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	if v := w.props(1, mapi.TagParentSourceKey)[0]; v.Type() != mapi.PtypBinary {
		t.Errorf("inbox: %v", v)
	}
	id, err := msgprops.ParseFolderEntryID(w.props(1, mapi.TagIpmAppointmentEntryId)[0].Bytes())
	if err != nil {
		t.Fatal(err)
	}
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 2), FolderID: mapi.NewID(1, id.Folder.GlobalCounter)})
	if v := w.props(2, mapi.TagParentSourceKey)[0]; v.ErrorCode() != mapi.ErrNotFound {
		t.Errorf("calendar: %v", v)
	}
}

// TestFolderPropertiesFollowChanges checks that what is kept in memory is never stale.
func TestFolderPropertiesFollowChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	before := w.props(1, mapi.TagContentCount, mapi.TagComment)
	if before[1].ErrorCode() != mapi.ErrNotFound {
		t.Fatalf("comment = %v", before[1])
	}
	folder := store.FolderID(l.FolderIDs[fidInbox].Counter())
	mailbox := w.entry("alice").Mailbox
	err := w.store.Update(context.Background(), store.Scope{Mailboxes: []store.MailboxID{mailbox}}, func(tx store.Tx) error {
		if err := tx.SetFolderProps(folder, []prop.Tagged{{Tag: mapi.TagComment, Value: prop.String("new")}}, nil); err != nil {
			return err
		}
		_, err := tx.CreateMessage(store.NewMessage{Folder: folder, Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("one more")}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	after := w.props(1, mapi.TagContentCount, mapi.TagComment)
	if after[0].Int() != before[0].Int()+1 || after[1].Str() != "new" {
		t.Errorf("after = %v", after)
	}
}
