package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// Rights are the rights of a user on a folder.
type Rights = acl.Rights

// rights is the one place that decides what a logon may do on a folder. A mailbox's owner, and an administrator who
// asked for the privilege, may everything; others what the folder's permissions give them. The root can be opened by
// all who could log on: it carries the pointers to the folders they came for, [MS-OXOSFLD] 2.2.3. Without a folder it
// says what the logon may do on itself.
func (l *Logon) rights(f *cache.Folder) Rights {
	switch {
	case l.privileged:
		return acl.All
	case f == nil:
		return Rights(mapi.RightFolderVisible)
	}
	r := l.principals.Rights(l.permissions(f)) &^ acl.FreeBusy
	if f.ID == l.mailbox.Special[store.SpecialRoot] && !l.Public() {
		r |= Rights(mapi.RightFolderVisible)
	}
	return r
}

// permissions are those set on a folder, or, if there are none, what the version gives with such a folder.
func (l *Logon) permissions(f *cache.Folder) []store.Permission {
	if len(f.Permissions) > 0 || !l.Public() {
		return f.Permissions
	}
	everybody, nobody := uint32(l.env.Profile.Folder.PublicDefault), uint32(l.env.Profile.Folder.PublicAnonymous)
	switch f.Special {
	case store.SpecialCount, store.SpecialIPMSubtree:
	case store.SpecialScheduleFreeBusy, store.SpecialSiteFreeBusy: // all publish here, and delegates for others
		everybody, nobody = mapi.RoleEditor, 0
	default: // the tree itself is for looking at
		everybody, nobody = mapi.RoleReviewer, 0
	}
	return []store.Permission{{Member: store.MemberDefault, Rights: everybody}, {Member: store.MemberAnonymous, Rights: nobody}}
}

// require refuses what a logon may not do on a folder.
func (l *Logon) require(f *cache.Folder, need Rights) error { return l.rights(f).Require(need) }
