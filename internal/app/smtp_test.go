package app

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/server/admin"
)

// withSMTP listens on a free port.
func withSMTP(o *Options) { o.Config.Listen.SMTP = 0 }

// smtpClient connects and greets.
func (r *running) smtpClient() *smtp.Client {
	r.t.Helper()
	c, err := smtp.Dial(r.Addresses().SMTP[0])
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// send sends a mail and returns the reply that ended it.
func send(c *smtp.Client, from, mail string, to ...string) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return errors.Join(err, c.Reset())
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(strings.ReplaceAll(mail, "\n", "\r\n"))); err != nil {
		return err
	}
	return w.Close()
}

// want checks a reply.
func want(t *testing.T, err error, code int, text string) {
	t.Helper()
	if reply, ok := errors.AsType[*textproto.Error](err); !ok || reply.Code != code || !strings.Contains(reply.Msg, text) {
		t.Errorf("got %v, want %d with %q", err, code, text)
	}
}

func TestSMTPDelivers(t *testing.T) {
	t.Parallel()
	r := start(t, withSMTP)
	if !strings.Contains(r.banner.String(), "mail by SMTP       "+r.Addresses().SMTP[0]) {
		t.Errorf("the banner does not tell of it:\n%s", r.banner)
	}
	c := r.smtpClient()
	if err := send(c, "x@elsewhere.test", "From: X <x@elsewhere.test>\nTo: Team <team@mapid.test>\nSubject: by SMTP\nX-Run: 5\n\nA text.\n", "team@mapid.test", "ALICE@mapid.test"); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"alice", "bob", "carol"} {
		var e admin.Event
		r.must("GET", "/api/v1/wait?for=message&folder=Inbox&timeout=20s&user="+user+"&header="+url.QueryEscape("X-Run: 5"), "", &e)
		if e.Message == nil || e.Message.Subject != "by SMTP" || e.Message.From != "X <x@elsewhere.test>" || e.Message.Read {
			t.Errorf("%s got %+v", user, e.Message)
		}
		var list admin.MessageList
		r.must("GET", "/api/v1/mailboxes/"+user+"/messages?subject=by+SMTP", "", &list)
		if list.Total != 1 {
			t.Errorf("%s has it %d times", user, list.Total)
		}
	}
}

func TestSMTPRefusesRecipients(t *testing.T) {
	t.Parallel()
	r := start(t, withSMTP)
	r.must("PATCH", "/api/v1/users/bob", `{"enabled": false}`, nil)
	c := r.smtpClient()
	for _, tt := range []struct {
		to   string
		code int
		text string
	}{
		{"nobody@mapid.test", 550, "5.1.1"}, {"healthmailbox@mapid.test", 550, "5.1.1"}, {"bob@mapid.test", 550, "5.2.1"},
		{"someone@far.test", 550, "5.7.54"},
	} {
		want(t, send(c, "x@elsewhere.test", "Subject: x\n\nx\n", tt.to), tt.code, tt.text)
	}
}

func TestSMTPLogOn(t *testing.T) {
	t.Parallel()
	r := start(t, withSMTP)
	for _, user := range []string{"bob", `MAPID\bob`, "BOB@mapid.test"} {
		c := r.smtpClient()
		if err := c.Auth(smtp.PlainAuth("", user, "Password1!", "127.0.0.1")); err != nil {
			t.Errorf("%s: %v", user, err)
			continue
		}
		want(t, send(c, "alice@mapid.test", "Subject: x\n\nx\n", "carol@mapid.test"), 550, "5.7.60")
		if err := send(c, "bob@mapid.test", "Subject: as bob\n\nx\n", "carol@mapid.test"); err != nil {
			t.Errorf("%s: %v", user, err)
		}
	}
	c := r.smtpClient()
	if err := c.Auth(smtp.PlainAuth("", "alice", "Password1!", "127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	if err := send(c, "bob@mapid.test", "Subject: an administrator\n\nx\n", "carol@mapid.test"); err != nil {
		t.Error(err)
	}
	want(t, r.smtpClient().Auth(smtp.PlainAuth("", "alice", "password1!", "127.0.0.1")), 535, "5.7.8")
	want(t, r.smtpClient().Auth(smtp.PlainAuth("", "mallory", "x", "127.0.0.1")), 535, "5.7.8")
}

func TestSMTPUnderTLS(t *testing.T) {
	t.Parallel()
	r := start(t, withSMTP)
	c := r.smtpClient()
	if err := c.StartTLS(&tls.Config{ServerName: "exch01.mapid.test"}); err == nil {
		t.Error("a certificate of its own was believed")
	}
	c = r.smtpClient()
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		t.Fatal(err)
	}
	state, ok := c.TLSConnectionState()
	if !ok || state.PeerCertificates[0].VerifyHostname("exch01.mapid.test") != nil {
		t.Errorf("certificate %+v", state.PeerCertificates)
	}
	if err := send(c, "x@elsewhere.test", "Subject: sealed\n\nx\n", "alice@mapid.test"); err != nil {
		t.Error(err)
	}
}

func TestSMTPPortTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := testConfig(t)
	cfg.Listen.SMTP = config.Port(l.Addr().(*net.TCPAddr).Port)
	if _, err := New(t.Context(), Options{Config: cfg}); err == nil || !strings.Contains(err.Error(), "MAPID_LISTEN_SMTP") {
		t.Errorf("got %v", err)
	}
}

func TestSMTPIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	var out map[string]any
	if got := r.Addresses().SMTP; len(got) != 0 || r.api("GET", "/readyz", "", &out) != http.StatusOK {
		t.Errorf("got %v", got)
	}
}

// inbox lists the messages of a folder of an account, as a class and a subject each, the newest first.
func (r *running) inbox(user string) (list []string) {
	r.t.Helper()
	var got admin.MessageList
	r.must("GET", "/api/v1/mailboxes/"+user+"/messages", "", &got)
	for _, m := range got.Messages {
		list = append(list, m.Class+" "+m.Subject)
	}
	return list
}

// emptied starts a server whose users have empty Inboxes, and bob a mailbox with room for nothing.
func emptied(t *testing.T) *running {
	t.Helper()
	r := start(t, withSMTP)
	for _, user := range []string{"alice", "bob", "carol"} {
		r.must("DELETE", "/api/v1/mailboxes/"+user+"/messages", "", nil)
	}
	r.must("PATCH", "/api/v1/users/bob", `{"quota": {"receive": 1}}`, nil)
	return r
}

func TestSMTPReports(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 990) + "\n" + strings.Repeat("y", 990) + "\n"
	for name, c := range map[string]struct {
		options string // of RCPT
		to      []string
		code    int
		alice   string // what she gets
		carol   string // what the sender gets
	}{
		"Nobody":             {"", []string{"bob@mapid.test"}, 552, "", ""},
		"SomebodyElse":       {"", []string{"bob@mapid.test", "alice@mapid.test"}, 250, "IPM.Note big", "REPORT.IPM.Note.NDR Undeliverable: big"},
		"ReportsNotWanted":   {" NOTIFY=NEVER", []string{"bob@mapid.test", "alice@mapid.test"}, 250, "IPM.Note big", ""},
		"OnSuccess":          {" NOTIFY=SUCCESS", []string{"alice@mapid.test"}, 250, "IPM.Note big", "REPORT.IPM.Note.DR Delivered: big"},
		"OnSuccessOrFailure": {" NOTIFY=SUCCESS,FAILURE", []string{"bob@mapid.test", "alice@mapid.test"}, 250, "IPM.Note big", "REPORT.IPM.Note.NDR Undeliverable: big, REPORT.IPM.Note.DR Delivered: big"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := emptied(t)
			client := r.smtpClient()
			if err := client.Mail("carol@mapid.test"); err != nil {
				t.Fatal(err)
			}
			for _, address := range c.to {
				id, err := client.Text.Cmd("RCPT TO:<%s>%s", address, c.options)
				if err != nil {
					t.Fatal(err)
				}
				client.Text.StartResponse(id)
				if _, _, err := client.Text.ReadResponse(250); err != nil {
					t.Fatal(err)
				}
				client.Text.EndResponse(id)
			}
			w, err := client.Data()
			if err != nil {
				t.Fatal(err)
			}
			w.Write([]byte(strings.ReplaceAll("From: carol@mapid.test\nTo: alice@mapid.test\nSubject: big\n\n"+big, "\n", "\r\n")))
			if err := w.Close(); c.code != 250 {
				want(t, err, c.code, "5.2.2")
			} else if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(r.inbox("alice"), ", "); got != c.alice {
				t.Errorf("alice has %q, want %q", got, c.alice)
			}
			if got := strings.Join(r.inbox("carol"), ", "); got != c.carol {
				t.Errorf("carol has %q, want %q", got, c.carol)
			}
		})
	}
}

func TestSMTPLoopIsRefused(t *testing.T) {
	t.Parallel()
	r := emptied(t)
	want(t, send(r.smtpClient(), "x@elsewhere.test", strings.Repeat("Received: from a by b; Fri, 02 Jan 2026 03:04:05 +0000\n", 40)+"Subject: x\n\nx\n", "alice@mapid.test"), 554, "5.4.6")
	if got := r.inbox("alice"); len(got) != 0 {
		t.Errorf("alice has %q", got)
	}
}

func TestSMTPCapturesWhatGoesElsewhere(t *testing.T) {
	t.Parallel()
	r := emptied(t)
	c := r.smtpClient()
	if err := c.Auth(smtp.PlainAuth("", "carol", "Password1!", "127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	mail := "From: carol@mapid.test\nTo: someone@far.test, alice@mapid.test\nSubject: far\n\nx\n"
	if err := send(c, "carol@mapid.test", mail, "someone@far.test", "hidden@far.test", "alice@mapid.test"); err != nil {
		t.Fatal(err)
	}
	if got := r.inbox("alice"); len(got) != 1 {
		t.Errorf("alice has %q", got)
	}
	var list admin.MessageList
	r.must("GET", "/api/v1/mailboxes/outbound/messages", "", &list)
	if list.Total != 1 || list.Messages[0].Subject != "far" {
		t.Fatalf("captured %+v", list.Messages)
	}
	resp, err := http.Get(r.Addresses().Admin + "/api/v1/messages/" + list.Messages[0].ID + "/eml")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	head, err := textproto.NewReader(bufio.NewReader(resp.Body)).ReadMIMEHeader()
	if err != nil || head.Get("X-Envelope-To") != "<someone@far.test>, <hidden@far.test>" || head.Get("X-Envelope-From") != "<carol@mapid.test>" {
		t.Errorf("%v %v", head, err)
	}
}
