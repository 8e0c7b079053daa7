package mailconv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// only picks properties by name.
func only(props map[string]string, names ...string) map[string]string {
	out := map[string]string{}
	for _, n := range names {
		if v, ok := props[n]; ok {
			out[n] = v
		}
	}
	return out
}

// names of keys of want.
func keys(want map[string]string) (list []string) {
	for k := range want {
		list = append(list, k)
	}
	return list
}

// TestReadTexts reads the mails of the corpus and looks at what each is there for. A missing property is "".
func TestReadTexts(t *testing.T) {
	t.Parallel()
	mails := corpus(t)
	for name, want := range map[string]map[string]string{
		"plain": {
			"PidTagBody": "Hello Bob,\r\n\r\n  indented\ttab \r\n\r\nAlice\r\n", "PidTagSubject": "RE: Hello World", "PidTagSubjectPrefix": "RE: ",
			"PidTagNormalizedSubject": "Hello World", "PidTagConversationTopic": "Hello World", "PidTagImportance": "2", "PidTagPriority": "1",
			"PidTagSensitivity": "3", "PidTagReadReceiptRequested": "1", "PidTagReadReceiptSmtpAddress": "alice@mapid.test",
			"PidTagInReplyToId": "<one@mapid.test>", "PidTagInternetReferences": "<zero@mapid.test> <one@mapid.test>",
			"PidTagInternetMessageId": "<plain@mapid.test>", "PidTagDisplayTo": "Bob", "PidTagDisplayCc": "Carol, C.; dave@elsewhere.test",
			"PidTagReplyRecipientNames": "list@mapid.test", "Keywords 0": "red|green", "x-mailer 0": "by hand", "x-custom-thing 0": "first",
			"PidTagAutoResponseSuppress": "48", "PidTagMessageClass": "IPM.Note", "PidTagNativeBody": "1", "PidTagInternetCodepage": "20127",
			"PidTagListUnsubscribe": "<mailto:leave@mapid.test>", "PidTagClientSubmitTime": "134117966450000000",
			"PidTagSenderSmtpAddress": "alice@mapid.test", "PidTagSentRepresentingName": "Alice Adams",
		},
		"quoted_printable": {
			"PidTagSubject": "Grüße aus Köln", "PidTagInternetCodepage": "65001",
			"PidTagBody": "Grüße, a very long line that was folded softly.\r\nTrailing \r\nA bare = sign and =XY and =.\r\n",
		},
		"base64_text": {"PidTagSubject": "日本語", "PidTagBody": "日本語の本文\r\n"},
		"alternative": {
			"PidTagBody": "Preis: 5 €", "PidTagHtml": `"<p>Preis: <b>5 \xa4</b></p>"`, "PidTagInternetCodepage": "28605", "PidTagNativeBody": "3",
		},
		"mhtml":         {"PidTagBodyContentId": "root", "PidTagBodyContentLocation": "http://elsewhere.test/index.html", "PidTagInternetCodepage": "1252"},
		"file_names":    {"PidTagBody": "A paragraph that flows.\r\n> quoted text\r\n>> deeper\r\n-- \r\nstuffed"},
		"iso_2022_jp":   {"PidTagSubject": "日本", "PidTagBody": "日本語のメール\r\n", "PidTagInternetCodepage": "50220"},
		"utf_16":        {"PidTagBody": "Größe €\r\n", "PidTagInternetCodepage": "65001"},
		"ugly_charsets": {"PidTagBody": "naïve", "PidTagSubject": "café and caféé =?broken", "PidTagInternetCodepage": "28592"},
		"ugly_no_header": {
			"PidTagBody": "Just some text without any header at all.\r\nSecond line: with a colon.\r\n", "PidTagSubject": "", "PidTagTransportMessageHeaders": "",
		},
		"ugly_header_only":   {"PidTagBody": "", "PidTagSubject": "nothing else"},
		"ugly_empty":         {"PidTagBody": "", "PidTagSubject": ""},
		"ugly_mbox":          {"PidTagBody": "Text\r\n>From quoted\r\n", "PidTagSubject": "From a mailbox file"},
		"ugly_broken_header": {"PidTagBody": "This line has no colon\r\nX-After: not a header any more\r\n\r\ntext\r\n", "PidTagSubject": "broken"},
		"ugly_folded_first":  {"PidTagBody": " leading blank\r\nSubject: x\r\n\r\ntext\r\n"},
		"ugly_lines":         {"PidTagBody": "one\r\ntwo\r\nthree\r\nfour\r\n"},
		"ugly_nul":           {"PidTagBody": "text \uFFFD more\r\n", "PidTagSubject": "A \uFFFD inside"},
		"ugly_wrong_base64":  {"PidTagBody": "This was never encoded; it has blanks, points and so on."},
		"delivery_failed": {
			"PidTagMessageClass": "REPORT.IPM.Note.NDR", "PidTagReportingMessageTransferAgent": "dns; relay.test", "PidTagOriginalSubject": "Lost",
			"PidTagOriginalMessageId": "<lost@mapid.test>", "PidTagOriginalMessageClass": "IPM.Note", "PidTagReportTime": "134117967000000000",
			"PidTagBody": "I'm sorry to have to inform you that your message could not be delivered.",
		},
		"delivered": {"PidTagMessageClass": "REPORT.IPM.Note.DR"},
		"read_receipt": {
			"PidTagMessageClass": "REPORT.IPM.Note.IPNRN", "PidTagReportDisposition": "displayed", "PidTagOriginalMessageId": "<hello@mapid.test>",
			"PidTagParentKey": `"\x01\x02\x03\x04"`, "PidTagReceiptTime": "134117966450000000",
		},
		"not_read": {"PidTagMessageClass": "REPORT.IPM.Note.IPNNRN", "PidTagReportDisposition": "deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := only(look(read(t, mails[name])).Props, keys(want)...)
			for k, v := range want {
				if v == "" && got[k] == "" {
					delete(want, k)
					delete(got, k)
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// file is an attachment as TestReadAttachments looks at it.
type file struct{ Name, Type, Data, ID, Flags, Hidden string }

func TestReadAttachments(t *testing.T) {
	t.Parallel()
	mails := corpus(t)
	for name, want := range map[string][]file{
		"related": {
			{"one.png", "image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "one@mapid.test", "4", "1"},
			{"ATT00001.gif", "image/gif", "GIF89a\x01\x00\x01\x00\x00\x00\x00,", "two", "4", "1"},
			{"ATT00002.png", "image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00", "", "4", "1"},
			{"ATT00003.png", "image/png", "\x00\x00\x00", "unused", "0", "0"},
			{"report.pdf", "application/pdf", "%PDF-1.4\n", "", "0", "0"},
		},
		"mhtml": {{"ATT00001.dat", "text/css", "body { color: red }", "", "4", "1"}},
		"file_names": {
			{"résumé.doc", "application/octet-stream", "\x00\x01\x02", "", "0", "0"}, {"€ rates.txt", "application/octet-stream", "\x03\x04", "", "0", "0"},
			{"a very long name that goes on and on ü.bin", "application/octet-stream", "\x05", "", "0", "0"},
			{"grüße.txt", "application/octet-stream", "\x06", "", "0", "0"}, {"plain name.txt", "application/octet-stream", "\x07", "", "0", "0"},
			{"path.txt", "text/plain", "raw \xd0\xd2\xc9\xd7\xc5\xd4", "", "0", "0"}, {"ATT00001.dat", "image/x-thing", "\x08\x09", "", "0", "0"},
		},
		"ugly_unterminated": {{"ATT00001.dat", "application/x-thing", "\x00\x01\x02\x03", "", "0", "0"}},
		"ugly_no_boundary":  {{"ATT00001.dat", "application/octet-stream", "--guess\r\n\r\nis this a part?\r\n--guess--\r\n", "", "0", "0"}},
		"ugly_no_parts":     {{"ATT00001.txt", "application/octet-stream", "No delimiter anywhere.\r\n", "", "0", "0"}},
		"ugly_wrong_base64": {
			{"ATT00001.dat", "application/x-junk", "AAEC!!\r\n  AwQ=\r\nBQYH====", "", "0", "0"},
			{"ATT00002.dat", "application/x-odd", "begin 644 a\r\n#86)C\r\n`\r\nend", "", "0", "0"},
		},
		"ugly_same_boundary": {{"ATT00001.txt", "text/plain", "more", "", "0", "0"}},
		"ugly_types": {
			{"x", "application/octet-stream", "odd type", "", "0", "0"}, {"ATT00001.dat", "message/partial", "partial", "", "0", "0"},
			{"ATT00002.dat", "message/external-body", "Content-Type: text/plain\r\n", "", "0", "0"}, {"note.txt", "text/plain", "second text", "", "0", "0"},
			{"winmail.dat", "application/ms-tnef", "x\x9f>\"", "", "0", "0"}, {"ATT00003.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", "", "0", "0"},
		},
		"ugly_lf_only": {{"a.txt", "text/plain", "file\nlines\n", "", "0", "0"}},
		"signed":       {{"signature.asc", "application/pgp-signature", "-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----", "", "0", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []file
			for _, a := range look(read(t, mails[name])).Attachments {
				p := a.Props
				got = append(got, file{
					p["PidTagAttachLongFilename"], p["PidTagAttachMimeTag"], a.Data, p["PidTagAttachContentId"], p["PidTagAttachFlags"], p["PidTagAttachmentHidden"],
				})
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadForwarded(t *testing.T) {
	t.Parallel()
	m := look(read(t, corpus(t)["forwarded"]))
	inner := m.Attachments[0]
	if inner.Embedded == nil || inner.Props["PidTagAttachMethod"] != "5" || inner.Props["PidTagAttachLongFilename"] != "inside.eml" || inner.Embedded.Props["x-inner 0"] != "yes" {
		t.Fatalf("got %+v", inner)
	}
	deep := inner.Embedded.Attachments[0].Embedded
	if deep == nil || deep.Props["PidTagBody"] != "bottom\r\n" || inner.Embedded.Attachments[1].Data != "inner file" {
		t.Errorf("got %+v", inner.Embedded.Attachments)
	}
	digest := look(read(t, corpus(t)["digest"]))
	if len(digest.Attachments) != 2 || digest.Attachments[1].Embedded.Props["PidTagSubject"] != "second" || digest.Props["PidTagBody"] != "not a message" {
		t.Errorf("digest: got %+v", digest)
	}
}

func TestReadPartHeader(t *testing.T) {
	t.Parallel()
	got := look(read(t, corpus(t)["file_names"])).Attachments[6].Props
	want := map[string]string{"x-part-header 0": "kept", "content-language 0": "de", "content-type 0": `foo="b a r"; purpose=test`}
	if d := cmp.Diff(want, only(got, keys(want)...)); d != "" {
		t.Error(d)
	}
	report := look(read(t, corpus(t)["related"])).Attachments[4].Props
	want = map[string]string{"PidTagCreationTime": "134116992000000000", "PidTagLastModificationTime": "134117856000000000", "content-description 0": "The report"}
	if d := cmp.Diff(want, only(report, keys(want)...)); d != "" {
		t.Error(d)
	}
}

func TestReadAddresses(t *testing.T) {
	t.Parallel()
	type who struct{ Name, Address string }
	var got []who
	for _, r := range look(read(t, corpus(t)["ugly_addresses"])).Recipients {
		got = append(got, who{r["PidTagDisplayName"], r["PidTagEmailAddress"]})
	}
	want := []who{
		{"x@y", "x@y"}, {`Quoted "Q"`, "q@r"}, {"z@z.test", "z@z.test"}, {"more", "c@d"}, {"Mailer Daemon", ""}, {"root", "root"}, {"Jürgen", "j@k"},
		{"bad@@x", "bad@@x"}, {`"a b"@quoted.test`, `"a b"@quoted.test`},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestReadDeliveryStatus looks at a report's recipients: those that fared worst.
func TestReadDeliveryStatus(t *testing.T) {
	t.Parallel()
	m := look(read(t, corpus(t)["delivery_failed"]))
	want := map[string]string{
		"PidTagSmtpAddress": "nobody@elsewhere.test", "PidTagNonDeliveryReportStatusCode": "511", "PidTagNonDeliveryReportDiagCode": "35",
		"PidTagNonDeliveryReportReasonCode": "1", "PidTagRemoteMessageTransferAgent": "mx.elsewhere.test",
		"PidTagSupplementaryInfo": "<mx.elsewhere.test #5.1.1 smtp; 550 5.1.1 <nobody@elsewhere.test>: no such user>", "PidTagReportTime": "134117967000000000",
	}
	if len(m.Recipients) != 1 {
		t.Fatalf("got %d recipients", len(m.Recipients))
	}
	if d := cmp.Diff(want, only(m.Recipients[0], keys(want)...)); d != "" {
		t.Error(d)
	}
	if e := m.Attachments[0].Embedded; e == nil || e.Props["PidTagSubject"] != "Lost" {
		t.Errorf("the message reported on is missing: %+v", m.Attachments)
	}
}

func TestReadActionsAndDispositions(t *testing.T) {
	t.Parallel()
	status := func(kind, fields string) string {
		return "Subject: r\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/" + kind + "\r\n\r\n" + fields + "\r\n--b--\r\n"
	}
	for fields, class := range map[string]string{
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: delivered\r\nStatus: 2.0.0": "REPORT.IPM.Note.DR",
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: expanded\r\nStatus: 2.0.0":  "REPORT.IPM.Note.Expanded.DR",
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: Relayed\r\nStatus: 2.0.0":   "REPORT.IPM.Note.Relayed.DR",
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: delayed\r\nStatus: 4.4.7":   "REPORT.IPM.Note.Delayed.DR",
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: failed (x)\r\nStatus: x":    "REPORT.IPM.Note.NDR",
		"Reporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;a@b\r\nAction: unheard":                    "IPM.Note",
	} {
		m := read(t, []byte(status("delivery-status", fields)))
		if got := m.Get(mapi.TagMessageClass).Str(); got != class {
			t.Errorf("%q: got %s, want %s", fields, got, class)
		}
		checkRoundTrip(t, m)
	}
	for what, class := range map[string]string{
		"displayed": ".IPNRN", "dispatched": ".IPNRN", "processed": ".IPNRN", "deleted": ".IPNNRN", "denied": ".IPNNRN", "failed/error": ".IPNNRN",
	} {
		m := read(t, []byte(status("disposition-notification", "Disposition: a/b; "+what)))
		if got := m.Get(mapi.TagMessageClass).Str(); got != "REPORT.IPM.Note"+class {
			t.Errorf("%s: got %s, want %s", what, got, class)
		}
	}
}

func TestReadFindsTheDirectory(t *testing.T) {
	t.Parallel()
	dir := store.NewSnapshot(1, []store.Entry{
		{MId: 16, Kind: store.UserEntry, Name: "alice", DN: "/o=x/cn=alice", DisplayName: "Alice of the Directory", Mail: "alice@mapid.test"},
		{MId: 17, Kind: store.ListEntry, Name: "team", DN: "/o=x/cn=team", DisplayName: "The Team", Mail: "team@mapid.test", Aliases: []string{"bob@mapid.test"}},
	})
	eml := corpus(t)["plain"]
	m, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	p := look(m)
	want := map[string]string{
		"PidTagSenderAddressType": "EX", "PidTagSenderEmailAddress": "/o=x/cn=alice", "PidTagSenderName": "Alice of the Directory",
		"PidTagSenderSmtpAddress": "alice@mapid.test", "PidTagReadReceiptAddressType": "EX",
	}
	if d := cmp.Diff(want, only(p.Props, keys(want)...)); d != "" {
		t.Error(d)
	}
	if r := p.Recipients[0]; r["PidTagDisplayName"] != "The Team" || r["PidTagDisplayType"] != "1" || r["PidTagObjectType"] != "8" {
		t.Errorf("got %v", r)
	}
	var b strings.Builder
	if err := mailconv.Write(&b, m, mailconv.WriteOptions{Directory: dir}); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); !strings.Contains(out, "From: Alice Adams <alice@mapid.test>\r\nTo: Bob <bob@mapid.test>") {
		t.Errorf("the names in the header changed:\n%s", out)
	}
}

// TestWriteChangedProperties changes what a client may change, and looks for it in the mail.
func TestWriteChangedProperties(t *testing.T) {
	t.Parallel()
	m := read(t, corpus(t)["plain"])
	m.Set(mapi.TagSubject, prop.String("Grüße\r\nX-Injected: no"))
	m.Set(mapi.TagImportance, prop.Uint32(mapi.ImportanceLow))
	m.Set(mapi.TagReadReceiptRequested, prop.Bool(false))
	for _, p := range msgprops.Outsider("Eve, E.", "eve@elsewhere.test").Props(msgprops.SentRepresenting()) {
		m.Set(p.Tag, p.Value)
	}
	m.Recipients = m.Recipients[:1]
	m.Named = append(m.Named, mailconv.Named{Name: prop.Name{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: "x-added"}, Value: prop.String("by a client")})
	out := string(write(t, m))
	for _, want := range []string{
		"Subject: =?utf-8?B?", "Importance: low\r\nX-Priority: 5 (Lowest)\r\n", "From: \"Eve, E.\" <eve@elsewhere.test>\r\nSender: Alice Adams <alice@mapid.test>\r\n",
		"To: Bob <bob@mapid.test>\r\n", "X-Added: by a client\r\n", "X-Custom-Thing: first\r\nX-Custom-Thing: second\r\n", "Received: from a.test",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in\n%s", want, out)
		}
	}
	for _, gone := range []string{"\nX-Injected", "Disposition-Notification-To", "Cc:", "Importance: high"} {
		if strings.Contains(out, gone) {
			t.Errorf("there is %q in\n%s", gone, out)
		}
	}
}
