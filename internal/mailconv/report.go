package mailconv

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// report is the part of a multipart/report that programs read.
type report struct {
	kind string // media type
	text string
	part *part
	at   int // attachments before it
}

// Media types of reports, and the names of the properties that keep what they say in full.
const (
	deliveryStatus    = "message/delivery-status"
	dispositionNotice = "message/disposition-notification"
	deliveryText      = "delivery-status"
	dispositionText   = "disposition-notification"
)

// reportText reports whether a name is that of a property that keeps a report.
func reportText(name string) bool {
	return strings.EqualFold(name, deliveryText) || strings.EqualFold(name, dispositionText)
}

// reportKind is the media type of a part if that is one of a report.
func reportKind(h header) string {
	switch kind := parseParams(h.get("Content-Type")).value; kind {
	case deliveryStatus, "message/global-delivery-status":
		return deliveryStatus
	case dispositionNotice, "message/global-disposition-notification":
		return dispositionNotice
	}
	return ""
}

func isReport(h header) bool { return reportKind(h) != "" }

// report reads the part. A large one stays a file.
func (p *parser) report(c *collector, h header) error {
	const most = 256 << 10
	e := &part{header: h, content: parseParams(h.get("Content-Type")), disposition: parseParams(h.get("Content-Disposition"))}
	s := &spool{stages: p.stages, limit: most}
	if err := p.decode(s, encodingOf(h)); err != nil {
		return err
	}
	content, err := s.content()
	if err != nil {
		return err
	}
	if content.Size > most {
		c.addFile(e, content, e.content.value, "")
		return nil
	}
	c.report = &report{kind: reportKind(h), text: crlf(clean(guess(content.Bytes))), part: e, at: len(c.msg.Attachments)}
	return nil
}

// apply makes the message a report, or adds the part as a file if it says nothing.
func (r *report) apply(c *collector, o ReadOptions) {
	m := c.msg
	ok := false
	if r.kind == deliveryStatus {
		ok = r.delivery(m, o)
	} else {
		ok = r.disposition(m)
	}
	if !ok {
		c.addFile(r.part, Content{Bytes: r.text, Size: int64(len(r.text))}, r.part.content.value, "")
		return
	}
	if c.texts() == 0 {
		m.Set(mapi.TagBody, prop.String(""))
		m.Set(mapi.TagNativeBody, prop.Uint32(mapi.NativeBodyPlainText))
	}
	if at := m.Get(mapi.TagClientSubmitTime); !at.IsZero() {
		m.Set(mapi.TagReportTime, at)
	}
	for _, a := range m.Attachments {
		if a.Embedded == nil {
			continue
		}
		for from, to := range map[mapi.PropTag]mapi.PropTag{
			mapi.TagSubject: mapi.TagOriginalSubject, mapi.TagClientSubmitTime: mapi.TagOriginalSubmitTime, mapi.TagDisplayTo: mapi.TagOriginalDisplayTo,
			mapi.TagDisplayCc: mapi.TagOriginalDisplayCc, mapi.TagInternetMessageId: mapi.TagOriginalMessageId,
		} {
			if v := a.Embedded.Get(from); !v.IsZero() {
				m.SetDefault(to, v)
			}
		}
		break
	}
}

// actions are what happened to a recipient, mildest first, with the suffixes of the message class, [MS-OXCMAIL]
// 2.2.3.7.1.1.
var actions = []struct{ name, suffix string }{
	{"delivered", ".DR"}, {"expanded", ".Expanded.DR"}, {"relayed", ".Relayed.DR"}, {"delayed", ".Delayed.DR"}, {"failed", ".NDR"},
}

func severity(action string) int {
	action, _, _ = strings.Cut(action, " ")
	for i, a := range actions {
		if strings.EqualFold(a.name, action) {
			return i
		}
	}
	return -1
}

// blocks splits the fields of a report: those of the message, and those of each recipient.
func blocks(text string) []header {
	var list []header
	for _, block := range strings.Split(text, "\r\n\r\n") {
		if h := parseHeader(strings.TrimLeft(block, "\r\n") + "\r\n"); len(h) > 0 {
			list = append(list, h)
		}
	}
	return list
}

// typed cuts the type off a value such as "rfc822; bob@mapid.test".
func typed(value string) string {
	if _, v, ok := strings.Cut(value, ";"); ok {
		value = v
	}
	return cleanAddress(decodeWords(value))
}

// delivery makes the message a delivery report, [MS-OXCMAIL] 2.2.3.7.1. Its recipients are those that fared worst.
func (r *report) delivery(m *Message, o ReadOptions) bool {
	list := blocks(r.text)
	worst := -1
	for _, h := range list {
		worst = max(worst, severity(h.get("Action")))
	}
	if worst < 0 {
		return false
	}
	m.Set(mapi.TagMessageClass, prop.String("REPORT.IPM.Note"+actions[worst].suffix))
	m.Set(mapi.TagOriginalMessageClass, prop.String("IPM.Note"))
	m.Named = append(m.Named, Named{headerName(deliveryText), prop.String(r.text)})
	if mta := typed(list[0].get("Reporting-MTA")); mta != "" {
		m.Set(mapi.TagReportingMessageTransferAgent, prop.String(cleanName(list[0].get("Reporting-MTA"))))
	}
	m.Recipients = nil
	for _, h := range list {
		if severity(h.get("Action")) != worst || len(m.Recipients) >= o.Limits.Recipients {
			continue
		}
		who := address{addr: cmp.Or(typed(h.get("Final-Recipient")), typed(h.get("Original-Recipient"))), name: cleanName(decodeWords(h.get("X-Display-Name")))}
		row := m.addRecipient(partyAt(o.Directory, who), mapi.RecipientTo)
		row.Props = append(row.Props, statusProps(h)...)
		if at := m.Get(mapi.TagClientSubmitTime); !at.IsZero() {
			row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagReportTime, Value: at})
			if worst == 0 {
				row.Props = append(row.Props, prop.Tagged{Tag: mapi.TagDeliverTime, Value: at})
			}
		}
	}
	return true
}

// statusProps are the properties that say what happened to a recipient.
func statusProps(h header) (props []prop.Tagged) {
	mta := typed(h.get("Remote-MTA"))
	if mta != "" {
		props = append(props, prop.Tagged{Tag: mapi.TagRemoteMessageTransferAgent, Value: prop.String(mta)})
	}
	kind, subject, detail, ok := parseStatus(h.get("Status"))
	code, _, _ := strings.Cut(h.get("Status"), " ")
	info := cleanName(decodeWords(h.get("X-Supplementary-Info")))
	if info == "" { // [MS-OXCMAIL] 2.2.3.7.1.2
		info = strings.TrimSpace(mta+" #"+cleanName(code)+" "+cleanName(decodeWords(h.get("Diagnostic-Code")))) + ">"
		info = "<" + info
	}
	props = append(props, prop.Tagged{Tag: mapi.TagSupplementaryInfo, Value: prop.String(info)})
	if !ok {
		return props
	}
	props = append(props, prop.Tagged{Tag: mapi.TagNonDeliveryReportStatusCode, Value: prop.Int32(int32(100*kind + 10*subject + detail))})
	if severity(h.get("Action")) != len(actions)-1 {
		return props
	}
	d := diagnosisOf(subject, detail)
	return append(props, prop.Tagged{Tag: mapi.TagNonDeliveryReportDiagCode, Value: prop.Int32(d.diagnostic)},
		prop.Tagged{Tag: mapi.TagNonDeliveryReportReasonCode, Value: prop.Int32(d.reason)})
}

// parseStatus reads "5.1.1". Numbers over 9 have no place in the property and count as 0, [MS-OXCMAIL] 2.2.3.7.1.3.
func parseStatus(s string) (kind, subject, detail int, ok bool) {
	if n, _ := fmt.Sscanf(s, "%d.%d.%d", &kind, &subject, &detail); n != 3 || kind < 2 || kind > 5 {
		return 0, 0, 0, false
	}
	digit := func(n int) int {
		if n < 0 || n > 9 {
			return 0
		}
		return n
	}
	return kind, digit(subject), digit(detail), true
}

// diagnosis is what X.400 calls a status.
type diagnosis struct{ diagnostic, reason int32 }

// diagnoses are those of status codes by subject and detail, [MS-OXCMAIL] 2.2.3.7.1.3; those of detail -1 stand for all
// others of their subject.
var diagnoses = map[[2]int]diagnosis{
	{1, 1}: {35, 1}, {1, 2}: {48, 0}, {1, 3}: {32, 0}, {1, 4}: {1, 0}, {1, 6}: {40, 0}, {1, -1}: {0, 0},
	{2, 2}: {13, 0}, {2, 3}: {13, 0}, {2, 4}: {30, 0}, {2, -1}: {38, 0},
	{3, 2}: {-1, 0}, {3, 3}: {18, 0}, {3, 5}: {18, 0}, {3, 4}: {13, 0}, {3, -1}: {38, 0},
	{4, 0}: {-1, 0}, {4, 4}: {-1, 0}, {4, 3}: {-1, 6}, {4, 6}: {3, 0}, {4, 8}: {3, 0}, {4, 7}: {5, 0}, {4, -1}: {2, 0},
	{5, 3}: {16, 0}, {5, 4}: {11, 0}, {5, -1}: {17, 0},
	{6, 2}: {9, 0}, {6, 3}: {8, 0}, {6, 4}: {25, 0}, {6, 5}: {-1, 2}, {6, -1}: {15, 0},
	{7, 1}: {29, 0}, {7, 2}: {28, 0}, {7, 3}: {26, 0}, {7, -1}: {46, 0},
}

func diagnosisOf(subject, detail int) diagnosis {
	if d, ok := diagnoses[[2]int{subject, detail}]; ok {
		return d
	}
	if d, ok := diagnoses[[2]int{subject, -1}]; ok {
		return d
	}
	return diagnosis{-1, 0}
}

// dispositions are what became of a message, with the suffixes of the message class of the notice.
var dispositions = map[string]string{
	"displayed": ".IPNRN", "dispatched": ".IPNRN", "processed": ".IPNRN", "deleted": ".IPNNRN", "denied": ".IPNNRN", "failed": ".IPNNRN",
}

// disposition makes the message a read or non-read notification, [MS-OXCMAIL] 2.2.3.7.2.
func (r *report) disposition(m *Message) bool {
	h := header{}
	for _, b := range blocks(r.text) {
		h = append(h, b...)
	}
	mode, what, ok := strings.Cut(h.get("Disposition"), ";")
	what, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(what)), "/")
	suffix, known := dispositions[strings.TrimSpace(what)]
	if !ok || !known {
		return false
	}
	m.Set(mapi.TagMessageClass, prop.String("REPORT.IPM.Note"+suffix))
	m.Set(mapi.TagOriginalMessageClass, prop.String("IPM.Note"))
	m.Named = append(m.Named, Named{headerName(dispositionText), prop.String(r.text)})
	m.Set(mapi.TagReportDisposition, prop.String(strings.TrimSpace(what)))
	m.Set(mapi.TagReportDispositionMode, prop.String(cleanName(guess(mode))))
	m.Set(mapi.TagReportText, prop.String(cleanName(guess(h.get("Disposition")))))
	if id := cleanName(guess(h.get("Original-Message-ID"))); id != "" {
		m.Set(mapi.TagOriginalMessageId, prop.String(id))
	}
	if who := cmp.Or(typed(h.get("Original-Recipient")), typed(h.get("Final-Recipient"))); who != "" {
		m.Set(mapi.TagOriginalDisplayTo, prop.String(who))
	}
	var d looseBase64
	if key := d.finish(d.decode(nil, h.get("X-MSExch-Correlation-Key"))); h.get("X-MSExch-Correlation-Key") != "" && len(key) > 0 {
		m.Set(mapi.TagParentKey, prop.Binary(key))
	}
	if at := m.Get(mapi.TagClientSubmitTime); !at.IsZero() {
		m.Set(mapi.TagReceiptTime, at)
	}
	return true
}
