package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/submit"
	"github.com/mapid/mapid/store"
)

// SetReadFlag changes the read state of the message at once, whether or not other changes are saved, and reports whether
// the read bit changed, [MS-OXCMSG] 2.2.3.11. A message that was never saved has none to change: ecMsgNotSaved, of
// [MS-OXCDATA] 2.4.
func (m *Message) SetReadFlag(ctx context.Context, flags uint8) (changed bool, err error) {
	switch {
	case m.embedded:
		return false, mapi.ErrNoSupport
	case m.fresh:
		return false, mapi.ErrMessageNotSaved
	}
	reading, err := submit.ReadBits(flags, m.logon.env.Profile.Message.EverRead)
	if err != nil || reading.Nothing() {
		return false, err
	}
	if err := m.recheck(ctx); err != nil {
		return false, err
	}
	if err := m.rights.Require(Rights(mapi.RightReadAny)); err != nil {
		return false, err
	}
	err = m.logon.update(ctx, func(tx store.Tx) error {
		before, err := tx.Message(m.id)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && before.Deleted && !m.softDeleted:
			return mapi.ErrObjectDeleted
		case err != nil:
			return err
		case m.logon.perUser(before.Associated):
			changed, err = m.logon.mark(tx, m.id, reading.Set, reading.Mask)
			return err
		}
		changed, err = reading.Apply(tx, before, m.logon.receipt())
		return err
	})
	return changed, err
}

// receipt is what tells senders what became of their messages in the logon's mailbox.
func (l *Logon) receipt() submit.Receipt {
	return submit.Receipt{By: &l.owner, Now: mapi.NewFileTime(l.env.Now()), Host: l.env.Server.FQDN}
}
