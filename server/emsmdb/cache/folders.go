// Package cache keeps in memory what clients ask for all the time, as it is after every commit that was published.
package cache

import "github.com/mapid/mapid/store"

// Folders keeps folders with their stored properties in memory: clients ask for a few properties of a few
// folders all the time.
type Folders struct {
	kept[store.FolderID, Folder]
	hierarchy uint64 // counts changes of folders other than of their counts; guarded by mu
}

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

// NewFolders returns a cache that follows the changes of a store until Close. It has soft-deleted folders too.
func NewFolders(st store.Store) *Folders {
	c := new(Folders)
	c.begin(st, ReadFolder, c.drop)
	return c
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

// Generation changes with every change of a folder that a hierarchy table could show in its order.
func (c *Folders) Generation() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.hierarchy
}

// drop takes out what changed.
func (c *Folders) drop(changes []store.Change) {
	for _, ch := range changes {
		switch ch.Kind {
		case store.StoreReset, store.MailboxCreated, store.MailboxDeleted:
			clear(c.values)
			c.hierarchy++
		case store.FolderModified:
			delete(c.values, ch.Folder)
			if ch.Number != 0 { // not only its counts
				c.hierarchy++
			}
		case store.FolderCreated, store.FolderDeleted, store.FolderMoved, store.FolderCopied:
			clear(c.values) // parents' counts of children too
			c.hierarchy++
		default:
			delete(c.values, ch.Folder)
			delete(c.values, ch.OldFolder)
		}
	}
}
