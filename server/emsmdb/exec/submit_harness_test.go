package exec_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

const mailUsers = `
users:
  - {name: alice, password: x, display_name: Alice Adams}
  - {name: bob, password: x, display_name: Bob Brown}
  - {name: carol, password: x, quota: {receive: 8}}
  - {name: dave, password: x, enabled: false}
  - {name: erin, password: x, quota: {send: 1}}
groups:
  - {name: inner, members: [alice, outer]}
  - {name: outer, members: [inner, ext, bob, dave]}
  - {name: everyone, dynamic: true}
contacts: [{name: ext, mail: ext@elsewhere.test}]
public_folders: [{path: News/Local, name: local, mail_enabled: true}]
`

// mailWorld is a world with the users above, logged on as alice.
func mailWorld(t testing.TB, opts ...option) *world {
	t.Helper()
	sd, err := seed.Parse("mail.yaml", []byte(mailUsers), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, append([]option{withSeed(sd)}, opts...)...)
	one[*rop.LogonResponse](w, logonRequest(dnPrefix+"Recipients/cn="+w.setup.user))
	return w
}

// send sends everything that is due at a time, and returns when something else is.
func (w *world) send(now time.Time) time.Duration {
	w.t.Helper()
	e := delivery.New(delivery.Options{
		Store: w.store, Directory: w.store, Domain: organization.Domain, Host: "exch01.mapid.test", Outbound: seed.OutboundAccount,
		Now: func() time.Time { return now },
	})
	wait, err := e.SendDue(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return wait
}

func (w *world) view(fn func(store.Reader) error) {
	w.t.Helper()
	if err := w.store.View(context.Background(), store.Scope{}, fn); err != nil {
		w.t.Fatal(err)
	}
}

// stocked is a message as the store has it.
type stocked struct {
	store.Message
	props map[mapi.PropTag]prop.Value
	rows  []store.Recipient
}

func (s stocked) text(tag mapi.PropTag) string { return s.props[tag].Str() }

func (w *world) readBag(bag store.BagID) (s stocked) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		list, err := r.Props(bag)
		if err != nil {
			return err
		}
		s.props = map[mapi.PropTag]prop.Value{}
		for _, p := range list {
			s.props[p.Tag] = p.Value
		}
		s.rows, err = r.Recipients(bag)
		return err
	})
	return s
}

// in lists the messages of a special folder of a mailbox.
func (w *world) in(user string, special store.Special) (list []stocked) {
	w.t.Helper()
	var found []store.Message
	w.view(func(r store.Reader) error {
		box, err := r.MailboxOf(user)
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: box.Special[special]}, nil, func(id store.MessageID, _ []prop.Value) error {
			m, err := r.Message(id)
			found = append(found, m)
			return err
		})
	})
	for _, m := range found {
		s := w.readBag(m.Bag)
		s.Message = m
		list = append(list, s)
	}
	return list
}

// sole is the only message of a special folder of a mailbox.
func (w *world) sole(user string, special store.Special) stocked {
	w.t.Helper()
	list := w.in(user, special)
	if len(list) != 1 {
		w.t.Fatalf("%d messages in folder %d of %s", len(list), special, user)
	}
	return list[0]
}

// special is a special folder of the session's user.
func (w *world) special(s store.Special) (id mapi.ID) {
	w.t.Helper()
	w.view(func(r store.Reader) error {
		box, err := r.MailboxOf(w.setup.user)
		id = mapi.NewID(1, uint64(box.Special[s]))
		return err
	})
	return id
}

// internal is a recipient in the address book.
func internal(row uint32, typ uint8, name string) rop.ModifyRecipientRow {
	return rop.ModifyRecipientRow{RowID: row, RecipientType: typ, RecipientRow: &rop.RecipientRow{
		RecipientFlags: rop.RecipientTypeX500 | rop.RecipientUnicode | rop.RecipientHasDisplayName, X500DN: dnPrefix + "Recipients/cn=" + name, DisplayName: name,
	}}
}

// outside is a recipient with an SMTP address.
func outside(row uint32, typ uint8, address string) rop.ModifyRecipientRow {
	return rop.ModifyRecipientRow{RowID: row, RecipientType: typ, RecipientRow: smtpRow(address, address)}
}

// compose makes a message in the Outbox at index 3, and does not save it.
func (w *world) compose(props []prop.Tagged, to ...rop.ModifyRecipientRow) {
	w.t.Helper()
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: w.special(store.SpecialOutbox)})
	w.set(3, append([]prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String("hello")}, {Tag: mapi.TagBody, Value: prop.String("text")}}, props...)...)
	if len(to) > 0 {
		w.modify(nil, to...)
	}
}

func submitRequest(flags uint8) *rop.SubmitMessageRequest {
	return &rop.SubmitMessageRequest{In: in(3), SubmitFlags: flags}
}

// submit composes a message and submits it.
func (w *world) submit(props []prop.Tagged, to ...rop.ModifyRecipientRow) mapi.ID {
	w.t.Helper()
	w.compose(props, to...)
	id := w.save(3)
	one[*rop.SubmitMessageResponse](w, submitRequest(mapi.SubmitNone))
	return id
}

func yes(tag mapi.PropTag) prop.Tagged { return prop.Tagged{Tag: tag, Value: prop.Bool(true)} }

// setAttribute gives an entry of the directory an attribute.
func (w *world) setAttribute(name, attribute string, values ...string) {
	w.t.Helper()
	e := *w.entry(name)
	e.Attributes = maps.Clone(e.Attributes)
	if e.Attributes == nil {
		e.Attributes = map[string][]string{}
	}
	e.Attributes[attribute] = values
	w.putEntry(e)
}

func (w *world) putEntry(e store.Entry) {
	w.t.Helper()
	err := w.store.Update(context.Background(), store.Scope{Directory: true}, func(tx store.Tx) error {
		_, err := tx.PutEntry(e)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
