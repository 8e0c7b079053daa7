package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/submit"
	"github.com/mapid/mapid/store"
)

// SaveThen saves the message, and goes on in the same transaction with what was saved.
func (m *Message) SaveThen(ctx context.Context, then func(store.Tx, store.Message) (store.Message, error)) error {
	if m.embedded {
		return mapi.ErrNoSupport
	}
	if err := m.recheck(ctx); err != nil {
		return err
	}
	if !m.writable || m.associated || m.fresh && !m.rights.MayCreate(false) || !m.fresh && !m.mayEdit() {
		return mapi.ErrAccessDenied
	}
	err := m.saveToFolder(ctx, false, then)
	if err == nil {
		m.own, m.fresh, m.touchedReadOnly = m.own || m.fresh, false, false
	}
	return err
}

// Sender is what sends mail in the name of the user of the logon.
func (l *Logon) Sender(ctx context.Context) (*submit.Sender, error) {
	if l.Public() {
		return nil, mapi.ErrNoSupport
	}
	q, err := l.Quota(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := l.env.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	user := dir.ByName(l.session.User.Name)
	return &submit.Sender{
		Request: submit.Request{
			Directory: dir, User: user, Owner: dir.ByName(l.owner.Name), OwnerRights: l.privileged, Is: acl.NewPrincipals(dir, l.session.User.Name).Is,
			Now: mapi.NewFileTime(l.env.Now()), Locale: l.session.LCIDString, Host: l.env.Server.FQDN, Profile: &l.env.Profile.Submit,
		},
		Queue: submit.Queue{Mailbox: l.mailbox.ID, Locks: &l.env.spool, Holder: l, Update: l.update}, Quota: q, Recipients: l.env.Limits.Recipients,
		Spooler: &l.spooler, InOthersName: l.sendsAs(),
	}, nil
}
