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
	name := ""
	if strings.Contains(env.From, "@") {
		name = env.From
	}
	_, err := e.take(ctx, env, name, false)
	if errors.Is(err, mailconv.ErrHeaderTooLarge) {
		return &Refused{"5.6.0", err.Error()}
	}
	return err
}

// Deliver delivers a mail to all of its recipients, or to none: see the function of that name.
func (e *Engine) Deliver(ctx context.Context, m Mail) ([]Delivered, error) {
	env := Envelope{Data: m.EML}
	for _, to := range m.To {
		env.To = append(env.To, EnvelopeRecipient{Address: strings.TrimSpace(to)})
	}
	return e.take(ctx, env, m.From, true)
}

// take takes in a mail, from somebody of whom it need not say it is from. whole refuses it if anybody does not get it.
func (e *Engine) take(ctx context.Context, env Envelope, name string, whole bool) ([]Delivered, error) {
	snap, err := e.opts.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	first := incomingMail(snap, e.opts.Domain, &mailconv.Message{}, &env)
	if err := first.people.refusal(); err != nil && whole {
		return nil, err
	}
	if len(first.people.targets) == 0 && (whole || len(env.To) == 0) {
		return nil, ErrNobody
	}
	conv, err := mailconv.ReadBytes(env.Data, mailconv.ReadOptions{Directory: snap})
	if err != nil {
		return nil, err
	}
	if err := setSender(conv, snap, name); err != nil {
		return nil, err
	}
	if hops(conv.Get(mapi.TagTransportMessageHeaders).Str()) > e.opts.Hops && !whole {
		return nil, &Refused{looping.status, looping.text}
	}
	scope := store.Scope{Mailboxes: e.scope(snap, first)}
	if len(scope.Mailboxes) == 0 {
		return nil, first.people.refused()
	}
	var m *mail
	err = e.opts.Store.Update(ctx, scope, func(tx store.Tx) error {
		m = incomingMail(snap, e.opts.Domain, conv, &env) // anew, since this may run again
		if err := e.intern(tx, scope.Mailboxes[0], m, conv); err != nil {
			return err
		}
		got, err := e.deliver(tx, m)
		switch {
		case err != nil:
			return err
		case whole && m.people.refusal() != nil:
			return m.people.refusal()
		case len(got) == 0 && len(m.people.foreign) == 0:
			return m.people.refused()
		}
		if err := e.capture(tx, snap, m); err != nil {
			return err
		}
		return e.report(tx, snap, m, got)
	})
	if err != nil {
		return nil, err
	}
	return m.got, nil
}

// incomingMail finds out who gets a mail that came in.
func incomingMail(snap *store.Snapshot, domain string, conv *mailconv.Message, env *Envelope) *mail {
	m := &mail{props: conv.Props, rows: conv.Recipients, size: int64(len(env.Data)), from: env.From}
	if s := snap.ByMail(env.From); env.From != "" && s != nil && s.Kind == store.UserEntry && s.Mailbox != 0 {
		m.sender = s
	}
	m.people = newRecipients(snap, domain, false)
	for i, to := range env.To {
		entry := lookup(snap, to.Address)
		party := msgprops.Outsider("", to.Address)
		if entry != nil {
			party = mailconv.PartyOf(entry)
		}
		row := store.Recipient{RowID: uint32(i), Type: mapi.RecipientTo, Props: party.RecipientProps(uint32(i), mapi.RecipientTo)}
		if to.Success {
			row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagOriginatorDeliveryReportRequested, Value: prop.Bool(true)})
		}
		if to.Never {
			row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagOriginatorNonDeliveryReportRequested, Value: prop.Bool(false)})
		}
		if entry != nil {
			m.people.entry(entry, row, entry.Kind == store.ContactEntry)
		} else {
			m.people.add(row)
		}
	}
	for _, row := range conv.Recipients { // the header says how each of them is addressed, [MS-OXOMSG] 2.2.1.27
		entry, _ := m.people.find(row.Props)
		if entry == nil {
			continue
		}
		if i, ok := m.people.seen[entry.MId]; ok {
			t := m.people.targets[i]
			t.named, t.rows = append(t.named, row.Type&recipientTypeMask), append(t.rows, row)
		}
	}
	return m
}

// refusal says who does not get a mail, and why; nil if everybody does who was named.
func (x *recipientsOf) refusal() error {
	var causes []error
	for _, f := range x.failed {
		who := textOf(f.row.Props, mapi.TagDisplayName)
		switch f.error {
		case disabled:
			causes = append(causes, fmt.Errorf("the mailbox of %q is disabled: %w", who, store.ErrDenied))
		case full:
			causes = append(causes, fmt.Errorf("the mailbox of %q is full: %w", who, store.ErrQuota))
		default:
			causes = append(causes, fmt.Errorf("recipient %q: %w", who, store.ErrNotFound))
		}
	}
	for _, f := range x.foreign {
		if f.named {
			causes = append(causes, fmt.Errorf("recipient %q has no mailbox here: %w", f.address, store.ErrNotFound))
		}
	}
	return errors.Join(causes...)
}

// refused says why nobody gets a mail; nil if nobody wants to know.
func (x *recipientsOf) refused() error {
	if len(x.failed) == 0 {
		return nil
	}
	why := x.failed[0].error
	return &Refused{why.status, why.text}
}

// intern makes a mail ready for the store, with what one without it gets.
func (e *Engine) intern(tx store.Tx, names store.MailboxID, m *mail, conv *mailconv.Message) error {
	box, err := tx.Mailbox(names)
	if err != nil {
		return err
	}
	id := random()
	whole := *conv
	whole.Props = append([]prop.Tagged(nil), conv.Props...)
	whole.SetDefault(mapi.TagInternetMessageId, prop.String("<"+hex.EncodeToString(id[:])+"@"+e.opts.Domain+">"))
	whole.SetDefault(mapi.TagConversationIndex, prop.Binary(msgprops.ConversationIndex(tx.Now(), id, e.opts.ConversationIndexNew)))
	whole.SetDefault(mapi.TagMessageLocaleId, prop.Uint32(box.Locale))
	whole.SetDefault(mapi.TagSearchKey, prop.Binary(id[:]))
	n, err := whole.New(func(names []prop.Name) ([]uint16, error) { return tx.RegisterNames(box.ID, names) }, random, 0)
	m.source, m.props = store.MailSource{New: &n}, whole.Props
	return err
}
