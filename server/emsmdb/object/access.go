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
	r := l.principals.Rights(f.Permissions) &^ acl.FreeBusy
	switch root := f.ID == l.mailbox.Special[store.SpecialRoot]; {
	case root && !l.Public():
		r |= Rights(mapi.RightFolderVisible)
	case l.Public() && len(f.Permissions) == 0 && f.Special != store.SpecialCount:
		r = Rights(mapi.RoleReviewer) // the tree itself is for looking at
	case l.Public() && len(f.Permissions) == 0:
		r = Rights(mapi.RoleAuthor) // what a public folder gives whom nobody gave anything
	}
	return r
}

// require refuses what a logon may not do on a folder.
func (l *Logon) require(f *cache.Folder, need Rights) error { return l.rights(f).Require(need) }
