package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

const submissionColumns = "SELECT id, mailbox, mid, bag, held, submitted, due, refusal FROM outbox "

// submission reads one row with its recipients.
func (r *reader) submission(where string, id int64) (store.Submission, error) {
	var s store.Submission
	var held int64
	err := r.c.row(submissionColumns+where, []any{id}, into(&s.ID), into(&s.Mailbox), into(&s.Message), into(&s.Bag), &held,
		into(&s.Submitted), into(&s.Due), &s.Refusal)
	if err != nil {
		return store.Submission{}, err
	}
	s.Held = held != 0
	if s.Message != 0 {
		m, err := r.Message(s.Message)
		if err != nil {
			return store.Submission{}, notThere(err)
		}
		s.Bag = m.Bag
	}
	const recipients = "SELECT row, address, done, attempts, due, error FROM outbox_recipient WHERE outbox = ? ORDER BY row"
	err = r.c.each(recipients, []any{int64(s.ID)}, func(rows *sql.Rows) error {
		var one store.SubmissionRecipient
		var done int64
		err := rows.Scan(into(&one.RowID), &one.Address, &done, into(&one.Attempts), into(&one.Due), &one.Error)
		one.Done = done != 0
		s.Recipients = append(s.Recipients, one)
		return err
	})
	return s, err
}

// Submission finds a submission.
func (r *reader) Submission(id store.SubmissionID) (store.Submission, error) {
	s, err := r.submission("WHERE id = ?", int64(id))
	if err != nil {
		return s, fmt.Errorf("submission %d: %w", id, err)
	}
	return s, nil
}

// SubmissionOf finds the submission of a message.
func (r *reader) SubmissionOf(id store.MessageID) (store.Submission, error) {
	s, err := r.submission("WHERE mid = ? AND mid <> 0", int64(id))
	if err != nil {
		return s, fmt.Errorf("submission of message %d: %w", id, err)
	}
	return s, nil
}

func (r *reader) submissionIDs(query string, args ...any) (list []store.SubmissionID, err error) {
	err = r.c.each(query, args, func(rows *sql.Rows) error {
		var id store.SubmissionID
		err := rows.Scan(into(&id))
		list = append(list, id)
		return err
	})
	return list, err
}

// Submissions lists what waits in a mailbox or in all of them.
func (r *reader) Submissions(id store.MailboxID) ([]store.SubmissionID, error) {
	if id == 0 {
		return r.submissionIDs("SELECT id FROM outbox ORDER BY id")
	}
	return r.submissionIDs("SELECT id FROM outbox WHERE mailbox = ? ORDER BY id", int64(id))
}

// DueSubmissions lists what may be sent by a time.
func (r *reader) DueSubmissions(by mapi.FileTime, limit int) ([]store.SubmissionID, error) {
	return r.submissionIDs("SELECT id FROM outbox WHERE held = 0 AND due <= ? ORDER BY due, id LIMIT ?", int64(by), int64(limit))
}

// NextDue is the earliest time at which something may be sent.
func (r *reader) NextDue() (due mapi.FileTime, ok bool, err error) {
	err = r.c.row("SELECT due FROM outbox WHERE held = 0 ORDER BY due LIMIT 1", nil, into(&due))
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return due, err == nil, err
}

// Submit makes a submission.
func (t *tx) Submit(n store.NewSubmission) (store.Submission, error) {
	if err := t.mayWrite(n.Mailbox); err != nil {
		return store.Submission{}, err
	}
	id, bag := store.SubmissionID(t.counter()), store.BagID(0)
	var folder store.FolderID
	if n.Message != 0 {
		m, err := t.Message(n.Message)
		switch {
		case err != nil:
			return store.Submission{}, err
		case m.Deleted || m.Mailbox != n.Mailbox:
			return store.Submission{}, fmt.Errorf("message %d in mailbox %d: %w", n.Message, n.Mailbox, store.ErrNotFound)
		}
		folder = m.Folder
		if err := t.c.row("SELECT id FROM outbox WHERE mid = ?", []any{int64(m.ID)}, new(int64)); !errors.Is(err, store.ErrNotFound) {
			if err == nil {
				err = fmt.Errorf("message %d is submitted: %w", m.ID, store.ErrExists)
			}
			return store.Submission{}, err
		}
	} else {
		content := n.Content
		if content == nil {
			content = &store.NewMessage{}
		}
		c, err := t.putContent(content)
		if err == nil {
			err = t.saveContent(c)
		}
		if err != nil {
			return store.Submission{}, err
		}
		bag = c.bag
	}
	err := t.c.exec("INSERT INTO outbox (id, mailbox, mid, bag, held, submitted, due, refusal) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		int64(id), int64(n.Mailbox), int64(n.Message), int64(bag), n.Held, int64(t.time), int64(n.Due), n.Refusal)
	if err == nil {
		err = t.setSubmissionRecipients(id, n.Recipients)
	}
	if err != nil {
		return store.Submission{}, err
	}
	t.note(store.Change{Kind: store.Submitted, Mailbox: n.Mailbox, Folder: folder, Message: n.Message})
	return t.Submission(id)
}

func (t *tx) setSubmissionRecipients(id store.SubmissionID, list []store.SubmissionRecipient) error {
	for _, r := range list {
		err := t.c.exec("INSERT OR REPLACE INTO outbox_recipient (outbox, row, address, done, attempts, due, error) VALUES (?, ?, ?, ?, ?, ?, ?)",
			int64(id), int64(r.RowID), r.Address, r.Done, int64(r.Attempts), int64(r.Due), r.Error)
		if err != nil {
			return err
		}
	}
	return nil
}

// ChangeSubmission changes a submission.
func (t *tx) ChangeSubmission(id store.SubmissionID, e store.SubmissionEdit) error {
	s, err := t.Submission(id)
	if err != nil {
		return err
	}
	if err := t.mayWrite(s.Mailbox); err != nil {
		return err
	}
	held, due := s.Held, s.Due
	if e.Held != nil {
		held = *e.Held
	}
	if e.Due != nil {
		due = *e.Due
	}
	if err := t.c.exec("UPDATE outbox SET held = ?, due = ? WHERE id = ?", held, int64(due), int64(id)); err != nil {
		return err
	}
	if !held && (s.Held || due != s.Due) {
		t.note(store.Change{Kind: store.Submitted, Mailbox: s.Mailbox, Message: s.Message})
	}
	return t.setSubmissionRecipients(id, e.Recipients)
}

// EndSubmission removes a submission.
func (t *tx) EndSubmission(id store.SubmissionID) error {
	s, err := t.Submission(id)
	if err != nil {
		return err
	}
	if err := t.mayWrite(s.Mailbox); err != nil {
		return err
	}
	if s.Message == 0 {
		if err := t.dropBags("SELECT ?", int64(s.Bag)); err != nil {
			return err
		}
	}
	return t.removeSubmission(id)
}

func (t *tx) removeSubmission(id store.SubmissionID) error {
	if err := t.c.exec("DELETE FROM outbox_recipient WHERE outbox = ?", int64(id)); err != nil {
		return err
	}
	return t.c.exec("DELETE FROM outbox WHERE id = ?", int64(id))
}

// withdraw removes the submission of a message that is about to be another, or none.
func (t *tx) withdraw(m store.Message) error {
	var id int64
	err := t.c.row("SELECT id FROM outbox WHERE mid = ?", []any{int64(m.ID)}, &id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.removeSubmission(store.SubmissionID(id))
}

// DeliverMail stores copies of what a bag has as new mail. The first is edited; the others are copies of it.
func (t *tx) DeliverMail(source store.MailSource, e store.ContentEdit, copies []store.MailCopy) ([]store.Message, error) {
	out := make([]store.Message, 0, len(copies))
	var base *content // what all copies have
	var with *beside
	for i, to := range copies {
		c, err := base, error(nil)
		if base == nil {
			c, err = t.editedCopy(source, &e)
		} else {
			c, err = t.copyOf(base, with)
		}
		if err != nil {
			return nil, fmt.Errorf("copy of bag %d: %w", source.Bag, err)
		}
		if base == nil && i+1 < len(copies) && !c.shares(to.Set) {
			common := *c
			common.props = maps.Clone(c.props)
			base = &common
			if with, err = t.besides(c.bag); err != nil {
				return nil, err
			}
		}
		if err = t.edit(c.props, c.bag, store.Edit{Set: to.Set}); err == nil {
			err = t.saveContent(c)
		}
		if err != nil {
			return nil, fmt.Errorf("copy of bag %d: %w", source.Bag, err)
		}
		m, err := t.insertMail(c, to)
		if err != nil {
			return nil, fmt.Errorf("mail in folder %d: %w", to.Folder, err)
		}
		out = append(out, m)
	}
	return out, nil
}

// shares reports whether setting properties would change large values of the content.
func (c *content) shares(set []prop.Tagged) bool {
	for _, p := range set {
		if c.props[p.Tag.ID()].typ != 0 || largeSize(p.Value) > 0 {
			return true
		}
	}
	return false
}

// editedCopy is a copy of what a source has, changed. Its bag is not saved yet.
func (t *tx) editedCopy(source store.MailSource, e *store.ContentEdit) (*content, error) {
	first := *e
	first.Remove = append(append([]mapi.PropTag(nil), ofVersion...), e.Remove...)
	if source.Bag == 0 && source.New != nil {
		c, err := t.putContent(source.New)
		if err != nil {
			return nil, err
		}
		return c, t.editContent(c, &first)
	}
	bag, err := t.copyContent(source.Bag)
	if err != nil {
		return nil, err
	}
	c, err := t.loadContent(bag)
	if err != nil {
		return nil, err
	}
	list, err := t.Recipients(bag)
	if err != nil {
		return nil, err
	}
	c.recipients = len(list)
	delete(c.props, tagMessageFlags.ID()) // an embedded message has them in its bag
	delete(c.props, tagCreationTime.ID())
	c.created = bagValue{value: prop.Time(t.time)}
	return c, t.editContent(c, &first)
}

// copyOf is a copy of what another copy has. Its bag is not saved yet.
func (t *tx) copyOf(base *content, with *beside) (*content, error) {
	c := *base
	c.bag, c.fresh, c.props = t.newBag(), true, maps.Clone(base.props)
	if err := t.putBeside(c.bag, with); err != nil || c.attachments == 0 {
		return &c, err
	}
	return &c, t.copyAttachments(c.bag, base.bag)
}

// insertMail makes the row of a message that has come in.
func (t *tx) insertMail(c *content, to store.MailCopy) (store.Message, error) {
	id, cn := t.counter(), store.ChangeNumber(t.counter())
	m := store.Message{ID: store.MessageID(id), Folder: to.Folder, Bag: c.bag, Flags: to.Flags, Change: cn, ReadChange: cn}
	h := hotOf(c.props)
	h.fields(&m, c)
	var count counts
	count.add(m, 1)
	var err error
	if m.Mailbox, err = t.count(m.Folder, count, cn); err != nil {
		return store.Message{}, err
	}
	if err := t.mayWrite(m.Mailbox); err != nil {
		return store.Message{}, err
	}
	if err := t.insertMessage(m, &h); err != nil {
		return store.Message{}, err
	}
	t.noteMessage(store.MessageCreated, m, cn)
	t.noteMessage(store.NewMail, m, cn)
	return m, nil
}

// AnnounceMail tells of a message as new mail.
func (t *tx) AnnounceMail(id store.MessageID) error {
	m, err := t.Message(id)
	if err == nil && m.Deleted {
		err = fmt.Errorf("message %d is deleted: %w", id, store.ErrNotFound)
	}
	if err == nil {
		err = t.mayWrite(m.Mailbox)
	}
	if err != nil {
		return err
	}
	t.noteMessage(store.NewMail, m, m.Change)
	return nil
}
