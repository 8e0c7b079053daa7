package object

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/store"
)

// rightsFreeBusy are the rights to see when somebody is busy. Only calendars have them, [MS-OXCPERM] 2.2.7.
const rightsFreeBusy = mapi.RightFreeBusySimple | mapi.RightFreeBusyDetailed

// permissionTags are the columns of permissions tables, [MS-OXCPERM] 2.2.4 to 2.2.7.
var permissionTags = []mapi.PropTag{mapi.TagEntryId, mapi.TagMemberId, mapi.TagMemberName, mapi.TagMemberRights}

// PermissionsTable opens the table of a folder's permissions, [MS-OXCPERM] 3.2.5.1. Whoever sees the folder may look.
// Without mapi.PermissionsIncludeFreeBusy rows do not show the rights that concern free and busy times.
func (f *Folder) PermissionsTable(ctx context.Context, flags uint8) (*Table, error) {
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return nil, err
	}
	if err := f.logon.require(s, Rights(mapi.RightFolderVisible)); err != nil {
		return nil, err
	}
	shown := ^rightsFreeBusy
	if flags&mapi.PermissionsIncludeFreeBusy != 0 {
		shown = ^uint32(0)
	}
	src := &rowList{table: table.Permissions, logon: f.logon, tags: permissionTags, read: func(ctx context.Context) ([]listRow, error) {
		return f.permissionRows(ctx, shown)
	}}
	return f.logon.table(src, f.logon.session.CodePage), nil
}

// permissionRows lists the default entry, the anonymous one, and the others by their ids.
func (f *Folder) permissionRows(ctx context.Context, shown uint32) ([]listRow, error) {
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return nil, err
	}
	dir, err := f.logon.env.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var rows []listRow
	for _, p := range completePermissions(s.Permissions) {
		name, entryID := p.Account, prop.BinaryString("")
		switch e := dir.ByName(p.Account); {
		case p.Member == store.MemberDefault:
			name = ""
		case p.Member == store.MemberAnonymous:
			name = "Anonymous"
		case e != nil:
			name, entryID = cmp.Or(e.DisplayName, e.Name), addressEntryID(e)
		}
		rows = append(rows, listRow{id: p.Member, props: []prop.Tagged{
			{Tag: mapi.TagEntryId, Value: entryID}, {Tag: mapi.TagMemberId, Value: prop.Int64(p.Member)},
			{Tag: mapi.TagMemberName, Value: prop.String(name)}, {Tag: mapi.TagMemberRights, Value: prop.Uint32(p.Rights & shown)},
		}})
	}
	return rows, nil
}

// completePermissions adds the two entries that every list has, and puts the default one first.
func completePermissions(stored []store.Permission) []store.Permission {
	list := slices.Clone(stored)
	for _, member := range []int64{store.MemberDefault, store.MemberAnonymous} {
		if !slices.ContainsFunc(list, func(p store.Permission) bool { return p.Member == member }) {
			list = append(list, store.Permission{Member: member})
		}
	}
	rank := func(p store.Permission) int64 {
		if p.Account == "" && p.Member == store.MemberDefault {
			return store.MemberAnonymous - 1
		}
		return p.Member
	}
	slices.SortFunc(list, func(a, b store.Permission) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}

// PermissionChange is one row of RopModifyPermissions, [MS-OXCPERM] 2.2.2.
type PermissionChange struct {
	Flags uint8 // one of mapi.PermissionAdd, PermissionModify and PermissionRemove
	Props []prop.Tagged
}

// ModifyPermissions changes who may do what in a folder, [MS-OXCPERM] 3.2.5.2: all of the changes or none. Only who
// owns the folder may.
func (f *Folder) ModifyPermissions(ctx context.Context, flags uint8, changes []PermissionChange) error {
	if flags&^(mapi.PermissionsReplaceRows|mapi.PermissionsIncludeFreeBusy) != 0 {
		return mapi.ErrInvalidParameter
	}
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return err
	}
	if err := f.logon.require(s, Rights(mapi.RightFolderOwner)); err != nil {
		return err
	}
	dir, err := f.logon.env.Directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	edit := permissionEdit{dir: dir, calendar: s.Special == store.SpecialCalendar || s.Class == "IPF.Appointment",
		freeBusy: flags&mapi.PermissionsIncludeFreeBusy != 0, replace: flags&mapi.PermissionsReplaceRows != 0}
	return f.logon.update(ctx, func(tx store.Tx) error {
		before, err := tx.Permissions(f.id)
		if err != nil {
			return err
		}
		after, err := edit.apply(before, changes)
		if err != nil {
			return err
		}
		return tx.SetPermissions(f.id, after)
	})
}

// permissionEdit applies changes to a list of permissions.
type permissionEdit struct {
	dir      *store.Snapshot
	calendar bool
	freeBusy bool // the client speaks of free and busy times
	replace  bool
}

func (e *permissionEdit) apply(before []store.Permission, changes []PermissionChange) ([]store.Permission, error) {
	list := completePermissions(before)
	if e.replace {
		list = []store.Permission{list[0], {Member: store.MemberAnonymous}}
	}
	for i := range changes {
		c := &changes[i]
		var err error
		switch {
		case c.Flags == mapi.PermissionAdd:
			list, err = e.add(list, c.Props)
		case e.replace:
			err = mapi.ErrInvalidParameter
		case c.Flags == mapi.PermissionModify:
			err = e.modify(list, c.Props)
		case c.Flags == mapi.PermissionRemove:
			list, err = e.remove(list, c.Props)
		default:
			err = mapi.ErrInvalidParameter
		}
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// add gives somebody of the address book an entry, or changes the one there is. A client that copies a list adds the
// two special entries by their ids. [MS-OXCPERM] has no code of its own for somebody who is in no address book:
// ecNotFound is what [MS-OXCDATA] 2.4 has for an object that could not be found.
func (e *permissionEdit) add(list []store.Permission, props []prop.Tagged) ([]store.Permission, error) {
	rights, ok := permissionRights(props)
	if !ok {
		return nil, mapi.ErrInvalidParameter
	}
	if id, ok := memberID(props); ok && (id == store.MemberDefault || id == store.MemberAnonymous) {
		return list, e.modify(list, props)
	}
	row := listRow{props: props}
	id, err := msgprops.ParseAddressBookEntryID([]byte(row.get(mapi.TagEntryId).Str()))
	if err != nil {
		return nil, mapi.ErrInvalidParameter
	}
	entry := e.dir.ByDN(id.DN)
	if entry == nil {
		return nil, mapi.ErrNotFound
	}
	for i := range list {
		if strings.EqualFold(list[i].Account, entry.Name) {
			list[i].Rights = e.merged(rights, list[i])
			return list, nil
		}
	}
	p := store.Permission{Account: entry.Name}
	p.Rights = e.merged(rights, p)
	return append(list, p), nil
}

// modify changes the rights of an entry. One that is not there is passed over, [MS-OXCPERM] 3.2.5.2.
func (e *permissionEdit) modify(list []store.Permission, props []prop.Tagged) error {
	rights, ok := permissionRights(props)
	if !ok {
		return mapi.ErrInvalidParameter
	}
	if at := entryOf(list, props); at >= 0 {
		list[at].Rights = e.merged(rights, list[at])
	}
	return nil
}

// remove takes an entry off the list. One that is not there is passed over, [MS-OXCPERM] 3.2.5.2.
func (e *permissionEdit) remove(list []store.Permission, props []prop.Tagged) ([]store.Permission, error) {
	at := entryOf(list, props)
	switch {
	case at < 0:
		return list, nil
	case list[at].Account == "": // every list has these two
		return nil, mapi.ErrInvalidParameter
	}
	return slices.Delete(list, at, at+1), nil
}

// merged is what an entry gets when a client asks for rights. A client that does not speak of free and busy times
// leaves those rights as they are, but whoever reads a calendar sees all of them, and the default entry at least when
// somebody is busy.
func (e *permissionEdit) merged(rights uint32, p store.Permission) uint32 {
	rights &= mapi.RoleOwner | mapi.RightFolderContact | rightsFreeBusy
	if !e.calendar {
		return rights &^ rightsFreeBusy
	}
	if e.freeBusy {
		return rights
	}
	rights = rights&^rightsFreeBusy | p.Rights&rightsFreeBusy
	switch {
	case rights&mapi.RightReadAny != 0:
		rights |= rightsFreeBusy
	case p.Member == store.MemberDefault && p.Account == "":
		rights |= mapi.RightFreeBusySimple
	}
	return rights
}

func permissionRights(props []prop.Tagged) (uint32, bool) {
	row := listRow{props: props}
	v := row.get(mapi.TagMemberRights)
	return uint32(v.Bits()), !v.IsZero()
}

func memberID(props []prop.Tagged) (int64, bool) {
	row := listRow{props: props}
	v := row.get(mapi.TagMemberId)
	return int64(v.Bits()), !v.IsZero()
}

// entryOf finds the entry that a row names by its member id. Those just added have none yet.
func entryOf(list []store.Permission, props []prop.Tagged) int {
	id, ok := memberID(props)
	if !ok {
		return -1
	}
	return slices.IndexFunc(list, func(p store.Permission) bool {
		return p.Member == id && (p.Account != "") == (id != store.MemberDefault && id != store.MemberAnonymous)
	})
}
