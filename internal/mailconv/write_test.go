package mailconv_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/store"
)

// composed is a message as a client makes it: it never was mail.
func composed(class string) *mailconv.Message {
	m := &mailconv.Message{}
	alice := msgprops.Party{Name: "Alice Adams", AddressType: "EX", Address: "/o=mapid/cn=alice"}
	for _, t := range append(alice.Props(msgprops.Sender()), alice.Props(msgprops.SentRepresenting())...) {
		if t.Tag != mapi.TagSenderSmtpAddress && t.Tag != mapi.TagSentRepresentingSmtpAddress {
			m.Set(t.Tag, t.Value)
		}
	}
	m.Set(mapi.TagMessageClass, prop.String(class))
	m.Set(mapi.TagSubject, prop.String("RE: Grüße"))
	m.Set(mapi.TagConversationTopic, prop.String("Grüße"))
	m.Set(mapi.TagConversationIndex, prop.Binary(msgprops.ConversationIndex(134117966450000000, [16]byte{1}, false)))
	m.Set(mapi.TagClientSubmitTime, prop.Time(134117966450000000))
	m.Set(mapi.TagImportance, prop.Uint32(mapi.ImportanceHigh))
	m.Set(mapi.TagSensitivity, prop.Uint32(mapi.SensitivityPrivate))
	for i, who := range []msgprops.Party{msgprops.Outsider("Bob, B.", "bob@elsewhere.test"), {Name: "Team", AddressType: "EX", Address: "/o=mapid/cn=team", SMTP: "team@mapid.test"}} {
		typ := uint32(i + 1)
		m.Recipients = append(m.Recipients, store.Recipient{RowID: uint32(i), Type: typ, Props: who.RecipientProps(uint32(i), typ)})
	}
	return m
}

func TestWriteComposedMessage(t *testing.T) {
	t.Parallel()
	dir := store.NewSnapshot(1, []store.Entry{{MId: 16, Name: "alice", DN: "/o=mapid/cn=alice", DisplayName: "Alice Adams", Mail: "alice@mapid.test"}})
	m := composed("IPM.Note")
	m.Set(mapi.TagBody, prop.String("Grüße\r\n"))
	m.Set(mapi.TagInternetCodepage, prop.Uint32(28591))
	m.Set(mapi.TagReadReceiptRequested, prop.Bool(true))
	var b bytes.Buffer
	if err := mailconv.Write(&b, m, mailconv.WriteOptions{Directory: dir}); err != nil {
		t.Fatal(err)
	}
	const want = "From: Alice Adams <alice@mapid.test>\r\nTo: \"Bob, B.\" <bob@elsewhere.test>\r\nCc: Team <team@mapid.test>\r\n" +
		"Subject: =?utf-8?B?UkU6IEdyw7zDn2U=?=\r\nThread-Topic: =?utf-8?B?R3LDvMOfZQ==?=\r\n" +
		"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nImportance: high\r\nX-Priority: 1 (Highest)\r\nSensitivity: Private\r\n" +
		"Disposition-Notification-To: Alice Adams <alice@mapid.test>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\nR3L832UNCg==\r\n"
	got := b.String()
	if i := strings.Index(got, "Thread-Index: "); i > 0 { // the index is checked by what reads it
		end := strings.Index(got[i:], "\r\n")
		if again := read(t, b.Bytes()).Get(mapi.TagConversationIndex); !again.Equal(m.Get(mapi.TagConversationIndex)) {
			t.Errorf("the conversation index became %v", again)
		}
		got = got[:i] + got[i+end+2:]
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWriteEncapsulatesUnknownAddresses(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := mailconv.Write(&b, composed("IPM.Note"), mailconv.WriteOptions{Domain: "mapid.test"}); err != nil {
		t.Fatal(err)
	}
	if want := "From: Alice Adams <IMCEAEX-_o=mapid_cn=alice@mapid.test>\r\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("got %s", b.String())
	}
}

// TestWriteRTF writes messages whose text is RTF only.
func TestWriteRTF(t *testing.T) {
	t.Parallel()
	compress := func(encapsulate func(*bytes.Buffer) error) string {
		var b bytes.Buffer
		if err := encapsulate(&b); err != nil {
			t.Fatal(err)
		}
		return string(rtf.Store(b.Bytes()))
	}
	for name, c := range map[string]struct{ rtf, plain, html string }{
		"FromHTML": {compress(func(b *bytes.Buffer) error { return rtf.EncapsulateHTML(b, strings.NewReader("<p>Grüße</p>")) }), "Grüße", "<p>Grüße</p>"},
		"FromText": {compress(func(b *bytes.Buffer) error { return rtf.EncapsulateText(b, strings.NewReader("plain Grüße")) }), "plain Grüße", ""},
		"Native":   {string(rtf.Store([]byte(`{\rtf1\ansi bold {\b text}}`))), "bold text", "text"},
	} {
		m := composed("IPM.Note")
		m.Set(mapi.TagRtfCompressed, prop.BinaryString(c.rtf))
		again := read(t, write(t, m))
		if got := strings.TrimSpace(again.Get(mapi.TagBody).Str()); got != c.plain {
			t.Errorf("%s: text %q, want %q", name, got, c.plain)
		}
		if got := again.Get(mapi.TagHtml).Str(); !strings.Contains(got, c.html) || (c.html == "") != (got == "") {
			t.Errorf("%s: HTML %q, want %q", name, got, c.html)
		}
	}
}

func TestWriteReports(t *testing.T) {
	t.Parallel()
	original := composed("IPM.Note")
	original.Set(mapi.TagBody, prop.String("lost"))
	for class, want := range map[string]string{
		"REPORT.IPM.Note.NDR":        "Action: failed\r\nStatus: 5.1.1\r\n",
		"REPORT.IPM.Note.DR":         "Action: delivered\r\nStatus: 2.0.0\r\n",
		"REPORT.IPM.Note.Delayed.DR": "Action: delayed\r\nStatus: 4.0.0\r\n",
		"REPORT.IPM.Note.IPNRN":      "automatic-action/MDN-sent-automatically; displayed\r\n",
		"REPORT.IPM.Note.IPNNRN":     "automatic-action/MDN-sent-automatically; deleted\r\n",
	} {
		m := composed(class)
		m.Set(mapi.TagReportText, prop.String("Sorry."))
		m.Set(mapi.TagParentKey, prop.Binary([]byte{1, 2, 3, 4}))
		m.Set(mapi.TagOriginalMessageId, prop.String("<lost@mapid.test>"))
		m.Recipients = m.Recipients[:1]
		if strings.HasSuffix(class, ".NDR") {
			m.Recipients[0].Props = append(m.Recipients[0].Props, prop.Tagged{Tag: mapi.TagNonDeliveryReportDiagCode, Value: prop.Int32(35)},
				prop.Tagged{Tag: mapi.TagNonDeliveryReportReasonCode, Value: prop.Int32(1)}, prop.Tagged{Tag: mapi.TagSupplementaryInfo, Value: prop.String("<x #5.1.1>")})
		}
		m.Attachments = []mailconv.Attachment{{Method: mapi.AfEmbeddedMessage, Embedded: original}}
		eml := write(t, m)
		again := read(t, eml)
		if got := again.Get(mapi.TagMessageClass).Str(); got != class || !strings.Contains(string(eml), want) || again.Get(mapi.TagBody).Str() != "Sorry." {
			t.Errorf("%s: class %s, there is no %q in\n%s", class, got, want, eml)
		}
		if e := again.Attachments[0].Embedded; e == nil || e.Get(mapi.TagBody).Str() != "lost" {
			t.Errorf("%s: the message reported on is gone", class)
		}
		if strings.HasSuffix(class, "RN") && !again.Get(mapi.TagParentKey).Equal(m.Get(mapi.TagParentKey)) {
			t.Errorf("%s: the key became %v", class, again.Get(mapi.TagParentKey))
		}
		if strings.HasSuffix(class, ".NDR") && look(again).Recipients[0]["PidTagNonDeliveryReportDiagCode"] != "35" {
			t.Errorf("got %v", look(again).Recipients)
		}
	}
}

// TestEveryCharset reads text and HTML in each charset that browsers and x/text know.
func TestEveryCharset(t *testing.T) {
	t.Parallel()
	samples := []string{"Grüße", "Привет", "日本語", "한국어", "中文", "ελληνικά", "עברית", "العربية", "ไทย", "žluť", "plain"}
	tried := 0
	for _, name := range charsets {
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			bytes, err := e.NewEncoder().String(s)
			if err != nil {
				continue // not in this charset
			}
			if back, err := e.NewDecoder().String(bytes); err != nil || back != s {
				continue
			}
			tried++
			for kind, tag := range map[string]mapi.PropTag{"plain": mapi.TagBody, "html": mapi.TagHtml} {
				m := read(t, []byte(fmt.Sprintf("Subject: =?%s?Q?%s?=\r\nContent-Type: text/%s; charset=%q\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", name, hexed(bytes), kind, name, base64Text(bytes))))
				if got := m.Get(mapi.TagSubject).Str(); got != s {
					t.Errorf("%s: the subject %q became %q", name, s, got)
				}
				got := m.Get(tag).Str()
				if tag == mapi.TagHtml {
					got = decoded(t, m)
				}
				if got != s {
					t.Errorf("%s: text/%s %q became %q", name, kind, s, got)
				}
				checkRoundTrip(t, m)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d texts could be written in any charset", tried)
	}
}

// charsets are the names of the encodings standard that mail may have.
var charsets = []string{
	"utf-8", "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-8-i", "iso-8859-10",
	"iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u", "macintosh", "windows-874", "windows-1250", "windows-1251",
	"windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic", "gbk", "gb18030",
	"big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr", "utf-16be", "utf-16le",
}

func hexed(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "=%02X", s[i])
	}
	return b.String()
}

// decoded is the HTML of a message in the code page that it says.
func decoded(t *testing.T, m *mailconv.Message) string {
	t.Helper()
	var e encoding.Encoding = encoding.Nop
	html := m.Get(mapi.TagHtml).Str()
	name := charsetOf(t, m)
	if name != "utf-8" && name != "us-ascii" {
		var err error
		if e, err = htmlindex.Get(name); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	text, err := e.NewDecoder().String(html)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// charsetOf is the charset that a message is written in.
func charsetOf(t *testing.T, m *mailconv.Message) string {
	t.Helper()
	_, after, ok := strings.Cut(string(write(t, m)), "charset=")
	if !ok {
		t.Fatal("no charset")
	}
	name, _, _ := strings.Cut(after, "\r\n")
	if name == "ks_c_5601-1987" {
		return "euc-kr"
	}
	return strings.Trim(name, `"`)
}

func base64Text(s string) string { return lines(base64.StdEncoding.EncodeToString([]byte(s))) }
