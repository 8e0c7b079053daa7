package store

import (
	"slices"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
)

// ChangeKind says what happened.
type ChangeKind uint8

// Kinds of changes.
const (
	MessageCreated ChangeKind = iota
	MessageModified
	MessageDeleted
	MessageMoved // within a mailbox
	MessageCopied
	FolderCreated
	FolderModified // name, properties, counts, or anything in it
	FolderDeleted
	FolderMoved
	FolderCopied
	NewMail
	MailboxCreated
	MailboxDeleted
	MailboxModified // its properties
	DirectoryChanged
	StoreReset
	Submitted // something waits to be sent that may not have waited before
	// Of a search folder, which stands in Folder; a member's own folder stands in OldFolder.
	SearchMemberAdded
	SearchMemberModified // besides the message's own MessageModified
	SearchMemberRemoved  // also when the message is moved or deleted
	SearchChanged        // its members are others, of which nothing more is told
	SearchCompleted      // everything in its scope was looked at for the first time
)

// Change is one committed change.
type Change struct {
	Kind       ChangeKind
	Mailbox    MailboxID
	Folder     FolderID // the folder itself, or where the message is now; of a deleted message where it was
	Message    MessageID
	OldFolder  FolderID // where it was before a move or a copy; of a moved or deleted folder the parent it had; of a search's member where it is
	OldMessage MessageID
	Associated bool
	Number     ChangeNumber // 0 on a FolderModified if only counts or contents changed
	Origin     uint64       // Scope.Origin of the transaction
	// Buried says that a message that is deleted, moved or copied was softly deleted before.
	Buried bool
	// Parent is where a folder that was created, moved or copied is now.
	Parent FolderID
	// CopyOf is the folder that a copied one was made from; OldFolder is the parent of that.
	CopyOf FolderID
	// Tags are the properties that were set or removed, of a MessageModified, a SearchMemberModified and a FolderModified with a Number, as
	// far as they are known. They are shared and must not be changed.
	Tags []mapi.PropTag
	// Total and Unread say of a FolderModified without a Number that its messages, or those not read, are more or less
	// than before.
	Total, Unread bool
}

// Feed tells subscribers of committed changes, in commit order.
type Feed struct {
	mu   sync.Mutex // guards subs, and keeps publications in order
	subs []*func([]Change)
}

// Subscribe calls fn with the changes of every commit from now on until cancel is called. Subscribers are told in the
// order of their subscriptions, so that who wakes others comes after who keeps caches. fn runs on the engine's
// goroutine: it must be quick, must not block and must call neither the store nor cancel.
func (f *Feed) Subscribe(fn func([]Change)) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	sub := &fn
	f.subs = append(f.subs, sub)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.subs = slices.DeleteFunc(f.subs, func(other *func([]Change)) bool { return other == sub })
	}
}

// Publish hands the changes of one commit to every subscriber. Only engines call it.
func (f *Feed) Publish(changes []Change) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fn := range f.subs {
		(*fn)(changes)
	}
}
