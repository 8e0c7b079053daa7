package submit

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Sender sends mail from a mailbox as one user. Errors are those of the protocol.
type Sender struct {
	Request
	Queue
	Quota      store.Quota
	Recipients int   // of one message at most
	Spooler    *bool // whether the client sends messages itself that it submits for that, RopSetSpooler
	// InOthersName says that the user may act on what is to be sent from the mailbox.
	InOthersName bool
}

// Message is a message that can be submitted.
type Message interface {
	ID() mapi.ID // 0 if it was never saved
	// SaveThen saves it, and goes on in the same transaction.
	SaveThen(ctx context.Context, then func(store.Tx, store.Message) (store.Message, error)) error
}

// Submit saves a message and hands it over to be sent, [MS-OXOMSG] 3.3.5.1. One that the client wants to send itself waits
// for it, if the client said before that it does such; else the server sends it.
func (s *Sender) Submit(ctx context.Context, m Message, flags uint8) error {
	if flags&^(mapi.SubmitPreProcess|mapi.SubmitNeedsSpooler) != 0 {
		return mapi.ErrInvalidParameter
	}
	held := flags&mapi.SubmitNeedsSpooler != 0 && *s.Spooler
	return m.SaveThen(ctx, func(tx store.Tx, saved store.Message) (store.Message, error) {
		box, err := tx.Mailbox(s.Mailbox)
		switch {
		case err != nil:
			return saved, err
		case over(box.Size, s.Quota.Send): // Outlook has words for this code, and none for that of a full disk
			return saved, mapi.ErrQuotaExceeded
		case over(saved.Size, s.Profile.MaxSize):
			return saved, mapi.ErrMaxSubmission
		case saved.Recipients > s.Recipients:
			return saved, mapi.ErrTooManyRecipients
		}
		return s.Enqueue(tx, saved, held)
	})
}

// over reports whether a size in bytes is beyond a limit in KiB; 0 is no limit.
func over(size int64, kib uint32) bool { return kib != 0 && size > int64(kib)<<10 }

// TransportSend sends a message at once, [MS-OXOMSG] 3.3.5.4. One that waits for the client to send it is the server's again.
func (s *Sender) TransportSend(ctx context.Context, m Message) error {
	if id := m.ID(); id != 0 {
		if err := s.Own(); err != nil {
			return err
		}
		if submitted, err := s.Send(ctx, store.MessageID(id.Counter())); submitted || err != nil {
			return err
		}
	}
	return s.Submit(ctx, m, mapi.SubmitNone)
}

// Own refuses those who may not act on what is to be sent from the mailbox.
func (s *Sender) Own() error {
	if !s.InOthersName {
		return mapi.ErrAccessDenied
	}
	return nil
}
