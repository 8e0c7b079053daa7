package exec_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// permissionColumns are what clients ask for, [MS-OXCPERM] 3.1.4.1.
var permissionColumns = []mapi.PropTag{mapi.TagMemberId, mapi.TagMemberName, mapi.TagMemberRights, mapi.TagEntryId}

// permissions reads the permissions of the folder at index 1 as lines of member id, name and rights.
func (w *world) permissions(flags uint8) (lines []string) {
	w.t.Helper()
	w.run(&rop.ReleaseRequest{In: in(7)})
	one[*rop.GetPermissionsTableResponse](w, &rop.GetPermissionsTableRequest{InOut: inOut(1, 7), TableFlags: flags})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: permissionColumns})
	for _, row := range one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: true, RowCount: 50}).Rows {
		v := row.Values
		dn := ""
		if id, err := msgprops.ParseAddressBookEntryID([]byte(v[3].Str())); err == nil {
			dn = " " + id.DN
		} else if v[3].Str() != "" {
			w.t.Errorf("entry id %x: %v", v[3].Str(), err)
		}
		lines = append(lines, fmt.Sprintf("%d %q %03X%s", int64(v[0].Bits()), v[1].Str(), v[2].Bits(), dn))
	}
	return lines
}

// permission is a row of RopModifyPermissions. An account that is not empty is named by its entry id, else the member
// by its id.
func (w *world) permission(flags uint8, account string, member int64, rights uint32) rop.PermissionData {
	d := rop.PermissionData{PermissionDataFlags: flags}
	if account != "" {
		id := msgprops.AddressBookEntryID{DN: w.entry(account).DN}.Bytes()
		d.PropertyValues = append(d.PropertyValues, prop.Tagged{Tag: mapi.TagEntryId, Value: prop.Binary(id)})
	} else {
		d.PropertyValues = append(d.PropertyValues, prop.Tagged{Tag: mapi.TagMemberId, Value: prop.Int64(member)})
	}
	if flags != mapi.PermissionRemove {
		d.PropertyValues = append(d.PropertyValues, prop.Tagged{Tag: mapi.TagMemberRights, Value: prop.Uint32(rights)})
	}
	return d
}

func modifyPermissions(flags uint8, rows ...rop.PermissionData) *rop.ModifyPermissionsRequest {
	return &rop.ModifyPermissionsRequest{In: in(1), ModifyFlags: flags, PermissionsData: rows}
}

// clearPermissions removes what the demo organisation gives others in the folder, whose first new member is then 2.
func (w *world) clearPermissions() {
	w.t.Helper()
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(mapi.PermissionsReplaceRows))
}

func (w *world) expectPermissions(flags uint8, want ...string) {
	w.t.Helper()
	if got := w.permissions(flags); !slices.Equal(got, want) {
		w.t.Errorf("permissions:\n%q, want\n%q", got, want)
	}
}

// openSpecial logs on and opens a default folder at index 1.
func (w *world) openSpecial(tag mapi.PropTag) {
	w.t.Helper()
	w.inbox()
	id, err := msgprops.ParseFolderEntryID([]byte(w.props(1, tag)[0].Str()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.run(&rop.ReleaseRequest{In: in(1)})
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: mapi.NewID(1, id.Folder.GlobalCounter)})
}

func TestModifyPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.clearPermissions()
	bob, carol := w.entry("bob").DN, w.entry("carol").DN
	w.expectPermissions(0, `0 "" 000`, `-1 "Anonymous" 000`)

	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0,
		w.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleEditor), w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer)))
	w.expectPermissions(0, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 47B `+bob, `3 "Carol Clark" 401 `+carol)

	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0,
		w.permission(mapi.PermissionModify, "", 2, mapi.RoleAuthor), w.permission(mapi.PermissionModify, "", 0, mapi.RoleContributor),
		w.permission(mapi.PermissionModify, "", -1, mapi.RoleReviewer), w.permission(mapi.PermissionRemove, "", 3, 0)))
	w.expectPermissions(0, `0 "" 402`, `-1 "Anonymous" 401`, `2 "Bob Brown" 41B `+bob)

	// Whoever is added again keeps the entry; ids are not used again.
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0,
		w.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleOwner), w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleOwner)))
	w.expectPermissions(0, `0 "" 402`, `-1 "Anonymous" 401`, `2 "Bob Brown" 5FB `+bob, `4 "Carol Clark" 5FB `+carol)

	// All but the default entry are replaced, [MS-OXCPERM] 2.2.2.1.
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(mapi.PermissionsReplaceRows, w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer)))
	w.expectPermissions(0, `0 "" 402`, `-1 "Anonymous" 000`, `5 "Carol Clark" 401 `+carol)
}

func TestModifyPermissionsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.clearPermissions()
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleReviewer)))
	before := w.permissions(0)
	unknown := rop.PermissionData{PermissionDataFlags: mapi.PermissionAdd, PropertyValues: []prop.Tagged{
		{Tag: mapi.TagEntryId, Value: prop.Binary(msgprops.AddressBookEntryID{DN: "/o=mapid/cn=nobody"}.Bytes())},
		{Tag: mapi.TagMemberRights, Value: prop.Uint32(mapi.RoleReviewer)},
	}}
	nameless := rop.PermissionData{PermissionDataFlags: mapi.PermissionAdd, PropertyValues: unknown.PropertyValues[1:]}
	rightless := rop.PermissionData{PermissionDataFlags: mapi.PermissionAdd, PropertyValues: unknown.PropertyValues[:1]}
	fine := w.permission(mapi.PermissionModify, "", 2, mapi.RoleOwner)
	for name, tt := range map[string]struct {
		flags uint8
		row   rop.PermissionData
		want  mapi.ErrorCode
	}{
		"UnknownFlags":            {0x04, fine, mapi.ErrInvalidParameter},
		"ReplaceWithModify":       {mapi.PermissionsReplaceRows, fine, mapi.ErrInvalidParameter},
		"ReplaceWithRemove":       {mapi.PermissionsReplaceRows, w.permission(mapi.PermissionRemove, "", 2, 0), mapi.ErrInvalidParameter},
		"UnknownRowFlags":         {0, w.permission(0x03, "", 2, 0), mapi.ErrInvalidParameter},
		"AddUnknownUser":          {0, unknown, mapi.ErrNotFound},
		"AddWithoutEntryID":       {0, nameless, mapi.ErrInvalidParameter},
		"AddWithoutRights":        {0, rightless, mapi.ErrInvalidParameter},
		"RemoveDefault":           {0, w.permission(mapi.PermissionRemove, "", 0, 0), mapi.ErrInvalidParameter},
		"RemoveAnonymous":         {0, w.permission(mapi.PermissionRemove, "", -1, 0), mapi.ErrInvalidParameter},
		"ModifyWithoutRights":     {0, rop.PermissionData{PermissionDataFlags: mapi.PermissionModify, PropertyValues: fine.PropertyValues[:1]}, mapi.ErrInvalidParameter},
		"RightsOfAnotherTypeOnly": {0, rop.PermissionData{PermissionDataFlags: mapi.PermissionModify, PropertyValues: []prop.Tagged{fine.PropertyValues[0], {Tag: mapi.TagMemberRights.WithType(mapi.PtypInteger64), Value: prop.Int64(1)}}}, mapi.ErrInvalidParameter},
	} {
		// The first row would succeed: all of them or none.
		rows := []rop.PermissionData{w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleOwner), tt.row}
		if got := w.code(modifyPermissions(tt.flags, rows...)); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	w.expectPermissions(0, before...)
}

// TestModifyPermissionsOfNobody: changes of who is not on the list are passed over and the others done, [MS-OXCPERM]
// 3.2.5.2.
func TestModifyPermissionsOfNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.clearPermissions()
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleReviewer)))
	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0,
		w.permission(mapi.PermissionModify, "", 77, mapi.RoleOwner), w.permission(mapi.PermissionRemove, "", 77, 0),
		w.permission(mapi.PermissionModify, "bob", 0, mapi.RoleOwner), // changes name members by their ids
		w.permission(mapi.PermissionModify, "", 2, mapi.RoleEditor)))
	w.expectPermissions(0, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 47B `+w.entry("bob").DN)
}

// TestPitfall30FreeBusyBits: rights on free and busy times are those of calendars, shown and changed only by who
// says so, and given along with others otherwise, [MS-OXCPERM] 2.2.7.
func TestPitfall30FreeBusyBits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.openSpecial(mapi.TagIpmAppointmentEntryId)
	w.clearPermissions()
	bob, carol := w.entry("bob").DN, w.entry("carol").DN
	const freeBusy = mapi.PermissionsIncludeFreeBusy
	w.expectPermissions(freeBusy, `0 "" 800`, `-1 "Anonymous" 000`)
	w.expectPermissions(0, `0 "" 000`, `-1 "Anonymous" 000`)

	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0,
		w.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleReviewer), w.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleContributor),
		w.permission(mapi.PermissionModify, "", 0, mapi.RoleNone)))
	w.expectPermissions(freeBusy, `0 "" 800`, `-1 "Anonymous" 000`, `2 "Bob Brown" 1C01 `+bob, `3 "Carol Clark" 402 `+carol)

	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(freeBusy,
		w.permission(mapi.PermissionModify, "", 2, mapi.RoleReviewer), w.permission(mapi.PermissionModify, "", 3, mapi.RoleContributor|mapi.RightFreeBusySimple),
		w.permission(mapi.PermissionModify, "", 0, mapi.RoleNone)))
	w.expectPermissions(freeBusy, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 401 `+bob, `3 "Carol Clark" C02 `+carol)

	one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionModify, "", 3, mapi.RoleNone)))
	w.expectPermissions(freeBusy, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 401 `+bob, `3 "Carol Clark" 800 `+carol)
	w.expectPermissions(0, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 401 `+bob, `3 "Carol Clark" 000 `+carol)

	inbox := newWorld(t)
	inbox.inbox()
	inbox.clearPermissions()
	one[*rop.ModifyPermissionsResponse](inbox, modifyPermissions(freeBusy, inbox.permission(mapi.PermissionAdd, "bob", 0, mapi.RoleReviewer|mapi.RightFreeBusyDetailed)))
	inbox.expectPermissions(freeBusy, `0 "" 000`, `-1 "Anonymous" 000`, `2 "Bob Brown" 401 `+bob)
}

// TestPermissionsNeedRights: who sees a folder reads its permissions, who owns it changes them.
func TestPermissionsNeedRights(t *testing.T) {
	t.Parallel()
	for rights, want := range map[uint32]struct{ open, read, change mapi.ErrorCode }{
		mapi.RoleContributor: {mapi.Success, mapi.Success, mapi.ErrAccessDenied},
		mapi.RoleEditor:      {mapi.Success, mapi.Success, mapi.ErrAccessDenied},
		mapi.RoleOwner:       {mapi.Success, mapi.Success, mapi.Success},
		mapi.RightReadAny:    {mapi.Success, mapi.ErrAccessDenied, mapi.ErrAccessDenied},
	} {
		w := newWorld(t)
		inbox := w.inbox().FolderIDs[fidInbox]
		one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "bob", 0, rights)))
		b := w.with("bob")
		one[*rop.LogonResponse](b, delegateRequest(aliceDN))
		if got := b.code(&rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: inbox}); got != want.open {
			t.Errorf("%03X: open: %v, want %v", rights, got, want.open)
		}
		if got := b.code(&rop.GetPermissionsTableRequest{InOut: inOut(1, 2)}); got != want.read {
			t.Errorf("%03X: read: %v, want %v", rights, got, want.read)
		}
		if got := b.code(modifyPermissions(0, b.permission(mapi.PermissionAdd, "carol", 0, mapi.RoleReviewer))); got != want.change {
			t.Errorf("%03X: change: %v, want %v", rights, got, want.change)
		}
	}
}

// TestPermissionsTableRefused names what only other tables can do, [MS-OXCTABL] 3.2.5.3, 3.2.5.4, 3.2.5.12 and 3.2.5.14.
func TestPermissionsTableRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.permissions(0)
	for _, req := range []rop.Request{
		&rop.FindRowRequest{In: in(7)}, &rop.RestrictRequest{In: in(7)}, &rop.CreateBookmarkRequest{In: in(7)},
		&rop.SortTableRequest{In: in(7), SortOrders: []prop.SortOrder{{Tag: mapi.TagMemberName}}}, &rop.ResetTableRequest{In: in(7)},
	} {
		if got := w.code(req); got != mapi.ErrNoSupport {
			t.Errorf("%T: %v", req, got)
		}
	}
	tags := one[*rop.QueryColumnsAllResponse](w, &rop.QueryColumnsAllRequest{In: in(7)}).PropertyTags
	if !slices.Contains(tags, mapi.TagMemberRights) || len(tags) != 4 {
		t.Errorf("columns %v", tags)
	}
}
