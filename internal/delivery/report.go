package delivery

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Bits of PidTagAutoResponseSuppress, [MS-OXCMAIL] 2.2.3.2.14.
const (
	suppressDelivered = 0x01
	suppressFailed    = 0x02
)

// report tells the sender who got the message, if they asked for that, and who did not.
func (e *Engine) report(tx store.Tx, snap *store.Snapshot, m *mail, got []place) error {
	if m.isReport() || m.sender == nil && m.from == "" {
		return nil
	}
	suppress := uint32(valueOf(m.props, mapi.TagAutoResponseSuppress).Bits())
	var delivered []store.Recipient
	for _, p := range got {
		if p.report && suppress&suppressDelivered == 0 {
			delivered = append(delivered, p.row())
		}
	}
	if len(delivered) > 0 {
		if err := e.sendReport(tx, snap, m, e.receipt(m, tx.Now(), delivered)); err != nil {
			return fmt.Errorf("delivery report: %w", err)
		}
	}
	if len(m.people.failed) == 0 || suppress&suppressFailed != 0 {
		return nil
	}
	drop, err := m.keep(tx)
	if err != nil {
		return err
	}
	n, err := e.bounce(tx, m)
	if err == nil {
		err = e.sendReport(tx, snap, m, n)
	}
	if err == nil {
		err = drop()
	}
	if err != nil {
		return fmt.Errorf("non-delivery report: %w", err)
	}
	return nil
}

// keep stores the message for the time of the transaction, if nobody got it, so that a report can be made of it.
func (m *mail) keep(tx store.Tx) (drop func() error, err error) {
	drop = func() error { return nil }
	if m.source.Bag != 0 {
		return drop, nil
	}
	s, err := tx.Submit(store.NewSubmission{Mailbox: m.sender.Mailbox, Content: m.source.New, Held: true})
	m.source = store.MailSource{Bag: s.Bag}
	return func() error { return tx.EndSubmission(s.ID) }, err
}

// bounce is a non-delivery report, [MS-OXOMSG] 2.2.2: what failed for whom, with the message itself, so that clients can
// offer to send it again.
func (e *Engine) bounce(tx store.Tx, m *mail) (store.NewMessage, error) {
	now := tx.Now()
	n := store.NewMessage{Props: e.about(m.props, msgprops.ReportFailed, now)}
	var text, technical strings.Builder
	text.WriteString("Delivery has failed to these recipients or groups:\r\n")
	fmt.Fprintf(&technical, "\r\nDiagnostic information for administrators:\r\n\r\nGenerating server: %s\r\n", e.opts.Host)
	for i, f := range m.people.failed {
		row := reportRow(uint32(i), f.row)
		name, address := textOf(row.Props, mapi.TagDisplayName), addressText(row.Props)
		diagnostic, reason, code := mailconv.Diagnosis(f.error.status)
		info := fmt.Sprintf("<%s #%s smtp;550 %s %s>", e.opts.Host, f.error.status, f.error.status, f.error.detail)
		setAll(&row.Props, []prop.Tagged{
			{Tag: mapi.TagNonDeliveryReportDiagCode, Value: prop.Int32(diagnostic)}, {Tag: mapi.TagNonDeliveryReportReasonCode, Value: prop.Int32(reason)},
			{Tag: mapi.TagNonDeliveryReportStatusCode, Value: prop.Int32(code)}, {Tag: mapi.TagSupplementaryInfo, Value: prop.String(info)},
			{Tag: mapi.TagRemoteMessageTransferAgent, Value: prop.String(e.opts.Host)}, {Tag: mapi.TagReportTime, Value: prop.Time(now)},
		})
		n.Recipients = append(n.Recipients, row)
		fmt.Fprintf(&text, "\r\n%s\r\n%s\r\n", label(name, address), f.error.text)
		fmt.Fprintf(&technical, "\r\n%s\r\n#550 %s %s ##\r\n", address, f.error.status, f.error.detail)
	}
	n.Props = append(n.Props, e.texts("Undeliverable: ", m.props, n.Recipients, text.String()+technical.String())...)
	original, flags, err := contentOf(tx, m.source.Bag)
	if err != nil {
		return n, err
	}
	n.Edit = &store.ContentEdit{Attachments: []store.AttachmentEdit{{
		Method: mapi.AfEmbeddedMessage, Embedded: &original, EmbeddedFlags: (flags | m.own.Flags | mapi.MfRead) &^ mapi.MfSubmitted,
		Edit: store.Edit{Set: []prop.Tagged{
			{Tag: mapi.TagAttachMethod, Value: prop.Uint32(mapi.AfEmbeddedMessage)}, {Tag: mapi.TagRenderingPosition, Value: prop.Int32(mapi.RenderingNone)},
			{Tag: mapi.TagDisplayName, Value: prop.String(textOf(m.props, mapi.TagSubject))}, {Tag: mapi.TagAttachFlags, Value: prop.Int32(0)},
			{Tag: mapi.TagAttachmentFlags, Value: prop.Int32(0)}, {Tag: mapi.TagAttachmentHidden, Value: prop.Bool(false)},
		}},
	}}}
	return n, nil
}

// receipt is a delivery report, [MS-OXOMSG] 2.2.2.
func (e *Engine) receipt(m *mail, now mapi.FileTime, delivered []store.Recipient) store.NewMessage {
	n := store.NewMessage{Props: e.about(m.props, msgprops.ReportDelivered, now)}
	text := "Your message has been delivered to the following recipients:\r\n"
	for i, r := range delivered {
		row := reportRow(uint32(i), r)
		setAll(&row.Props, []prop.Tagged{
			{Tag: mapi.TagDeliverTime, Value: prop.Time(now)}, {Tag: mapi.TagReportTime, Value: prop.Time(now)},
			{Tag: mapi.TagRemoteMessageTransferAgent, Value: prop.String(e.opts.Host)},
		})
		n.Recipients = append(n.Recipients, row)
		text += "\r\n" + label(textOf(row.Props, mapi.TagDisplayName), addressText(row.Props)) + "\r\n"
	}
	text += "\r\nSubject: " + textOf(m.props, mapi.TagSubject) + "\r\n"
	n.Props = append(n.Props, e.texts("Delivered: ", m.props, n.Recipients, text)...)
	return n
}

// label names a recipient for people.
func label(name, address string) string {
	switch {
	case name == "" || name == address:
		return address
	case address == "":
		return name
	}
	return name + " (" + address + ")"
}

// addressText is the address of a recipient for people.
func addressText(props []prop.Tagged) string {
	text := textOf(props, mapi.TagSmtpAddress)
	for _, a := range addressesOf(props) {
		if text == "" {
			text = a.smtp + a.dn
		}
	}
	return text
}

// reportRow is the row of a recipient in a report: that of the message reported on, as somebody whom it concerns.
func reportRow(id uint32, r store.Recipient) store.Recipient {
	row := store.Recipient{RowID: id, Type: mapi.RecipientTo, Props: slices.Clone(r.Props)}
	set(&row.Props, mapi.TagRecipientType, prop.Uint32(mapi.RecipientTo))
	for tag, v := range map[mapi.PropTag]uint32{mapi.TagObjectType: mapi.ObjectMailUser, mapi.TagDisplayType: mapi.DisplayMailUser} {
		if valueOf(row.Props, tag).IsZero() {
			set(&row.Props, tag, prop.Uint32(v))
		}
	}
	return row
}

func set(props *[]prop.Tagged, tag mapi.PropTag, v prop.Value) {
	for i, p := range *props {
		if p.Tag.ID() == tag.ID() {
			(*props)[i] = prop.Tagged{Tag: tag, Value: v}
			return
		}
	}
	*props = append(*props, prop.Tagged{Tag: tag, Value: v})
}

func setAll(props *[]prop.Tagged, list []prop.Tagged) {
	for _, p := range list {
		set(props, p.Tag, p.Value)
	}
}

// about is what a report of the server's says of the message it is on, and of itself.
func (e *Engine) about(original []prop.Tagged, suffix string, now mapi.FileTime) []prop.Tagged {
	key, id := random(), random()
	props := append(msgprops.ReportOn(original, suffix),
		prop.Tagged{Tag: mapi.TagReportTime, Value: prop.Time(now)}, prop.Tagged{Tag: mapi.TagClientSubmitTime, Value: prop.Time(now)},
		prop.Tagged{Tag: mapi.TagReportingMessageTransferAgent, Value: prop.String("dns;" + e.opts.Host)},
		prop.Tagged{Tag: mapi.TagReportName, Value: prop.String(e.opts.Reporter)},
		prop.Tagged{Tag: mapi.TagSearchKey, Value: prop.Binary(key[:])},
		prop.Tagged{Tag: mapi.TagInternetMessageId, Value: prop.String(fmt.Sprintf("<%x@%s>", id, e.opts.Host))},
		prop.Tagged{Tag: mapi.TagImportance, Value: prop.Uint32(mapi.ImportanceNormal)}, prop.Tagged{Tag: mapi.TagSensitivity, Value: prop.Uint32(mapi.SensitivityNormal)})
	from := msgprops.Outsider(e.opts.Reporter, "postmaster@"+e.opts.Domain)
	return append(append(props, from.Props(msgprops.Sender())...), from.Props(msgprops.SentRepresenting())...)
}

// texts are the subject of a report, what it says to people, and whom it concerns.
func (e *Engine) texts(prefix string, original []prop.Tagged, rows []store.Recipient, text string) []prop.Tagged {
	subject := textOf(original, mapi.TagSubject)
	names := make([]string, len(rows))
	for i := range rows {
		names[i] = msgprops.DisplayNameOf(rows[i].Props)
	}
	return []prop.Tagged{
		{Tag: mapi.TagSubject, Value: prop.String(prefix + subject)}, {Tag: mapi.TagSubjectPrefix, Value: prop.String(prefix)},
		{Tag: mapi.TagNormalizedSubject, Value: prop.String(subject)}, {Tag: mapi.TagDisplayTo, Value: prop.String(strings.Join(names, "; "))},
		{Tag: mapi.TagDisplayCc, Value: prop.String("")}, {Tag: mapi.TagDisplayBcc, Value: prop.String("")},
		{Tag: mapi.TagBody, Value: prop.String(text)}, {Tag: mapi.TagReportText, Value: prop.String(text)},
		{Tag: mapi.TagNativeBody, Value: prop.Uint32(mapi.NativeBodyPlainText)},
	}
}

// sendReport puts a report into the mailbox of who sent the message, or with what goes elsewhere. One that can't be put
// anywhere is dropped: nothing reports on reports.
func (e *Engine) sendReport(tx store.Tx, snap *store.Snapshot, m *mail, n store.NewMessage) error {
	to := m.sender
	if to == nil {
		return e.captureNew(tx, snap, n, m.from)
	}
	var err error
	if n.Folder, err = receiveFolder(tx, to.Mailbox, textOf(n.Props, mapi.TagMessageClass)); err != nil {
		return err
	}
	n.Flags = mapi.MfUnmodified
	n.Props = append(n.Props, prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(tx.Now())})
	n.Props = append(n.Props, (&mail{}).personal(&target{entry: to})...)
	stored, err := tx.CreateMessage(n)
	if err != nil {
		return err
	}
	if err := tx.AnnounceMail(stored.ID); err != nil || e.opts.Arrived == nil {
		return err
	}
	return e.opts.Arrived(tx, Arrival{To: to, Message: stored})
}

// contentOf is what a bag has, so that it can be put into an attachment. Large values are shared.
func contentOf(tx store.Tx, bag store.BagID) (content store.ContentEdit, flags uint32, err error) {
	if content.Edit, flags, err = propsOf(tx, bag); err != nil {
		return content, 0, err
	}
	if content.Recipients, err = tx.Recipients(bag); err != nil {
		return content, 0, err
	}
	content.SetRecipients = len(content.Recipients) > 0
	list, err := tx.Attachments(bag)
	if err != nil {
		return content, 0, err
	}
	for _, a := range list {
		edit := store.AttachmentEdit{Number: a.Number, Method: a.Method}
		if edit.Edit, _, err = propsOf(tx, a.Bag); err != nil {
			return content, 0, err
		}
		if a.Embedded != 0 {
			inner, innerFlags, err := contentOf(tx, a.Embedded)
			if err != nil {
				return content, 0, err
			}
			edit.Embedded, edit.EmbeddedFlags = &inner, innerFlags
		}
		content.Attachments = append(content.Attachments, edit)
	}
	return content, flags, nil
}

func propsOf(tx store.Tx, bag store.BagID) (edit store.Edit, flags uint32, err error) {
	stored, err := tx.Props(bag)
	if err != nil {
		return edit, 0, err
	}
	for _, p := range stored {
		switch {
		case p.Tag == mapi.TagMessageFlags:
			flags = uint32(p.Value.Bits())
		case p.Size == 0:
			edit.Set = append(edit.Set, prop.Tagged{Tag: p.Tag, Value: p.Value})
		default:
			stage, err := tx.StageProp(bag, p.Tag)
			if err != nil {
				return edit, 0, err
			}
			edit.Staged = append(edit.Staged, store.Staged{Tag: p.Tag, Stage: stage})
		}
	}
	return edit, flags, nil
}

func random() (b [16]byte) {
	rand.Read(b[:])
	return b
}
