package object

import (
	"cmp"
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/store"
)

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
	shown := ^uint32(acl.FreeBusy)
	if flags&mapi.PermissionsIncludeFreeBusy != 0 {
		shown = ^uint32(0)
	}
	src := &table.Whole{Table: table.Permissions, Order: f.logon.order(), Columns: permissionTags, Read: func(ctx context.Context) ([]table.WholeRow, error) {
		return f.permissionRows(ctx, shown)
	}}
	return f.logon.table(src, f.logon.session.CodePage), nil
}

// permissionRows lists the default entry, the anonymous one, and the others by their ids.
func (f *Folder) permissionRows(ctx context.Context, shown uint32) ([]table.WholeRow, error) {
	s, err := f.logon.state(ctx, f.id)
	if err == nil {
		err = f.logon.require(s, Rights(mapi.RightFolderVisible))
	}
	if err != nil {
		return nil, err
	}
	dir, err := f.logon.env.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var rows []table.WholeRow
	for _, p := range acl.Complete(f.logon.permissions(s)) {
		name, entryID := p.Account, prop.BinaryString("")
		switch e := dir.ByName(p.Account); {
		case p.Member == store.MemberDefault:
			name = ""
		case p.Member == store.MemberAnonymous:
			name = "Anonymous"
		case e != nil:
			name, entryID = cmp.Or(e.DisplayName, e.Name), addressEntryID(e)
		}
		rows = append(rows, table.WholeRow{ID: p.Member, Props: []prop.Tagged{
			{Tag: mapi.TagEntryId, Value: entryID}, {Tag: mapi.TagMemberId, Value: prop.Int64(p.Member)},
			{Tag: mapi.TagMemberName, Value: prop.String(name)}, {Tag: mapi.TagMemberRights, Value: prop.Uint32(p.Rights & shown)},
		}})
	}
	return rows, nil
}

// PermissionChange is one row of RopModifyPermissions.
type PermissionChange = acl.Change

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
	edit := acl.Edit{Dir: dir, Calendar: s.Special == store.SpecialCalendar || s.Class == "IPF.Appointment",
		FreeBusy: flags&mapi.PermissionsIncludeFreeBusy != 0, Replace: flags&mapi.PermissionsReplaceRows != 0}
	return f.logon.update(ctx, func(tx store.Tx) error {
		now, err := cache.ReadFolder(tx, f.id)
		if err != nil {
			return err
		}
		after, err := edit.Apply(f.logon.permissions(now), changes)
		if err != nil {
			return err
		}
		return tx.SetPermissions(f.id, after)
	})
}
