// Package acl says what rights somebody has on a folder, [MS-OXCPERM], and changes lists of permissions. It knows no
// handle and no store but its types.
package acl

import "github.com/mapid/mapid/internal/mapi"

// Rights are the rights of a user on a folder, PidTagMemberRights, [MS-OXCPERM] 2.2.7.
type Rights uint32

// All are all rights that PidTagRights shows, [MS-OXCFOLD] 2.2.2.2.2.8.
const All = Rights(mapi.RoleOwner | mapi.RightFolderContact)

// FreeBusy are the rights to see when somebody is busy. Only calendars have them, and PidTagRights does not show them.
const FreeBusy = Rights(mapi.RightFreeBusySimple | mapi.RightFreeBusyDetailed)

// Has reports whether r has a right.
func (r Rights) Has(right uint32) bool { return r&Rights(right) == Rights(right) }

// Sees reports whether the folder exists for the user.
func (r Rights) Sees() bool {
	return r&Rights(mapi.RightFolderVisible|mapi.RightFolderOwner|mapi.RightReadAny) != 0
}

// Require refuses what needs rights that r does not have. A folder the user may not even see does not exist for them.
func (r Rights) Require(need Rights) error {
	switch {
	case !r.Sees():
		return mapi.ErrNotFound
	case r&need != need:
		return mapi.ErrAccessDenied
	}
	return nil
}

// Access turns rights on a folder into PidTagAccess of the folder, [MS-OXCPRPT] 2.2.1.1.
func (r Rights) Access() (a uint32) {
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

// MessageAccess turns rights on a folder into PidTagAccess of a message in it that is not the user's own; see OfOwn.
func (r Rights) MessageAccess() (a uint32) {
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

// OfOwn adds what rights on a folder allow with messages that the user made: to read them whoever sees the folder.
func (r Rights) OfOwn() Rights {
	if r.Sees() {
		r |= Rights(mapi.RightReadAny)
	}
	if r&Rights(mapi.RightEditOwned) != 0 {
		r |= Rights(mapi.RightEditAny)
	}
	if r&Rights(mapi.RightDeleteOwned) != 0 {
		r |= Rights(mapi.RightDeleteAny)
	}
	return r
}

// MayCreate reports whether rights on a folder allow to make a message in it.
func (r Rights) MayCreate(associated bool) bool {
	if associated {
		return r&Rights(mapi.RightFolderOwner) != 0
	}
	return r&Rights(mapi.RightCreate) != 0
}
