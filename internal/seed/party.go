package seed

import (
	"net/mail"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// party is a sender or recipient.
type party struct {
	name          string // to show
	addressType   string
	address       string // DN, or SMTP address of somebody outside
	smtp          string
	displayType   uint32
	objectType    uint32
	sendsRichText bool
}

// directory finds parties by what a seed calls them.
type directory struct{ snap *store.Snapshot }

// find returns the party behind a name of an entry or an SMTP address, and false if there is none.
func (d directory) find(who string) (party, bool) {
	e := d.snap.ByName(who)
	outside := party{addressType: "SMTP", displayType: mapi.DisplayMailUser, objectType: mapi.ObjectMailUser}
	if e == nil && strings.Contains(who, "@") {
		a, err := mail.ParseAddress(who)
		if err != nil {
			return party{}, false
		}
		e = d.snap.ByMail(a.Address)
		outside.name, outside.address, outside.smtp = a.Name, a.Address, a.Address
		if outside.name == "" {
			outside.name = a.Address
		}
	}
	if e == nil {
		return outside, outside.address != ""
	}
	p := party{name: e.DisplayName, addressType: "EX", address: e.DN, smtp: e.Mail, objectType: mapi.ObjectMailUser, sendsRichText: true}
	switch e.Kind {
	case store.ListEntry:
		p.displayType, p.objectType = mapi.DisplayDistList, mapi.ObjectDistributionList
	case store.DynamicListEntry:
		p.displayType, p.objectType = mapi.DisplayAgent, mapi.ObjectDistributionList
	case store.ContactEntry:
		p.displayType, p.sendsRichText = mapi.DisplayRemoteUser, false
	case store.PublicFolderEntry:
		p.displayType, p.objectType = mapi.DisplayForum, mapi.ObjectFolder
	}
	return p, true
}

func (p party) entryID() []byte {
	if p.addressType == "SMTP" {
		return oneOffID(p.name, p.address)
	}
	return addressBookID(p.displayType, p.address)
}

// role is the set of tags that a party's properties have in one of its roles in a message.
type role struct {
	name, addressType, address, entryID, searchKey, smtp mapi.PropTag
}

var (
	sender = role{
		mapi.TagSenderName, mapi.TagSenderAddressType, mapi.TagSenderEmailAddress, mapi.TagSenderEntryId, mapi.TagSenderSearchKey,
		mapi.TagSenderSmtpAddress,
	}
	sentRepresenting = role{
		mapi.TagSentRepresentingName, mapi.TagSentRepresentingAddressType, mapi.TagSentRepresentingEmailAddress,
		mapi.TagSentRepresentingEntryId, mapi.TagSentRepresentingSearchKey, mapi.TagSentRepresentingSmtpAddress,
	}
	receivedBy = role{
		mapi.TagReceivedByName, mapi.TagReceivedByAddressType, mapi.TagReceivedByEmailAddress, mapi.TagReceivedByEntryId,
		mapi.TagReceivedBySearchKey, mapi.TagReceivedBySmtpAddress,
	}
	receivedRepresenting = role{
		mapi.TagReceivedRepresentingName, mapi.TagReceivedRepresentingAddressType, mapi.TagReceivedRepresentingEmailAddress,
		mapi.TagReceivedRepresentingEntryId, mapi.TagReceivedRepresentingSearchKey, mapi.TagReceivedRepresentingSmtpAddress,
	}
	recipient = role{
		mapi.TagDisplayName, mapi.TagAddressType, mapi.TagEmailAddress, mapi.TagEntryId, mapi.TagSearchKey, mapi.TagSmtpAddress,
	}
)

// props are the properties of p in a role.
func (p party) props(r role) []prop.Tagged {
	return []prop.Tagged{
		{Tag: r.name, Value: prop.String(p.name)}, {Tag: r.addressType, Value: prop.String(p.addressType)},
		{Tag: r.address, Value: prop.String(p.address)}, {Tag: r.entryID, Value: prop.Binary(p.entryID())},
		{Tag: r.searchKey, Value: prop.Binary(msgprops.AddressSearchKey(p.addressType, p.address))}, {Tag: r.smtp, Value: prop.String(p.smtp)},
	}
}

// row is p as the recipient with the given row id, [MS-OXCMSG] 2.2.1.38 ff.
func (p party) row(id, typ uint32) store.Recipient {
	return store.Recipient{RowID: id, Type: typ, Props: append(p.props(recipient),
		prop.Tagged{Tag: mapi.TagRecipientType, Value: prop.Uint32(typ)},
		prop.Tagged{Tag: mapi.TagObjectType, Value: prop.Uint32(p.objectType)},
		prop.Tagged{Tag: mapi.TagDisplayType, Value: prop.Uint32(p.displayType)},
		prop.Tagged{Tag: mapi.TagResponsibility, Value: prop.Bool(true)},
		prop.Tagged{Tag: mapi.TagSendRichInfo, Value: prop.Bool(p.sendsRichText)},
		prop.Tagged{Tag: mapi.TagTransmittableDisplayName, Value: prop.String(p.name)},
		prop.Tagged{Tag: mapi.TagRecipientDisplayName, Value: prop.String(p.name)},
		prop.Tagged{Tag: mapi.TagRecipientEntryId, Value: prop.Binary(p.entryID())},
		prop.Tagged{Tag: mapi.TagRecipientFlags, Value: prop.Int32(1)}, // sendable
		prop.Tagged{Tag: mapi.TagRecipientTrackStatus, Value: prop.Int32(0)},
		prop.Tagged{Tag: mapi.TagRecipientOrder, Value: prop.Uint32(id)},
	)}
}
