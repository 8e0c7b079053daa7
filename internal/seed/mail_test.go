package seed_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const hello = "From: Bob <bob@mapid.test>\r\nTo: Alice <alice@mapid.test>, out@elsewhere.test\r\nBcc: carol@mapid.test\r\nSubject: RE: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n" +
	"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nX-Test: yes\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Gr\u00fc\u00dfe</p>\r\n" +
	"--b\r\nContent-Type: application/x-test; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n" +
	"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\ninner text\r\n--b--\r\n"

const mailSeed = `
users:
  - name: alice
    password: x
    display_name: Alice Adams
    messages:
      - {folder: Inbox, eml: mail/hello.eml}
      - {folder: Inbox, eml: mail/hello.eml, received: 2026-02-03T04:05:06Z, read: true}
      - {folder: Sent Items, eml: mail/bare.eml}
      - {folder: Drafts, eml: mail/bare.eml}
  - {name: bob, password: x, display_name: Bob Brown}
  - {name: carol, password: x}
`

func mails() fstest.MapFS {
	return fstest.MapFS{"mail/hello.eml": {Data: []byte(hello)}, "mail/bare.eml": {Data: []byte("no header, just text\n")}}
}

// withMail applies a seed that names mails.
func withMail(t testing.TB, s *sqlite.Store) {
	t.Helper()
	sd, err := seed.Parse("s.yaml", []byte(mailSeed), mails())
	if err != nil {
		t.Fatal(err)
	}
	if err := seed.Apply(t.Context(), s, s, sd, options); err != nil {
		t.Fatal(err)
	}
}

func TestApplyMail(t *testing.T) {
	t.Parallel()
	s := open(t, time.Now())
	withMail(t, s)
	tags := []mapi.PropTag{
		mapi.TagSubject, mapi.TagNormalizedSubject, mapi.TagHtml, mapi.TagSenderAddressType, mapi.TagSenderName, mapi.TagReceivedByName, mapi.TagMessageToMe,
		mapi.TagDisplayTo, mapi.TagDisplayBcc, mapi.TagMessageClass, mapi.TagMessageFlags, mapi.TagMessageDeliveryTime, mapi.TagClientSubmitTime,
	}
	sent := prop.Time(mapi.NewFileTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	want := []prop.Value{
		prop.String("RE: Grüße"), prop.String("Grüße"), prop.BinaryString("<p>Grüße</p>"), prop.String("EX"), prop.String("Bob Brown"), prop.String("Alice Adams"),
		prop.Bool(true), prop.String("Alice Adams; out@elsewhere.test"), prop.String(""), prop.String("IPM.Note"), prop.Uint32(mapi.MfUnmodified), sent, sent,
	}
	inbox := rows(t, s, "alice", store.SpecialInbox, tags...)
	for i, tag := range tags {
		if !inbox[0][i].Equal(want[i]) {
			t.Errorf("%s is %+v, want %+v", tag, inbox[0][i], want[i])
		}
	}
	second := inbox[1]
	if at := second[11].FileTime().Time(); !at.Equal(time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)) || second[10].Bits() != uint64(mapi.MfUnmodified|mapi.MfRead|mapi.MfEverRead) {
		t.Errorf("second: received %v, flags %X", at, second[10].Bits())
	}
	for special, flags := range map[store.Special]uint32{
		store.SpecialSentItems: mapi.MfRead | mapi.MfEverRead | mapi.MfFromMe, store.SpecialDrafts: mapi.MfRead | mapi.MfEverRead | mapi.MfUnsent,
	} {
		got := rows(t, s, "alice", special, mapi.TagMessageFlags, mapi.TagBody, mapi.TagReceivedByName)[0]
		if uint32(got[0].Bits()) != flags || got[1].Str() != "no header, just text\r\n" || !got[2].IsZero() {
			t.Errorf("%v: got %v", special, got)
		}
	}
}

// TestSeededMailReadsBack takes a mail that went into the store out of it again.
func TestSeededMailReadsBack(t *testing.T) {
	t.Parallel()
	s := open(t, time.Now())
	withMail(t, s)
	read(t, s, func(r store.Reader) error {
		box, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		page, err := r.Page(store.Selection{Folder: box.Special[store.SpecialInbox]}, store.Position{}, false, 1)
		if err != nil {
			return err
		}
		stored, err := r.Message(page[0].ID)
		if err != nil {
			return err
		}
		m, err := mailconv.Load(r, box.ID, stored.Bag)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := mailconv.Write(&b, m, mailconv.WriteOptions{Directory: snapshot(t, s)}); err != nil {
			return err
		}
		again, err := mailconv.ReadBytes(b.Bytes(), mailconv.ReadOptions{})
		if err != nil {
			return err
		}
		for _, field := range []string{"From: Bob <bob@mapid.test>\r\n", "Subject: RE: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n", "X-Test: yes\r\n", "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"} {
			if !strings.Contains(b.String(), field) {
				t.Errorf("there is no %q in\n%s", field, b.String())
			}
		}
		if len(again.Attachments) != 2 || again.Attachments[1].Embedded == nil || again.Attachments[1].Embedded.Get(mapi.TagBody).Str() != "inner text" {
			t.Fatalf("got %+v", again.Attachments)
		}
		data, err := io.ReadAll(again.Attachments[0].Content.Open())
		if err != nil || string(data) != "\x00\x01\x02\x03" || again.Get(mapi.TagHtml).Str() != "<p>Grüße</p>" {
			t.Errorf("got %q, %v and %q", data, err, again.Get(mapi.TagHtml).Str())
		}
		return nil
	})
}

func TestMailSeedsAreReproducible(t *testing.T) {
	t.Parallel()
	var dumps [2]bytes.Buffer
	for i := range dumps {
		s := open(t, time.Unix(int64(1e9*(i+1)), 0))
		withMail(t, s)
		dump(t, s, &dumps[i])
	}
	if d := cmp.Diff(dumps[0].String(), dumps[1].String()); d != "" {
		t.Error(d)
	}
}

func TestParseMailRefused(t *testing.T) {
	t.Parallel()
	files := mails()
	files["huge.eml"] = &fstest.MapFile{Data: []byte("Subject: " + strings.Repeat("x", 2<<20))}
	for name, c := range map[string]struct{ message, want string }{
		"Missing":    {"{folder: Inbox, eml: mail/none.eml}", "users[0].messages[0].eml: open mail/none.eml: file does not exist: name a mail"},
		"Outside":    {"{folder: Inbox, eml: ../mail.eml}", `users[0].messages[0].eml: "../mail.eml" lies outside: name a mail`},
		"HeaderBomb": {"{folder: Inbox, eml: huge.eml}", "users[0].messages[0].eml: the header of the mail is too large"},
		"Both":       {"{folder: Inbox, eml: mail/hello.eml, subject: x}", "users[0].messages[0].eml: the mail says who it is from"},
		"NoFolder":   {"{eml: mail/hello.eml}", "users[0].messages[0]: no folder"},
	} {
		_, err := seed.Parse("s.yaml", []byte("users:\n  - name: a\n    messages:\n      - "+c.message+"\n"), files)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
