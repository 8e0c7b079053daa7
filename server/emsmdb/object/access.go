package object

import (
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Rights are the rights of a user on a folder, PidTagMemberRights, [MS-OXCPERM] 2.2.7.
type Rights uint32

// Rights.
const (
	RightReadAny         Rights = 0x001
	RightCreate          Rights = 0x002
	RightEditOwned       Rights = 0x008
	RightDeleteOwned     Rights = 0x010
	RightEditAny         Rights = 0x020
	RightDeleteAny       Rights = 0x040
	RightCreateSubfolder Rights = 0x080
	RightOwner           Rights = 0x100
	RightContact         Rights = 0x200
	RightVisible         Rights = 0x400

	RightsAll      = RightReadAny | RightCreate | RightEditOwned | RightDeleteOwned | RightEditAny | RightDeleteAny | RightCreateSubfolder | RightOwner | RightContact | RightVisible
	RightsReviewer = RightReadAny | RightVisible
)

// Bits of PidTagAccess, [MS-OXCPRPT] 2.2.1.1.
const (
	accessModify           uint32 = 0x01
	accessRead             uint32 = 0x02
	accessDelete           uint32 = 0x04
	accessCreateHierarchy  uint32 = 0x08
	accessCreateContents   uint32 = 0x10
	accessCreateAssociated uint32 = 0x20
)

// rights is the one place that decides what a logon may do on a folder. A mailbox's owner, and an administrator who
// asked for the privilege, may everything; nobody else gets a private logon. In the public store everybody may read.
func (l *Logon) rights(f *folderState) Rights {
	if l.privileged {
		return RightsAll
	}
	if l.Public() { // [MS-OXCPERM] comes with the permission ROPs; f is not looked at before
		return RightsReviewer
	}
	return 0
}

// access turns rights on a folder into PidTagAccess of the folder.
func (r Rights) access() (a uint32) {
	for _, m := range []struct {
		right  Rights
		access uint32
	}{
		{RightReadAny, accessRead}, {RightCreate, accessCreateContents}, {RightCreateSubfolder, accessCreateHierarchy},
		{RightOwner, accessModify | accessDelete | accessCreateAssociated},
	} {
		if r&m.right != 0 {
			a |= m.access
		}
	}
	return a
}

// messageAccess turns rights on a folder into PidTagAccess of a message in it that is not the user's own.
func (r Rights) messageAccess() (a uint32) {
	if r&RightReadAny != 0 {
		a |= accessRead
	}
	if r&RightEditAny != 0 {
		a |= accessModify
	}
	if r&RightDeleteAny != 0 {
		a |= accessDelete
	}
	return a
}

// require refuses what a logon may not do on a folder. A folder the user may not even see does not exist for them.
func (l *Logon) require(f *folderState, need Rights) error {
	switch have := l.rights(f); {
	case have&(RightVisible|RightOwner|RightReadAny) == 0:
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
	case openFlags&OpenAdminPrivilege != 0 || s.AdminConnect:
		if s.User.Admin {
			return nil
		}
		return mapi.ErrLoginPerm
	}
	return e.Profile.Logon.NoOwnerPermission
}
