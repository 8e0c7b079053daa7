package object

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// CreateFolderRequest says which folder to make.
type CreateFolderRequest struct {
	Type         uint8 // PidTagFolderType
	Name         string
	Comment      string // none if empty
	OpenExisting bool   // a folder of that name is opened instead
}

// CreateFolder makes a subfolder, or opens the one that has the name already, and reports whether it was there,
// [MS-OXCFOLD] 3.2.5.2.
func (f *Folder) CreateFolder(ctx context.Context, req CreateFolderRequest) (child *Folder, existed bool, err error) {
	if err := f.mayHave(ctx, req); err != nil {
		return nil, false, err
	}
	existing, err := f.child(ctx, req.Name)
	switch {
	case err == nil && req.OpenExisting:
		return &Folder{f.logon, existing}, true, nil
	case err == nil:
		return nil, false, mapi.ErrDuplicateName
	case !errors.Is(err, store.ErrNotFound):
		return nil, false, err
	}
	child, err = f.create(ctx, req)
	if errors.Is(err, store.ErrExists) && req.OpenExisting { // somebody else was faster
		existing, err = f.child(ctx, req.Name)
		return &Folder{f.logon, existing}, true, err
	}
	return child, false, err
}

// mayHave checks what does not depend on the folders that are there.
func (f *Folder) mayHave(ctx context.Context, req CreateFolderRequest) error {
	if t := store.FolderType(req.Type); t != store.FolderGeneric && t != store.FolderSearch || req.Name == "" {
		return mapi.ErrInvalidParameter
	}
	parent, err := f.seen(ctx)
	switch {
	case err != nil:
		return err
	case parent.Deleted:
		return mapi.ErrNotFound
	case parent.Type == store.FolderSearch:
		return mapi.ErrSearchFolder
	case f.logon.Public() && store.FolderType(req.Type) == store.FolderSearch:
		return f.logon.env.Profile.Folder.CreatePublicSearch
	}
	return nil
}

// child finds a living subfolder that the user may see.
func (f *Folder) child(ctx context.Context, name string) (store.FolderID, error) {
	var found store.Folder
	err := f.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		found, err = r.FolderByName(f.id, name)
		return err
	})
	if err != nil {
		return 0, err
	}
	s, err := f.logon.state(ctx, found.ID)
	if err != nil {
		return 0, err
	}
	if f.logon.require(s, 0) != nil {
		return 0, mapi.ErrDuplicateName // it is there, but not to be opened
	}
	return found.ID, nil
}

func (f *Folder) create(ctx context.Context, req CreateFolderRequest) (*Folder, error) {
	l := f.logon
	parent, err := l.state(ctx, f.id)
	if err != nil {
		return nil, err
	}
	if l.rights(parent)&Rights(mapi.RightCreateSubFolder) == 0 {
		return nil, l.env.Profile.Folder.CreateDenied
	}
	n := store.NewFolder{
		Mailbox: l.mailbox.ID, Parent: f.id, Type: store.FolderType(req.Type), Special: store.SpecialCount, Name: req.Name,
	}
	if req.Comment != "" {
		n.Props = []prop.Tagged{{Tag: mapi.TagComment, Value: prop.String(req.Comment)}}
	}
	child := &Folder{logon: l}
	err = l.update(ctx, func(tx store.Tx) error {
		made, err := l.createIn(tx, n)
		child.id = made.ID
		return err
	})
	if err != nil {
		return nil, err
	}
	return child, nil
}

// createIn makes a folder with the permissions of its parent. In the public store who makes a folder owns it.
func (l *Logon) createIn(tx store.Tx, n store.NewFolder) (store.Folder, error) {
	made, err := tx.CreateFolder(n)
	if err != nil {
		return made, err
	}
	permissions, err := tx.Permissions(n.Parent)
	if err != nil {
		return made, err
	}
	user := l.session.User.Name
	if l.Public() && !l.privileged {
		parent, err := cache.ReadFolder(tx, n.Parent)
		if err != nil {
			return made, err
		}
		permissions = slices.Clone(l.permissions(parent))
		permissions = append(slices.DeleteFunc(permissions, func(p store.Permission) bool {
			return strings.EqualFold(p.Account, user)
		}), store.Permission{Account: user, Rights: uint32(acl.All)})
	}
	if len(permissions) == 0 {
		return made, nil
	}
	return made, tx.SetPermissions(made.ID, permissions)
}
