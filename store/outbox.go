package store

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// SubmissionID names a submission.
type SubmissionID uint64

// Submission is something that waits to be sent. It lasts until it is ended.
type Submission struct {
	ID      SubmissionID
	Mailbox MailboxID // in whose name it is sent
	Message MessageID // what was submitted; 0 if the submission has a content of its own
	Bag     BagID     // what is sent: that of the message, or the content of its own
	// Held submissions wait until somebody lets them go, whatever Due says.
	Held      bool
	Submitted mapi.FileTime
	Due       mapi.FileTime // when it may be sent; at once if that is past
	// Refusal is a status code such as 5.7.1 with which it is refused to all recipients, or empty.
	Refusal    string
	Recipients []SubmissionRecipient // by row id
}

// SubmissionRecipient is the state of one recipient of a submission.
type SubmissionRecipient struct {
	RowID    uint32 // of the recipient table
	Address  string // as it was when it was submitted, for people to read
	Done     bool   // it has the message, or never will
	Attempts uint32
	Due      mapi.FileTime // of the next attempt
	Error    string        // of the last attempt
}

// NewSubmission describes a submission. Of Message and Content it has one.
type NewSubmission struct {
	Mailbox    MailboxID
	Message    MessageID // living, and of the mailbox
	Content    *NewMessage
	Held       bool
	Due        mapi.FileTime
	Refusal    string
	Recipients []SubmissionRecipient
}

// SubmissionEdit changes a submission; nil fields stay.
type SubmissionEdit struct {
	Held *bool
	Due  *mapi.FileTime
	// Recipients replace those of the same row ids.
	Recipients []SubmissionRecipient
}

// MailSource is where copies of mail come from: what a bag of any mailbox has, or a message that is not stored yet.
type MailSource struct {
	Bag BagID
	New *NewMessage // if Bag is 0; its folder and flags do not count
}

// MailCopy is one place where mail is put.
type MailCopy struct {
	Folder FolderID
	Flags  uint32        // PidTagMessageFlags
	Set    []prop.Tagged // besides what all copies get
}

// OutboxReader reads what waits to be sent.
type OutboxReader interface {
	// Submission finds a submission.
	Submission(id SubmissionID) (Submission, error)
	// SubmissionOf finds the submission of a message.
	SubmissionOf(id MessageID) (Submission, error)
	// Submissions lists what waits in a mailbox, in all of them if it is 0, in the order in which it was submitted.
	Submissions(id MailboxID) ([]SubmissionID, error)
	// DueSubmissions lists up to limit that are not held and are due by a time, those that are due longest first.
	DueSubmissions(by mapi.FileTime, limit int) ([]SubmissionID, error)
	// NextDue is the earliest time at which one that is not held is due; false if there is none.
	NextDue() (mapi.FileTime, bool, error)
}

// OutboxWriter writes what waits to be sent, and puts mail into mailboxes.
type OutboxWriter interface {
	// Submit makes a submission; a message that has one already is ErrExists. The feed tells of it as Submitted. A
	// submission goes with its message, and when the message is moved or deleted softly, since it is another then.
	Submit(n NewSubmission) (Submission, error)
	// ChangeSubmission changes one. One that is let go is told of as Submitted again.
	ChangeSubmission(id SubmissionID, e SubmissionEdit) error
	// EndSubmission removes one, with a content of its own. The message stays.
	EndSubmission(id SubmissionID) error
	// DeliverMail stores copies of what a source has, changed by e, one in each place. Large values are shared, so that
	// their size does not matter. A copy is as CreateMessage would make it; it has no property that belongs to the
	// versions of another message. The feed tells of each as MessageCreated and as NewMail.
	DeliverMail(source MailSource, e ContentEdit, copies []MailCopy) ([]Message, error)
	// AnnounceMail tells the feed that a living message is new mail.
	AnnounceMail(id MessageID) error
}
