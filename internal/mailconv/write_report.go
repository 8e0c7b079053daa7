package mailconv

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/store"
)

// reportOf is the media type of the report that a message of a class is, or "", [MS-OXCMAIL] 2.1.3.2.1.
func reportOf(class string) string {
	class = strings.ToUpper(class)
	switch {
	case !strings.HasPrefix(class, "REPORT."):
	case strings.HasSuffix(class, ".NDR"), strings.HasSuffix(class, ".DR"):
		return deliveryStatus
	case strings.HasSuffix(class, ".IPNRN"), strings.HasSuffix(class, ".IPNNRN"):
		return dispositionNotice
	}
	return ""
}

// status is the part of a report that programs read. One that came in is written as it came, if it still says what the
// properties say.
func (w *writer) status(m *Message, kind, class string) *node {
	name, generate := deliveryText, w.deliveryStatus
	if kind == dispositionNotice {
		name, generate = dispositionText, w.dispositionNotice
	}
	text := crlf(findNamed(m.Named, headerName(name)).Str())
	if text == "" || !saysTheSame(m, kind, text) {
		text = generate(m, class)
	}
	n := textNode(kind, "utf-8", text, false)
	if isASCII(text) {
		n.fields.Reset()
		n.field("Content-Type", kind)
		n.field("Content-Transfer-Encoding", textEncoding(text))
	}
	return n
}

// saysTheSame reads a report that came in, and compares what matters.
func saysTheSame(m *Message, kind, text string) bool {
	came := &Message{}
	r := &report{kind: kind, text: text}
	limits := Limits{}.withDefaults()
	limits.Recipients = max(limits.Recipients, len(m.Recipients))
	if kind == dispositionNotice {
		return r.disposition(came) && strings.EqualFold(came.text(mapi.TagMessageClass), m.text(mapi.TagMessageClass)) &&
			came.text(mapi.TagOriginalMessageId) == m.text(mapi.TagOriginalMessageId)
	}
	if !r.delivery(came, ReadOptions{Limits: limits}) || !strings.EqualFold(came.text(mapi.TagMessageClass), m.text(mapi.TagMessageClass)) ||
		len(came.Recipients) != len(m.Recipients) {
		return false
	}
	for i := range came.Recipients {
		a, b := came.Recipients[i].Props, m.Recipients[i].Props
		if find(a, mapi.TagNonDeliveryReportStatusCode).Bits() != find(b, mapi.TagNonDeliveryReportStatusCode).Bits() {
			return false
		}
	}
	return true
}

// deliveryStatus writes a delivery status, [MS-OXCMAIL] 2.1.3.6.1.
func (w *writer) deliveryStatus(m *Message, class string) string {
	var b strings.Builder
	mta := cleanName(m.text(mapi.TagReportingMessageTransferAgent))
	if mta == "" {
		mta = w.options.Host
		if mta == "" {
			mta = "localhost"
		}
	}
	if !strings.Contains(mta, ";") {
		mta = "dns;" + mta
	}
	writeField(&b, "Reporting-MTA", encodeWords(mta))
	action, level := 0, 2
	for i, a := range actions {
		if strings.HasSuffix(strings.ToUpper(class), strings.ToUpper(a.suffix)) {
			action = i
		}
	}
	switch actions[action].name {
	case "failed":
		level = 5
	case "delayed":
		level = 4
	}
	f := &fieldWriter{msg: m, options: w.options}
	for _, r := range m.Recipients {
		b.WriteString("\r\n")
		p, _ := partyIn(r.Props, msgprops.RecipientRole())
		who := f.smtp(p)
		writeField(&b, "Final-Recipient", "rfc822;"+cleanAddress(who.addr))
		writeField(&b, "Action", actions[action].name)
		writeField(&b, "Status", statusOf(r, level))
		if mta := cleanName(find(r.Props, mapi.TagRemoteMessageTransferAgent).Str()); mta != "" {
			writeField(&b, "Remote-MTA", "dns;"+encodeWords(mta))
		}
		if info := cleanName(find(r.Props, mapi.TagSupplementaryInfo).Str()); info != "" {
			writeField(&b, "X-Supplementary-Info", encodeWords(info))
		}
		if name := cleanName(who.name); name != "" && name != who.addr {
			writeField(&b, "X-Display-Name", encodeWords(name))
		}
	}
	return b.String()
}

// statusOf is the status code of a recipient: the one that was given, else the first that has its diagnostic and reason.
func statusOf(r store.Recipient, level int) string {
	if v := int(find(r.Props, mapi.TagNonDeliveryReportStatusCode).Bits()); v >= 200 && v < 600 {
		return fmt.Sprintf("%d.%d.%d", v/100, v/10%10, v%10)
	}
	diag, why := find(r.Props, mapi.TagNonDeliveryReportDiagCode), find(r.Props, mapi.TagNonDeliveryReportReasonCode)
	if !diag.IsZero() {
		for subject := 1; subject <= 7; subject++ {
			for detail := range 10 {
				if d, ok := diagnoses[[2]int{subject, detail}]; ok && int64(d.diagnostic) == diag.Int() && (why.IsZero() || int64(d.reason) == why.Int()) {
					return fmt.Sprintf("%d.%d.%d", level, subject, detail)
				}
			}
		}
		for subject := 1; subject <= 7; subject++ {
			if d := diagnoses[[2]int{subject, -1}]; int64(d.diagnostic) == diag.Int() {
				return fmt.Sprintf("%d.%d.0", level, subject)
			}
		}
	}
	return fmt.Sprintf("%d.0.0", level)
}

// dispositionNotice writes a read or non-read notification, [MS-OXCMAIL] 2.1.3.6.2.
func (w *writer) dispositionNotice(m *Message, class string) string {
	var b strings.Builder
	f := &fieldWriter{msg: m, options: w.options}
	who, ok := f.party(msgprops.Sender())
	if !ok {
		who, _ = f.party(msgprops.SentRepresenting())
	}
	writeField(&b, "Final-Recipient", "rfc822;"+cleanAddress(who.addr))
	what := "displayed"
	if strings.HasSuffix(strings.ToUpper(class), ".IPNNRN") {
		what = "deleted"
	}
	mode := cleanName(m.text(mapi.TagReportDispositionMode))
	if mode == "" {
		mode = "automatic-action/MDN-sent-automatically"
	}
	writeField(&b, "Disposition", encodeWords(mode)+"; "+what)
	if key := m.Get(mapi.TagParentKey).Bytes(); len(key) > 0 {
		writeField(&b, "X-MSExch-Correlation-Key", base64.StdEncoding.EncodeToString(key))
	}
	if id := cleanName(m.text(mapi.TagOriginalMessageId)); id != "" {
		writeField(&b, "Original-Message-ID", encodeWords(id))
	}
	if name := cleanName(who.name); name != "" && name != who.addr {
		writeField(&b, "X-Display-Name", encodeWords(name))
	}
	return b.String()
}
