package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// ReadFlags of RopSetMessageReadFlag and RopSetReadFlags, [MS-OXCMSG] 2.2.3.10.1.
const (
	ReadSuppressReceipt   uint8 = 0x01
	ReadReserved          uint8 = 0x0A
	ReadClear             uint8 = 0x04
	ReadReceiptOnly       uint8 = 0x10
	ReadClearNotifyRead   uint8 = 0x20
	ReadClearNotifyUnread uint8 = 0x40
)

// SetReadFlag changes the read state of the message at once, saved or not, and reports whether the read bit changed,
// [MS-OXCMSG] 3.2.5.11.
func (m *Message) SetReadFlag(ctx context.Context, flags uint8) (changed bool, err error) {
	if m.embedded {
		return false, mapi.ErrNoSupport
	}
	set, mask, err := readBits(flags, m.logon.env.Profile.Message.EverRead)
	if err != nil || mask == 0 {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	scope := store.Scope{Mailboxes: []store.MailboxID{m.logon.mailbox.ID}}
	err = m.logon.env.Store.Update(context.WithoutCancel(ctx), scope, func(tx store.Tx) error {
		before, err := tx.Message(m.id)
		if err != nil {
			return err
		}
		changed = (before.Flags^set)&mask&messageRead != 0
		if (before.Flags^set)&mask == 0 {
			return nil
		}
		_, err = tx.SetMessageFlags(m.id, set, mask)
		return err
	})
	return changed, err
}

// readBits turns ReadFlags into bits of PidTagMessageFlags and the mask of those that change. Read receipts
// themselves come with submission: until then a pending one stays pending.
func readBits(flags uint8, everRead bool) (set, mask uint32, err error) {
	if flags&^(ReadSuppressReceipt|ReadReserved|ReadClear|ReadReceiptOnly|ReadClearNotifyRead|ReadClearNotifyUnread) != 0 {
		return 0, 0, mapi.ErrInvalidParameter
	}
	if flags&ReadClear != 0 && flags&ReadReceiptOnly != 0 {
		return 0, 0, mapi.ErrInvalidParameter
	}
	read := messageRead
	if everRead {
		read |= messageEverRead
	}
	switch {
	case flags&ReadReceiptOnly != 0:
	case flags&ReadClear != 0:
		mask |= read
	case flags&(ReadClearNotifyRead|ReadClearNotifyUnread) != 0 && flags&^(ReadClearNotifyRead|ReadClearNotifyUnread|ReadReserved) == 0:
	default:
		set, mask = read, read
		if flags&ReadSuppressReceipt != 0 {
			mask |= messageNotifyRead
		}
	}
	if flags&ReadClearNotifyRead != 0 {
		mask |= messageNotifyRead
	}
	if flags&ReadClearNotifyUnread != 0 {
		mask |= messageNotifyUnrd
	}
	return set, mask, nil
}
