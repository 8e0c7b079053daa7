package msgprops

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// Party is a sender or recipient of a message: an entry of the address book, or somebody outside it.
type Party struct {
	Name        string // to show
	AddressType string // EX or SMTP
	Address     string // DN, or SMTP address of somebody outside
	SMTP        string
	DisplayType uint32 // mapi.DisplayMailUser and so on
	ObjectType  uint32 // mapi.ObjectMailUser and so on
	RichText    bool   // PidTagSendRichInfo
}

// Outsider is a party that is not in the address book. It goes by its address if it has no name.
func Outsider(name, address string) Party {
	if name == "" {
		name = address
	}
	return Party{Name: name, AddressType: "SMTP", Address: address, SMTP: address, DisplayType: mapi.DisplayMailUser, ObjectType: mapi.ObjectMailUser}
}

// EntryID is the one-off entry id of an outsider, or the permanent one of an entry.
func (p Party) EntryID() []byte {
	if p.AddressType == "SMTP" {
		return OneOffEntryID{DisplayName: p.Name, AddressType: "SMTP", EmailAddress: p.Address, NoRichText: true}.Bytes()
	}
	return AddressBookEntryID{Type: p.DisplayType, DN: p.Address}.Bytes()
}

// Role is the group of properties that name a party in one of its roles in a message, [MS-OXCMAIL] 2.6.
type Role struct {
	Name, AddressType, Address, EntryID, SearchKey, SMTP mapi.PropTag
}

// Sender is who sent a message, [MS-OXOMSG] 2.2.1.48 ff.
func Sender() Role {
	return Role{
		mapi.TagSenderName, mapi.TagSenderAddressType, mapi.TagSenderEmailAddress, mapi.TagSenderEntryId, mapi.TagSenderSearchKey,
		mapi.TagSenderSmtpAddress,
	}
}

// SentRepresenting is on whose behalf a message was sent, [MS-OXOMSG] 2.2.1.54 ff.
func SentRepresenting() Role {
	return Role{
		mapi.TagSentRepresentingName, mapi.TagSentRepresentingAddressType, mapi.TagSentRepresentingEmailAddress,
		mapi.TagSentRepresentingEntryId, mapi.TagSentRepresentingSearchKey, mapi.TagSentRepresentingSmtpAddress,
	}
}

// ReceivedBy is who received a message, [MS-OXOMSG] 2.2.1.36 ff.
func ReceivedBy() Role {
	return Role{
		mapi.TagReceivedByName, mapi.TagReceivedByAddressType, mapi.TagReceivedByEmailAddress, mapi.TagReceivedByEntryId,
		mapi.TagReceivedBySearchKey, mapi.TagReceivedBySmtpAddress,
	}
}

// ReceivedRepresenting is on whose behalf a message was received, [MS-OXOMSG] 2.2.1.22 ff.
func ReceivedRepresenting() Role {
	return Role{
		mapi.TagReceivedRepresentingName, mapi.TagReceivedRepresentingAddressType, mapi.TagReceivedRepresentingEmailAddress,
		mapi.TagReceivedRepresentingEntryId, mapi.TagReceivedRepresentingSearchKey, mapi.TagReceivedRepresentingSmtpAddress,
	}
}

// ReadReceipt is who gets the receipt of a message that was read, [MS-OXOMSG] 2.2.2.26 ff.
func ReadReceipt() Role {
	return Role{
		mapi.TagReadReceiptName, mapi.TagReadReceiptAddressType, mapi.TagReadReceiptEmailAddress, mapi.TagReadReceiptEntryId,
		mapi.TagReadReceiptSearchKey, mapi.TagReadReceiptSmtpAddress,
	}
}

// RecipientRole is the group of properties of a recipient, [MS-OXOMSG] 2.2.1.38 ff.
func RecipientRole() Role {
	return Role{
		mapi.TagDisplayName, mapi.TagAddressType, mapi.TagEmailAddress, mapi.TagEntryId, mapi.TagSearchKey, mapi.TagSmtpAddress,
	}
}

// Props are the properties of p in a role.
func (p Party) Props(r Role) []prop.Tagged {
	return []prop.Tagged{
		{Tag: r.Name, Value: prop.String(p.Name)}, {Tag: r.AddressType, Value: prop.String(p.AddressType)},
		{Tag: r.Address, Value: prop.String(p.Address)}, {Tag: r.EntryID, Value: prop.Binary(p.EntryID())},
		{Tag: r.SearchKey, Value: prop.Binary(AddressSearchKey(p.AddressType, p.Address))}, {Tag: r.SMTP, Value: prop.String(p.SMTP)},
	}
}

// recipientSendable is the flag of PidTagRecipientFlags that says that a recipient gets the message, [MS-OXOCAL]
// 2.2.4.10.1.
const recipientSendable = 1

// RecipientProps are the properties of p as a recipient, [MS-OXCMSG] 2.2.1.38 ff. row is its row id.
func (p Party) RecipientProps(row, typ uint32) []prop.Tagged {
	return append(p.Props(RecipientRole()),
		prop.Tagged{Tag: mapi.TagRecipientType, Value: prop.Uint32(typ)},
		prop.Tagged{Tag: mapi.TagObjectType, Value: prop.Uint32(p.ObjectType)},
		prop.Tagged{Tag: mapi.TagDisplayType, Value: prop.Uint32(p.DisplayType)},
		prop.Tagged{Tag: mapi.TagResponsibility, Value: prop.Bool(true)},
		prop.Tagged{Tag: mapi.TagSendRichInfo, Value: prop.Bool(p.RichText)},
		prop.Tagged{Tag: mapi.TagTransmittableDisplayName, Value: prop.String(p.Name)},
		prop.Tagged{Tag: mapi.TagRecipientDisplayName, Value: prop.String(p.Name)},
		prop.Tagged{Tag: mapi.TagRecipientEntryId, Value: prop.Binary(p.EntryID())},
		prop.Tagged{Tag: mapi.TagRecipientFlags, Value: prop.Int32(recipientSendable)},
		prop.Tagged{Tag: mapi.TagRecipientTrackStatus, Value: prop.Int32(0)},
		prop.Tagged{Tag: mapi.TagRecipientOrder, Value: prop.Uint32(row)},
	)
}
