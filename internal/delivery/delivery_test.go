package delivery_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const users = `
users:
  - {name: alice, password: x}
  - {name: bob, password: x, quota: {receive: 1}}
  - {name: carol, password: x, enabled: false}
groups:
  - {name: inner, members: [alice, outer]}
  - {name: outer, members: [inner, ext, bob]}
  - {name: everyone, dynamic: true}
contacts: [{name: ext, mail: ext@elsewhere.test}]
`

func open(t *testing.T) *sqlite.Store {
	t.Helper()
	return openWith(t, users)
}

// openWith opens a store with the users of a seed.
func openWith(t *testing.T, users string) *sqlite.Store {
	t.Helper()
	org := seed.Organization{Name: "mapid", AdminGroup: "First", Domain: "mapid.test"}
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off, Replica: org.ReplicaGUID()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	sd, err := seed.Parse("s.yaml", []byte(users), nil)
	if err == nil {
		err = seed.Apply(t.Context(), s, s, sd, seed.Options{Organization: org})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func deliver(t *testing.T, s *sqlite.Store, eml string, to ...string) ([]delivery.Delivered, error) {
	t.Helper()
	return delivery.New(delivery.Options{Store: s, Directory: s, Domain: "mapid.test"}).Deliver(t.Context(), delivery.Mail{To: to, EML: []byte(eml)})
}

// count counts the messages of an Inbox.
func count(t *testing.T, s *sqlite.Store, account string) (n int64) {
	t.Helper()
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf(account)
		if err != nil {
			return err
		}
		f, err := r.Folder(m.Special[store.SpecialInbox])
		n = f.ContentCount
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const hello = "From: x@y\r\nTo: alice@mapid.test\r\nBcc: bob@mapid.test, dave@elsewhere.test\r\nSubject: hello\r\nX-Mine: 1\r\n\r\ntext\r\n"

func TestDeliverExpandsGroupsOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	done, err := deliver(t, s, hello, "outer", "alice", "everyone", "inner@mapid.test")
	if err != nil || len(done) != 2 || done[0].Account != "alice" || done[1].Account != "bob" {
		t.Fatalf("got %+v, %v", done, err)
	}
	if a, b := count(t, s, "alice"), count(t, s, "bob"); a != 1 || b != 1 {
		t.Errorf("alice has %d, bob %d", a, b)
	}
}

func TestDeliveredMessage(t *testing.T) {
	t.Parallel()
	s := open(t)
	done, err := deliver(t, s, hello, "alice", "bob")
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		for i, want := range []struct {
			toMe, recipMe bool
			rows          int
		}{{true, true, 1}, {false, true, 2}} {
			bag := done[i].Message.Bag
			props, err := r.Props(bag, mapi.TagMessageToMe, mapi.TagMessageRecipientMe, mapi.TagReceivedByName, mapi.TagInternetMessageId, mapi.TagSearchKey, mapi.TagConversationIndex)
			if err != nil {
				return err
			}
			got := map[mapi.PropTag]prop.Value{}
			for _, p := range props {
				got[p.Tag] = p.Value
			}
			rows, err := r.Recipients(bag)
			if err != nil {
				return err
			}
			if got[mapi.TagMessageToMe].Bool() != want.toMe || got[mapi.TagMessageRecipientMe].Bool() != want.recipMe || len(rows) != want.rows {
				t.Errorf("%s: %v, %d recipients", done[i].Account, got, len(rows))
			}
			if got[mapi.TagReceivedByName].Str() != done[i].Account || !strings.HasSuffix(got[mapi.TagInternetMessageId].Str(), "@mapid.test>") ||
				len(got[mapi.TagSearchKey].Bytes()) != 16 || len(got[mapi.TagConversationIndex].Bytes()) != 22 {
				t.Errorf("%s: %v", done[i].Account, got)
			}
			ids, err := r.NameIDs(done[i].Message.Mailbox, []prop.Name{{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: "x-mine"}})
			if err != nil {
				return err
			}
			named, err := r.Props(bag, mapi.Tag(ids[0], mapi.PtypString))
			if err != nil || len(named) != 1 || named[0].Value.Str() != "1" {
				t.Errorf("X-Mine: %v, %v", named, err)
			}
			if m := done[i].Message; m.Flags != mapi.MfUnmodified || m.Received == 0 {
				t.Errorf("flags %X, received %v", m.Flags, m.Received)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeliverIntoReceiveFolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	var box store.Mailbox
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) (err error) {
		box, err = r.MailboxOf("alice")
		return err
	})
	if err == nil {
		err = s.Update(t.Context(), store.Scope{Mailboxes: []store.MailboxID{box.ID}}, func(tx store.Tx) error {
			return tx.SetReceiveFolder(box.ID, "REPORT.IPM.Note", box.Special[store.SpecialJunkEmail])
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	report := "Subject: r\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: a/b; displayed\r\n--b--\r\n"
	for eml, want := range map[string]store.Special{hello: store.SpecialInbox, report: store.SpecialJunkEmail} {
		done, err := deliver(t, s, eml, "alice")
		if err != nil || done[0].Message.Folder != box.Special[want] {
			t.Errorf("%.12q went to %v (%v), want %v", eml, done, err, box.Special[want])
		}
	}
}

// TestDeliverAllOrNothing names somebody who gets nothing beside somebody who could: nobody gets anything.
func TestDeliverAllOrNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, c := range map[string]struct {
		to   []string
		eml  string
		want error
	}{
		"Nobody":   {nil, hello, delivery.ErrNobody},
		"Unknown":  {[]string{"alice", "nobody"}, hello, store.ErrNotFound},
		"Outside":  {[]string{"alice", "ext"}, hello, store.ErrNotFound},
		"Disabled": {[]string{"alice", "carol"}, hello, store.ErrDenied},
		"Full":     {[]string{"alice", "bob"}, hello + strings.Repeat("x", 2000), store.ErrQuota},
	} {
		if done, err := deliver(t, s, c.eml, c.to...); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v", name, done, err)
		}
	}
	if n := count(t, s, "alice"); n != 0 {
		t.Errorf("alice has %d messages", n)
	}
}

// TestConversationIndexOfIncomingMail: the layout of the time in it is the version's, [MS-OXOMSG] 2.2.1.3.
func TestConversationIndexOfIncomingMail(t *testing.T) {
	t.Parallel()
	for _, layout := range []bool{false, true} {
		s := open(t)
		e := delivery.New(delivery.Options{Store: s, Directory: s, Domain: "mapid.test", ConversationIndexNew: layout})
		done, err := e.Deliver(t.Context(), delivery.Mail{To: []string{"alice"}, EML: []byte(hello)})
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
			props, err := r.Props(done[0].Message.Bag, mapi.TagConversationIndex)
			if err != nil {
				return err
			}
			shift := map[bool]int{false: 16, true: 24}[layout]
			want := []byte{1}
			for at := 32; at >= 0; at -= 8 {
				want = append(want, byte(uint64(done[0].Message.Received)>>shift>>at))
			}
			if got := props[0].Value.Bytes(); string(got[:6]) != string(want) {
				t.Errorf("new layout %v: % X, want % X", layout, got[:6], want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
