package submit

import (
	"encoding/hex"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Bits of PidTagAutoResponseSuppress, [MS-OXCMAIL] 2.2.3.2.14.
const (
	suppressRead    = 0x04
	suppressNotRead = 0x08
)

// Receipt is what somebody did with a message that its sender wanted to know of.
type Receipt struct {
	By   *store.Entry // whose message it was
	Read bool         // it was read, or else deleted unread
	Now  mapi.FileTime
	ID   [16]byte
	Host string
}

// Message is the receipt, [MS-OXOMSG] 2.2.2; ok is false if nobody gets one. It goes to whom the sender chose, or else to
// the sender.
func (c Receipt) Message(stored []store.Property) (n store.NewMessage, ok bool) {
	r := Request{Props: stored}
	suffix, prefix, done, suppress := msgprops.ReportNotRead, "Not read: ", "was deleted without being read", uint32(suppressNotRead)
	if c.Read {
		suffix, prefix, done, suppress = msgprops.ReportRead, "Read: ", "was read", suppressRead
	}
	to, ok := r.receiver()
	if !ok || uint32(r.get(mapi.TagAutoResponseSuppress).Bits())&suppress != 0 {
		return n, false
	}
	original := make([]prop.Tagged, 0, len(stored))
	for _, p := range stored {
		if p.Size == 0 {
			original = append(original, prop.Tagged{Tag: p.Tag, Value: p.Value})
		}
	}
	subject := r.get(mapi.TagSubject).Str()
	text := "Your message\r\n\r\n   To: " + r.get(mapi.TagDisplayTo).Str() + "\r\n   Subject: " + subject + "\r\n\r\n" + done + " on " +
		c.Now.Time().UTC().Format("2006-01-02 15:04:05 -0700") + ".\r\n"
	from := mailconv.PartyOf(c.By)
	n.Props = append(msgprops.ReportOn(original, suffix), from.Props(msgprops.Sender())...)
	n.Props = append(n.Props, from.Props(msgprops.SentRepresenting())...)
	n.Props = append(n.Props, []prop.Tagged{
		{Tag: mapi.TagSubject, Value: prop.String(prefix + subject)}, {Tag: mapi.TagSubjectPrefix, Value: prop.String(prefix)},
		{Tag: mapi.TagNormalizedSubject, Value: prop.String(subject)}, {Tag: mapi.TagBody, Value: prop.String(text)},
		{Tag: mapi.TagReportText, Value: prop.String(text)}, {Tag: mapi.TagNativeBody, Value: prop.Uint32(mapi.NativeBodyPlainText)},
		{Tag: mapi.TagReportTime, Value: prop.Time(c.Now)}, {Tag: mapi.TagReceiptTime, Value: prop.Time(c.Now)},
		{Tag: mapi.TagClientSubmitTime, Value: prop.Time(c.Now)}, {Tag: mapi.TagDisplayTo, Value: prop.String(to.Name)},
		{Tag: mapi.TagSearchKey, Value: prop.Binary(c.ID[:])}, {Tag: mapi.TagInternetMessageId, Value: prop.String("<" + hex.EncodeToString(c.ID[:]) + "@" + c.Host + ">")},
		{Tag: mapi.TagImportance, Value: prop.Uint32(mapi.ImportanceNormal)}, {Tag: mapi.TagSensitivity, Value: prop.Uint32(mapi.SensitivityNormal)},
	}...)
	n.Recipients = []store.Recipient{{Type: mapi.RecipientTo, Props: to.RecipientProps(0, mapi.RecipientTo)}}
	return n, true
}

// receiver is who gets the receipt of a message.
func (r *Request) receiver() (msgprops.Party, bool) {
	for _, role := range []msgprops.Role{msgprops.ReadReceipt(), msgprops.SentRepresenting(), msgprops.Sender()} {
		p := msgprops.Party{
			Name: r.get(role.Name).Str(), AddressType: r.get(role.AddressType).Str(), Address: r.get(role.Address).Str(), SMTP: r.get(role.SMTP).Str(),
			ObjectType: mapi.ObjectMailUser,
		}
		if id := r.get(role.EntryID).Bytes(); p.Address == "" && len(id) > 0 {
			if e, err := msgprops.ParseAddressBookEntryID(id); err == nil {
				p.AddressType, p.Address = "EX", e.DN
			} else if o, err := msgprops.ParseOneOffEntryID(id); err == nil {
				p.AddressType, p.Address, p.Name = o.AddressType, o.EmailAddress, o.DisplayName
			}
		}
		if p.Address != "" {
			if p.Name == "" {
				p.Name = p.Address
			}
			return p, true
		}
	}
	return msgprops.Party{}, false
}
