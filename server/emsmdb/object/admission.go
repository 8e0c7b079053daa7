package object

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// rightsDelegate are the rights that make somebody a delegate: any, but for those to see free and busy times, which
// everybody has on a calendar.
const rightsDelegate = acl.All

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
	l.refresh(dir)
	ok, err := l.anywhere(ctx, rightsDelegate)
	if err == nil && !ok {
		err = p.NoOwnerPermission
	}
	return err
}

// Refresh makes the logon see the lists that its user is on as the directory has them now. Every operation begins with
// it, so that who is taken off a list loses its rights at once.
func (l *Logon) Refresh(ctx context.Context) error {
	if l.privileged {
		return nil
	}
	dir, err := l.env.Directory.Snapshot(ctx)
	if err == nil && dir.Version != l.directory {
		l.refresh(dir)
	}
	return err
}

func (l *Logon) refresh(dir *store.Snapshot) {
	l.principals, l.directory = acl.NewPrincipals(dir, l.session.User.Name), dir.Version
}

// anywhere reports whether the user has one of some rights on any folder of the mailbox.
func (l *Logon) anywhere(ctx context.Context, rights Rights) (found bool, err error) {
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
			if found = l.principals.Rights(l.permissions(&cache.Folder{Folder: f, Permissions: permissions}))&rights != 0; found {
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
