package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
)

// SearchCriteria are what a search folder shows, [MS-OXCFOLD] 2.2.1.4 and 2.2.1.5.
type SearchCriteria struct {
	Restriction prop.Restriction
	Folders     []mapi.ID
	Flags       uint32 // SearchFlags: what is asked for, or what is told
}

// search finds the folder if it is a search folder, and the user has a right on it.
func (f *Folder) search(ctx context.Context, need uint32) error {
	s, err := f.logon.state(ctx, f.id)
	switch {
	case err != nil:
		return err
	case f.logon.Public():
		return mapi.ErrNoSupport // [MS-OXCFOLD] 3.2.5.4: the public store has no search folders
	case s.Type != store.FolderSearch:
		return mapi.ErrNotSearchFolder
	case s.Deleted:
		return mapi.ErrNotFound
	}
	return f.logon.require(s, Rights(need))
}

// SetSearchCriteria says what the search folder shows, [MS-OXCFOLD] 3.2.5.4. Text of the session's code page is kept as
// Unicode, so that it means the same to everybody.
func (f *Folder) SetSearchCriteria(ctx context.Context, c SearchCriteria) error {
	if err := f.search(ctx, mapi.RightFolderOwner); err != nil {
		return err
	}
	set := search.Criteria{Restriction: search.Text(c.Restriction, true, f.logon.session.CodePage), Flags: c.Flags}
	for _, fid := range c.Folders {
		s, err := f.logon.folder(ctx, fid)
		if err == nil {
			err = f.logon.require(s, Rights(mapi.RightReadAny))
		}
		if err != nil {
			return err
		}
		set.Scopes = append(set.Scopes, s.ID)
	}
	return f.logon.update(ctx, func(tx store.Tx) error { return search.Set(tx, &f.logon.env.Profile.Folder, f.id, set) })
}

// SearchCriteria tells what the search folder shows, with text in Unicode or in the session's code page, and how far the
// search is, [MS-OXCFOLD] 3.2.5.5.
func (f *Folder) SearchCriteria(ctx context.Context, unicode bool) (*SearchCriteria, error) {
	if err := f.search(ctx, 0); err != nil {
		return nil, err
	}
	var s store.Search
	err := f.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		s, err = r.Search(f.id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, mapi.ErrNotInitialized
	}
	if err != nil {
		return nil, err
	}
	c := &SearchCriteria{Restriction: search.Text(s.Restriction, unicode, f.logon.session.CodePage), Flags: search.State(&s)}
	for _, id := range s.Scopes {
		c.Folders = append(c.Folders, mapi.NewID(ownReplica, uint64(id)))
	}
	return c, nil
}
