// Package delivery sends mail, and puts it into mailboxes: it finds who is meant, stores a message for all of them in one
// transaction or for none, keeps what goes elsewhere, and tells senders what became of theirs.
package delivery

import (
	"context"
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

// Deliver delivers a mail to all of its recipients at once. Members of groups get it once, [MS-OXOMSG] 3.3.5.1. What can't
// be is an error, with every cause: store.ErrNotFound for recipients without a mailbox here, store.ErrDenied for mailboxes
// that are disabled, store.ErrQuota for full ones, and those of mailconv.Read. domain is that of message ids that are made.
func Deliver(ctx context.Context, st store.Store, dir store.Directory, domain string, m Mail) ([]Delivered, error) {
	return New(Options{Store: st, Directory: dir, Domain: domain}).Deliver(ctx, m)
}

// receiveFolder is where messages of a class go, [MS-OXCSTOR] 3.2.5.2: the row that matches most of the class counts.
func receiveFolder(tx store.Tx, box store.Mailbox, class string) (store.FolderID, error) {
	rows, err := tx.ReceiveFolders(box.ID)
	folder, best := box.Special[store.SpecialInbox], -1
	for _, r := range rows {
		if len(r.Class) > best && msgprops.ClassIsBelow(r.Class, class) {
			folder, best = r.Folder, len(r.Class)
		}
	}
	return folder, err
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
