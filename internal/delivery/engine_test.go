package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const officeUsers = `
users:
  - {name: alice, password: x}
  - {name: bob, password: x}
  - {name: carol, password: x, quota: {receive: 1}}
`

// office is what sends mail over a store, at a time that the test sets.
type office struct {
	*testing.T
	s *sqlite.Store
	o delivery.Options

	mu     sync.Mutex // guards now and timers
	now    time.Time
	timers chan timer
}

// timer is one that the engine has asked for.
type timer struct {
	after time.Duration
	fires chan time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	f := &office{T: t, s: openWith(t, officeUsers), now: time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC), timers: make(chan timer, 100)}
	f.o = delivery.Options{
		Store: f.s, Directory: f.s, Domain: "mapid.test", Host: "exch01.mapid.test", Outbound: seed.OutboundAccount, Now: f.time,
		Timer: func(d time.Duration) (<-chan time.Time, func()) {
			next := timer{d, make(chan time.Time, 1)}
			f.timers <- next
			return next.fires, func() {}
		},
	}
	return f
}

func (f *office) time() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *office) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// send sends everything that is due.
func (f *office) send() time.Duration {
	f.Helper()
	wait, err := delivery.New(f.o).SendDue(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	return wait
}

func (f *office) mailbox(account string) (box store.Mailbox) {
	f.Helper()
	err := f.s.View(f.Context(), store.Scope{}, func(r store.Reader) (err error) { box, err = r.MailboxOf(account); return err })
	if err != nil {
		f.Fatal(err)
	}
	return box
}

// submit makes a message of alice's and its submission.
func (f *office) submit(after time.Duration, edit func(n *store.NewSubmission), to ...string) (id store.SubmissionID, message store.MessageID) {
	f.Helper()
	box := f.mailbox("alice")
	dir, err := f.s.Snapshot(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	n := store.NewMessage{Folder: box.Special[store.SpecialOutbox], Flags: mapi.MfSubmitted, Props: append(
		mailconv.PartyOf(dir.ByName("alice")).Props(msgprops.Sender()), prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("hello")})}
	for i, who := range to {
		p := msgprops.Outsider("", who)
		n.Recipients = append(n.Recipients, store.Recipient{RowID: uint32(i), Type: mapi.RecipientTo, Props: p.RecipientProps(uint32(i), mapi.RecipientTo)})
	}
	err = f.s.Update(f.Context(), store.Scope{Mailboxes: []store.MailboxID{box.ID}}, func(tx store.Tx) error {
		m, err := tx.CreateMessage(n)
		if err != nil {
			return err
		}
		sub := store.NewSubmission{Mailbox: box.ID, Message: m.ID, Due: mapi.NewFileTime(f.time().Add(after))}
		if edit != nil {
			edit(&sub)
		}
		s, err := tx.Submit(sub)
		id, message = s.ID, m.ID
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return id, message
}

// arrivals tells of new mail.
func (f *office) arrivals() <-chan store.Change {
	ch := make(chan store.Change, 100)
	f.Cleanup(f.s.Changes().Subscribe(func(changes []store.Change) {
		for _, c := range changes {
			if c.Kind == store.NewMail {
				ch <- c
			}
		}
	}))
	return ch
}

// TestRun sends what waited when it started, what is submitted since, and what is to be sent later at its time and not
// before; it waits for a commit or a timer and for nothing else.
func TestRun(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	f.submit(0, nil, "bob@mapid.test")
	mail := f.arrivals()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		delivery.New(f.o).Run(ctx)
		close(ended)
	}()
	bob := f.mailbox("bob").ID
	for _, what := range []string{"what waited", "what came"} {
		if c := <-mail; c.Mailbox != bob {
			t.Errorf("%s: %+v", what, c)
		}
		if what == "what waited" {
			f.submit(0, nil, "bob@mapid.test")
		}
	}
	f.submit(time.Hour, nil, "bob@mapid.test")
	next := <-f.timers
	if next.after != time.Hour || len(mail) != 0 {
		t.Errorf("it waits for %v, %d messages came", next.after, len(mail))
	}
	f.pass(time.Hour)
	next.fires <- f.time()
	if c := <-mail; c.Mailbox != bob {
		t.Errorf("what was to be sent later: %+v", c)
	}
	stop()
	<-ended
	if n := count(t, f.s, "bob"); n != 3 {
		t.Errorf("bob has %d messages", n)
	}
}

// TestSendDuePostpones tries again later what can't be sent for a reason of the server's own, and sends the rest.
func TestSendDuePostpones(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	broken := errors.New("broken")
	f.o.Arrived = func(_ store.Tx, a delivery.Arrival) error {
		if a.To.Name == "bob" && f.time().Minute() == 4 {
			return broken
		}
		return nil
	}
	f.submit(0, nil, "bob@mapid.test", "alice@mapid.test")
	f.submit(0, nil, "alice@mapid.test")
	if wait := f.send(); wait != time.Minute {
		t.Errorf("the next try in %v", wait)
	}
	if a, b := count(t, f.s, "alice"), count(t, f.s, "bob"); a != 1 || b != 0 {
		t.Errorf("alice has %d, bob %d", a, b)
	}
	f.pass(time.Minute)
	if wait := f.send(); wait != -1 {
		t.Errorf("something waits for %v", wait)
	}
	if a, b := count(t, f.s, "alice"), count(t, f.s, "bob"); a != 2 || b != 1 {
		t.Errorf("alice has %d, bob %d", a, b)
	}
}

// TestArrivedMayMoveMail lets what runs at arrival do with the message what it likes.
func TestArrivedMayMoveMail(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	junk := f.mailbox("bob").Special[store.SpecialJunkEmail]
	f.o.Arrived = func(tx store.Tx, a delivery.Arrival) error {
		if a.To.Name != "bob" {
			return nil
		}
		_, err := tx.MoveMessage(a.Message.ID, junk)
		return err
	}
	f.submit(0, nil, "bob@mapid.test", "alice@mapid.test")
	f.send()
	if a, b := count(t, f.s, "alice"), count(t, f.s, "bob"); a != 1 || b != 0 {
		t.Errorf("alice has %d, bob %d in the Inbox", a, b)
	}
	if err := f.s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSendDueLeavesAlone sends nothing that is held, withdrawn, or done with already.
func TestSendDueLeavesAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit   func(n *store.NewSubmission)
		before func(tx store.Tx, id store.SubmissionID, m store.MessageID) error
		left   int
	}{
		"Held":      {func(n *store.NewSubmission) { n.Held = true }, nil, 1},
		"Withdrawn": {nil, func(tx store.Tx, _ store.SubmissionID, m store.MessageID) error { return tx.DeleteMessage(m, false) }, 0},
		"Aborted":   {nil, func(tx store.Tx, id store.SubmissionID, _ store.MessageID) error { return tx.EndSubmission(id) }, 0},
		"Done":      {func(n *store.NewSubmission) { n.Recipients = []store.SubmissionRecipient{{Done: true}} }, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOffice(t)
			id, m := f.submit(0, c.edit, "bob@mapid.test")
			if c.before != nil {
				err := f.s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{f.mailbox("alice").ID}}, func(tx store.Tx) error { return c.before(tx, id, m) })
				if err != nil {
					t.Fatal(err)
				}
			}
			f.send()
			var left []store.SubmissionID
			err := f.s.View(t.Context(), store.Scope{}, func(r store.Reader) (err error) { left, err = r.Submissions(0); return err })
			if n := count(t, f.s, "bob"); n != 0 || len(left) != c.left || err != nil {
				t.Errorf("bob has %d messages, %d submissions are left (%v)", n, len(left), err)
			}
		})
	}
}

// TestReportsGoElsewhere captures the report for a sender who is not here, [MS-OXOMSG] 2.2.2.
func TestReportsGoElsewhere(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	eml := "From: x@elsewhere.test\r\nTo: alice@mapid.test\r\nSubject: hello\r\n\r\n" + strings.Repeat("text\r\n", 400)
	env := delivery.Envelope{From: "x@elsewhere.test", To: []delivery.EnvelopeRecipient{{Address: "alice@mapid.test", Success: true}, {Address: "carol@mapid.test"}}, Data: []byte(eml)}
	if err := delivery.New(f.o).Accept(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	if a, c := count(t, f.s, "alice"), count(t, f.s, "carol"); a != 1 || c != 0 { // whose quota is 1 KiB
		t.Errorf("alice has %d, carol %d", a, c)
	}
	if got := f.subjects(seed.OutboundAccount); got != "Delivered: hello <x@elsewhere.test>, Undeliverable: hello <x@elsewhere.test>" {
		t.Errorf("captured %s", got)
	}
}

// subjects are what a mailbox has, with whom its envelopes name.
func (f *office) subjects(account string) string {
	f.Helper()
	var list []string
	box := f.mailbox(account)
	err := f.s.View(f.Context(), store.Scope{}, func(r store.Reader) error {
		ids, err := r.NameIDs(box.ID, []prop.Name{{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: "x-envelope-to"}})
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: box.Special[store.SpecialInbox]}, []mapi.PropTag{mapi.TagSubject, mapi.Tag(ids[0], mapi.PtypString)},
			func(_ store.MessageID, v []prop.Value) error {
				list = append(list, fmt.Sprint(v[0].Str(), " ", v[1].Str()))
				return nil
			})
	})
	if err != nil {
		f.Fatal(err)
	}
	return strings.Join(list, ", ")
}

// FuzzRecipients submits a message to a recipient with any properties: it is delivered, captured or reported, and the
// submission is over.
func FuzzRecipients(f *testing.F) {
	f.Add("EX", "/o=mapid/ou=First/cn=Recipients/cn=bob", []byte{}, "")
	f.Add("SMTP", "IMCEAEX-_o=mapid+20x@mapid.test", []byte{0, 0, 0, 0}, "a@b@c")
	f.Add("", "", msgprops.OneOffEntryID{DisplayName: "x", AddressType: "SMTP", EmailAddress: "x@y"}.Bytes(), "")
	f.Fuzz(func(t *testing.T, kind, address string, entryID []byte, smtp string) {
		if strings.ToValidUTF8(kind+address+smtp, "") != kind+address+smtp || len(kind)+len(address)+len(entryID)+len(smtp) > 4096 {
			return
		}
		o := newOffice(t)
		id, _ := o.submit(0, nil)
		box := o.mailbox("alice")
		err := o.s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{box.ID}}, func(tx store.Tx) error {
			s, err := tx.Submission(id)
			if err != nil {
				return err
			}
			_, err = tx.SaveMessage(s.Message, store.MessageEdit{ContentEdit: store.ContentEdit{SetRecipients: true, Recipients: []store.Recipient{{Type: 1, Props: []prop.Tagged{
				{Tag: mapi.TagAddressType, Value: prop.String(kind)}, {Tag: mapi.TagEmailAddress, Value: prop.String(address)},
				{Tag: mapi.TagEntryId, Value: prop.Binary(entryID)}, {Tag: mapi.TagSmtpAddress, Value: prop.String(smtp)},
			}}}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.send()
		total := count(t, o.s, "alice") + count(t, o.s, "bob") + count(t, o.s, "carol") + count(t, o.s, seed.OutboundAccount)
		if total == 0 {
			t.Error("nobody got it, and nobody was told")
		}
		if err := o.s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestDeliverToAThousand sends to a list of 1,000 users, who all get the message in one transaction.
func TestDeliverToAThousand(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("users:\n  - {name: alice, password: x}\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  - {name: u%d, password: x}\n", i)
	}
	text.WriteString("groups: [{name: everyone, dynamic: true}]\n")
	f := newOffice(t)
	f.s = openWith(t, text.String())
	f.o.Store, f.o.Directory = f.s, f.s
	commits := make(chan int, 100)
	t.Cleanup(f.s.Changes().Subscribe(func(changes []store.Change) {
		mails := 0
		for _, c := range changes {
			if c.Kind == store.NewMail {
				mails++
			}
		}
		commits <- mails
	}))
	f.submit(0, nil, "everyone@mapid.test")
	<-commits // the submission
	f.send()
	if n := <-commits; n != 1001 {
		t.Errorf("%d mails in the commit", n)
	}
	for _, user := range []string{"alice", "u0", "u999"} {
		if n := count(t, f.s, user); n != 1 {
			t.Errorf("%s has %d messages", user, n)
		}
	}
	if err := f.s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCapturedMailIsMail reads what goes elsewhere as mail, with its envelope.
func TestCapturedMailIsMail(t *testing.T) {
	t.Parallel()
	f := newOffice(t)
	f.submit(0, nil, "x@elsewhere.test", "bob@mapid.test", "y@elsewhere.test")
	f.send()
	box := f.mailbox(seed.OutboundAccount)
	var eml strings.Builder
	err := f.s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		var id store.MessageID
		if err := r.Scan(store.Selection{Folder: box.Special[store.SpecialInbox]}, nil, func(m store.MessageID, _ []prop.Value) error { id = m; return nil }); err != nil {
			return err
		}
		m, err := r.Message(id)
		if err != nil {
			return err
		}
		conv, err := mailconv.Load(r, box.ID, m.Bag)
		if err != nil {
			return err
		}
		return mailconv.Write(&eml, conv, mailconv.WriteOptions{Domain: "mapid.test"})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"X-Envelope-From: <alice@mapid.test>\r\n", "X-Envelope-To: <x@elsewhere.test>, <y@elsewhere.test>\r\n", "Subject: hello\r\n", "bob@mapid.test"} {
		if !strings.Contains(eml.String(), want) {
			t.Errorf("there is no %q in\n%s", want, eml.String())
		}
	}
}
