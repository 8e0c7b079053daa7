package object

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// Rights are the rights of a user on a folder, PidTagMemberRights, [MS-OXCPERM] 2.2.7.
type Rights uint32

// rightsAll are all rights that PidTagRights shows, [MS-OXCFOLD] 2.2.2.2.2.8.
const rightsAll = Rights(mapi.RoleOwner | mapi.RightFolderContact)

// rights is the one place that decides what a logon may do on a folder. A mailbox's owner, and an administrator who
// asked for the privilege, may everything; others what the folder's permissions give them. The root can be opened by
// all who could log on: it carries the pointers to the folders they came for, [MS-OXOSFLD] 2.2.3. Without a folder it
// says what the logon may do on itself.
func (l *Logon) rights(f *cache.Folder) Rights {
	switch {
	case l.privileged:
		return rightsAll
	case f == nil:
		return Rights(mapi.RightFolderVisible)
	}
	r := l.principals.rights(f.Permissions)
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

// access turns rights on a folder into PidTagAccess of the folder.
func (r Rights) access() (a uint32) {
	for _, m := range []struct {
		right  Rights
		access uint32
	}{
		{Rights(mapi.RightReadAny), mapi.AccessRead}, {Rights(mapi.RightCreate), mapi.AccessCreateContents}, {Rights(mapi.RightCreateSubFolder), mapi.AccessCreateHierarchy},
		{Rights(mapi.RightFolderOwner), mapi.AccessModify | mapi.AccessDelete | mapi.AccessCreateAssociated},
	} {
		if r&m.right != 0 {
			a |= m.access
		}
	}
	return a
}

// messageAccess turns rights on a folder into PidTagAccess of a message in it that is not the user's own.
func (r Rights) messageAccess() (a uint32) {
	if r&Rights(mapi.RightReadAny) != 0 {
		a |= mapi.AccessRead
	}
	if r&Rights(mapi.RightEditAny) != 0 {
		a |= mapi.AccessModify
	}
	if r&Rights(mapi.RightDeleteAny) != 0 {
		a |= mapi.AccessDelete
	}
	return a
}

// require refuses what a logon may not do on a folder. A folder the user may not even see does not exist for them.
func (l *Logon) require(f *cache.Folder, need Rights) error {
	switch have := l.rights(f); {
	case have&(Rights(mapi.RightFolderVisible)|Rights(mapi.RightFolderOwner)|Rights(mapi.RightReadAny)) == 0:
		return mapi.ErrNotFound
	case have&need != need:
		return mapi.ErrAccessDenied
	}
	return nil
}
