package seed

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Epoch is when everything in a seed happens that has no time of its own.
var Epoch = time.Date(2026, time.January, 1, 8, 0, 0, 0, time.UTC)

// utf8CodePage is the code page of HTML bodies.
const utf8CodePage = 65001

// builder makes the messages of one mailbox.
type builder struct {
	dir      directory
	owner    msgprops.Party
	key      string // distinguishes the mailbox
	org      Organization
	register func([]prop.Name) ([]uint16, error)
	n        int       // messages made so far
	last     time.Time // when the last one was received
}

func newBuilder(dir directory, owner msgprops.Party, key string, org Organization) *builder {
	return &builder{dir: dir, owner: owner, key: key, org: org, last: Epoch.Add(-time.Minute)}
}

// build makes a message, which still lacks its folder.
func (b *builder) build(m Message, draft, sent bool) (store.NewMessage, error) {
	b.n++
	if m.Mail != nil {
		return b.mail(m, draft, sent)
	}
	at := m.Received
	if at.IsZero() {
		at = b.last.Add(time.Minute)
	}
	b.last = at
	return b.content(m, guid("message", b.key, fmt.Sprint(b.n)), at, draft, sent)
}

// content makes a message or an embedded message. key makes its identifiers different from all others.
func (b *builder) content(m Message, key mapi.GUID, at time.Time, draft, sent bool) (store.NewMessage, error) {
	out := store.NewMessage{}
	received := prop.Time(mapi.NewFileTime(at))
	subject := msgprops.SplitSubject(m.Subject)
	class := m.Class
	if class == "" {
		class = "IPM.Note"
	}
	from, hasFrom := b.dir.find(m.From)
	if !hasFrom && (draft || sent) {
		from, hasFrom = b.owner, true
	}
	out.Props = []prop.Tagged{
		{Tag: mapi.TagMessageClass, Value: prop.String(class)},
		{Tag: mapi.TagSubject, Value: prop.String(m.Subject)},
		{Tag: mapi.TagSubjectPrefix, Value: prop.String(subject.Prefix)},
		{Tag: mapi.TagNormalizedSubject, Value: prop.String(subject.Normalized)},
		{Tag: mapi.TagConversationTopic, Value: prop.String(subject.Normalized)},
		{Tag: mapi.TagConversationIndex, Value: prop.Binary(msgprops.ConversationIndex(mapi.NewFileTime(at), guid("conversation", b.key, subject.Normalized), false))},
		{Tag: mapi.TagImportance, Value: prop.Uint32(mapi.ImportanceNormal)},
		{Tag: mapi.TagPriority, Value: prop.Int32(0)},
		{Tag: mapi.TagSensitivity, Value: prop.Uint32(mapi.SensitivityNormal)},
		{Tag: mapi.TagSearchKey, Value: prop.Binary(key[:])},
		{Tag: mapi.TagInternetMessageId, Value: prop.String("<" + key.String() + "@" + b.org.Domain + ">")},
		{Tag: mapi.TagMessageLocaleId, Value: prop.Int32(defaultLocale)},
		{Tag: mapi.TagMessageDeliveryTime, Value: received},
		{Tag: mapi.TagCreationTime, Value: received},
		{Tag: mapi.TagLastModificationTime, Value: received},
		{Tag: mapi.TagAlternateRecipientAllowed, Value: prop.Bool(true)},
		{Tag: mapi.TagReadReceiptRequested, Value: prop.Bool(false)},
		{Tag: mapi.TagOriginatorDeliveryReportRequested, Value: prop.Bool(false)},
		{Tag: mapi.TagDeleteAfterSubmit, Value: prop.Bool(false)},
	}
	if hasFrom {
		out.Props = append(append(out.Props, from.Props(msgprops.Sender())...), from.Props(msgprops.SentRepresenting())...)
	}
	if !draft {
		out.Props = append(out.Props, prop.Tagged{Tag: mapi.TagClientSubmitTime, Value: received})
	}
	b.recipients(&out, m)
	out.Props = append(out.Props, bodies(m)...)
	out.Props = append(out.Props, m.Props...)
	if err := b.named(&out, m.Named); err != nil {
		return out, err
	}
	out.Flags = flags(m, draft, sent)
	if !draft && !sent {
		out.Props = append(append(out.Props, b.owner.Props(msgprops.ReceivedBy())...), b.owner.Props(msgprops.ReceivedRepresenting())...)
	}
	for i, a := range m.Attachments {
		n, err := b.attachment(a, guid("attachment", key.String(), fmt.Sprint(i)), at)
		if err != nil {
			return out, fmt.Errorf("attachment %q: %w", a.Name, err)
		}
		out.Attachments = append(out.Attachments, n)
	}
	return out, nil
}

// flags are PidTagMessageFlags of a message in a folder for drafts, for mail sent, or in another.
func flags(m Message, draft, sent bool) uint32 {
	switch {
	case draft:
		return mapi.MfRead | mapi.MfEverRead | mapi.MfUnsent
	case sent:
		return mapi.MfRead | mapi.MfEverRead | mapi.MfFromMe
	case m.Read:
		return mapi.MfUnmodified | mapi.MfRead | mapi.MfEverRead
	}
	return mapi.MfUnmodified
}

// mail makes a message of a mail. It was received when the seed says, else when it was sent, else as other messages.
func (b *builder) mail(m Message, draft, sent bool) (store.NewMessage, error) {
	mail, err := mailconv.ReadBytes(m.Mail, mailconv.ReadOptions{Directory: b.dir.snap})
	if err != nil {
		return store.NewMessage{}, err
	}
	at := m.Received
	if date := mail.Get(mapi.TagClientSubmitTime); at.IsZero() && !date.IsZero() {
		at = date.FileTime().Time()
	}
	if at.IsZero() {
		at = b.last.Add(time.Minute)
	}
	b.last = at
	key := guid("message", b.key, fmt.Sprint(b.n))
	subject := mail.Get(mapi.TagNormalizedSubject).Str()
	d := mailconv.Delivery{
		To: b.owner, At: mapi.NewFileTime(at), MessageID: "<" + key.String() + "@" + b.org.Domain + ">",
		Conversation: guid("conversation", b.key, subject), Locale: defaultLocale,
	}
	if draft || sent {
		d.To = msgprops.Party{}
	}
	mail, _ = mail.Delivered(d)
	mail.SetDefault(mapi.TagCreationTime, prop.Time(d.At))
	mail.SetDefault(mapi.TagLastModificationTime, prop.Time(d.At))
	n := 0
	return mail.New(b.register, func() [16]byte {
		n++
		return guid("mail", key.String(), fmt.Sprint(n))
	}, flags(m, draft, sent))
}

// named adds named properties under the ids the mailbox has for them.
func (b *builder) named(out *store.NewMessage, named []NamedValue) error {
	if len(named) == 0 {
		return nil
	}
	names := make([]prop.Name, len(named))
	for i, n := range named {
		names[i] = n.Name
	}
	ids, err := b.register(names)
	for i, id := range ids {
		out.Props = append(out.Props, prop.Tagged{Tag: mapi.Tag(id, named[i].Value.Type()), Value: named[i].Value})
	}
	return err
}

// recipients adds the recipient rows and what is said of them on the message.
func (b *builder) recipients(out *store.NewMessage, m Message) {
	toMe, ccMe := false, false
	for _, list := range []struct {
		who  []string
		typ  uint32
		tag  mapi.PropTag
		mine *bool
	}{
		{m.To, mapi.RecipientTo, mapi.TagDisplayTo, &toMe}, {m.Cc, mapi.RecipientCc, mapi.TagDisplayCc, &ccMe},
		{m.Bcc, mapi.RecipientBcc, mapi.TagDisplayBcc, new(bool)},
	} {
		names := make([]string, 0, len(list.who))
		for _, who := range list.who {
			p, ok := b.dir.find(who)
			if !ok {
				continue // checkReferences has refused it
			}
			row := uint32(len(out.Recipients))
			out.Recipients = append(out.Recipients, store.Recipient{RowID: row, Type: list.typ, Props: p.RecipientProps(row, list.typ)})
			names = append(names, p.Name)
			*list.mine = *list.mine || p.Address == b.owner.Address
		}
		out.Props = append(out.Props, prop.Tagged{Tag: list.tag, Value: prop.String(strings.Join(names, "; "))})
	}
	out.Props = append(out.Props, prop.Tagged{Tag: mapi.TagMessageToMe, Value: prop.Bool(toMe)},
		prop.Tagged{Tag: mapi.TagMessageCcMe, Value: prop.Bool(ccMe)}, prop.Tagged{Tag: mapi.TagMessageRecipientMe, Value: prop.Bool(toMe || ccMe)})
}

// bodies are the text properties, [MS-OXCMSG] 2.2.1.58.
func bodies(m Message) []prop.Tagged {
	var props []prop.Tagged
	native := mapi.NativeBodyPlainText
	if m.Body != "" || m.HTML == "" {
		props = append(props, prop.Tagged{Tag: mapi.TagBody, Value: prop.String(crlf(m.Body))})
	}
	if m.HTML != "" {
		native = mapi.NativeBodyHTML
		props = append(props, prop.Tagged{Tag: mapi.TagHtml, Value: prop.BinaryString(crlf(m.HTML))})
	}
	return append(props, prop.Tagged{Tag: mapi.TagNativeBody, Value: prop.Uint32(native)},
		prop.Tagged{Tag: mapi.TagInternetCodepage, Value: prop.Int32(utf8CodePage)}, prop.Tagged{Tag: mapi.TagRtfInSync, Value: prop.Bool(false)})
}

// crlf ends lines as mail does.
func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// attachment makes a file or an embedded message, [MS-OXCMSG] 2.2.2.
func (b *builder) attachment(a Attachment, key mapi.GUID, at time.Time) (store.NewAttachment, error) {
	when := prop.Time(mapi.NewFileTime(at))
	out := store.NewAttachment{Method: mapi.AfByValue, Props: []prop.Tagged{
		{Tag: mapi.TagDisplayName, Value: prop.String(a.Name)},
		{Tag: mapi.TagRenderingPosition, Value: prop.Int32(mapi.RenderingNone)},
		{Tag: mapi.TagAttachFlags, Value: prop.Int32(0)},
		{Tag: mapi.TagAttachmentFlags, Value: prop.Int32(0)},
		{Tag: mapi.TagAttachmentHidden, Value: prop.Bool(false)},
		{Tag: mapi.TagCreationTime, Value: when},
		{Tag: mapi.TagLastModificationTime, Value: when},
	}}
	if a.Embedded != nil {
		out.Method = mapi.AfEmbeddedMessage
		m, err := b.content(*a.Embedded, key, at, false, false)
		out.Embedded = &m
		out.Props = append(out.Props, prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(out.Method)})
		return out, err
	}
	ext := path.Ext(a.Name)
	out.Props = append(out.Props,
		prop.Tagged{Tag: mapi.TagAttachMethod, Value: prop.Uint32(out.Method)},
		prop.Tagged{Tag: mapi.TagAttachLongFilename, Value: prop.String(a.Name)},
		prop.Tagged{Tag: mapi.TagAttachFilename, Value: prop.String(msgprops.ShortFileName(a.Name))},
		prop.Tagged{Tag: mapi.TagAttachExtension, Value: prop.String(ext)},
		prop.Tagged{Tag: mapi.TagAttachMimeTag, Value: prop.String(mediaType(ext))},
		prop.Tagged{Tag: mapi.TagAttachDataBinary, Value: prop.BinaryString(a.Content)},
	)
	return out, nil
}

// mediaTypes are those of the files that seeds are likely to have; the system's own table would differ from one
// machine to the next.
var mediaTypes = map[string]string{
	".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".html": "text/html", ".json": "application/json", ".xml": "text/xml",
	".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".ics": "text/calendar", ".vcf": "text/vcard",
}

func mediaType(ext string) string {
	if t, ok := mediaTypes[strings.ToLower(ext)]; ok {
		return t
	}
	return "application/octet-stream"
}
