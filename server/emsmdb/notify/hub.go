// Package notify tells of committed changes to whoever asked for them: by mailbox, by folder or by message, so that a
// change costs only those that it concerns. It knows no ROP and no rights.
package notify

import (
	"sync"

	"github.com/mapid/mapid/store"
)

// Scope is what a watch is about: a message, a folder, or all of a mailbox, whichever is the first not 0.
type Scope struct {
	Message store.MessageID
	Folder  store.FolderID
	Mailbox store.MailboxID
}

// Hub hands changes on. It is safe for concurrent use.
type Hub struct {
	cancel func()

	mu      sync.RWMutex // guards watches; held while watches are told
	watches map[Scope]map[*watch]struct{}
}

type watch struct{ fn func(*store.Change) }

// NewHub returns a Hub that follows the changes of a store until Close.
func NewHub(feed *store.Feed) *Hub {
	h := &Hub{watches: make(map[Scope]map[*watch]struct{})}
	h.cancel = feed.Subscribe(h.follow)
	return h
}

// Close stops following the store.
func (h *Hub) Close() { h.cancel() }

// Watch calls fn with every change in a scope until stop is called: of a folder with those of the folder itself, of its
// messages and of its subfolders as such. fn runs on the engine's goroutine: it must be quick, must not keep the change,
// and must call neither the hub nor stop.
func (h *Hub) Watch(s Scope, fn func(*store.Change)) (stop func()) {
	switch {
	case s.Message != 0:
		s = Scope{Message: s.Message}
	case s.Folder != 0:
		s = Scope{Folder: s.Folder}
	}
	w := &watch{fn}
	h.mu.Lock()
	defer h.mu.Unlock()
	set := h.watches[s]
	if set == nil {
		set = make(map[*watch]struct{})
		h.watches[s] = set
	}
	set[w] = struct{}{}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(set, w)
		if len(set) == 0 && len(h.watches[s]) == 0 {
			delete(h.watches, s)
		}
	}
}

// follow hands on what was committed. It runs on the engine's goroutine.
func (h *Hub) follow(changes []store.Change) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if len(h.watches) == 0 {
		return
	}
	for i := range changes {
		c := &changes[i]
		h.tell(Scope{Mailbox: c.Mailbox}, c)
		h.tell(Scope{Folder: c.Folder}, c)
		if searched(c.Kind) {
			continue // the message itself is as it was
		}
		if c.OldFolder != c.Folder {
			h.tell(Scope{Folder: c.OldFolder}, c)
		}
		if c.Parent != c.Folder && c.Parent != c.OldFolder {
			h.tell(Scope{Folder: c.Parent}, c)
		}
		h.tell(Scope{Message: c.Message}, c)
		if c.OldMessage != c.Message {
			h.tell(Scope{Message: c.OldMessage}, c)
		}
	}
}

func (h *Hub) tell(s Scope, c *store.Change) {
	if s == (Scope{}) {
		return
	}
	for w := range h.watches[s] {
		w.fn(c)
	}
}

// searched reports whether a change is one of what a search found.
func searched(kind store.ChangeKind) bool {
	switch kind {
	case store.SearchMemberAdded, store.SearchMemberModified, store.SearchMemberRemoved:
		return true
	}
	return false
}
