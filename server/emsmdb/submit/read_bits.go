package submit

import (
	"crypto/rand"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Reading is what ReadFlags do with a message, [MS-OXCMSG] 2.2.3.10.1.
type Reading struct {
	Set, Mask uint32 // bits of PidTagMessageFlags that change
	receipt   bool   // a sender who wants to know that it was read learns it
}

// readReserved are bits of ReadFlags that are ignored, [MS-OXCMSG] 2.2.3.10.1.
const readReserved uint8 = 0x0A

// ReadBits reads ReadFlags. everRead says whether the version sets and clears mfEverRead together with mfRead.
func ReadBits(flags uint8, everRead bool) (r Reading, err error) {
	if flags&^(mapi.ReadFlagSuppressReceipt|readReserved|mapi.ReadFlagClearReadFlag|mapi.ReadFlagGenerateReceiptOnly|mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread) != 0 {
		return r, mapi.ErrInvalidParameter
	}
	if flags&mapi.ReadFlagClearReadFlag != 0 && flags&mapi.ReadFlagGenerateReceiptOnly != 0 {
		return r, mapi.ErrInvalidParameter
	}
	read := mapi.MfRead
	if everRead {
		read |= mapi.MfEverRead
	}
	suppress := flags&mapi.ReadFlagSuppressReceipt != 0
	switch {
	case flags&mapi.ReadFlagGenerateReceiptOnly != 0:
		r.receipt = true
	case flags&mapi.ReadFlagClearReadFlag != 0:
		r.Mask |= read
	case flags&(mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread) != 0 && flags&^(mapi.ReadFlagClearNotifyRead|mapi.ReadFlagClearNotifyUnread|readReserved) == 0:
	default:
		r.Set, r.Mask, r.receipt = read, read, !suppress
		if suppress {
			r.Mask |= mapi.MfNotifyRead
		}
	}
	if flags&mapi.ReadFlagClearNotifyRead != 0 {
		r.Mask |= mapi.MfNotifyRead
		r.receipt = false
	}
	if flags&mapi.ReadFlagClearNotifyUnread != 0 {
		r.Mask |= mapi.MfNotifyUnread
	}
	return r, nil
}

// Nothing reports whether nothing changes and nobody learns anything.
func (r Reading) Nothing() bool { return r.Mask == 0 && !r.receipt }

// Apply changes a message that is read by its owner or for them, sends the receipt that its sender waits for, and reports
// whether mfRead changed.
func (r Reading) Apply(tx store.Tx, m store.Message, by Receipt) (changed bool, err error) {
	if r.receipt && m.Flags&mapi.MfNotifyRead != 0 {
		by.Read = true
		if err := by.Send(tx, m); err != nil {
			return false, err
		}
		r.Mask |= mapi.MfNotifyRead
	}
	changed = (m.Flags^r.Set)&r.Mask&mapi.MfRead != 0
	if (m.Flags^r.Set)&r.Mask != 0 {
		_, err = tx.SetMessageFlags(m.ID, r.Set, r.Mask)
	}
	return changed, err
}

// Send makes the submission of the receipt for a message.
func (c Receipt) Send(tx store.Tx, m store.Message) error {
	props, err := tx.Props(m.Bag)
	if err != nil {
		return err
	}
	rand.Read(c.ID[:])
	n, ok := c.Message(props)
	if !ok {
		return nil
	}
	_, err = tx.Submit(store.NewSubmission{
		Mailbox: m.Mailbox, Content: &n, Recipients: []store.SubmissionRecipient{{Address: address(n.Recipients[0].Props)}},
	})
	return err
}

// Deleted sends the receipt for a message that is about to be deleted unread, if its sender wants to know, and reports
// whether it waited for one.
func (c Receipt) Deleted(tx store.Tx, m store.Message, notify bool) (waited bool, err error) {
	if m.Flags&(mapi.MfNotifyUnread|mapi.MfRead) != mapi.MfNotifyUnread {
		return false, nil
	}
	if notify {
		err = c.Send(tx, m)
	}
	return true, err
}
