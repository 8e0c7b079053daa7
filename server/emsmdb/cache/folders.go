// Package cache keeps in memory what clients ask for all the time, as it is after every commit that was published.
package cache

import (
	"context"
	"sync"

	"github.com/mapid/mapid/store"
)

// Folders keeps folders with their stored properties in memory: clients ask for a few properties of a few
// folders all the time. The change feed empties it of what changed.
type Folders struct {
	store  store.Store
	cancel func()

	mu        sync.RWMutex // guards what follows; never held while the store is read
	folders   map[store.FolderID]*Folder
	changes   uint64 // counts publications: what was read before one is not kept after it
	hierarchy uint64 // counts changes of folders other than of their counts
}

// maxFolders bounds the cache; beyond it everything is dropped.
const maxFolders = 8192

// Folder is a folder as of one moment. It does not change.
type Folder struct {
	store.Folder
	Props       []store.Property // of its bag
	Permissions []store.Permission
	Rules       bool // it has rules
}

// Stored returns a stored property, whatever its type.
func (f *Folder) Stored(id uint16) (store.Property, bool) {
	for i := range f.Props {
		if f.Props[i].Tag.ID() == id {
			return f.Props[i], true
		}
	}
	return store.Property{}, false
}

// NewFolders returns a cache that follows the changes of a store until Close.
func NewFolders(st store.Store) *Folders {
	c := &Folders{store: st, folders: make(map[store.FolderID]*Folder)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

// Close stops following the store.
func (c *Folders) Close() { c.cancel() }

// Get returns the folder, soft-deleted ones included, or store.ErrNotFound.
func (c *Folders) Get(ctx context.Context, id store.FolderID) (*Folder, error) {
	c.mu.RLock()
	f, before := c.folders[id], c.changes
	c.mu.RUnlock()
	if f != nil {
		return f, nil
	}
	return c.load(ctx, id, before)
}

// ReadFolder reads a folder as a transaction sees it.
func ReadFolder(r store.Reader, id store.FolderID) (f *Folder, err error) {
	f = new(Folder)
	if f.Folder, err = r.Folder(id); err != nil {
		return nil, err
	}
	if f.Props, err = r.Props(f.Bag); err != nil {
		return nil, err
	}
	if f.Permissions, err = r.Permissions(id); err != nil {
		return nil, err
	}
	f.Rules, err = r.HasRules(id)
	return f, err
}

// load reads the folder and keeps it, unless something was published since the counter of changes stood at before.
func (c *Folders) load(ctx context.Context, id store.FolderID, before uint64) (f *Folder, err error) {
	err = c.store.View(ctx, store.Scope{}, func(r store.Reader) error { // a snapshot no older than the counter
		f, err = ReadFolder(r, id)
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

// Generation changes with every change of a folder that a hierarchy table could show in its order.
func (c *Folders) Generation() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.hierarchy
}

// follow drops what changed. It runs on the engine's goroutine, after the commit.
func (c *Folders) follow(changes []store.Change) {
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
