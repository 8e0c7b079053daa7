package acl

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// Principals are the names a user's rights are found under, in lower case: the user's own and those of the lists the
// user is on, directly or through other lists, as one version of the directory has them.
type Principals struct {
	user  string
	lists []string
}

// NewPrincipals finds the lists that a user is on. Somebody without a name is anonymous and on none.
func NewPrincipals(dir *store.Snapshot, user string) Principals {
	p := Principals{user: strings.ToLower(user)}
	for grew := user != ""; grew; {
		grew = false
		for i := range dir.Entries {
			e := &dir.Entries[i]
			name := strings.ToLower(e.Name)
			if e.Kind == store.ListEntry && !slices.Contains(p.lists, name) && slices.ContainsFunc(e.Members, p.Is) {
				p.lists, grew = append(p.lists, name), true
			}
		}
	}
	return p
}

// Is reports whether a name is the user's or that of one of the lists.
func (p Principals) Is(name string) bool {
	name = strings.ToLower(name)
	return name == p.user || slices.Contains(p.lists, name)
}

// Rights reads a permission list: an entry of the user's own decides alone; else those of the user's lists together;
// else what everybody has, or, for who is anonymous, what they have, [MS-OXCPERM] 3.2.5.
func (p Principals) Rights(permissions []store.Permission) Rights {
	var everybody, lists Rights
	listed := false
	for i := range permissions {
		switch perm := &permissions[i]; {
		case perm.Member == store.MemberDefault && perm.Account == "":
			if p.user != "" {
				everybody = Rights(perm.Rights)
			}
		case perm.Member == store.MemberAnonymous:
			if p.user == "" {
				everybody = Rights(perm.Rights)
			}
		case strings.EqualFold(perm.Account, p.user):
			return Rights(perm.Rights)
		case p.Is(perm.Account):
			lists, listed = lists|Rights(perm.Rights), true
		}
	}
	if listed {
		return lists
	}
	return everybody
}
