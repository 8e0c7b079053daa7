package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mapid/mapid/server/admin"
)

// TestSMTPHostileMail sends mail that is made to cost much. Each is taken or refused with a reply that says why, by the
// client's own session alone, and nothing of what was taken is lost.
func TestSMTPHostileMail(t *testing.T) {
	t.Parallel()
	r := start(t, withSMTP)
	parts := func(n int) string {
		return "Subject: parts\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: text/x-part\n\nx\n", n) + "--b--\n"
	}
	nested := func(depth int) string {
		var b strings.Builder
		b.WriteString("Subject: nested\n")
		for i := range depth {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		b.WriteString("Content-Type: text/plain\n\ndeep down\n")
		for i := depth - 1; i >= 0; i-- {
			fmt.Fprintf(&b, "--b%d--\n", i)
		}
		return b.String()
	}
	forwarded := "Subject: forwarded\nContent-Type: message/rfc822\n\n"
	for name, c := range map[string]struct {
		mail  string
		taken bool
	}{
		"HeaderBomb":       {strings.Repeat("X-A: b\n", 400_000) + "\nx\n", false},
		"EndlessField":     {"Subject: " + strings.Repeat("a\n ", 1_000_000) + "\n\nx\n", false},
		"TenThousandParts": {parts(10_000), true},
		"HundredLevels":    {nested(100), true},
		"HundredForwards":  {strings.Repeat(forwarded, 100) + "Subject: last\n\nx\n", true},
		"ManyRecipients":   {"To: " + strings.Repeat("a@elsewhere.test,\n ", 20_000) + "a@elsewhere.test\n\nx\n", true},
		"EncodedWords":     {"Subject: " + strings.Repeat("=?utf-8?Q?=C3=A4?=\n ", 10_000) + "\n\nx\n", true},
		"Base64Garbage":    {"Content-Transfer-Encoding: base64\n\n" + strings.Repeat("!!!!\n", 100_000), true},
		"NoEnd":            {"Content-Type: multipart/mixed; boundary=b\n\n--b\n", true},
		"Nothing":          {"\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			client := r.smtpClient()
			err := send(client, "x@elsewhere.test", "X-Case: "+name+"\n"+c.mail, "bob@mapid.test")
			if c.taken && err != nil || !c.taken && (err == nil || !strings.Contains(err.Error(), "554")) {
				t.Fatalf("got %v", err)
			}
			if err := send(client, "x@elsewhere.test", "Subject: after "+name+"\n\nx\n", "bob@mapid.test"); err != nil {
				t.Errorf("the session does not go on: %v", err)
			}
			var list admin.MessageList
			r.must("GET", "/api/v1/mailboxes/bob/messages?header=X-Case:"+name, "", &list)
			if taken := list.Total == 1; taken != c.taken {
				t.Errorf("it is there %d times", list.Total)
			}
		})
	}
}
