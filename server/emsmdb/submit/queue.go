package submit

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Queue is what is to be sent from a mailbox, as one client acts on it. Errors are those of the protocol.
type Queue struct {
	Mailbox store.MailboxID
	Locks   *Locks
	Holder  any // the client, as the locks know it
	Update  func(ctx context.Context, fn func(store.Tx) error) error
}

// submission runs fn on a message of the mailbox and its submission; ErrNotInQueue says that it has none.
func (q *Queue) submission(ctx context.Context, id store.MessageID, fn func(store.Tx, store.Message, store.Submission) error) error {
	return q.Update(ctx, func(tx store.Tx) error {
		m, err := q.message(tx, id)
		if err != nil {
			return err
		}
		s, err := tx.SubmissionOf(id)
		if errors.Is(err, store.ErrNotFound) {
			return mapi.ErrNotInQueue
		}
		if err != nil {
			return err
		}
		return fn(tx, m, s)
	})
}

func (q *Queue) message(r store.Reader, id store.MessageID) (store.Message, error) {
	m, err := r.Message(id)
	if err == nil && (m.Deleted || m.Mailbox != q.Mailbox) {
		err = mapi.ErrNotFound
	}
	return m, err
}

// Abort takes back a message that was submitted and not sent yet, [MS-OXOMSG] 3.3.5.2. It stays where it is.
func (q *Queue) Abort(ctx context.Context, folder store.FolderID, id store.MessageID) error {
	return q.submission(ctx, id, func(tx store.Tx, m store.Message, s store.Submission) error {
		switch {
		case m.Folder != folder:
			return mapi.ErrNotFound
		case q.Locks.Locked(id):
			return mapi.ErrUnableToAbort
		}
		if err := tx.EndSubmission(s.ID); err != nil {
			return err
		}
		_, err := tx.SetMessageFlags(id, mapi.MfUnsent, mapi.MfSubmitted|mapi.MfUnsent)
		return err
	})
}

// Send makes a message the server's again that waits for the client to send it, and reports whether it was submitted.
func (q *Queue) Send(ctx context.Context, id store.MessageID) (submitted bool, err error) {
	err = q.submission(ctx, id, func(tx store.Tx, _ store.Message, s store.Submission) error {
		return tx.ChangeSubmission(s.ID, store.SubmissionEdit{Held: new(bool)})
	})
	if errors.Is(err, mapi.ErrNotInQueue) {
		return false, nil
	}
	return err == nil, err
}

// Lock locks a message that waits to be sent, frees it again, or takes it out of the queue because the client has sent it,
// [MS-OXOMSG] 3.3.5.3.
func (q *Queue) Lock(ctx context.Context, id store.MessageID, state uint8) error {
	switch state {
	case mapi.SpoolerLock:
		err := q.submission(ctx, id, func(store.Tx, store.Message, store.Submission) error { return nil })
		if err == nil && !q.Locks.Lock(id, q.Holder) {
			err = mapi.ErrAccessDenied
		}
		return err
	case mapi.SpoolerUnlock:
		if !q.Locks.Unlock(id, q.Holder) {
			return mapi.ErrNotInQueue
		}
		return nil
	case mapi.SpoolerFinished:
		return q.finished(ctx, id)
	}
	return mapi.ErrInvalidParameter
}

// finished takes a message out of the queue that the client has sent: the server finds nobody left to send it to.
func (q *Queue) finished(ctx context.Context, id store.MessageID) error {
	if !q.Locks.Unlock(id, q.Holder) {
		return mapi.ErrNotInQueue
	}
	err := q.submission(ctx, id, func(tx store.Tx, _ store.Message, s store.Submission) error {
		if !s.Held {
			return nil // the server sends it, RopTransportSend
		}
		for i := range s.Recipients {
			s.Recipients[i].Done = true
		}
		return tx.ChangeSubmission(s.ID, store.SubmissionEdit{Held: new(bool), Due: new(mapi.FileTime), Recipients: s.Recipients})
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, mapi.ErrNotFound) || errors.Is(err, mapi.ErrNotInQueue) {
		return nil // the server has sent it
	}
	return err
}

// Announce tells everybody of a message that the client has put into a folder as new mail, [MS-OXOMSG] 3.3.5.5.
func (q *Queue) Announce(ctx context.Context, folder store.FolderID, id store.MessageID) error {
	return q.Update(ctx, func(tx store.Tx) error {
		m, err := q.message(tx, id)
		if err == nil && m.Folder != folder {
			err = mapi.ErrNotFound
		}
		if err != nil {
			return err
		}
		return tx.AnnounceMail(id)
	})
}
