package object

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Rights are the rights of a user on a folder, PidTagMemberRights, [MS-OXCPERM] 2.2.7.
type Rights uint32

// rightsAll are all rights that PidTagRights shows, [MS-OXCFOLD] 2.2.2.2.2.8.
const rightsAll = Rights(mapi.RoleOwner | mapi.RightFolderContact)

// rights is the one place that decides what a logon may do on a folder. A mailbox's owner, and an administrator who
// asked for the privilege, may everything; nobody else gets a private logon. In the public store everybody may read.
func (l *Logon) rights(f *folderState) Rights {
	if l.privileged {
		return rightsAll
	}
	if l.Public() { // [MS-OXCPERM] comes with the permission ROPs; f is not looked at before
		return Rights(mapi.RoleReviewer)
	}
	return 0
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
func (l *Logon) require(f *folderState, need Rights) error {
	switch have := l.rights(f); {
	case have&(Rights(mapi.RightFolderVisible)|Rights(mapi.RightFolderOwner)|Rights(mapi.RightReadAny)) == 0:
		return mapi.ErrNotFound
	case have&need != need:
		return mapi.ErrAccessDenied
	}
	return nil
}

// logonRefusal decides who may log on to a private mailbox. nil grants.
func (e *Env) logonRefusal(s *Session, owner *store.Entry, openFlags uint32) error {
	switch {
	case strings.EqualFold(owner.Name, s.User.Name):
		return nil
	case openFlags&mapi.OpenUseAdminPrivilege != 0 || s.AdminConnect:
		if s.User.Admin {
			return nil
		}
		return mapi.ErrLoginPerm
	}
	return e.Profile.Logon.NoOwnerPermission
}
