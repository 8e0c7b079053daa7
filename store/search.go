package store

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Search folders show messages of other folders. The store keeps what a search looks for and where, which messages it
// found, and what is to be looked at again; which messages a restriction lets pass, others decide. To every reader the
// members of a search folder are its living normal messages: selections list them, Folder counts them, and a member that
// is moved or deleted is none any more at once. New and changed messages wait in a queue until they are judged, folders
// that came into a scope or left it are parts to be scanned; both survive a crash.

// SearchState says how far a search is.
type SearchState uint8

// States of searches.
const (
	SearchBuilding SearchState = iota // not all of its scope was looked at
	SearchComplete
	SearchStopped // before it was complete
)

// SearchDefinition is what a search folder shows.
type SearchDefinition struct {
	Folder      FolderID
	Restriction prop.Restriction
	Scopes      []FolderID // folders of the same mailbox
	Recursive   bool       // the folders below Scopes are searched too, also those that come there later
	Static      bool       // filled once: later changes of messages do not matter
	Urgent      bool       // parts of it come before those of others
	Flags       uint32     // the caller's own
}

// Search is a search folder's search.
type Search struct {
	SearchDefinition
	Mailbox MailboxID
	State   SearchState
	// Version names this start of the search: it is never used again.
	Version uint64
}

// Follows reports whether changes of messages are to be judged for the search.
func (s *Search) Follows() bool { return !s.Static && s.State != SearchStopped }

// QueuedMessage is a new or changed message that was not judged yet.
type QueuedMessage struct {
	Folder  FolderID
	Message MessageID
	Ticket  uint64 // changes with every change of the message
}

// SearchVerdict says of which searches a queued message is a member.
type SearchVerdict struct {
	Message MessageID
	Ticket  uint64
	Members []bool // one for each search judged
}

// SearchPart is a folder whose messages after one are to be judged for one search.
type SearchPart struct {
	Search  FolderID
	Mailbox MailboxID
	Version uint64 // of the search
	Folder  FolderID
	After   MessageID
	Ticket  uint64 // changes when the part begins again
}

// PartVerdict says which messages of a part are members, up to and with one message.
type PartVerdict struct {
	Part  SearchPart
	UpTo  MessageID
	Done  bool // there are no more
	Found []MessageID
}

// SearchReader reads searches and what is to be done for them.
type SearchReader interface {
	// Search finds the search of a folder; one that was never set is ErrNotFound.
	Search(folder FolderID) (Search, error)
	// Searches lists the searches of a mailbox by folder.
	Searches(mailbox MailboxID) ([]Search, error)
	// SearchWork lists the mailboxes that have queued messages or parts, by id.
	SearchWork() ([]MailboxID, error)
	// SearchQueue lists up to limit queued messages of a mailbox, those that have waited longest first.
	SearchQueue(mailbox MailboxID, limit int) ([]QueuedMessage, error)
	// SearchParts lists up to limit parts of the searches of a mailbox, urgent ones and then the oldest first.
	SearchParts(mailbox MailboxID, limit int) ([]SearchPart, error)
	// SearchesOf lists the search folders whose scope a folder is in now, by id. A soft-deleted folder is in none.
	SearchesOf(folder FolderID) ([]FolderID, error)
	// ScanAfter is Scan for up to limit messages with ids above one.
	ScanAfter(sel Selection, after MessageID, limit int, tags []mapi.PropTag, fn func(id MessageID, values []prop.Value) error) error
}

// SearchWriter sets searches and takes what was found.
type SearchWriter interface {
	// SetSearch starts the search of a living search folder, which forgets what it has found. The feed tells of a
	// SearchChanged, and of a SearchCompleted if there is nothing to look at. Any other folder is ErrDenied; a scope that
	// is no living folder of the mailbox is ErrNotFound.
	SetSearch(d SearchDefinition) error
	// TuneSearch replaces Urgent and Flags of a search that goes on.
	TuneSearch(folder FolderID, urgent bool, flags uint32) error
	// StopSearch ends a search that is not complete where it is. Any other goes on.
	StopSearch(folder FolderID) error
	// SettleMessages takes queued messages off the queue and makes them members of just those of some searches that the
	// verdicts say. Messages that have changed since stay in the queue as they are, and so do the members of a search that
	// was started anew.
	SettleMessages(searches []Search, verdicts []SearchVerdict) error
	// SettleParts makes the messages found the only members that searches have in parts. A part that is not what it was is
	// passed over. With its last part a search is complete, of which the feed tells.
	SettleParts(verdicts []PartVerdict) error
}
