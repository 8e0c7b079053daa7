package delivery

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// target is a mailbox, or a mail-enabled public folder, that gets a message once.
type target struct {
	entry *store.Entry
	// named are the types of the recipient rows that name it, not a list it is on.
	named  []uint32
	rows   []store.Recipient // those rows
	report bool              // a delivery report was asked for
	quiet  bool              // no report of failure is wanted
}

// stranger is a recipient elsewhere.
type stranger struct {
	address string
	row     store.Recipient
	named   bool // not only a member of a list
}

// failure is a recipient that does not get a message.
type failure struct {
	row   store.Recipient
	error refusal
}

// recipientsOf is what becomes of the rows of a recipient table.
type recipientsOf struct {
	snap    *store.Snapshot
	domain  string
	reports bool // of the whole message
	seen    map[uint32]int
	lists   map[uint32]bool
	away    map[string]bool
	targets []*target
	foreign []stranger
	failed  []failure
}

func newRecipients(snap *store.Snapshot, domain string, reports bool) *recipientsOf {
	return &recipientsOf{snap: snap, domain: domain, reports: reports, seen: map[uint32]int{}, lists: map[uint32]bool{}, away: map[string]bool{}}
}

// add finds who is behind a row. Lists are expanded once, however often they are named, [MS-OXOMSG] 3.3.5.1.
func (x *recipientsOf) add(row store.Recipient) {
	e, smtp := x.find(row.Props)
	switch {
	case e != nil:
		x.entry(e, row, true)
	case smtp == "" && len(addressesOf(row.Props)) > 0:
		x.fail(row, unknown)
	case smtp == "":
		x.fail(row, unresolved)
	case x.local(smtp):
		x.fail(row, unknown)
	default:
		x.elsewhere(smtp, row, true)
	}
}

// find returns the entry that a recipient's properties name, or the address of somebody elsewhere.
func (x *recipientsOf) find(props []prop.Tagged) (*store.Entry, string) {
	smtp := ""
	for _, a := range addressesOf(props) {
		switch {
		case a.dn != "":
			if e := x.snap.ByDN(a.dn); e != nil {
				return e, ""
			}
		case a.smtp != "":
			if e := x.snap.ByMail(a.smtp); e != nil {
				return e, ""
			}
			if dn, ok := encapsulated(a.smtp); ok {
				if e := x.snap.ByDN(dn); e != nil {
					return e, ""
				}
			}
			if smtp == "" {
				smtp = a.smtp
			}
		}
	}
	return nil, smtp
}

// addr is one of the addresses of a party: a legacy DN or an SMTP address.
type addr struct{ dn, smtp string }

// addressesOf lists the addresses of a recipient, the one that counts first, [MS-OXOMSG] 2.2.1.38 ff.: type and address,
// else the entry id, else the SMTP address.
func addressesOf(props []prop.Tagged) []addr { return addressesIn(props, msgprops.RecipientRole()) }

func addressesIn(props []prop.Tagged, role msgprops.Role) (list []addr) {
	list = append(list, typed(textOf(props, role.AddressType), textOf(props, role.Address)))
	if id := valueOf(props, role.EntryID).Bytes(); len(id) > 0 {
		if e, err := msgprops.ParseAddressBookEntryID(id); err == nil {
			list = append(list, addr{dn: e.DN})
		} else if o, err := msgprops.ParseOneOffEntryID(id); err == nil {
			list = append(list, typed(o.AddressType, o.EmailAddress))
		}
	}
	return slices.DeleteFunc(append(list, addr{smtp: textOf(props, role.SMTP)}), func(a addr) bool { return a == addr{} })
}

func typed(kind, address string) addr {
	address = strings.TrimSpace(address)
	switch {
	case strings.EqualFold(kind, "EX"):
		return addr{dn: address}
	case strings.EqualFold(kind, "SMTP"), strings.Contains(address, "@"):
		return addr{smtp: address}
	case strings.HasPrefix(address, "/"):
		return addr{dn: address}
	}
	return addr{}
}

// encapsulated takes a DN out of an address that was made of one, [MS-OXCMAIL] 2.1.3.1.1.
func encapsulated(smtp string) (string, bool) {
	const prefix = "IMCEAEX-"
	at := strings.LastIndexByte(smtp, '@')
	if at < len(prefix) || !strings.EqualFold(smtp[:len(prefix)], prefix) {
		return "", false
	}
	var b strings.Builder
	for text := smtp[len(prefix):at]; text != ""; {
		c := text[0]
		text = text[1:]
		switch {
		case c == '_':
			c = '/'
		case c == '+' && len(text) >= 2:
			if n, err := strconv.ParseUint(text[:2], 16, 8); err == nil {
				c, text = byte(n), text[2:]
			}
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// local reports whether all addresses of the domain of one are known here.
func (x *recipientsOf) local(smtp string) bool {
	_, domain, ok := strings.Cut(smtp, "@")
	return !ok || domain == "" || strings.EqualFold(domain, x.domain)
}

// entry adds an entry of the directory. named says that a row names it, not a list.
func (x *recipientsOf) entry(e *store.Entry, row store.Recipient, named bool) {
	switch e.Kind {
	case store.UserEntry, store.PublicFolderEntry:
		if e.Mailbox == 0 || e.System {
			x.fail(rowFor(e, row, named), unknown)
			return
		}
		x.target(e, row, named)
	case store.ContactEntry:
		switch to := x.snap.ByMail(e.Mail); {
		case to != nil && to.Kind == store.UserEntry: // a contact for somebody who is here
			x.entry(to, row, false)
		case e.Mail == "" || x.local(e.Mail):
			x.fail(rowFor(e, row, named), unknown)
		default:
			x.elsewhere(e.Mail, rowFor(e, row, named), named)
		}
	case store.ListEntry:
		if x.lists[e.MId] {
			return
		}
		x.lists[e.MId] = true
		for _, name := range e.Members {
			if m := x.snap.ByName(name); m != nil {
				x.entry(m, row, false)
			}
		}
	case store.DynamicListEntry:
		if x.lists[e.MId] {
			return
		}
		x.lists[e.MId] = true
		for i := range x.snap.Entries {
			if u := &x.snap.Entries[i]; u.Kind == store.UserEntry && !u.System && u.Enabled {
				x.entry(u, row, false)
			}
		}
	}
}

func (x *recipientsOf) target(e *store.Entry, row store.Recipient, named bool) {
	i, there := x.seen[e.MId]
	if !there {
		i = len(x.targets)
		x.seen[e.MId] = i
		x.targets = append(x.targets, &target{entry: e})
	}
	t := x.targets[i]
	t.report = t.report || x.reports || valueOf(row.Props, mapi.TagOriginatorDeliveryReportRequested).Bool()
	t.quiet = quiet(row)
	if named {
		t.named = append(t.named, row.Type&recipientTypeMask)
		t.rows = append(t.rows, row)
	}
}

// quiet reports whether the sender wants no report of failure for a recipient, PidTagOriginatorNonDeliveryReportRequested.
func quiet(row store.Recipient) bool {
	v := valueOf(row.Props, mapi.TagOriginatorNonDeliveryReportRequested)
	return v.Type() == mapi.PtypBoolean && !v.Bool()
}

// recipientTypeMask is PidTagRecipientType without the flags of resending.
const recipientTypeMask = 0x0F

func (x *recipientsOf) elsewhere(smtp string, row store.Recipient, named bool) {
	if key := strings.ToLower(smtp); !x.away[key] {
		x.away[key] = true
		x.foreign = append(x.foreign, stranger{smtp, row, named})
	}
}

func (x *recipientsOf) fail(row store.Recipient, why refusal) {
	if !quiet(row) {
		x.failed = append(x.failed, failure{row, why})
	}
}

// rowFor is the row of a recipient in a report: the one that names it, or one made for a member of a list.
func rowFor(e *store.Entry, row store.Recipient, named bool) store.Recipient {
	if named {
		return row
	}
	return store.Recipient{Type: mapi.RecipientTo, Props: mailconv.PartyOf(e).RecipientProps(0, mapi.RecipientTo)}
}

// row is the row of a target in a report.
func (t *target) row() store.Recipient {
	if len(t.rows) > 0 {
		return t.rows[0]
	}
	return rowFor(t.entry, store.Recipient{}, false)
}

func (t *target) is(typ uint32) bool { return slices.Contains(t.named, typ) }

// valueOf finds a property in a list, in either string type.
func valueOf(props []prop.Tagged, tag mapi.PropTag) prop.Value {
	for _, p := range props {
		if p.Tag.ID() == tag.ID() && prop.SameType(p.Value.Type(), tag.Type()) {
			return p.Value
		}
	}
	return prop.Value{}
}

func textOf(props []prop.Tagged, tag mapi.PropTag) string { return valueOf(props, tag).Str() }
