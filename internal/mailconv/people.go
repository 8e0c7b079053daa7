package mailconv

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// fromGroup: From is whom the mail represents, Sender who sent it, each standing in for the other, [MS-OXCMAIL] 2.2.3.1.
var fromGroup = group{
	fields: []string{"From", "Sender"},
	read: func(r *fieldReader) {
		from, sender := r.addresses("From", 1), r.addresses("Sender", 1)
		switch {
		case len(from) == 0 && len(sender) == 0:
			return
		case len(from) == 0:
			from = sender
		case len(sender) == 0:
			sender = from
		}
		for _, t := range partyAt(r.dir, from[0]).Props(msgprops.SentRepresenting()) {
			r.msg.Set(t.Tag, t.Value)
		}
		for _, t := range partyAt(r.dir, sender[0]).Props(msgprops.Sender()) {
			r.msg.Set(t.Tag, t.Value)
		}
	},
	write: func(w *fieldWriter) []string {
		from, ok := w.party(msgprops.SentRepresenting())
		sender, both := w.party(msgprops.Sender())
		switch {
		case !ok && !both:
			return nil
		case !ok:
			from = sender
		case both && !strings.EqualFold(sender.addr, from.addr):
			return []string{from.String(), sender.String()}
		}
		return []string{from.String()}
	},
	same: func(w *fieldWriter) bool {
		return w.sameParty(msgprops.SentRepresenting()) && w.sameParty(msgprops.Sender())
	},
}

// recipientLists are the fields of recipients with their types and the properties that list their names.
var recipientLists = []struct {
	field string
	typ   uint32
	names mapi.PropTag
}{
	{"To", mapi.RecipientTo, mapi.TagDisplayTo}, {"Cc", mapi.RecipientCc, mapi.TagDisplayCc}, {"Bcc", mapi.RecipientBcc, mapi.TagDisplayBcc},
}

// recipientGroup are the recipients, [MS-OXCMAIL] 2.2.3.1.2.
var recipientGroup = group{
	fields: []string{"To", "Cc", "Bcc"},
	read: func(r *fieldReader) {
		for _, l := range recipientLists {
			for _, a := range r.addresses(l.field, r.recipients-len(r.msg.Recipients)) {
				r.msg.addRecipient(partyAt(r.dir, a), l.typ)
			}
		}
		r.msg.setDisplayLists()
	},
	write: func(w *fieldWriter) []string {
		if w.report {
			a, ok := w.party(msgprops.ReceivedRepresenting())
			if !ok {
				return nil
			}
			return []string{a.String()}
		}
		lists := make([]string, len(recipientLists))
		for i, l := range recipientLists {
			lists[i] = formatAddresses(w.recipients(w.msg, l.typ))
		}
		return lists
	},
	same: func(w *fieldWriter) bool {
		if w.report { // its recipients are those that it reports on
			return len(w.header) > 0
		}
		for _, l := range recipientLists {
			if !slices.EqualFunc(w.recipients(w.msg, l.typ), w.recipients(w.came, l.typ), func(a, b address) bool {
				return strings.EqualFold(a.addr, b.addr) && (a.addr != "" || a.name == b.name)
			}) {
				return false
			}
		}
		return true
	},
}

// addRecipient adds a recipient row.
func (m *Message) addRecipient(p msgprops.Party, typ uint32) *store.Recipient {
	row := uint32(len(m.Recipients))
	m.Recipients = append(m.Recipients, store.Recipient{RowID: row, Type: typ, Props: p.RecipientProps(row, typ)})
	return &m.Recipients[row]
}

func (m *Message) setDisplayLists() {
	for _, l := range recipientLists {
		var names []string
		for _, r := range m.Recipients {
			if r.Type == l.typ {
				names = append(names, msgprops.DisplayNameOf(r.Props))
			}
		}
		m.Set(l.names, prop.String(strings.Join(names, "; ")))
	}
}

// replyToGroup is where replies go, [MS-OXCMAIL] 2.2.3.1.3.
var replyToGroup = group{
	fields: []string{"Reply-To"},
	read: func(r *fieldReader) {
		const most = 100
		var ids [][]byte
		var names []string
		for _, a := range r.addresses("Reply-To", most) {
			p := partyAt(r.dir, a)
			ids = append(ids, p.EntryID())
			names = append(names, p.Name)
		}
		if ids != nil {
			r.msg.Set(mapi.TagReplyRecipientEntries, prop.Binary(flatEntries(ids)))
			r.msg.Set(mapi.TagReplyRecipientNames, prop.String(strings.Join(names, ";")))
		}
	},
	write: func(w *fieldWriter) []string { return []string{formatAddresses(w.replyTo(w.msg))} },
	same: func(w *fieldWriter) bool {
		return slices.EqualFunc(w.replyTo(w.msg), w.replyTo(w.came), func(a, b address) bool { return strings.EqualFold(a.addr, b.addr) })
	},
}

// replyTo lists whom replies go to.
func (w *fieldWriter) replyTo(m *Message) (list []address) {
	for _, id := range parseFlatEntries(m.Get(mapi.TagReplyRecipientEntries).Bytes()) {
		if p, ok := partyOfEntryID(id); ok {
			list = append(list, w.smtp(p))
		}
	}
	return list
}

// smtp is a party as mail names it. One of the address book is looked up; if that fails, its DN is written in an address
// that other Exchange servers understand, [MS-OXCMAIL] 2.1.3.1.
func (w *fieldWriter) smtp(p msgprops.Party) address {
	a := address{name: p.Name, addr: p.SMTP}
	switch {
	case a.addr != "":
	case p.AddressType == "SMTP":
		a.addr = p.Address
	case w.options.Directory != nil && w.options.Directory.ByDN(p.Address) != nil:
		e := w.options.Directory.ByDN(p.Address)
		a.addr = e.Mail
		if a.name == "" {
			a.name = e.DisplayName
		}
	case p.Address != "":
		a.addr = encapsulate(p.AddressType, p.Address, w.options.Domain)
	}
	return a
}

// encapsulate writes an address of another type as an SMTP address.
func encapsulate(typ, addr, domain string) string {
	var b strings.Builder
	b.WriteString("IMCEA" + typ + "-")
	for _, c := range []byte(addr) {
		switch {
		case c == '/':
			b.WriteByte('_')
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '=':
			b.WriteByte(c)
		default:
			const hex = "0123456789ABCDEF"
			b.WriteString("+" + string(hex[c>>4]) + string(hex[c&15]))
		}
	}
	if domain == "" {
		domain = "localhost"
	}
	return b.String() + "@" + domain
}

// partyIn reads the party in a role; false if there is none.
func partyIn(props []prop.Tagged, r msgprops.Role) (msgprops.Party, bool) {
	p := msgprops.Party{
		Name: find(props, r.Name).Str(), AddressType: strings.ToUpper(find(props, r.AddressType).Str()), Address: find(props, r.Address).Str(),
		SMTP: find(props, r.SMTP).Str(),
	}
	if p.Address == "" {
		if of, ok := partyOfEntryID(find(props, r.EntryID).Bytes()); ok {
			p.AddressType, p.Address = of.AddressType, of.Address
		}
	}
	return p, p.Name != "" || p.Address != "" || p.SMTP != ""
}

func (w *fieldWriter) party(r msgprops.Role) (address, bool) {
	p, ok := partyIn(w.msg.Props, r)
	return w.smtp(p), ok
}

// sameParty compares somebody with whom the header that came in named. A name counts unless it is the directory's.
func (w *fieldWriter) sameParty(r msgprops.Role) bool {
	p, _ := partyIn(w.msg.Props, r)
	q, _ := partyIn(w.came.Props, r)
	return strings.EqualFold(w.smtp(p).addr, w.smtp(q).addr) && (p.Name == q.Name || p.AddressType == "EX")
}

// recipients lists the recipients of a type.
func (w *fieldWriter) recipients(m *Message, typ uint32) (list []address) {
	const typeMask = 0x0F
	for _, r := range m.Recipients {
		if r.Type&typeMask == typ {
			p, _ := partyIn(r.Props, msgprops.RecipientRole())
			if p.Name == "" {
				p.Name = msgprops.DisplayNameOf(r.Props)
			}
			list = append(list, w.smtp(p))
		}
	}
	return list
}
