// Package store is the contract of the mailbox store and the directory: domain types, two interfaces, six errors
// and the change feed. It holds no SQL and knows no protocol; engines live below it and must pass storetest.
//
// Every object has an identifier that is never used again. Folder, message and change numbers come from one
// counter per store, whose replica GUID every mailbox shares: an id names one object in the whole store.
package store

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// The errors an engine returns, possibly wrapped. Anything else is a surprise of the engine.
var (
	ErrNotFound = errors.New("store: not found")
	ErrExists   = errors.New("store: exists already")
	ErrConflict = errors.New("store: changed by somebody else")
	ErrQuota    = errors.New("store: over a limit")
	ErrDenied   = errors.New("store: not allowed on this object")
	ErrBusy     = errors.New("store: busy")
)

// Identifiers. The numbers are global counters of the store's replica; zero is no object.
type (
	MailboxID    int64
	FolderID     uint64
	MessageID    uint64
	ChangeNumber uint64
	// BagID names a bag of properties: that of a folder, a message, an attachment or an embedded message. A
	// message's recipients and attachments hang on its bag, so embedded messages are read like others.
	BagID int64
)

// Store is one engine. It is safe for concurrent use.
type Store interface {
	// View runs fn on a consistent snapshot. fn must not keep the Reader, or anything read through an io.ReaderAt.
	View(ctx context.Context, scope Scope, fn func(Reader) error) error
	// Update runs fn on the caller's goroutine and commits, or rolls back if fn fails or panics. It returns after the
	// commit is durable and its changes are published; if fn failed, after everything that it saw is committed. fn may
	// run beside other Updates of the same commit but never concurrently with them; it must be short, must not wait for
	// anything, and must not call View or Update. ctx ends the waiting for a turn; once fn runs it is carried through.
	Update(ctx context.Context, scope Scope, fn func(Tx) error) error
	// Changes is the feed of committed changes.
	Changes() *Feed
	// ReplicaGUID is the GUID that stands for replica id 1 in every mailbox of this store.
	ReplicaGUID() mapi.GUID
	// Check reads the whole store and reports damage.
	Check(ctx context.Context) error
	// Reset removes everything and leaves an empty store with the same schema.
	Reset(ctx context.Context) error
	Close() error
}

// Scope says what a transaction writes. The zero Scope writes nothing but may read everything. A write outside the
// scope is a mistake of the caller and fails with an error that is none of the six; a mailbox made in the transaction
// is always inside.
type Scope struct {
	Mailboxes []MailboxID
	Directory bool
	// Origin is stamped on the changes, so that a session can pass over its own.
	Origin uint64
	// Time replaces the clock if it is not zero: seeds and imports say when they happened.
	Time mapi.FileTime
}

// Reader reads a snapshot of the store.
type Reader interface {
	// Mailboxes lists all mailboxes by id.
	Mailboxes() ([]Mailbox, error)
	// Mailbox finds a mailbox by id.
	Mailbox(id MailboxID) (Mailbox, error)
	// MailboxOf finds the private mailbox of an account.
	MailboxOf(account string) (Mailbox, error)
	// PublicMailbox finds the public folder store, which not every store has.
	PublicMailbox() (Mailbox, error)

	FolderReader
	MessageReader
	BagReader
	StageReader
	PerUserReader
	RuleReader
	OutboxReader
	SearchReader
	LookupReader
	NameReader
	// ReceiveFolders lists the rows of the receive folder table by class.
	ReceiveFolders(id MailboxID) ([]ReceiveFolder, error)
	// Permissions lists the permissions set on a folder by member id: Anonymous, Default, then the others. Either of
	// the first two that is not there has no rights.
	Permissions(folder FolderID) ([]Permission, error)
	// ReplicaID and ReplicaGUIDOf map replica ids of a mailbox; 1 is always the store's own. As with names, mailboxes
	// that share a replica GUID share the mapping.
	ReplicaID(id MailboxID, guid mapi.GUID) (uint16, error)
	ReplicaGUIDOf(id MailboxID, replID uint16) (mapi.GUID, error)
}

// FolderReader reads folders.
type FolderReader interface {
	Folder(id FolderID) (Folder, error)
	// Folders lists the children of parent by name, or with deep everything below it in depth-first order, each
	// level by name. deleted selects soft-deleted folders instead of living ones.
	Folders(parent FolderID, deep, deleted bool) ([]Folder, error)
	// FolderByName finds a living child without regard to case.
	FolderByName(parent FolderID, name string) (Folder, error)
	// FolderGone reports whether a folder of the mailbox had the id and was deleted for good.
	FolderGone(mailbox MailboxID, id FolderID) (bool, error)
}

// MessageReader reads messages and the rows of contents tables. Besides stored properties, Scan and Rows give the
// fields of Message under their tags: PidTagMid, PidTagFolderId and PidTagChangeNumber (as 64-bit ids of replica 1),
// PidTagMessageFlags, PidTagMessageStatus, PidTagMessageSize in both types, PidTagHasAttachments, PidTagAssociated,
// PidTagMessageDeliveryTime, PidTagCreationTime and PidTagLastModificationTime. The last three are also among Props;
// the others never are.
type MessageReader interface {
	Message(id MessageID) (Message, error)
	// Scan calls fn for every message of the selection in ascending id order, with the values of tags in that
	// order; a missing value is the zero Value, a value over RowValueLimit is cut to it. The slice is reused.
	Scan(sel Selection, tags []mapi.PropTag, fn func(id MessageID, values []prop.Value) error) error
	// Rows is Scan for given messages, in the order given. A message that is gone has a nil row.
	Rows(sel Selection, ids []MessageID, tags []mapi.PropTag) ([][]prop.Value, error)
	// Page lists up to limit messages in order of delivery time, then id, that come after the given position. The
	// zero Position starts at the beginning; a message without a delivery time has 0.
	Page(sel Selection, after Position, descending bool, limit int) ([]Position, error)
	// Recipients lists the recipients of a bag by row id.
	Recipients(bag BagID) ([]Recipient, error)
	// Attachments lists the attachments of a bag by number.
	Attachments(bag BagID) ([]Attachment, error)
}

// Position is the place of a message in the order of delivery times.
type Position struct {
	Received mapi.FileTime
	ID       MessageID
}

// RowValueLimit is where values in rows are cut: bytes of binaries, UTF-8 bytes of strings (at a character's end).
const RowValueLimit = 2048

// LargeValue is the size in bytes above which an engine keeps a value apart and Props gives only its size.
const LargeValue = 32 << 10

// BagReader reads properties.
type BagReader interface {
	// Props returns the stored properties of a bag, all of them if tags is empty, in no particular order. Tags of
	// string type find the property in either string type; PtypUnspecified finds any type.
	Props(bag BagID, tags ...mapi.PropTag) ([]Property, error)
	// OpenProp opens a string or binary value of any size. Strings are read as UTF-16LE without a terminator.
	OpenProp(bag BagID, tag mapi.PropTag) (ValueReader, error)
}

// Property is one stored property. Large values have Size set and a zero Value.
type Property struct {
	Tag   mapi.PropTag
	Value prop.Value
	Size  int64
}

// ValueReader reads parts of a value inside the View it was opened in.
type ValueReader interface {
	ReadAt(p []byte, off int64) (int, error)
	Size() int64
}

// NameReader maps property names of a mailbox to ids from 0x8001 up. Mailboxes that share a replica GUID share the
// mapping, [MS-OXCSTOR] 2.2.1.1.3, so all mailboxes of one store give the same ids.
type NameReader interface {
	// NameIDs returns the id of each name, 0 where there is none.
	NameIDs(id MailboxID, names []prop.Name) ([]uint16, error)
	// Names returns the name of each id; Kind 0xFF where there is none.
	Names(id MailboxID, ids []uint16) ([]prop.Name, error)
	// AllNames lists every registered id with its name, by id.
	AllNames(id MailboxID) ([]uint16, []prop.Name, error)
}

// Tx is a Reader that also writes. Ids, change numbers and the time are the transaction's own.
type Tx interface {
	Reader
	// Now is the same throughout one transaction.
	Now() mapi.FileTime

	// Clear removes everything, as Reset does, and starts the counters again. It needs no scope.
	Clear() error

	// CreateMailbox makes a mailbox with its root folder.
	CreateMailbox(m NewMailbox) (Mailbox, error)
	// SetMailboxProps sets and removes properties of the mailbox itself, which stand in its bag.
	SetMailboxProps(id MailboxID, set []prop.Tagged, remove []mapi.PropTag) error
	// DeleteMailbox removes a mailbox and, with a private one, what its account has read in public folders.
	DeleteMailbox(id MailboxID) error

	// CreateFolder makes a folder. PidTagDisplayName and PidTagContainerClass stand in Name and Class, never in Props.
	CreateFolder(f NewFolder) (Folder, error)
	FolderWriter
	// SetReceiveFolder sets the receive folder of a message class, or removes the row if folder is 0.
	SetReceiveFolder(id MailboxID, class string, folder FolderID) error
	// SetPermissions replaces the permissions of a folder; members without an id get the next one.
	SetPermissions(folder FolderID, permissions []Permission) error

	// CreateMessage stores a message with everything in it. Of the properties given, those that Message has fields for
	// are dropped, but for three: PidTagMessageDeliveryTime sets Received, and PidTagCreationTime and
	// PidTagLastModificationTime replace Now. Search folders hold no messages of their own but associated ones: a normal
	// one made in, moved or copied to one is ErrDenied.
	CreateMessage(m NewMessage) (Message, error)
	MessageWriter
	StageWriter
	PerUserWriter
	RuleWriter
	OutboxWriter
	SearchWriter

	// RegisterNames is NameIDs that makes what is missing. Over the limit it returns ErrQuota.
	RegisterNames(id MailboxID, names []prop.Name) ([]uint16, error)
	// RegisterReplica returns the replica id of guid and makes one if needed.
	RegisterReplica(id MailboxID, guid mapi.GUID) (uint16, error)
	// ReserveCounters hands out n consecutive counters that the store will never use itself.
	ReserveCounters(n uint32) (first uint64, err error)

	DirectoryTx
}

// MailboxKind tells private mailboxes from the public folder store.
type MailboxKind uint8

// Mailbox kinds.
const (
	PrivateMailbox MailboxKind = iota
	PublicMailbox
)

// Mailbox is one mailbox, or the public folder store.
type Mailbox struct {
	ID      MailboxID
	Kind    MailboxKind
	GUID    mapi.GUID // MailboxGuid
	Account string    // owner; empty for the public store
	Locale  uint32    // LCID that named the default folders
	Bag     BagID
	Created mapi.FileTime
	Size    int64 // bytes of all living messages
	// DeletedSize is that of soft-deleted messages and of all messages in soft-deleted folders.
	DeletedSize int64
	Special     map[Special]FolderID
}

// NewMailbox describes a mailbox to create. The engine makes nothing but the root folder; the caller adds the tree.
type NewMailbox struct {
	Kind    MailboxKind
	GUID    mapi.GUID
	Account string
	Locale  uint32
}

// Special names a folder that has a role in its mailbox.
type Special uint8

// Roles of folders. The first thirteen stand in RopLogon's order for private mailboxes, [MS-OXCSTOR] 2.2.1.1.3.
const (
	SpecialRoot Special = iota
	SpecialDeferredAction
	SpecialSpoolerQueue
	SpecialIPMSubtree
	SpecialInbox
	SpecialOutbox
	SpecialSentItems
	SpecialDeletedItems
	SpecialCommonViews
	SpecialSchedule
	SpecialSearch
	SpecialViews
	SpecialShortcuts
	SpecialFreebusyData
	SpecialCalendar
	SpecialContacts
	SpecialJournal
	SpecialNotes
	SpecialTasks
	SpecialDrafts
	SpecialJunkEmail
	SpecialReminders
	SpecialToDo
	SpecialTrackedMail
	SpecialSyncIssues
	SpecialConflicts
	SpecialLocalFailures
	SpecialServerFailures
	SpecialRSSFeeds
	SpecialConversationActions
	SpecialSuggestedContacts
	SpecialQuickSteps
	// Roles of the public store.
	SpecialNonIPMSubtree
	SpecialEFormsRegistry
	SpecialScheduleFreeBusy
	SpecialOfflineAddressBook
	SpecialEFormsLocale           // forms of the store's own language
	SpecialSiteFreeBusy           // free and busy times of the administrative group
	SpecialSiteOfflineAddressBook // offline address books of the administrative group
	SpecialArticleIndex           // of newsgroups
	SpecialCount                  // number of roles; keep last
)

// FolderType is PidTagFolderType.
type FolderType uint8

// Folder types.
const (
	FolderRoot    FolderType = 0
	FolderGeneric FolderType = 1
	FolderSearch  FolderType = 2
)

// Folder is what every listing of folders needs.
type Folder struct {
	ID, Parent   FolderID // the root is its own parent
	Mailbox      MailboxID
	Type         FolderType
	Special      Special // SpecialCount if it has no role
	Name         string
	Class        string // PidTagContainerClass
	Bag          BagID
	ContentCount int64 // normal messages
	UnreadCount  int64
	AssocCount   int64 // associated messages
	DeletedCount int64 // soft-deleted normal messages
	ChildCount   int64 // living children
	ContentSize  int64
	AssocSize    int64
	// DeletedAssocCount and DeletedSize are of soft-deleted associated and of all soft-deleted messages, and
	// DeletedChildCount is the number of children that are soft-deleted.
	DeletedAssocCount int64
	DeletedSize       int64
	DeletedChildCount int64
	Created           mapi.FileTime
	Modified          mapi.FileTime
	CommitMax         mapi.FileTime // newest commit of folder or contents, PidTagLocalCommitTimeMax
	Change            ChangeNumber
	ContentChange     ChangeNumber // newest change of anything in it; 0 if it never had messages
	HierarchyCount    uint32       // PidTagHierarchyChangeNumber
	Deleted           bool         // soft-deleted, or below a folder that is
}

// NewFolder describes a folder to create. Name must be free among its living siblings, else ErrExists. Special is
// SpecialRoot, its zero value, on a root only; on any other folder that says the folder has no role.
type NewFolder struct {
	Mailbox MailboxID
	Parent  FolderID // 0 only for the root
	Type    FolderType
	Special Special
	Name    string
	Class   string
	Props   []prop.Tagged
	// CopyOf is the folder that this one is a copy of, 0 if of none: the feed tells of a copy then. Nothing is copied.
	CopyOf FolderID
}

// ReceiveFolder is one row of the receive folder table.
type ReceiveFolder struct {
	Class    string
	Folder   FolderID
	Modified mapi.FileTime
}

// Member ids of the two permissions that belong to no account, [MS-OXCPERM] 2.2.4.
const (
	MemberDefault   int64 = 0
	MemberAnonymous int64 = -1
)

// Permission is one row of a folder's permission table.
type Permission struct {
	Member  int64  // MemberDefault, MemberAnonymous, or an id of the folder's own from 1 up
	Account string // name of the directory entry; empty for the two special members
	Rights  uint32 // PidTagMemberRights
}

// Selection chooses one of the up to four lists of messages in a folder. Of a search folder it is what the search found,
// if neither Associated nor Deleted is set.
type Selection struct {
	Folder     FolderID
	Associated bool
	Deleted    bool // soft-deleted ones
}

// Message is what handling a message needs besides its properties.
type Message struct {
	ID          MessageID
	Folder      FolderID
	Mailbox     MailboxID
	Bag         BagID
	Associated  bool
	Deleted     bool
	Flags       uint32 // PidTagMessageFlags as stored; computed bits are the reader's business
	Status      uint32 // PidTagMessageStatus
	Size        int64
	Received    mapi.FileTime
	Created     mapi.FileTime
	Modified    mapi.FileTime
	Change      ChangeNumber
	ReadChange  ChangeNumber
	Attachments int
	Recipients  int
}

// NewMessage describes a message to create with everything in it. Computed properties must be in Props already.
type NewMessage struct {
	Folder      FolderID
	Associated  bool
	Flags       uint32
	Props       []prop.Tagged
	Recipients  []Recipient
	Attachments []NewAttachment
	// Edit is applied to the new message before it is seen: what was written in pieces, and attachments under numbers
	// of the caller's own.
	Edit *ContentEdit
}

// Recipient is one row of a recipient table; every property of it, type and addresses included, is in Props.
type Recipient struct {
	RowID uint32
	Type  uint32 // PidTagRecipientType: 1 To, 2 Cc, 3 Bcc, with flags
	Props []prop.Tagged
}

// Attachment is one attachment of a message or embedded message.
type Attachment struct {
	Number   uint32 // PidTagAttachNumber
	Bag      BagID
	Method   uint32 // PidTagAttachMethod
	Embedded BagID  // bag of the embedded message, 0 if there is none
	Size     int64
}

// NewAttachment describes an attachment to create. Numbers are given in order from 0. The flags of an embedded message
// are stored as its PidTagMessageFlags.
type NewAttachment struct {
	Method   uint32
	Props    []prop.Tagged
	Embedded *NewMessage
}
