// Package delivery sends mail, and puts it into mailboxes: it finds who is meant, stores a message for all of them in one
// transaction or for none, keeps what goes elsewhere, and tells senders what became of theirs.
package delivery

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// Mail is a mail to deliver.
type Mail struct {
	To   []string // accounts, groups or their SMTP addresses
	From string   // who sent it if the mail does not say: an account or an SMTP address
	EML  []byte
}

// Delivered is a message in the mailbox of an account.
type Delivered struct {
	Account string
	Message store.Message
}

// ErrNobody reports a mail without recipients.
var ErrNobody = errors.New("the mail is to nobody")

// receiveFolder is where messages of a class go, [MS-OXCSTOR] 3.2.5.2: the row that matches most of the class counts, and
// without one the Inbox.
func receiveFolder(r store.Reader, id store.MailboxID, class string) (store.FolderID, error) {
	rows, err := r.ReceiveFolders(id)
	folder, best := store.FolderID(0), -1
	for _, row := range rows {
		if len(row.Class) > best && msgprops.ClassIsBelow(row.Class, class) {
			folder, best = row.Folder, len(row.Class)
		}
	}
	if err != nil || folder != 0 {
		return folder, err
	}
	box, err := r.Mailbox(id)
	return box.Special[store.SpecialInbox], err
}

// setSender says who sent a mail that does not say so itself.
func setSender(m *mailconv.Message, snap *store.Snapshot, from string) error {
	if from == "" || m.Get(mapi.TagSentRepresentingName).Str() != "" {
		return nil
	}
	var p msgprops.Party
	switch e := lookup(snap, from); {
	case e != nil:
		p = mailconv.PartyOf(e)
	case strings.Contains(from, "@"):
		p = msgprops.Outsider("", from)
	default:
		return fmt.Errorf("sender: nobody is called %q: %w", from, store.ErrNotFound)
	}
	for _, t := range append(p.Props(msgprops.Sender()), p.Props(msgprops.SentRepresenting())...) {
		m.Set(t.Tag, t.Value)
	}
	return nil
}

func lookup(snap *store.Snapshot, who string) *store.Entry {
	if e := snap.ByName(who); e != nil {
		return e
	}
	return snap.ByMail(who)
}
