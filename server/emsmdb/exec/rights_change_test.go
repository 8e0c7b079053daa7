package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// TestListsCountAtOnce: who is put on a list that has rights, or taken off it, has or loses them with the next operation,
// in tables that are open too.
func TestListsCountAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnforced(t, false, "bob", circle)
	e.permit([]store.Permission{{Account: "outer", Rights: mapi.RoleEditor}})
	id := e.letter(false, false)
	e.openAt(3, id, mapi.OpenModeReadWrite)
	one[*rop.OpenFolderResponse](e.world, &rop.OpenFolderRequest{InOut: inOut(0, 4), FolderID: e.rootID()})
	one[*rop.GetHierarchyTableResponse](e.world, &rop.GetHierarchyTableRequest{InOut: inOut(4, 5), TableFlags: mapi.TableDepth})
	one[*rop.SetColumnsResponse](e.world, &rop.SetColumnsRequest{In: in(5), PropertyTags: []mapi.PropTag{mapi.TagFolderId, mapi.TagRights}})
	visible := func() (rights uint64, ok bool) {
		one[*rop.SeekRowResponse](e.world, &rop.SeekRowRequest{In: in(5), Origin: mapi.BookmarkBeginning})
		for _, row := range one[*rop.QueryRowsResponse](e.world, &rop.QueryRowsRequest{In: in(5), ForwardRead: true, RowCount: 500}).Rows {
			if row.Values[0].ObjectID() == e.fid() {
				return row.Values[1].Bits(), true
			}
		}
		return 0, false
	}
	for _, member := range []bool{true, false, true} {
		list := circle[1]
		if !member {
			list.Members = []string{"outer"}
		}
		err := e.store.Update(t.Context(), store.Scope{Directory: true}, func(tx store.Tx) error {
			_, err := tx.PutEntry(list)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: "..", false: "nd"}[member]
		got := e.answer(&rop.GetContentsTableRequest{InOut: inOut(1, 6)}) + e.answer(saveRequest(3, mapi.SaveKeepOpenReadWrite))
		if got != want {
			t.Errorf("on the list %v: %s, want %s", member, got, want)
		}
		if rights, ok := visible(); ok != member || ok && rights != uint64(mapi.RoleEditor) {
			t.Errorf("on the list %v: in the hierarchy table %v with %X", member, ok, rights)
		}
	}
}

// TestAccessInRows: PidTagAccess and PidTagAccessLevel of the messages in a table, [MS-OXCPRPT] 2.2.1.1 and 2.2.1.2, to each
// who looks.
func TestAccessInRows(t *testing.T) {
	t.Parallel()
	e := newEnforced(t, false, "bob", nil)
	e.permit([]store.Permission{{Account: "bob", Rights: mapi.RoleAuthor}, {Account: "carol", Rights: mapi.RoleAuthor}})
	ofBob, ofCarol := e.letter(true, false), e.letter(false, false)
	for user, own := range map[string]mapi.ID{"bob": ofBob, "carol": ofCarol} {
		w := e.with(user)
		one[*rop.LogonResponse](w, delegateRequest(aliceDN))
		one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: e.fid()})
		for id, v := range w.listed(1, 0, mapi.TagAccess, mapi.TagAccessLevel) {
			access, level := mapi.AccessRead, uint64(0)
			if id == own {
				access, level = mapi.AccessRead|mapi.AccessModify|mapi.AccessDelete, 1
			}
			if v[0].Bits() != uint64(access) || v[1].Bits() != level {
				t.Errorf("%s: message %v: access %X, level %d", user, id, v[0].Bits(), v[1].Bits())
			}
			w.openAt(3, id, mapi.OpenModeReadOnly)
			if v := w.props(3, mapi.TagAccess)[0]; v.Bits() != uint64(access) {
				t.Errorf("%s: open message %v: access %X", user, id, v.Bits())
			}
		}
	}
}

// TestRightsOfCalendars: PidTagRights does not show those on free and busy times, [MS-OXCFOLD] 2.2.2.2.2.8, and they alone
// open nothing.
func TestRightsOfCalendars(t *testing.T) {
	t.Parallel()
	e := newEnforced(t, false, "bob", nil)
	e.permit([]store.Permission{{Account: "bob", Rights: mapi.RoleReviewer | mapi.RightFreeBusySimple | mapi.RightFreeBusyDetailed}})
	if v := e.props(1, mapi.TagRights)[0]; v.Bits() != uint64(mapi.RoleReviewer) {
		t.Errorf("rights %X", v.Bits())
	}
	e.permit([]store.Permission{{Account: "bob", Rights: mapi.RightFreeBusySimple | mapi.RightFreeBusyDetailed}})
	if got := e.answer(&rop.OpenFolderRequest{InOut: inOut(0, 3), FolderID: e.fid()}); got != "n" {
		t.Errorf("opened: %s", got)
	}
}

// TestAuthorOfNewMessage: who saves a new message is its author from then on.
func TestAuthorOfNewMessage(t *testing.T) {
	t.Parallel()
	e := newEnforced(t, false, "bob", nil)
	e.permit([]store.Permission{{Account: "bob", Rights: mapi.RoleAuthor}})
	one[*rop.CreateMessageResponse](e.world, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: e.fid()})
	id := e.save(3)
	e.set(3, text(mapi.TagSubject, "again"))
	e.save(3)
	e.openAt(4, id, mapi.OpenModeReadWrite)
	creator := e.props(4, mapi.TagCreatorEntryId)[0]
	if want := prop.Binary(msgprops.AddressBookEntryID{DN: bobDN}.Bytes()); !creator.Equal(want) {
		t.Errorf("made by %x", creator.Str())
	}
	e.permit([]store.Permission{{Account: "bob", Rights: mapi.RoleReviewer}})
	if got := e.answer(saveRequest(4, 0)); got != "d" {
		t.Errorf("saved without the right: %s", got)
	}
}

// TestWhoRegistersNames: who may write somewhere in the mailbox; for others a name that is not there has no id, [MS-OXCPRPT]
// 2.2.12.2 and 3.2.5.10.
func TestWhoRegistersNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.clearPermissions()
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer)))
	c := w.with("carol")
	one[*rop.LogonResponse](c, delegateRequest(aliceDN))
	ask := func(name string) (mapi.ErrorCode, uint16) {
		r := c.run(&rop.GetPropertyIdsFromNamesRequest{
			In: in(0), Flags: mapi.NamesCreate, PropertyNames: []prop.Name{{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: name}},
		})[0].(*rop.GetPropertyIdsFromNamesResponse)
		return r.ReturnValue, r.PropertyIDs[0]
	}
	if code, id := ask("x-new"); code != mapi.WarnWithErrors || id != 0 {
		t.Errorf("a reviewer: %v, %04X", code, id)
	}
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleContributor)))
	code, id := ask("x-new")
	if code != mapi.Success || id < 0x8000 {
		t.Errorf("a contributor: %v, %04X", code, id)
	}
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer)))
	if code, again := ask("x-new"); code != mapi.Success || again != id {
		t.Errorf("what is there, to a reviewer: %v, %04X", code, again)
	}
}
