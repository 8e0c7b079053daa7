package object

import (
	"context"
	"sync"

	"github.com/mapid/mapid/store"
)

// folderCache keeps folders with their stored properties in memory: clients ask for a few properties of a few
// folders all the time. The change feed empties it of what changed.
type folderCache struct {
	store  store.Store
	cancel func()

	mu        sync.RWMutex // guards what follows; never held while the store is read
	folders   map[store.FolderID]*folderState
	changes   uint64 // counts publications: what was read before one is not kept after it
	hierarchy uint64 // counts changes of folders other than of their counts
}

// maxFolders bounds the cache; beyond it everything is dropped.
const maxFolders = 8192

// folderState is a folder as of one moment. It does not change.
type folderState struct {
	store.Folder
	props       []store.Property // of its bag
	permissions []store.Permission
}

// stored returns a stored property, whatever its type.
func (f *folderState) stored(id uint16) (store.Property, bool) {
	for i := range f.props {
		if f.props[i].Tag.ID() == id {
			return f.props[i], true
		}
	}
	return store.Property{}, false
}

func newFolderCache(st store.Store) *folderCache {
	c := &folderCache{store: st, folders: make(map[store.FolderID]*folderState)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

func (c *folderCache) close() { c.cancel() }

// get returns the folder, soft-deleted ones included, or store.ErrNotFound.
func (c *folderCache) get(ctx context.Context, id store.FolderID) (*folderState, error) {
	c.mu.RLock()
	f, before := c.folders[id], c.changes
	c.mu.RUnlock()
	if f != nil {
		return f, nil
	}
	return c.load(ctx, id, before)
}

// load reads the folder and keeps it, unless something was published since the counter of changes stood at before.
func (c *folderCache) load(ctx context.Context, id store.FolderID, before uint64) (f *folderState, err error) {
	err = c.store.View(ctx, store.Scope{}, func(r store.Reader) error { // a snapshot no older than the counter
		folder, err := r.Folder(id)
		if err != nil {
			return err
		}
		f = &folderState{Folder: folder}
		if f.props, err = r.Props(folder.Bag); err != nil {
			return err
		}
		f.permissions, err = r.Permissions(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == before {
		if len(c.folders) >= maxFolders {
			clear(c.folders)
		}
		c.folders[id] = f
	}
	return f, nil
}

// generation changes with every change of a folder that a hierarchy table could show in its order.
func (c *folderCache) generation() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.hierarchy
}

// follow drops what changed. It runs on the engine's goroutine, after the commit.
func (c *folderCache) follow(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, ch := range changes {
		switch ch.Kind {
		case store.StoreReset, store.MailboxCreated, store.MailboxDeleted:
			clear(c.folders)
			c.hierarchy++
		case store.FolderModified:
			delete(c.folders, ch.Folder)
			if ch.Number != 0 { // not only its counts
				c.hierarchy++
			}
		case store.FolderCreated, store.FolderDeleted, store.FolderMoved, store.FolderCopied:
			clear(c.folders) // parents' counts of children too
			c.hierarchy++
		default:
			delete(c.folders, ch.Folder)
			delete(c.folders, ch.OldFolder)
		}
	}
}
