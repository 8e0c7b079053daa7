package exec

import (
	"strings"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
)

// Bits of RecipientType in rows, [MS-OXCMSG] 2.2.3.1.2, and where they stand in PidTagRecipientType.
const (
	rowTypeMask   uint8 = 0x0F
	rowTypeFailed uint8 = 0x10
	rowTypeSent   uint8 = 0x80
)

// recipientType turns RecipientType of a row into PidTagRecipientType.
func recipientType(row uint8) uint32 {
	t := uint32(row & rowTypeMask)
	if row&rowTypeFailed != 0 {
		t |= mapi.RecipientFailed
	}
	if row&rowTypeSent != 0 {
		t |= mapi.RecipientSent
	}
	return t
}

// rowType is the reverse of recipientType.
func rowType(t uint32) uint8 {
	row := uint8(t) & rowTypeMask
	if t&mapi.RecipientFailed != 0 {
		row |= rowTypeFailed
	}
	if t&mapi.RecipientSent != 0 {
		row |= rowTypeSent
	}
	return row
}

// recipientReader turns rows into the properties of recipients, [MS-OXCDATA] 2.8.3.
type recipientReader struct {
	message *object.Message
	columns []mapi.PropTag
	dir     *store.Snapshot
}

// recipient returns the recipient of a row. A property that the row has a field for comes from there; what follows
// from others is added if it is missing.
func (rd *recipientReader) recipient(change *rop.ModifyRecipientRow) *store.Recipient {
	row := change.RecipientRow
	out := recipientProps{make([]prop.Tagged, 0, recipientRoom+len(row.Properties.Values))}
	for i, v := range row.Properties.Values {
		if v = object.Typed(v, rd.columns[i].Type(), true, rd.message.CodePage()); !v.IsZero() && v.Type() != mapi.PtypErrorCode {
			out.set(mapi.Tag(rd.columns[i].ID(), v.Type()), unicodeValue(v, rd.message.CodePage()))
		}
	}
	rd.fields(row, &out)
	typ := recipientType(change.RecipientType)
	out.set(mapi.TagRecipientType, prop.Uint32(typ))
	return &store.Recipient{RowID: change.RowID, Type: typ, Props: out.list}
}

// unicodeValue turns 8-bit strings into Unicode.
func unicodeValue(v prop.Value, page uint32) prop.Value {
	switch v.Type() {
	case mapi.PtypString8:
		return object.Typed(v, mapi.PtypString, true, page)
	case mapi.PtypMultiString8:
		return object.Typed(v, mapi.PtypMultiString, true, page)
	}
	return v
}

// recipientRoom is how many properties rows make without columns.
const recipientRoom = 14

// recipientProps are the properties of a recipient in the making.
type recipientProps struct{ list []prop.Tagged }

func (p *recipientProps) get(tag mapi.PropTag) prop.Value {
	for i := range p.list {
		if p.list[i].Tag.ID() == tag.ID() {
			return p.list[i].Value
		}
	}
	return prop.Value{}
}

func (p *recipientProps) set(tag mapi.PropTag, v prop.Value) {
	tag = tag.WithType(v.Type())
	for i := range p.list {
		if p.list[i].Tag.ID() == tag.ID() {
			p.list[i] = prop.Tagged{Tag: tag, Value: v}
			return
		}
	}
	p.list = append(p.list, prop.Tagged{Tag: tag, Value: v})
}

// add sets a property that is not there yet.
func (p *recipientProps) add(tag mapi.PropTag, v prop.Value) {
	if p.get(tag).IsZero() {
		p.set(tag, v)
	}
}

// fields takes the fields of a row over.
func (rd *recipientReader) fields(row *rop.RecipientRow, out *recipientProps) {
	flags := row.RecipientFlags
	text := func(flag uint16, tag mapi.PropTag, s string) {
		if flags&flag == 0 {
			return
		}
		if flags&rop.RecipientUnicode == 0 {
			s = codepage.Decode(rd.message.CodePage(), s)
		}
		out.set(tag, prop.String(s))
	}
	text(rop.RecipientHasEmailAddress, mapi.TagEmailAddress, row.EmailAddress)
	text(rop.RecipientHasDisplayName, mapi.TagDisplayName, row.DisplayName)
	text(rop.RecipientHasSimpleName, mapi.TagAddressBookDisplayNamePrintable, row.SimpleDisplayName)
	text(rop.RecipientHasTransmittableName, mapi.TagTransmittableDisplayName, row.TransmittableDisplayName)
	if name := out.get(mapi.TagDisplayName); flags&rop.RecipientSameName != 0 && !name.IsZero() {
		out.add(mapi.TagTransmittableDisplayName, name)
	}
	out.set(mapi.TagSendRichInfo, prop.Bool(flags&rop.RecipientNoRichText == 0))
	out.set(mapi.TagResponsibility, prop.Bool(flags&rop.RecipientResponsibility != 0))
	switch flags & rop.RecipientTypeMask {
	case rop.RecipientTypeX500:
		rd.addressBook(row, out)
		return
	case rop.RecipientTypePersonalDL1, rop.RecipientTypePersonalDL2:
		out.set(mapi.TagAddressType, prop.String("MAPIPDL"))
		if len(row.EntryID) > 0 { // clients stumble over empty ones
			out.set(mapi.TagEntryId, prop.Binary(row.EntryID))
		}
		if len(row.SearchKey) > 0 {
			out.set(mapi.TagSearchKey, prop.Binary(row.SearchKey))
		}
		out.add(mapi.TagObjectType, prop.Uint32(mapi.ObjectDistributionList))
		out.add(mapi.TagDisplayType, prop.Uint32(mapi.DisplayPrivateDL))
	case rop.RecipientTypeNone:
		if flags&rop.RecipientOtherAddressType != 0 {
			out.set(mapi.TagAddressType, prop.String(codepage.Decode(rd.message.CodePage(), row.AddressType)))
		}
	default:
		out.set(mapi.TagAddressType, prop.String(addressTypes[flags&rop.RecipientTypeMask]))
	}
	rd.oneOff(out)
}

// addressTypes are the types of addresses that RecipientFlags has a number for.
var addressTypes = map[uint16]string{
	rop.RecipientTypeMsMail: "MS", rop.RecipientTypeSMTP: "SMTP", rop.RecipientTypeFax: "FAX", rop.RecipientTypeProfsOffice: "PROFS",
}

// addressBook completes somebody whom the row names by DN.
func (rd *recipientReader) addressBook(row *rop.RecipientRow, out *recipientProps) {
	dn := codepage.Decode(rd.message.CodePage(), row.X500DN)
	if n := int(row.AddressPrefixUsed); n > 0 {
		// The beginning that the session's own users have in common, which EcDoConnectEx tells as szDNPrefix.
		user := rd.message.Logon().Session().User.DN
		if i := strings.LastIndexByte(user, '=') + 1; n <= i {
			dn = user[:n] + dn
		}
	}
	out.set(mapi.TagAddressType, prop.String("EX"))
	out.set(mapi.TagEmailAddress, prop.String(dn))
	out.set(mapi.TagDisplayType, prop.Uint32(uint32(row.DisplayType)))
	out.set(mapi.TagEntryId, prop.Binary(msgprops.AddressBookEntryID{Type: uint32(row.DisplayType), DN: dn}.Bytes()))
	out.set(mapi.TagSearchKey, prop.Binary(msgprops.AddressSearchKey("EX", dn)))
	objectType := mapi.ObjectMailUser
	switch uint32(row.DisplayType) {
	case mapi.DisplayDistList, mapi.DisplayAgent, mapi.DisplayPrivateDL:
		objectType = mapi.ObjectDistributionList
	case mapi.DisplayForum:
		objectType = mapi.ObjectFolder
	}
	out.add(mapi.TagObjectType, prop.Uint32(objectType))
	if e := rd.dir.ByDN(dn); e != nil {
		if e.Mail != "" {
			out.add(mapi.TagSmtpAddress, prop.String(e.Mail))
		}
		out.add(mapi.TagDisplayName, prop.String(e.DisplayName))
		out.add(mapi.TagTransmittableDisplayName, out.get(mapi.TagDisplayName))
	}
}

// oneOff completes somebody who has an address of their own.
func (rd *recipientReader) oneOff(out *recipientProps) {
	kind, address := out.get(mapi.TagAddressType).Str(), out.get(mapi.TagEmailAddress).Str()
	id := msgprops.OneOffEntryID{
		DisplayName: out.get(mapi.TagDisplayName).Str(), AddressType: kind, EmailAddress: address,
		NoRichText: !out.get(mapi.TagSendRichInfo).Bool(),
	}
	out.add(mapi.TagEntryId, prop.Binary(id.Bytes()))
	out.add(mapi.TagObjectType, prop.Uint32(mapi.ObjectMailUser))
	out.add(mapi.TagDisplayType, prop.Uint32(mapi.DisplayMailUser))
	if kind == "" || address == "" {
		return
	}
	out.add(mapi.TagSearchKey, prop.Binary(msgprops.AddressSearchKey(kind, address)))
	if kind == "SMTP" {
		out.add(mapi.TagSmtpAddress, prop.String(address))
	}
}
