package object

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// principals are the names a user's rights are found under, in lower case: the user's own and those of the lists the
// user is on, directly or through other lists, as of the logon.
type principals struct {
	user  string
	lists []string
}

func newPrincipals(dir *store.Snapshot, user string) principals {
	p := principals{user: strings.ToLower(user)}
	for grew := true; grew; {
		grew = false
		for i := range dir.Entries {
			e := &dir.Entries[i]
			name := strings.ToLower(e.Name)
			if e.Kind == store.ListEntry && !slices.Contains(p.lists, name) && slices.ContainsFunc(e.Members, p.is) {
				p.lists, grew = append(p.lists, name), true
			}
		}
	}
	return p
}

// is reports whether a name is the user's or that of one of the lists.
func (p principals) is(name string) bool {
	name = strings.ToLower(name)
	return name == p.user || slices.Contains(p.lists, name)
}

// rights reads a permission list: an entry of the user's own decides alone; else those of the user's lists together;
// else what everybody has, [MS-OXCPERM] 3.2.5.
func (p principals) rights(permissions []store.Permission) Rights {
	var everybody, lists Rights
	listed := false
	for i := range permissions {
		switch perm := &permissions[i]; {
		case perm.Member == store.MemberDefault:
			everybody = Rights(perm.Rights)
		case perm.Member == store.MemberAnonymous:
		case strings.EqualFold(perm.Account, p.user):
			return Rights(perm.Rights)
		case p.is(perm.Account):
			lists, listed = lists|Rights(perm.Rights), true
		}
	}
	if listed {
		return lists
	}
	return everybody
}

// rightsDelegate are the rights that make somebody a delegate: any, but for those to see free and busy times, which
// everybody has on a calendar.
const rightsDelegate = rightsAll

// admit decides who may log on to a private mailbox and how, [MS-OXCSTOR] 3.2.5.1.1: the owner and administrators
// who ask for the privilege as owners, those with a right on any folder as delegates.
func (l *Logon) admit(ctx context.Context, dir *store.Snapshot, openFlags uint32) error {
	p, s := &l.env.Profile.Logon, l.session
	switch {
	case strings.EqualFold(l.owner.Name, s.User.Name):
		l.privileged = true
		return nil
	case openFlags&mapi.OpenUseAdminPrivilege != 0 || s.AdminConnect:
		if !s.User.Admin {
			return mapi.ErrLoginPerm
		}
		l.privileged = true
		return nil
	case openFlags&mapi.OpenTakeOwnership != 0 && p.OwnerFlagDenied != mapi.Success:
		return p.OwnerFlagDenied
	}
	l.principals = newPrincipals(dir, s.User.Name)
	ok, err := l.delegate(ctx)
	if err == nil && !ok {
		err = p.NoOwnerPermission
	}
	return err
}

// delegate reports whether the user has a right on any folder of the mailbox.
func (l *Logon) delegate(ctx context.Context) (found bool, err error) {
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		root := l.mailbox.Special[store.SpecialRoot]
		below, err := r.Folders(root, true, false)
		if err != nil {
			return err
		}
		for _, f := range append(below, store.Folder{ID: root}) {
			permissions, err := r.Permissions(f.ID)
			if err != nil {
				return err
			}
			if found = l.principals.rights(permissions)&rightsDelegate != 0; found {
				return nil
			}
		}
		return nil
	})
	return found, err
}

// sendsAs reports whether the user may send mail in the mailbox's name: the owner, those with the owner's rights, and
// those the owner named as delegates in the directory, [MS-OXODLGT] 2.2.2.
func (l *Logon) sendsAs() bool {
	return l.privileged || slices.ContainsFunc(l.owner.Attributes["delegates"], func(name string) bool {
		return strings.EqualFold(name, l.session.User.Name)
	})
}

// Bounds on attempts to log on to a mailbox that another server has, [MS-OXCSTOR] 3.2.5.1.1.
const (
	maxStrays   = 5
	straysCount = 10 * time.Second
)

// home sends a client to the server that has a mailbox, if that is another one. A client that does not take the hint
// is told to pause.
func (e *Env) home(s *Session, owner *store.Entry) error {
	names := owner.Attributes["home_server"]
	if len(names) == 0 || strings.EqualFold(names[0], e.Server.Name) {
		return nil
	}
	now := e.Now()
	s.strays = slices.DeleteFunc(s.strays, func(t time.Time) bool { return now.Sub(t) >= straysCount })
	if len(s.strays) >= maxStrays {
		return mapi.ErrServerPaused
	}
	s.strays = append(s.strays, now)
	return &WrongServerError{e.Server.peer(names[0])}
}
