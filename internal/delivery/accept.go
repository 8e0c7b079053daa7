package delivery

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Envelope is a mail that comes from elsewhere, with those it is for.
type Envelope struct {
	From string // reverse path, who reports go to; empty for a report
	To   []EnvelopeRecipient
	Data []byte
}

// EnvelopeRecipient is one recipient by SMTP address, and which reports the sender wants, RFC 3461.
type EnvelopeRecipient struct {
	Address string
	Success bool // when the mail is delivered
	Never   bool // not even when it is not
}

// Refused reports a mail that was not taken for anybody: an enhanced status code, RFC 3463, and the reason.
type Refused struct {
	Status, Text string
}

// Error is the code and the reason.
func (r *Refused) Error() string { return r.Status + " " + r.Text }

// Accept takes in a mail. Once it has returned nil everybody here has it, it is in the outbound mailbox for those who are
// elsewhere, and the sender has a report on those who do not get it: all of that is one transaction, so that nobody
// gets a mail twice. If nobody can have it, it is Refused, and nobody is told but the caller.
func (e *Engine) Accept(ctx context.Context, env Envelope) error {
	snap, err := e.opts.Directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	out := snap.ByName(e.opts.Outbound)
	if out == nil {
		return errors.New("delivery: there is no outbound mailbox")
	}
	conv, err := mailconv.ReadBytes(env.Data, mailconv.ReadOptions{Directory: snap})
	if errors.Is(err, mailconv.ErrHeaderTooLarge) {
		return &Refused{"5.6.0", err.Error()}
	}
	if err != nil {
		return err
	}
	if hops(conv.Get(mapi.TagTransportMessageHeaders).Str()) > e.opts.Hops {
		return &Refused{looping.status, looping.text}
	}
	if strings.Contains(env.From, "@") {
		if err := setSender(conv, snap, env.From); err != nil {
			return err
		}
	}
	m := &mail{from: env.From, size: int64(len(env.Data)), people: newRecipients(snap, e.opts.Domain, false)}
	if s := snap.ByMail(env.From); s != nil && s.Kind == store.UserEntry && s.Mailbox != 0 {
		m.sender = s
	}
	for i, r := range env.To {
		m.people.add(envelopeRow(snap, conv, uint32(i), r))
	}
	id := random()
	messageID := "<" + hex.EncodeToString(id[:]) + "@" + e.opts.Domain + ">"
	return e.opts.Store.Update(ctx, store.Scope{Mailboxes: e.scope(snap, m, out.Mailbox)}, func(tx store.Tx) error {
		box, err := tx.Mailbox(out.Mailbox)
		if err != nil {
			return err
		}
		in, _ := conv.Delivered(mailconv.Delivery{At: tx.Now(), MessageID: messageID, Conversation: id, Locale: box.Locale})
		n, err := in.New(func(names []prop.Name) ([]uint16, error) { return tx.RegisterNames(box.ID, names) }, random, 0)
		if err != nil {
			return err
		}
		return e.accept(tx, snap, *m, box.ID, n)
	})
}

// accept distributes a mail inside a transaction, from a submission that begins and ends in it.
func (e *Engine) accept(tx store.Tx, snap *store.Snapshot, m mail, box store.MailboxID, n store.NewMessage) error {
	people := *m.people // those who fail are this attempt's
	people.failed = slices.Clone(people.failed)
	m.people, m.props, m.rows = &people, n.Props, n.Recipients
	s, err := tx.Submit(store.NewSubmission{Mailbox: box, Content: &n, Held: true})
	if err != nil {
		return err
	}
	m.bag = s.Bag
	got, err := e.deliver(tx, &m)
	if err != nil {
		return err
	}
	if len(got) == 0 && len(people.foreign) == 0 {
		if len(people.failed) == 0 { // nobody wants to know
			return tx.EndSubmission(s.ID)
		}
		why := people.failed[0].error
		return &Refused{why.status, why.text}
	}
	if err := e.capture(tx, snap, &m); err != nil {
		return err
	}
	if err := e.report(tx, snap, &m, got); err != nil {
		return err
	}
	return tx.EndSubmission(s.ID)
}

// envelopeRow is a recipient of an envelope as a row. Its type is what the header says, blind copy if it says nothing.
func envelopeRow(snap *store.Snapshot, conv *mailconv.Message, id uint32, r EnvelopeRecipient) store.Recipient {
	party := msgprops.Outsider("", r.Address)
	entry := lookup(snap, r.Address)
	if entry != nil {
		party = mailconv.PartyOf(entry)
	}
	kind := mapi.RecipientBcc
	for _, row := range conv.Recipients {
		for _, a := range addressesOf(row.Props) {
			if strings.EqualFold(a.smtp, r.Address) || entry != nil && strings.EqualFold(a.dn, entry.DN) {
				kind = min(kind, row.Type&recipientTypeMask)
			}
		}
	}
	row := store.Recipient{RowID: id, Type: kind, Props: party.RecipientProps(id, kind)}
	if r.Success {
		row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagOriginatorDeliveryReportRequested, Value: prop.Bool(true)})
	}
	if r.Never {
		row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagOriginatorNonDeliveryReportRequested, Value: prop.Bool(false)})
	}
	return row
}
