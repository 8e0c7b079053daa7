// Package delivery puts mail into mailboxes: it finds who is meant, and stores the message for all of them in one
// transaction or for none.
package delivery

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
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
func Deliver(ctx context.Context, st store.Store, dir store.Directory, domain string, mail Mail) ([]Delivered, error) {
	snap, err := dir.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := recipients(snap, mail.To)
	if err != nil {
		return nil, err
	}
	m, err := mailconv.ReadBytes(mail.EML, mailconv.ReadOptions{Directory: snap})
	if err != nil {
		return nil, err
	}
	if err := setSender(m, snap, mail.From); err != nil {
		return nil, err
	}
	scope := store.Scope{}
	for _, e := range entries {
		scope.Mailboxes = append(scope.Mailboxes, e.Mailbox)
	}
	id := random()
	messageID := "<" + hex.EncodeToString(id[:]) + "@" + domain + ">"
	var done []Delivered
	err = st.Update(ctx, scope, func(tx store.Tx) error {
		done = done[:0] // it may run again
		for _, e := range entries {
			stored, err := put(tx, e, m, messageID, id, int64(len(mail.EML)))
			if err != nil {
				return fmt.Errorf("mailbox of %s: %w", e.Name, err)
			}
			done = append(done, Delivered{e.Name, stored})
		}
		return nil
	})
	return done, err
}

// put stores the message in one mailbox.
func put(tx store.Tx, e *store.Entry, m *mailconv.Message, messageID string, id [16]byte, size int64) (store.Message, error) {
	box, err := tx.Mailbox(e.Mailbox)
	if err != nil {
		return store.Message{}, err
	}
	const kib = 1 << 10
	if limit := int64(e.Quota.Receive) * kib; limit > 0 && box.Size+size > limit {
		return store.Message{}, fmt.Errorf("it may receive up to %d KiB: %w", e.Quota.Receive, store.ErrQuota)
	}
	in, flags := m.Delivered(mailconv.Delivery{To: mailconv.PartyOf(e), At: tx.Now(), MessageID: messageID, Conversation: id, Locale: box.Locale})
	n, err := in.New(func(names []prop.Name) ([]uint16, error) { return tx.RegisterNames(box.ID, names) }, random, flags)
	if err != nil {
		return store.Message{}, err
	}
	if n.Folder, err = receiveFolder(tx, box, in.Get(mapi.TagMessageClass).Str()); err != nil {
		return store.Message{}, err
	}
	stored, err := tx.CreateMessage(n)
	if err != nil {
		return stored, err
	}
	return stored, tx.AnnounceMail(stored.ID)
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

// recipients finds the entries with mailboxes behind names and addresses, each once. Members of groups who have their
// mailbox elsewhere are passed over; naming one of them is an error.
func recipients(snap *store.Snapshot, to []string) ([]*store.Entry, error) {
	x := expansion{snap: snap, seen: map[uint32]bool{}}
	for _, who := range to {
		e := lookup(snap, strings.TrimSpace(who))
		switch {
		case e == nil:
			x.causes = append(x.causes, fmt.Errorf("recipient %q: %w", who, store.ErrNotFound))
		case e.Kind == store.ContactEntry, e.Kind == store.PublicFolderEntry:
			x.causes = append(x.causes, fmt.Errorf("recipient %q has no mailbox here: %w", who, store.ErrNotFound))
		default:
			x.add(e)
		}
	}
	if err := errors.Join(x.causes...); err != nil {
		return nil, err
	}
	if len(x.entries) == 0 {
		return nil, ErrNobody
	}
	return x.entries, nil
}

// expansion turns groups into their members.
type expansion struct {
	snap    *store.Snapshot
	seen    map[uint32]bool
	entries []*store.Entry
	causes  []error
}

func (x *expansion) add(e *store.Entry) {
	if e == nil || x.seen[e.MId] {
		return
	}
	x.seen[e.MId] = true
	switch e.Kind {
	case store.UserEntry:
		if !e.Enabled {
			x.causes = append(x.causes, fmt.Errorf("the mailbox of %s is disabled: %w", e.Name, store.ErrDenied))
			return
		}
		x.entries = append(x.entries, e)
	case store.ListEntry:
		for _, name := range e.Members {
			x.add(x.snap.ByName(name))
		}
	case store.DynamicListEntry:
		for i := range x.snap.Entries {
			if u := &x.snap.Entries[i]; u.Kind == store.UserEntry && !u.System && u.Enabled {
				x.add(u)
			}
		}
	}
}
