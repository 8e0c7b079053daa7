package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/submit"
	"github.com/mapid/mapid/store"
)

// Submit saves the message and hands it over to be sent, [MS-OXOMSG] 3.3.5.1. A message that a client wants to send itself
// waits for it, if the client said before that it does such, RopSetSpooler.
func (m *Message) Submit(ctx context.Context, flags uint8) error {
	if flags&^(mapi.SubmitPreProcess|mapi.SubmitNeedsSpooler) != 0 {
		return mapi.ErrInvalidParameter
	}
	return m.submit(ctx, flags&mapi.SubmitNeedsSpooler != 0 && m.logon.spooler)
}

func (m *Message) submit(ctx context.Context, held bool) error {
	if m.logon.Public() || m.embedded {
		return mapi.ErrNoSupport
	}
	if err := m.recheck(ctx); err != nil {
		return err
	}
	if !m.writable || m.associated || m.fresh && !m.rights.MayCreate(false) || !m.fresh && !m.mayEdit() {
		return mapi.ErrAccessDenied
	}
	q, err := m.logon.Quota(ctx)
	if err != nil {
		return err
	}
	dir, err := m.logon.env.Directory.Snapshot(ctx)
	if err != nil {
		return err
	}
	err = m.saveToFolder(ctx, false, func(tx store.Tx, saved store.Message) (store.Message, error) {
		box, err := tx.Mailbox(m.logon.mailbox.ID)
		switch {
		case err != nil:
			return saved, err
		case over(box.Size, q.Send):
			return saved, mapi.ErrQuotaExceeded
		case over(saved.Size, m.logon.env.Profile.Submit.MaxSize):
			return saved, mapi.ErrMaxSubmission
		case saved.Recipients > m.logon.env.Limits.Recipients:
			return saved, mapi.ErrTooManyRecipients
		}
		return m.logon.enqueue(tx, dir, saved, held)
	})
	if err == nil {
		m.own, m.fresh, m.touchedReadOnly = m.own || m.fresh, false, false
	}
	return err
}

// enqueue marks a message as submitted and makes its submission.
func (l *Logon) enqueue(tx store.Tx, dir *store.Snapshot, saved store.Message, held bool) (store.Message, error) {
	return submit.Request{
		Directory: dir, User: dir.ByName(l.session.User.Name), Owner: dir.ByName(l.owner.Name), OwnerRights: l.privileged,
		Is: acl.NewPrincipals(dir, l.session.User.Name).Is, Now: mapi.NewFileTime(l.env.Now()), Locale: l.session.LCIDString,
		Host: l.env.Server.FQDN, Profile: &l.env.Profile.Submit,
	}.Enqueue(tx, saved, held)
}

// TransportSend sends the message at once, [MS-OXOMSG] 3.3.5.4. One that waits for the client to send it is the server's
// again.
func (m *Message) TransportSend(ctx context.Context) error {
	if m.logon.Public() || m.embedded {
		return mapi.ErrNoSupport
	}
	if !m.fresh {
		q, err := m.logon.Queue()
		if err != nil {
			return err
		}
		if submitted, err := q.Send(ctx, m.id); submitted || err != nil {
			return err
		}
	}
	return m.submit(ctx, false)
}

// Queue is what is to be sent from the mailbox, for those who may send in its name.
func (l *Logon) Queue() (*submit.Queue, error) {
	switch {
	case l.Public():
		return nil, mapi.ErrNoSupport
	case !l.sendsAs():
		return nil, mapi.ErrAccessDenied
	}
	return &submit.Queue{Mailbox: l.mailbox.ID, Locks: &l.env.spool, Holder: l, Update: l.update}, nil
}

// SetSpooler notes that the client sends messages itself that it submits for that, [MS-OXOMSG] 3.3.5.3.
func (l *Logon) SetSpooler() error {
	if l.Public() {
		return mapi.ErrNoSupport
	}
	l.spooler = true
	return nil
}
