package notify

import (
	"slices"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Sink is where a session learns that there is something to tell, and what bounds how much is kept until it is told.
// It is safe for concurrent use and does not block.
type Sink interface {
	// Wake says that there is something to tell.
	Wake()
	// Reserve takes room for one event; without it none may be kept.
	Reserve() bool
	// Release gives room back.
	Release(n int)
}

// Subscription keeps the changes that a client asked for until they are told, [MS-OXCNOTIF] 3.1.1. When there is no room
// for more, what changed in each folder becomes one modification of that folder. One change needs no room, so that none
// that was woken has nothing to tell.
type Subscription struct {
	Options

	events []Event // made of changes that were taken, not told yet

	mu      sync.Mutex // guards what follows; taken before whatever the sink guards
	changes []store.Change
	taken   int // room of the sink's
	closed  bool
}

const (
	// maxKept is how many changes one subscription keeps.
	maxKept = 256
	// maxFolders is how many folders are told of when there were more changes.
	maxFolders = 64
	// mergeable is how far back a modification of the same folder is looked for.
	mergeable = 4
)

// Options says what a subscription is about.
type Options struct {
	Types        uint16         // a set of mapi.NotifyNewMail and so on
	Folder       store.FolderID // of the scope, 0 if it is all of a mailbox
	Sink         Sink
	Viewer       Viewer
	Store        store.Store
	Replica      uint16 // of ids
	ModifiedTags bool   // modifications tell which properties changed
	NewMailFlags bool   // new mail tells its flags
}

// NewSubscription returns a subscription. Events and Told are for one caller at a time.
func NewSubscription(opts Options) *Subscription { return &Subscription{Options: opts} }

// TypeOf is the type of event that a change is, 0 if it is none.
func TypeOf(kind store.ChangeKind) uint16 {
	switch kind {
	case store.NewMail:
		return mapi.NotifyNewMail
	case store.MessageCreated, store.FolderCreated, store.SearchMemberAdded:
		return mapi.NotifyObjectCreated
	case store.MessageDeleted, store.FolderDeleted, store.SearchMemberRemoved:
		return mapi.NotifyObjectDeleted
	case store.MessageModified, store.FolderModified, store.SearchMemberModified:
		return mapi.NotifyObjectModified
	case store.MessageMoved, store.FolderMoved:
		return mapi.NotifyObjectMoved
	case store.MessageCopied, store.FolderCopied:
		return mapi.NotifyObjectCopied
	case store.SearchCompleted:
		return mapi.NotifySearchCompleted
	}
	return 0
}

// wants reports whether a change may concern a subscription: who can't see where a message went is told that it was
// deleted, and who can't see where it came from that it was created.
func (s *Subscription) wants(kind store.ChangeKind) bool {
	t := TypeOf(kind)
	switch kind {
	case store.MessageMoved:
		t |= mapi.NotifyObjectCreated | mapi.NotifyObjectDeleted
	case store.MessageCopied:
		t |= mapi.NotifyObjectCreated
	}
	return s.Types&t != 0
}

// Note takes a change in. It is called by a Hub.
func (s *Subscription) Note(c *store.Change) {
	if !s.wants(c.Kind) || c.Buried && c.Kind == store.MessageDeleted { // that was told when it was deleted first
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if !s.merge(c) {
		switch {
		case len(s.changes) == 0:
			s.changes = append(s.changes, *c)
		case len(s.changes) < maxKept && s.Sink.Reserve():
			s.taken++
			s.changes = append(s.changes, *c)
		default:
			s.collapse(c)
		}
	}
	s.Sink.Wake()
}

// merge makes a modification of a folder's contents part of one that waits already.
func (s *Subscription) merge(c *store.Change) bool {
	if c.Kind != store.FolderModified || c.Number != 0 {
		return false
	}
	for i := len(s.changes) - 1; i >= max(0, len(s.changes)-mergeable); i-- {
		if k := &s.changes[i]; k.Kind == c.Kind && k.Folder == c.Folder && k.Number == 0 {
			k.Total, k.Unread = k.Total || c.Total, k.Unread || c.Unread
			return true
		}
	}
	return false
}

// collapse makes room: what changed becomes modifications of folders, or if nobody asked for those, the oldest half goes.
func (s *Subscription) collapse(c *store.Change) {
	before := len(s.changes)
	if s.Types&mapi.NotifyObjectModified == 0 {
		s.changes = append(slices.Delete(s.changes, 0, (before+1)/2), *c)
	} else {
		all := append(s.changes, *c)
		var kept []store.Change
		seen := make(map[store.FolderID]bool)
		for i := range all {
			for _, f := range [2]store.FolderID{all[i].Folder, all[i].OldFolder} {
				if f != 0 && !seen[f] && len(kept) < min(maxFolders, before) {
					seen[f] = true
					kept = append(kept, store.Change{Kind: store.FolderModified, Mailbox: c.Mailbox, Folder: f, Total: true, Unread: true})
				}
			}
		}
		s.changes = kept
	}
	s.settle()
}

// settle gives back the room that is not needed any more.
func (s *Subscription) settle() {
	need := max(0, len(s.changes)-1)
	s.Sink.Release(s.taken - need)
	s.taken = need
}

// take removes and returns up to so many changes, the oldest first.
func (s *Subscription) take(most int) []store.Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(most, len(s.changes))
	if n == 0 {
		return nil
	}
	out := s.changes[:n:n]
	if s.changes = s.changes[n:]; len(s.changes) == 0 {
		s.changes = nil
	}
	s.settle()
	return out
}

// Close forgets what was not told.
func (s *Subscription) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.changes = nil
	s.settle()
}
