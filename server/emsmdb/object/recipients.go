package object

import (
	"context"
	"maps"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// recipientFields are the properties that a recipient row has fields of its own for, [MS-OXCMSG] 2.2.3.5.1: they do
// not stand among its columns.
var recipientFields = []uint16{
	mapi.TagAddressType.ID(), mapi.TagDisplayName.ID(), mapi.TagEmailAddress.ID(), mapi.TagEntryId.ID(),
	mapi.TagInstanceKey.ID(), mapi.TagRecipientType.ID(), mapi.TagSearchKey.ID(), mapi.TagSendRichInfo.ID(),
	mapi.TagTransmittableDisplayName.ID(), mapi.TagRowId.ID(), mapi.TagResponsibility.ID(),
}

// recipientBase are columns that are always given.
var recipientBase = []mapi.PropTag{
	mapi.TagObjectType, mapi.TagDisplayType, mapi.TagSmtpAddress, mapi.TagAddressBookDisplayNamePrintable,
}

// recipientColumns are the columns of the recipient rows of a message: those that are always given and whatever else
// any of the recipients has.
func recipientColumns(list []store.Recipient) []mapi.PropTag {
	columns := slices.Clone(recipientBase)
	for i := range list {
		for _, p := range list[i].Props {
			tag := p.Tag.WithType(prop.UnicodeType(p.Tag.Type()))
			if tag.Type() == mapi.PtypObject || slices.Contains(recipientFields, tag.ID()) || slices.Contains(columns, tag) {
				continue
			}
			columns = append(columns, tag)
		}
	}
	return columns
}

// RecipientValue returns a property of a recipient under tag, or the zero Value.
func RecipientValue(rcpt *store.Recipient, tag mapi.PropTag) prop.Value {
	for _, p := range rcpt.Props {
		if p.Tag.ID() == tag.ID() {
			if v := matching(p.Value, tag); !v.IsZero() {
				return v
			}
		}
	}
	return prop.Value{}
}

// RecipientChange is what becomes of one row of a recipient table.
type RecipientChange struct {
	RowID     uint32
	Recipient *store.Recipient // nil removes the row; the object sets the row id
}

// ModifyRecipients adds, replaces and removes recipients, for others once the message is saved, [MS-OXCMSG] 3.2.5.5.
// columns are the further properties that the client gave of each.
func (m *Message) ModifyRecipients(ctx context.Context, columns []mapi.PropTag, changes []RecipientChange) error {
	if !m.writable {
		return mapi.ErrAccessDenied
	}
	var list []store.Recipient
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		list, err = m.work.RecipientList(r)
		return err
	})
	if err != nil {
		return gone(err)
	}
	byRow := make(map[uint32]*store.Recipient, len(list)+len(changes))
	for i := range list {
		byRow[list[i].RowID] = &list[i]
	}
	for _, c := range changes {
		if c.Recipient == nil {
			delete(byRow, c.RowID)
			continue
		}
		c.Recipient.RowID = c.RowID
		byRow[c.RowID] = c.Recipient
	}
	if len(byRow) > m.logon.env.Limits.Recipients {
		return mapi.ErrTooManyRecipients
	}
	now := make([]store.Recipient, 0, len(byRow))
	for _, row := range slices.Sorted(maps.Keys(byRow)) {
		now = append(now, *byRow[row])
	}
	m.setRecipients(now)
	if m.columns == nil { // a new message: nothing told the client of columns but itself
		for _, tag := range columns {
			if !slices.Contains(recipientFields, tag.ID()) {
				m.columns = append(m.columns, tag)
			}
		}
	}
	return nil
}

// RemoveAllRecipients empties the recipient table, for others once the message is saved, [MS-OXCMSG] 3.2.5.4.
func (m *Message) RemoveAllRecipients() error {
	if !m.writable {
		return mapi.ErrAccessDenied
	}
	m.setRecipients(nil)
	return nil
}

func (m *Message) setRecipients(list []store.Recipient) {
	m.work.Recipients, m.work.RecipientsSet = list, true
}

// Reload tells again what opening the message told, as it is now, [MS-OXCMSG] 3.2.5.7.
func (m *Message) Reload(ctx context.Context) (opened *Opened, err error) {
	err = m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		opened, err = m.opened(r)
		return err
	})
	if err != nil {
		return nil, gone(err)
	}
	m.columns = opened.Columns
	return opened, nil
}

// Recipients lists the recipients from a row id on, 0 standing for the first, [MS-OXCMSG] 3.2.5.6.
func (m *Message) Recipients(ctx context.Context, from uint32) ([]store.Recipient, []mapi.PropTag, error) {
	var list []store.Recipient
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		list, err = m.work.RecipientList(r)
		return err
	})
	if err != nil {
		return nil, nil, gone(err)
	}
	if from == 0 && len(list) > 0 {
		return list, m.columns, nil
	}
	for i := range list {
		if list[i].RowID == from {
			return list[i:], m.columns, nil
		}
	}
	return nil, nil, mapi.ErrNotFound
}
