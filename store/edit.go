package store

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// StageID names a value that is being written: it belongs to no object until an Edit takes it. Stages that nothing
// took are gone when the store is opened again.
type StageID int64

// StageReader reads values that are being written.
type StageReader interface {
	// OpenStage opens a stage as it is now.
	OpenStage(id StageID) (ValueReader, error)
}

// MaxStage is the size in bytes up to which a value can grow; beyond it is ErrQuota.
const MaxStage = 2 << 30

// StageWriter writes values in pieces, so that none has to be held in memory. Stages belong to no mailbox: they need no
// scope, publish nothing and survive no crash. An Update in the zero Scope that does nothing but this need not be
// durable, so it does not wait for the disk. A stage that is gone, or never was, is ErrNotFound.
type StageWriter interface {
	// NewStage begins an empty value.
	NewStage() (StageID, error)
	// StageProp begins a value with what a property of a bag holds, in the form that OpenProp reads. A large value is
	// shared until it is written to, so that it can be taken over elsewhere at no cost; the first write then copies all
	// of it. A caller that wants to write to more than a few megabytes copies it in pieces instead, an Update each.
	StageProp(bag BagID, tag mapi.PropTag) (StageID, error)
	// StageCopy begins a value with what another stage holds, and shares it likewise.
	StageCopy(from StageID) (StageID, error)
	// WriteStage writes data at an offset, which must not be negative (else ErrDenied). A gap before it reads as zeros.
	// No data changes nothing.
	WriteStage(id StageID, off int64, data []byte) error
	// ResizeStage cuts a value off or fills it up with zeros. A negative size is ErrDenied.
	ResizeStage(id StageID, size int64) error
	// DropStage forgets values; those that are gone already are passed over.
	DropStage(ids ...StageID) error
}

// Staged is a property whose value stands in a stage: PtypString, PtypString8 or PtypBinary, any other type is ErrDenied.
// Strings are staged in UTF-16LE, without a terminator; half a unit at the end is dropped. Whatever its size, the value
// reads afterwards as one that was set: short ones stand in the bag.
type Staged struct {
	Tag   mapi.PropTag
	Stage StageID
}

// Edit changes the properties of one bag: first Remove, then Set and Staged. A stage that an edit took is gone.
type Edit struct {
	Set    []prop.Tagged
	Staged []Staged
	Remove []mapi.PropTag
}

// ContentEdit changes what hangs on the bag of a message or embedded message.
type ContentEdit struct {
	Edit
	SetRecipients bool // Recipients replace all that are there
	Recipients    []Recipient
	Attachments   []AttachmentEdit
}

// AttachmentEdit makes, changes or deletes one attachment.
type AttachmentEdit struct {
	Number uint32 // one that is not there is made, under just this number
	Delete bool   // one that is not there is passed over
	Method uint32 // PidTagAttachMethod, stored beside the properties
	Edit
	// RemoveEmbedded deletes the embedded message; Embedded then makes another one.
	RemoveEmbedded bool
	// Embedded changes the embedded message, which is made if there is none. The flags are its PidTagMessageFlags.
	Embedded      *ContentEdit
	EmbeddedFlags uint32
}

// MessageEdit is what one save of a message changes.
type MessageEdit struct {
	// Expect is the change number that the message must still have, else ErrConflict; 0 saves in any case.
	Expect ChangeNumber
	ContentEdit
	// Flags replace the bits of PidTagMessageFlags that FlagsMask names.
	Flags, FlagsMask uint32
}

// FolderMove says where a folder goes.
type FolderMove struct {
	Parent FolderID // living, of the same mailbox, and not the folder itself or below it (else ErrDenied)
	Name   string   // free among the living children of Parent, else ErrExists; empty keeps the name
}

// MessageWriter changes, moves and deletes messages. Each message changed gets a change number.
type MessageWriter interface {
	// SaveMessage changes a living message. Properties that Message has fields for are treated as CreateMessage treats
	// them: Created stays and Modified becomes Now, unless the edit sets them. Of what a client has stored of the
	// message's versions and the edit does not set, PidTagPredecessorChangeList takes up the new change, and
	// PidTagChangeKey goes. SetMessageFlags and SetMessageStatus do the same where they give a change number.
	SaveMessage(id MessageID, e MessageEdit) (Message, error)
	// SetMessageFlags changes PidTagMessageFlags: bits in mask become those of flags. A change of the bits that concern
	// reading (mfRead, mfEverRead, mfNotifyRead, mfNotifyUnread) gets a read change number, any other a change number.
	SetMessageFlags(id MessageID, flags, mask uint32) (Message, error)
	// SetMessageStatus changes bits of PidTagMessageStatus and returns the message as it was before. The status is no
	// part of a version: the message keeps its change numbers. SetMessageFlags gives none if nothing changes.
	SetMessageStatus(id MessageID, status, mask uint32) (Message, error)
	// MoveMessage moves a message to a living folder of any mailbox in scope, where it has a new id. A soft-deleted one
	// lives again. Its properties, PidTagLastModificationTime included, stay as they are, but for what belongs to the old
	// id and its versions: PidTagSourceKey, PidTagChangeKey, PidTagPredecessorChangeList and PidTagDeletedOn go. Who has
	// read it in a public folder is forgotten. Between mailboxes the feed tells of a message deleted and one created.
	MoveMessage(id MessageID, to FolderID) (Message, error)
	// CopyMessage copies a message with everything in it, as MoveMessage moves it. The message copied need not be in
	// scope. Large values are shared, so that their size does not matter.
	CopyMessage(id MessageID, to FolderID) (Message, error)
	// DeleteMessage deletes a message softly, so that selections of deleted messages list it, or for good. A message
	// deleted softly before, or in a folder that was, can be deleted for good; deleting it softly is ErrNotFound. Softly
	// deleted ones have PidTagDeletedOn among their properties.
	DeleteMessage(id MessageID, hard bool) error
}

// FolderWriter changes, moves and deletes folders.
type FolderWriter interface {
	// SetFolderProps sets and removes properties of a folder. PidTagDisplayName renames it, if the name is free among
	// its siblings (else ErrExists), and PidTagContainerClass changes its class. Whatever gives a folder a change number
	// treats what a client has stored of its versions as SaveMessage does.
	SetFolderProps(id FolderID, set []prop.Tagged, remove []mapi.PropTag) error
	// SetFolderStaged is SetFolderProps for one value that was written in pieces. A name or class of more than LargeValue
	// bytes is ErrDenied.
	SetFolderStaged(id FolderID, value Staged) error
	// MoveFolder moves a folder with everything below it within its mailbox, or renames it where it is. Ids stay. A
	// soft-deleted one lives again, with the folders below it but for those that were deleted before it. The root is
	// ErrDenied.
	MoveFolder(id FolderID, to FolderMove) (Folder, error)
	// DeleteFolder deletes a folder with everything below it, messages and folders. Softly, it keeps its contents, has
	// PidTagDeletedOn, and is listed among the deleted children of its parent; that is quick. Its messages are as they
	// were and can be read, copied, moved away and deleted for good; any other change of them, of the folder or of those
	// below it is ErrNotFound until it is moved back, and so is deleting softly what is deleted. For good, it takes as long as deleting all messages: of
	// a large one a caller deletes the messages first, some hundreds to an Update, so that others get their turns. The
	// root, folders with a role, and those above one are ErrDenied. Rows of the receive folder table that name a deleted
	// folder go. The feed tells of every folder deleted, but not of the messages in them.
	DeleteFolder(id FolderID, hard bool) error
}

// ReadMark says that an account has read a message of a public folder.
type ReadMark struct {
	Message MessageID
	Change  ChangeNumber // when it was marked
}

// PerUserReader reads who read what in public folders. Accounts are compared without regard to case.
type PerUserReader interface {
	// ReadMarks lists what an account has read in a folder, by message.
	ReadMarks(account string, folder FolderID) ([]ReadMark, error)
	// PerUserFolders lists the public folders of which an account has read something.
	PerUserFolders(account string) ([]FolderID, error)
	// UnreadOf counts the living normal messages of a folder that an account has not read.
	UnreadOf(account string, folder FolderID) (int64, error)
	// HaveRead says which of some messages of a folder an account has read.
	HaveRead(account string, folder FolderID, messages []MessageID) (map[MessageID]bool, error)
}

// PerUserWriter keeps who read what in public folders.
type PerUserWriter interface {
	// MarkRead marks messages of public folders as read or unread for an account, and returns those that changed, in the
	// order given. Only living normal messages have marks, which they lose when they are moved or deleted; others, and
	// those that are gone, are passed over. A message of a private mailbox is ErrDenied. The feed tells of those that
	// changed as modified.
	MarkRead(account string, messages []MessageID, read bool) ([]MessageID, error)
}
