package acl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Change is one row of RopModifyPermissions, [MS-OXCPERM] 2.2.2.
type Change struct {
	Flags uint8 // one of mapi.PermissionAdd, PermissionModify and PermissionRemove
	Props []prop.Tagged
}

// Complete adds the two entries that every list has, and puts the default one first.
func Complete(stored []store.Permission) []store.Permission {
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

// Edit applies changes to a list of permissions.
type Edit struct {
	Dir      *store.Snapshot
	Calendar bool // the folder is one
	FreeBusy bool // the client speaks of free and busy times
	Replace  bool // the changes are all there shall be but the default entry
}

// Apply returns the list with the changes made, [MS-OXCPERM] 3.2.5.2.
func (e *Edit) Apply(before []store.Permission, changes []Change) ([]store.Permission, error) {
	list := Complete(before)
	if e.Replace {
		list = []store.Permission{list[0], {Member: store.MemberAnonymous}}
	}
	for i := range changes {
		c := &changes[i]
		var err error
		switch {
		case c.Flags == mapi.PermissionAdd:
			list, err = e.add(list, c.Props)
		case e.Replace:
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
func (e *Edit) add(list []store.Permission, props []prop.Tagged) ([]store.Permission, error) {
	rights, ok := permissionRights(props)
	if !ok {
		return nil, mapi.ErrInvalidParameter
	}
	if id, ok := memberID(props); ok && (id == store.MemberDefault || id == store.MemberAnonymous) {
		return list, e.modify(list, props)
	}
	id, err := msgprops.ParseAddressBookEntryID([]byte(get(props, mapi.TagEntryId).Str()))
	if err != nil {
		return nil, mapi.ErrInvalidParameter
	}
	entry := e.Dir.ByDN(id.DN)
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
func (e *Edit) modify(list []store.Permission, props []prop.Tagged) error {
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
func (e *Edit) remove(list []store.Permission, props []prop.Tagged) ([]store.Permission, error) {
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
func (e *Edit) merged(rights uint32, p store.Permission) uint32 {
	rights &= mapi.RoleOwner | mapi.RightFolderContact | uint32(FreeBusy)
	if !e.Calendar {
		return rights &^ uint32(FreeBusy)
	}
	if e.FreeBusy {
		return rights
	}
	rights = rights&^uint32(FreeBusy) | p.Rights&uint32(FreeBusy)
	switch {
	case rights&mapi.RightReadAny != 0:
		rights |= uint32(FreeBusy)
	case p.Member == store.MemberDefault && p.Account == "":
		rights |= mapi.RightFreeBusySimple
	}
	return rights
}

func permissionRights(props []prop.Tagged) (uint32, bool) {
	v := get(props, mapi.TagMemberRights)
	return uint32(v.Bits()), !v.IsZero()
}

func memberID(props []prop.Tagged) (int64, bool) {
	v := get(props, mapi.TagMemberId)
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

// get returns a property of the right type, the zero Value if there is none.
func get(props []prop.Tagged, tag mapi.PropTag) prop.Value {
	for _, p := range props {
		if p.Tag.ID() == tag.ID() && p.Value.Type() == tag.Type() {
			return p.Value
		}
	}
	return prop.Value{}
}
