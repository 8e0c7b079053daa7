package store

import "sync"

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
)

// Change is one committed change.
type Change struct {
	Kind       ChangeKind
	Mailbox    MailboxID
	Folder     FolderID // the folder itself, or where the message is now; of a deleted message where it was
	Message    MessageID
	OldFolder  FolderID // where it was before a move or a copy; of a moved or deleted folder the parent it had
	OldMessage MessageID
	Associated bool
	Number     ChangeNumber // 0 on a FolderModified if only counts or contents changed
	Origin     uint64       // Scope.Origin of the transaction
}

// Feed tells subscribers of committed changes, in commit order.
type Feed struct {
	mu   sync.Mutex // guards subs and next, and keeps publications in order
	subs map[uint64]func([]Change)
	next uint64
}

// Subscribe calls fn with the changes of every commit from now on until cancel is called. fn runs on the engine's
// goroutine: it must be quick, must not block and must call neither the store nor cancel.
func (f *Feed) Subscribe(fn func([]Change)) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs == nil {
		f.subs = make(map[uint64]func([]Change))
	}
	f.next++
	id := f.next
	f.subs[id] = fn
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, id)
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
		fn(changes)
	}
}
