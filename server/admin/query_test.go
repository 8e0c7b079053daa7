package admin

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// mail delivers a mail and returns the id it has with alice.
func (a *api) mail(head string) string {
	a.t.Helper()
	done := call[DeliveredMail](a, "POST", "/api/v1/deliver", body(a.t, NewMail{To: []string{"alice"}, EML: head + "\r\n\r\ntext\r\n"}))
	return done.Messages[0].ID
}

func TestQueriesByRecipientAndHeader(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	call[DeletedMessages](a, "DELETE", "/api/v1/mailboxes/alice/messages", "")
	team := a.mail("From: x@elsewhere.test\r\nTo: The Team <team@mapid.test>\r\nCc: Bob Brown <BOB@mapid.test>\r\nSubject: one\r\nX-Test: First run, 17")
	far := a.mail("From: x@elsewhere.test\r\nTo: someone@far.test\r\nSubject: two\r\nX-Test: second run\r\nX-Test: 18")
	for query, want := range map[string]string{
		"to=bob":                               team,
		"to=bob@mapid.test":                    team,
		"to=team":                              team,
		"to=SOMEONE@far.test":                  far,
		"to=someone":                           "",
		"header=X-Test:+first":                 team,
		"header=x-test:18":                     far,
		"header=Subject:+two&subject=two":      far,
		"header=X-Test:run&subject=two":        far,
		"header=X-Missing":                     "",
		"header=X-Test:run&to=bob&q=ELSEWHERE": team,
	} {
		list := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages?"+query, "")
		if want == "" && list.Total != 0 || want != "" && (list.Total != 1 || list.Messages[0].ID != want) {
			t.Errorf("%s: %d %+v", query, list.Total, list.Messages)
		}
		if want == "" {
			continue
		}
		if e := call[Event](a, "GET", "/api/v1/wait?for=message&user=alice&folder=Inbox&"+query, ""); e.Message.ID != want {
			t.Errorf("wait for %s: %+v", query, e.Message)
		}
	}
	both := call[MessageList](a, "GET", "/api/v1/mailboxes/alice/messages?header=X-Test", "")
	if both.Total != 2 {
		t.Errorf("%d messages with the field, want 2", both.Total)
	}
	a.refused(400, "GET", "/api/v1/mailboxes/alice/messages?header="+url.QueryEscape(": x"), "", nil)
	a.refused(400, "GET", "/api/v1/wait?for=message&user=alice&header=:", "", nil)
}

func TestWaitForARecipientAndAHeader(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	call[DeletedMessages](a, "DELETE", "/api/v1/mailboxes/alice/messages", "")
	to := a.parked("for=message&user=alice&folder=Inbox&to=carol&timeout=60s")
	header := a.parked("for=message&user=alice&timeout=60s&header=" + url.QueryEscape("X-Run: 7"))
	a.mail("From: x@elsewhere.test\r\nTo: alice@mapid.test\r\nSubject: not yet\r\nX-Run: 6")
	want := a.mail("From: x@elsewhere.test\r\nTo: alice@mapid.test, carol@mapid.test\r\nSubject: now\r\nX-Run: 7")
	for _, answer := range []func() (int, Event){to, header} {
		if status, e := answer(); status != 200 || e.Message == nil || e.Message.ID != want {
			t.Errorf("%d %+v", status, e.Message)
		}
	}
}

func TestDeleteMessagesByQuery(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	const path = "/api/v1/mailboxes/alice/messages"
	before := call[MessageList](a, "GET", path, "").Total
	for i := range 3 {
		a.mail(fmt.Sprintf("From: x@elsewhere.test\r\nTo: alice@mapid.test\r\nSubject: run %d\r\nX-Run: 9", i))
	}
	if n := call[DeletedMessages](a, "DELETE", path+"?subject=run+1&header=X-Run:9", "").Deleted; n != 1 {
		t.Errorf("by subject and header: %d", n)
	}
	if n := call[DeletedMessages](a, "DELETE", path+"?header=X-Run", "").Deleted; n != 2 {
		t.Errorf("by header: %d", n)
	}
	if n := call[MessageList](a, "GET", path, "").Total; n != before {
		t.Errorf("%d messages, %d before", n, before)
	}
	if n := call[DeletedMessages](a, "DELETE", path+"?folder=Inbox", "").Deleted; n != before {
		t.Errorf("all: %d of %d", n, before)
	}
	if p := a.refused(400, "DELETE", path+"?subjet=x", "", nil); !strings.Contains(p.Detail, `"subjet"`) {
		t.Errorf("detail %q", p.Detail)
	}
	a.refused(404, "DELETE", path+"?folder=nowhere", "", nil)
	a.refused(404, "DELETE", "/api/v1/mailboxes/nobody/messages", "", nil)
}
