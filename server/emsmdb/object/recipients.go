package object

import (
	"context"
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
			tag := p.Tag.WithType(unicodeType(p.Tag.Type()))
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

// Recipients lists the recipients from a row id on, 0 standing for the first, [MS-OXCMSG] 3.2.5.6.
func (m *Message) Recipients(ctx context.Context, from uint32) ([]store.Recipient, []mapi.PropTag, error) {
	var list []store.Recipient
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		list, err = r.Recipients(m.work.bag)
		return err
	})
	if err != nil {
		return nil, nil, err
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
