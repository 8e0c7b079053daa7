package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// Folder is an open folder, [MS-OXCFOLD].
type Folder struct {
	logon *Logon
	id    store.FolderID
}

// OpenFolder opens a folder, [MS-OXCFOLD] 3.2.5.1. Some versions open one that was deleted for good without an error,
// but there is no folder then: nil.
func (l *Logon) OpenFolder(ctx context.Context, fid mapi.ID, flags uint8) (*Folder, error) {
	f, err := l.folder(ctx, fid)
	if errors.Is(err, mapi.ErrNotFound) && l.env.Profile.Folder.OpensGone {
		return nil, l.gone(ctx, fid)
	}
	if err != nil {
		return nil, err
	}
	if f.Deleted && (flags&mapi.OpenModeSoftDeleted == 0 || !l.env.Profile.Folder.OpensSoftDeleted) {
		return nil, mapi.ErrNotFound
	}
	if err := l.require(f, 0); err != nil {
		return nil, err
	}
	return &Folder{l, f.ID}, nil
}

// gone is ErrNotFound if a folder that is not there never was.
func (l *Logon) gone(ctx context.Context, fid mapi.ID) error {
	id, ok := folderID(fid)
	if !ok {
		return mapi.ErrNotFound
	}
	return l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		was, err := r.FolderGone(l.mailbox.ID, id)
		if err == nil && !was {
			err = mapi.ErrNotFound
		}
		return err
	})
}

// folder finds a folder of the logon's mailbox.
func (l *Logon) folder(ctx context.Context, fid mapi.ID) (*cache.Folder, error) {
	id, ok := folderID(fid)
	if !ok {
		return nil, mapi.ErrNotFound
	}
	return l.state(ctx, id)
}

// state reads a folder of the logon's mailbox by its store id.
func (l *Logon) state(ctx context.Context, id store.FolderID) (*cache.Folder, error) {
	f, err := l.env.folders.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && f.Mailbox != l.mailbox.ID {
		return nil, mapi.ErrNotFound
	}
	return f, err
}

// seen reads the folder, if the user still sees it.
func (f *Folder) seen(ctx context.Context) (*cache.Folder, error) {
	s, err := f.logon.state(ctx, f.id)
	if err == nil {
		err = f.logon.require(s, 0)
	}
	return s, err
}

// Kind implements Object.
func (f *Folder) Kind() Kind { return KindFolder }

// Close implements Object.
func (f *Folder) Close() {}

// ID returns the folder's FID.
func (f *Folder) ID() mapi.ID { return mapi.NewID(ownReplica, uint64(f.id)) }

// HasRules reports what RopOpenFolder tells of rules, [MS-OXCFOLD] 2.2.1.1.2.
func (f *Folder) HasRules(ctx context.Context) (bool, error) {
	if !f.logon.env.Profile.Folder.OpenTellsRules {
		return false, nil
	}
	s, err := f.logon.state(ctx, f.id)
	if err != nil {
		return false, err
	}
	return s.Rules, nil
}
