package admin

import (
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"strings"
	"testing"
)

func body(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const testMail = "From: Stranger <stranger@elsewhere.test>\r\nTo: Alice <alice@mapid.test>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nX-Test: here\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nA text.\r\n--b\r\nContent-Type: application/x-test; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--b--\r\n"

func TestDeliver(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(o *Options) { o.Domain = "mapid.test" })
	before := call[MessageList](a, "GET", "/api/v1/mailboxes/bob/messages", "").Total
	got := call[DeliveredMail](a, "POST", "/api/v1/deliver", body(t, NewMail{To: []string{"alice", "team", "ALICE@mapid.test"}, EML: testMail}))
	var users []string
	for _, m := range got.Messages {
		users = append(users, m.User)
	}
	if strings.Join(users, " ") != "alice bob carol" {
		t.Fatalf("delivered to %v", users)
	}
	list := call[MessageList](a, "GET", "/api/v1/mailboxes/bob/messages?q=gr%C3%BC%C3%9Fe", "")
	if len(list.Messages) != 1 || list.Messages[0].From != "Stranger <stranger@elsewhere.test>" || list.Messages[0].Read || !list.Messages[0].Attachments {
		t.Errorf("got %+v", list.Messages)
	}
	if after := call[MessageList](a, "GET", "/api/v1/mailboxes/bob/messages", "").Total; after != before+1 {
		t.Errorf("bob has %d messages more", after-before)
	}
	if m := call[Message](a, "GET", "/api/v1/messages/"+got.Messages[0].ID, ""); m.User != "alice" || m.Folder != got.Messages[0].Folder || len(m.Attachments) != 1 {
		t.Errorf("got %+v", m)
	}
}

func TestDeliverInBase64FromSomebody(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	eml := base64.StdEncoding.EncodeToString([]byte("Subject: caf\xe9\r\n\r\nx\r\n"))
	id := call[DeliveredMail](a, "POST", "/api/v1/deliver", body(t, NewMail{To: []string{"bob"}, From: "alice", EMLBase64: eml})).Messages[0].ID
	list := call[MessageList](a, "GET", "/api/v1/mailboxes/bob/messages?q=caf%C3%A9", "")
	if len(list.Messages) != 1 || list.Messages[0].ID != id || !strings.HasPrefix(list.Messages[0].From, "Alice") {
		t.Errorf("got %+v", list.Messages)
	}
}

func TestDeliverRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for name, c := range map[string]struct {
		status int
		mail   NewMail
		want   string
	}{
		"Nobody":     {400, NewMail{EML: testMail}, "to must name somebody"},
		"NoMail":     {400, NewMail{To: []string{"alice"}}, "there is no mail"},
		"NotBase64":  {400, NewMail{To: []string{"alice"}, EMLBase64: "!"}, "eml_base64 must be base64"},
		"Unknown":    {404, NewMail{To: []string{"alice", "nobody", "x@elsewhere.test"}, EML: testMail}, `recipient "nobody": store: not found; recipient "x@elsewhere.test"`},
		"Sender":     {404, NewMail{To: []string{"alice"}, From: "nobody", EML: "Subject: x\r\n\r\n"}, `nobody is called "nobody"`},
		"HeaderBomb": {400, NewMail{To: []string{"alice"}, EML: strings.Repeat("X: y\r\n", 6000)}, "the header of the mail is too large"},
	} {
		status, _, text := a.do("POST", "/api/v1/deliver", body(t, c.mail), nil)
		var p Problem
		if err := json.Unmarshal(text, &p); err != nil || status != c.status || !strings.Contains(p.Detail, c.want) {
			t.Errorf("%s: status %d, %q (%v), want %d, %q", name, status, p.Detail, err, c.status, c.want)
		}
	}
	if n := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages?q=gr%C3%BC%C3%9Fe", "").Total; n > 1 {
		t.Errorf("refused mail was delivered %d times", n)
	}
}

func TestMessageAsMail(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	id := call[DeliveredMail](a, "POST", "/api/v1/deliver", body(t, NewMail{To: []string{"alice"}, EML: testMail})).Messages[0].ID
	status, header, text := a.do("GET", "/api/v1/messages/"+id+"/eml", "", nil)
	if status != 200 || header.Get("Content-Type") != "message/rfc822" {
		t.Fatalf("status %d, %v", status, header)
	}
	m, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil || m.Header.Get("X-Test") != "here" || m.Header.Get("From") != "Stranger <stranger@elsewhere.test>" || !strings.Contains(string(text), "AAECAw==") {
		t.Errorf("%v\n%s", err, text)
	}
	a.refused(404, "GET", "/api/v1/messages/0001-00000FFFFFFF/eml", "", nil)
	a.refused(404, "GET", "/api/v1/messages/x/eml", "", nil)
}

// TestEveryDemoMessageAsMail reads each message of the demo mailbox as mail, whatever it is.
func TestEveryDemoMessageAsMail(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for _, folder := range []string{"Inbox", "Calendar", "Contacts", "Tasks", "Notes", "Drafts", "Sent%20Items"} {
		for _, m := range call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages?folder="+folder, "").Messages {
			status, _, text := a.do("GET", "/api/v1/messages/"+m.ID+"/eml", "", nil)
			parsed, err := mail.ReadMessage(strings.NewReader(string(text)))
			if status != 200 || err != nil {
				t.Errorf("%s: status %d, %v", m.Subject, status, err)
				continue
			}
			if _, err := parsed.Header.Date(); err != nil && m.Subject != "" {
				t.Errorf("%s: %v", m.Subject, err)
			}
		}
	}
}
