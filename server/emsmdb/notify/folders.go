package notify

import (
	"sync"

	"github.com/mapid/mapid/store"
)

// Folders are the folders that changed since a client was told of a hierarchy table. It is safe for concurrent use.
type Folders struct {
	mu      sync.Mutex // guards what follows
	rows    map[store.FolderID]struct{}
	changed map[store.FolderID]struct{}
	own     map[store.FolderID]struct{} // by the client itself, if it wants to hear nothing of that
	listed  bool                        // folders came, went, or moved
	many    bool                        // more changed than is kept
}

// maxFoldersKept is how many folders are kept.
const maxFoldersKept = 1024

// Note takes a change in and reports whether the client is to be told.
func (f *Folders) Note(c *store.Change, own bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch c.Kind {
	case store.FolderModified:
		if _, row := f.rows[c.Folder]; !row && c.Number == 0 {
			return false
		}
		f.listed = f.listed || c.Number != 0 // it may have another name, or be seen by others
	case store.FolderCreated, store.FolderDeleted, store.FolderMoved, store.FolderCopied:
		f.listed = true
	default:
		return false
	}
	set := &f.changed
	if own {
		set = &f.own
	}
	if *set == nil {
		*set = make(map[store.FolderID]struct{})
	}
	if len(*set) >= maxFoldersKept {
		f.many = true
	} else {
		(*set)[c.Folder] = struct{}{}
	}
	return !own
}

// FolderChanges is what a client was not told of yet.
type FolderChanges struct {
	Others map[store.FolderID]struct{} // folders that others changed
	Own    map[store.FolderID]struct{} // by the client itself, if it wants to hear nothing of that
	Listed bool                        // folders came, went or moved
	Many   bool                        // there are more than these
}

// Take returns what was noted since the last call.
func (f *Folders) Take() FolderChanges {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := FolderChanges{f.changed, f.own, f.listed, f.many}
	f.changed, f.own, f.listed, f.many = nil, nil, false, false
	return out
}

// Show says which folders the table shows.
func (f *Folders) Show(rows map[store.FolderID]struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows = rows
}
