package delivery

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// mail is a message on its way.
type mail struct {
	source store.MailSource
	props  []prop.Tagged // those that are short
	rows   []store.Recipient
	size   int64
	own    store.Message // what was submitted; zero if it has no place in a mailbox
	sender *store.Entry  // who gets reports; nil if that is nobody here
	from   string        // address of a sender elsewhere
	people *recipientsOf
	got    []Delivered
}

// stored says that the message is in the store since a first copy of it is: further copies and reports take it from there.
func (m *mail) stored(first store.Message) {
	if m.source.Bag == 0 {
		m.source = store.MailSource{Bag: first.Bag}
	}
}

func (m *mail) class() string {
	if c := textOf(m.props, mapi.TagMessageClass); c != "" {
		return c
	}
	return "IPM.Note"
}

// isReport reports whether the message tells of another one. No reports are sent on such.
func (m *mail) isReport() bool { return strings.HasPrefix(strings.ToUpper(m.class()), "REPORT.") }

// errChanged says that a message is not any more what the plan to send it was made for.
var errChanged = errors.New("delivery: the message has changed")

// send sends a submission in one transaction: everybody here has it, those elsewhere are in the outbound mailbox, the
// sender knows of those who don't get it, and the submission is over, or nothing of that has happened.
func (e *Engine) send(ctx context.Context, id store.SubmissionID) error {
	for tries := 0; ; tries++ {
		var m *mail
		var s store.Submission
		snap, err := e.opts.Directory.Snapshot(ctx)
		if err != nil {
			return err
		}
		err = e.opts.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
			if s, err = r.Submission(id); err == nil {
				m, err = e.load(r, snap, s)
			}
			return err
		})
		if errors.Is(err, store.ErrNotFound) {
			return nil // withdrawn
		}
		if err != nil {
			return err
		}
		err = e.opts.Store.Update(context.WithoutCancel(ctx), store.Scope{Mailboxes: e.scope(snap, m, s.Mailbox)}, func(tx store.Tx) error {
			return e.finish(tx, snap, id, m)
		})
		const most = 5
		if errors.Is(err, errChanged) && tries < most {
			continue
		}
		if err == nil {
			e.sent.Add(1)
		}
		return err
	}
}

// load reads what a submission sends and finds out who gets it.
func (e *Engine) load(r store.Reader, snap *store.Snapshot, s store.Submission) (*mail, error) {
	m := &mail{source: store.MailSource{Bag: s.Bag}}
	stored, err := r.Props(s.Bag)
	if err != nil {
		return nil, err
	}
	for _, p := range stored {
		if p.Size == 0 {
			m.props = append(m.props, prop.Tagged{Tag: p.Tag, Value: p.Value})
		}
	}
	if m.rows, err = r.Recipients(s.Bag); err != nil {
		return nil, err
	}
	if s.Message != 0 {
		if m.own, err = r.Message(s.Message); err != nil {
			return nil, err
		}
		m.size = m.own.Size
	}
	m.findSender(snap)
	m.people = newRecipients(snap, e.opts.Domain, valueOf(m.props, mapi.TagOriginatorDeliveryReportRequested).Bool())
	done := make(map[uint32]bool)
	for _, one := range s.Recipients {
		done[one.RowID] = one.Done
	}
	var why *refusal
	if s.Refusal != "" {
		w := refusalOf(s.Refusal)
		why = &w
	} else if hops(textOf(m.props, mapi.TagTransportMessageHeaders)) > e.opts.Hops {
		why = &looping
	}
	for _, row := range m.rows {
		switch resend := m.own.Flags&mapi.MfResend != 0; {
		case done[row.RowID], resend && row.Type&mapi.RecipientSent != 0: // has it already, [MS-OXOMSG] 3.3.5.1.3
		case row.Type&recipientTypeMask == mapi.RecipientOriginator:
		case why != nil:
			m.people.fail(row, *why)
		default:
			m.people.add(row)
		}
	}
	return m, nil
}

// findSender finds who reports on the message go to.
func (m *mail) findSender(snap *store.Snapshot) {
	for _, role := range []msgprops.Role{msgprops.Sender(), msgprops.SentRepresenting()} {
		for _, a := range addressesIn(m.props, role) {
			entry := snap.ByDN(a.dn)
			if a.smtp != "" {
				entry = snap.ByMail(a.smtp)
			}
			if entry != nil && entry.Kind == store.UserEntry && entry.Mailbox != 0 {
				m.sender = entry
				return
			}
			if a.smtp != "" && m.from == "" {
				m.from = a.smtp
			}
		}
	}
}

// hops counts the servers that a mail has passed.
func hops(headers string) (n int) {
	for line := range strings.SplitSeq(headers, "\n") {
		if len(line) > 9 && strings.EqualFold(line[:9], "Received:") {
			n++
		}
	}
	return n
}

// scope lists every mailbox that sending a message may write to.
func (e *Engine) scope(snap *store.Snapshot, m *mail, more ...store.MailboxID) []store.MailboxID {
	list := more
	for _, t := range m.people.targets {
		list = append(list, t.entry.Mailbox)
	}
	if m.sender != nil {
		list = append(list, m.sender.Mailbox)
	}
	if out := snap.ByName(e.opts.Outbound); out != nil {
		list = append(list, out.Mailbox)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// finish sends a submission inside a transaction.
func (e *Engine) finish(tx store.Tx, snap *store.Snapshot, id store.SubmissionID, m *mail) error {
	s, err := tx.Submission(id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && s.Held:
		return nil
	case err != nil:
		return err
	}
	if s.Message != 0 {
		now, err := tx.Message(s.Message)
		if err != nil {
			return err
		}
		if now.Change != m.own.Change || now.Folder != m.own.Folder {
			return errChanged
		}
	}
	if err := e.distribute(tx, snap, m); err != nil {
		return err
	}
	if err := tx.EndSubmission(id); err != nil || s.Message == 0 {
		return err
	}
	return keepSent(tx, m)
}

// distribute gives a message to everybody, and reports to its sender.
func (e *Engine) distribute(tx store.Tx, snap *store.Snapshot, m *mail) error {
	got, err := e.deliver(tx, m)
	if err != nil {
		return err
	}
	if err := e.capture(tx, snap, m); err != nil {
		return err
	}
	return e.report(tx, snap, m, got)
}

// notDelivered are the properties of a message that was sent which its recipients do not get, [MS-OXOMSG] 2.2.3.
var notDelivered = []mapi.PropTag{
	mapi.TagDeleteAfterSubmit, mapi.TagSentMailEntryId, mapi.TagSentMailSvrEID, mapi.TagTargetEntryId, mapi.TagDeferredSendTime,
	mapi.TagDeferredSendNumber, mapi.TagDeferredSendUnits, mapi.TagDeferredDeliveryTime, mapi.TagSubmitFlags, mapi.TagDisplayBcc,
	mapi.TagCreatorName, mapi.TagCreatorEntryId, mapi.TagLastModifierName, mapi.TagLastModifierEntryId, mapi.TagProviderSubmitTime,
	mapi.TagLastModificationTime, mapi.TagLocalCommitTime, mapi.TagReceivedByName, mapi.TagReceivedByAddressType, mapi.TagReceivedByEmailAddress,
	mapi.TagReceivedByEntryId, mapi.TagReceivedBySearchKey, mapi.TagReceivedBySmtpAddress,
}

// place is where one copy goes.
type place struct {
	*target
	folder store.FolderID
}

// deliver puts the message into the mailboxes of those who are here, and returns who got it. Those who can't have it join
// those who failed.
func (e *Engine) deliver(tx store.Tx, m *mail) (got []place, err error) {
	var places []place
	for _, t := range m.people.targets {
		p, why, err := e.place(tx, t, m)
		if err != nil {
			return nil, err
		}
		if why != nil {
			if !t.quiet {
				m.people.fail(t.row(), *why)
			}
			continue
		}
		places = append(places, p)
	}
	if len(places) == 0 {
		return nil, nil
	}
	edit, err := e.incoming(m, tx.Now())
	if err != nil {
		return nil, err
	}
	// Somebody who got a blind copy sees their own name among the recipients; all others see nobody's.
	var open, blind []place
	for _, p := range places {
		if p.is(mapi.RecipientBcc) {
			blind = append(blind, p)
		} else {
			open = append(open, p)
		}
	}
	if err := e.copies(tx, m, edit, open); err != nil {
		return nil, err
	}
	for _, p := range blind {
		own := edit
		own.SetRecipients, own.Recipients = true, visible(m.rows, p.rows)
		if err := e.copies(tx, m, own, []place{p}); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// place finds out where a target gets a message, or why not.
func (e *Engine) place(tx store.Tx, t *target, m *mail) (p place, why *refusal, err error) {
	if t.entry.Kind == store.UserEntry && !t.entry.Enabled {
		return place{}, &disabled, nil
	}
	p = place{target: t}
	if limit := int64(t.entry.Quota.Receive) << 10; limit > 0 {
		box, err := tx.Mailbox(t.entry.Mailbox)
		if err == nil && box.Size+m.size > limit {
			return place{}, &full, nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return place{}, nil, err
		}
	}
	if t.entry.Kind == store.PublicFolderEntry {
		p.folder, err = publicFolder(tx, t.entry)
	} else {
		p.folder, err = receiveFolder(tx, t.entry.Mailbox, m.class())
	}
	if errors.Is(err, store.ErrNotFound) {
		return place{}, &missing, nil
	}
	return p, nil, err
}

// publicFolder finds the folder of a mail-enabled public folder: by its id, under which it stays whatever it is called and
// wherever it is moved, or, in entries that were made without one, by its path.
func publicFolder(r store.Reader, e *store.Entry) (store.FolderID, error) {
	if ids := e.Attributes["folder_id"]; len(ids) > 0 {
		id, err := strconv.ParseUint(ids[0], 10, 64)
		if err != nil {
			return 0, store.ErrNotFound
		}
		f, err := r.Folder(store.FolderID(id))
		if err == nil && (f.Deleted || f.Mailbox != e.Mailbox) {
			err = store.ErrNotFound
		}
		return f.ID, err
	}
	box, err := r.Mailbox(e.Mailbox)
	if err != nil {
		return 0, err
	}
	at := box.Special[store.SpecialIPMSubtree]
	paths := e.Attributes["folder_path"]
	if len(paths) == 0 {
		return 0, store.ErrNotFound
	}
	for name := range strings.SplitSeq(paths[0], "/") {
		f, err := r.FolderByName(at, name)
		if err != nil {
			return 0, err
		}
		at = f.ID
	}
	return at, nil
}

// incoming is what changes in a message that comes in, for all of its recipients.
func (e *Engine) incoming(m *mail, now mapi.FileTime) (edit store.ContentEdit, err error) {
	edit.Remove = slices.Clone(notDelivered)
	if !valueOf(m.props, mapi.TagDelegatedByRule).Bool() {
		for _, t := range (msgprops.Party{}).Props(msgprops.ReceivedRepresenting()) {
			edit.Remove = append(edit.Remove, t.Tag)
		}
	}
	edit.Set = []prop.Tagged{{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(now)}, {Tag: mapi.TagDisplayBcc, Value: prop.String("")}}
	if valueOf(m.props, mapi.TagClientSubmitTime).IsZero() {
		edit.Set = append(edit.Set, prop.Tagged{Tag: mapi.TagClientSubmitTime, Value: prop.Time(now)})
	}
	if rows := visible(m.rows, nil); !slices.EqualFunc(rows, m.rows, func(a, b store.Recipient) bool { return a.RowID == b.RowID && a.Type == b.Type }) {
		edit.SetRecipients, edit.Recipients = true, rows
	}
	if m.own.ID != 0 && !m.isReport() {
		header, err := e.header(m, now)
		if err != nil {
			return edit, err
		}
		edit.Set = append(edit.Set, prop.Tagged{Tag: mapi.TagTransportMessageHeaders, Value: prop.String(header)})
	}
	return edit, nil
}

// visible are the recipients that somebody sees who got a message: without blind copies, but for those in own.
func visible(rows, own []store.Recipient) []store.Recipient {
	out := make([]store.Recipient, 0, len(rows))
	for _, r := range rows {
		mine := slices.ContainsFunc(own, func(o store.Recipient) bool { return o.RowID == r.RowID })
		if r.Type&recipientTypeMask == mapi.RecipientBcc && !mine {
			continue
		}
		r.Type &= recipientTypeMask
		out = append(out, r)
	}
	return out
}

// header is what a mail that was sent here would say of itself, PidTagTransportMessageHeaders.
func (e *Engine) header(m *mail, now mapi.FileTime) (string, error) {
	var b strings.Builder
	b.WriteString("Received: from " + e.opts.Host + " by " + e.opts.Host + " with mapi; " + now.Time().Format("Mon, 02 Jan 2006 15:04:05 -0700") + "\r\n")
	fields := &mailconv.Message{Recipients: visible(m.rows, nil)}
	for _, p := range m.props {
		if !p.Tag.IsNamed() {
			fields.Props = append(fields.Props, p)
		}
	}
	err := mailconv.WriteHeader(&b, fields, mailconv.WriteOptions{Directory: m.people.snap, Domain: e.opts.Domain, Host: e.opts.Host})
	return b.String(), err
}

// copies puts copies of a message into some places.
func (e *Engine) copies(tx store.Tx, m *mail, edit store.ContentEdit, places []place) error {
	if len(places) == 0 {
		return nil
	}
	list := make([]store.MailCopy, len(places))
	for i, p := range places {
		list[i] = store.MailCopy{Folder: p.folder, Flags: m.flagsFor(p), Set: m.personal(p.target)}
	}
	made, err := tx.DeliverMail(m.source, edit, list)
	if err != nil {
		return err
	}
	m.stored(made[0])
	for i, p := range places {
		m.got = append(m.got, Delivered{p.entry.Name, made[i]})
		if e.opts.Arrived == nil {
			continue
		}
		if err := e.opts.Arrived(tx, Arrival{To: p.entry, Message: made[i]}); err != nil {
			return err
		}
	}
	return nil
}

// flagsFor are PidTagMessageFlags of a message that came in, [MS-OXCMSG] 2.2.1.6.
func (m *mail) flagsFor(p place) uint32 {
	flags := mapi.MfUnmodified
	if p.entry.Kind == store.UserEntry && !m.isReport() {
		if valueOf(m.props, mapi.TagReadReceiptRequested).Bool() {
			flags |= mapi.MfNotifyRead
		}
		if valueOf(m.props, mapi.TagNonReceiptNotificationRequested).Bool() {
			flags |= mapi.MfNotifyUnread
		}
	}
	if m.sender != nil && m.sender.MId == p.entry.MId {
		flags |= mapi.MfFromMe
	}
	return flags
}

// personal is what a message tells the one who got it, [MS-OXOMSG] 2.2.1.19 ff.
func (m *mail) personal(t *target) []prop.Tagged {
	p := mailconv.PartyOf(t.entry)
	set := p.Props(msgprops.ReceivedBy())
	if !valueOf(m.props, mapi.TagDelegatedByRule).Bool() {
		set = append(set, p.Props(msgprops.ReceivedRepresenting())...)
	}
	return append(set, prop.Tagged{Tag: mapi.TagMessageToMe, Value: prop.Bool(t.is(mapi.RecipientTo))},
		prop.Tagged{Tag: mapi.TagMessageCcMe, Value: prop.Bool(t.is(mapi.RecipientCc))},
		prop.Tagged{Tag: mapi.TagMessageRecipientMe, Value: prop.Bool(len(t.named) > 0)})
}
