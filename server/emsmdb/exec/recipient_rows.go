package exec

import (
	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// recipientWriter turns the properties of recipients into rows, [MS-OXCDATA] 2.8.3.
type recipientWriter struct {
	message *object.Message
	columns []mapi.PropTag
	scratch wire.Writer
}

func newRecipientWriter(m *object.Message, columns []mapi.PropTag) *recipientWriter {
	return &recipientWriter{message: m, columns: columns}
}

// page is CodePageId of the rows.
func (w *recipientWriter) page() uint16 { return uint16(w.message.CodePage()) }

// size returns the number of bytes of a row.
func (w *recipientWriter) size(row *rop.RecipientRow) int {
	w.scratch.Buf = w.scratch.Buf[:0]
	row.Encode(&w.scratch, w.columns)
	return w.scratch.Len()
}

// row makes the row of a recipient. Clients before Outlook 2003 can't read Unicode, [MS-OXCRPC] 3.2.4.1.3.2.
func (w *recipientWriter) row(r *store.Recipient) rop.RecipientRow {
	text := func(tag mapi.PropTag) (string, bool) {
		v := object.RecipientValue(r, tag)
		return v.Str(), !v.IsZero()
	}
	unicode := w.message.Logon().Session().ClientVersion.AtLeast(11, 0, 0, 0)
	encode := func(s string) string {
		if unicode {
			return s
		}
		return codepage.Encode(w.message.CodePage(), s)
	}
	var row rop.RecipientRow
	if unicode {
		row.RecipientFlags = rop.RecipientUnicode
	}
	address, hasAddress := text(mapi.TagEmailAddress)
	kind, _ := text(mapi.TagAddressType)
	switch kind {
	case "EX":
		row.RecipientFlags |= rop.RecipientTypeX500
		row.X500DN = address
		if v := object.RecipientValue(r, mapi.TagDisplayType); !v.IsZero() {
			row.DisplayType = uint8(v.Bits())
		}
		hasAddress = false
	case "SMTP":
		row.RecipientFlags |= rop.RecipientTypeSMTP
	case "MSPEER", "MS":
		row.RecipientFlags |= rop.RecipientTypeMsMail
	case "FAX":
		row.RecipientFlags |= rop.RecipientTypeFax
	case "PROFS":
		row.RecipientFlags |= rop.RecipientTypeProfsOffice
	case "MAPIPDL":
		row.RecipientFlags |= rop.RecipientTypePersonalDL1
		row.EntryID = object.RecipientValue(r, mapi.TagEntryId).Bytes()
		row.SearchKey = object.RecipientValue(r, mapi.TagSearchKey).Bytes()
		hasAddress = false
	case "":
	default:
		row.RecipientFlags |= rop.RecipientOtherAddressType
		row.AddressType = kind
	}
	if hasAddress {
		row.RecipientFlags |= rop.RecipientHasEmailAddress
		row.EmailAddress = encode(address)
	}
	w.names(r, &row, text, encode)
	if v := object.RecipientValue(r, mapi.TagSendRichInfo); v.Type() == mapi.PtypBoolean && !v.Bool() {
		row.RecipientFlags |= rop.RecipientNoRichText
	}
	if v := object.RecipientValue(r, mapi.TagResponsibility); v.Bool() {
		row.RecipientFlags |= rop.RecipientResponsibility
	}
	w.properties(r, &row)
	return row
}

// names fills in the three names.
func (w *recipientWriter) names(r *store.Recipient, row *rop.RecipientRow, text func(mapi.PropTag) (string, bool), encode func(string) string) {
	name, hasName := text(mapi.TagDisplayName)
	if hasName {
		row.RecipientFlags |= rop.RecipientHasDisplayName
		row.DisplayName = encode(name)
	}
	if simple, ok := text(mapi.TagAddressBookDisplayNamePrintable); ok {
		row.RecipientFlags |= rop.RecipientHasSimpleName
		row.SimpleDisplayName = encode(simple)
	}
	transmittable, ok := text(mapi.TagTransmittableDisplayName)
	switch {
	case hasName && (!ok || transmittable == name):
		row.RecipientFlags |= rop.RecipientSameName
	case ok:
		row.RecipientFlags |= rop.RecipientHasTransmittableName
		row.TransmittableDisplayName = encode(transmittable)
	}
}

// maxRecipientValue keeps a recipient's further properties from filling a buffer.
const maxRecipientValue = 2048

// properties fills in the columns.
func (w *recipientWriter) properties(r *store.Recipient, row *rop.RecipientRow) {
	row.Properties.Values = make([]prop.Value, len(w.columns))
	for i, tag := range w.columns {
		v := object.RecipientValue(r, tag)
		switch {
		case v.IsZero():
			v = prop.Error(mapi.ErrNotFound)
		case prop.ValueSize(v) > maxRecipientValue:
			v = prop.Error(mapi.ErrMemory)
		default:
			v = object.Typed(v, tag.Type(), true, w.message.CodePage())
		}
		row.Properties.Values[i] = v
	}
}
