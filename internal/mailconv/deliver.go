package mailconv

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Delivery says how a message comes into a mailbox.
type Delivery struct {
	To msgprops.Party // whose mailbox it is; without a name, nobody received it
	At mapi.FileTime
	// What mail without them gets.
	MessageID    string
	Conversation [16]byte
	Locale       uint32
}

// Delivered is the message as it stands in a mailbox, with its PidTagMessageFlags, [MS-OXOMSG] 3.3.5.1.3: with what the
// server sets, and without blind copies to others.
func (m *Message) Delivered(d Delivery) (*Message, uint32) {
	out := &Message{Props: slices.Clone(m.Props), Named: m.Named, Attachments: m.Attachments}
	at := prop.Time(d.At)
	out.Set(mapi.TagMessageDeliveryTime, at)
	out.SetDefault(mapi.TagClientSubmitTime, at)
	out.SetDefault(mapi.TagInternetMessageId, prop.String(d.MessageID))
	out.SetDefault(mapi.TagMessageLocaleId, prop.Uint32(d.Locale))
	out.SetDefault(mapi.TagConversationIndex, prop.Binary(msgprops.ConversationIndex(d.At, d.Conversation, false)))
	toMe, ccMe, mine := false, false, false
	for _, r := range m.Recipients {
		me := d.To.Address != "" && strings.EqualFold(find(r.Props, mapi.TagEmailAddress).Str(), d.To.Address)
		if r.Type == mapi.RecipientBcc && !me && d.To.Name != "" {
			continue
		}
		out.Recipients = append(out.Recipients, r)
		mine = mine || me
		toMe = toMe || me && r.Type == mapi.RecipientTo
		ccMe = ccMe || me && r.Type == mapi.RecipientCc
	}
	out.setDisplayListsAs(m)
	out.Set(mapi.TagMessageToMe, prop.Bool(toMe))
	out.Set(mapi.TagMessageCcMe, prop.Bool(ccMe))
	out.Set(mapi.TagMessageRecipientMe, prop.Bool(mine))
	if d.To.Name != "" {
		for _, t := range append(d.To.Props(msgprops.ReceivedBy()), d.To.Props(msgprops.ReceivedRepresenting())...) {
			out.Set(t.Tag, t.Value)
		}
	}
	flags := mapi.MfUnmodified
	if m.Get(mapi.TagReadReceiptRequested).Bool() {
		flags |= mapi.MfNotifyRead
	}
	return out, flags
}

// setDisplayListsAs numbers rows again and lists their names where some were left out.
func (m *Message) setDisplayListsAs(of *Message) {
	if len(m.Recipients) != len(of.Recipients) {
		rows := make([]store.Recipient, len(m.Recipients))
		for i, r := range m.Recipients {
			rows[i] = store.Recipient{RowID: uint32(i), Type: r.Type, Props: r.Props}
		}
		m.Recipients = rows
		m.setDisplayLists()
	}
}
