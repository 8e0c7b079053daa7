// Package mailconv converts between Internet mail and messages, [MS-OXCMAIL]: Read makes a Message of an EML, Write an EML
// of a Message, and Load fetches a Message from the store.
//
// Nothing is dropped on the way in. What has no property of its own stays as it came: header fields in
// PidTagTransportMessageHeaders and as named properties of PS_INTERNET_HEADERS, parts that are unknown, broken, too deep or
// too many as files. On the way out, header fields that came in are written as they came as long as they still say what the
// properties say, so that mail passes through unharmed.
//
// MIME is read by a splitter of this package, since mail that is broken has to be read too; what is well-formed is written
// with go-message.
package mailconv

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Errors of mail that is refused. Each says what the sender has to change.
var (
	ErrHeaderTooLarge = errors.New("the header of the mail is too large")
	ErrBodyTooLarge   = errors.New("the text of the message is too large")
)

// Limits bound what one mail may cost. Zero fields have the default.
type Limits struct {
	HeaderBytes int   // of one header; a longer one of the mail itself is ErrHeaderTooLarge; default 1 MiB
	Fields      int   // of one header, likewise; default 5,000
	Depth       int   // of parts within parts; what is deeper becomes a file; default 32
	Parts       int   // further ones of a multipart become one file; default 1,000
	Recipients  int   // of one message; further ones stay in the header only; default 5,000
	BodyBytes   int64 // of a text; a longer one becomes a file; default 16 MiB
	NamedFields int   // header fields of one message that become named properties; default 100
}

func (l Limits) withDefaults() Limits {
	def := func(p *int, n int) {
		if *p <= 0 {
			*p = n
		}
	}
	def(&l.HeaderBytes, 1<<20)
	def(&l.Fields, 5000)
	def(&l.Depth, 32)
	def(&l.Parts, 1000)
	def(&l.Recipients, 5000)
	def(&l.NamedFields, 100)
	if l.BodyBytes <= 0 {
		l.BodyBytes = 16 << 20
	}
	return l
}

// Message is a message outside of the store.
type Message struct {
	Props       []prop.Tagged // texts as PtypString
	Named       []Named
	Recipients  []store.Recipient
	Attachments []Attachment
}

// Named is a named property, which has no id yet.
type Named struct {
	Name  prop.Name
	Value prop.Value
}

// Attachment is one attachment of a message.
type Attachment struct {
	Method   uint32 // PidTagAttachMethod
	Props    []prop.Tagged
	Named    []Named
	Content  Content
	Embedded *Message // if Method is mapi.AfEmbeddedMessage
}

// Content is the data of a file: held in memory, written to a stage, or still in the store.
type Content struct {
	Bytes  string
	Stage  store.StageID     // 0 if it is not in a stage
	Source store.ValueReader // nil if it is not in the store
	Size   int64
}

// Open reads the content from its beginning. What stands in a stage can't be read here.
func (c Content) Open() io.Reader {
	if c.Source != nil {
		return io.NewSectionReader(c.Source, 0, c.Source.Size())
	}
	return strings.NewReader(c.Bytes)
}

// Get returns a property, in either string type, or the zero Value.
func (m *Message) Get(tag mapi.PropTag) prop.Value { return find(m.Props, tag) }

// Set sets a property.
func (m *Message) Set(tag mapi.PropTag, v prop.Value) { set(&m.Props, tag, v) }

// SetDefault sets a property that is not there.
func (m *Message) SetDefault(tag mapi.PropTag, v prop.Value) {
	if m.Get(tag).IsZero() {
		m.Set(tag, v)
	}
}

func (m *Message) text(tag mapi.PropTag) string { return m.Get(tag).Str() }

func isString(t mapi.PropType) bool { return t == mapi.PtypString || t == mapi.PtypString8 }

func find(props []prop.Tagged, tag mapi.PropTag) prop.Value {
	for _, t := range props {
		if t.Tag == tag || t.Tag.ID() == tag.ID() && isString(t.Tag.Type()) && isString(tag.Type()) {
			return t.Value
		}
	}
	return prop.Value{}
}

func set(props *[]prop.Tagged, tag mapi.PropTag, v prop.Value) {
	for i, t := range *props {
		if t.Tag == tag {
			(*props)[i].Value = v
			return
		}
	}
	*props = append(*props, prop.Tagged{Tag: tag, Value: v})
}

// headerName names the property of a header field, [MS-OXCMAIL] 2.2.3.2: in lower case.
func headerName(field string) prop.Name {
	return prop.Name{Kind: prop.NameString, GUID: mapi.PsInternetHeaders, Text: strings.ToLower(field)}
}

func keywordsName() prop.Name {
	return prop.Name{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: mapi.NameKeywords}
}

func sameName(a, b prop.Name) bool {
	return a.Kind == b.Kind && a.GUID == b.GUID && a.LID == b.LID && strings.EqualFold(a.Text, b.Text)
}

func findNamed(list []Named, name prop.Name) prop.Value {
	for _, n := range list {
		if sameName(n.Name, name) {
			return n.Value
		}
	}
	return prop.Value{}
}

// Registration gives names their ids in the mailbox that a message goes to, as store.Tx does.
type Registration func([]prop.Name) ([]uint16, error)

// New is the message as the store takes it. key gives the search keys of the message and those in it, and flags are
// PidTagMessageFlags.
func (m *Message) New(register Registration, key func() [16]byte, flags uint32) (store.NewMessage, error) {
	var names []prop.Name
	index := map[prop.Name]int{}
	m.eachNamed(func(n prop.Name) {
		n.Text = strings.ToLower(n.Text)
		if _, ok := index[n]; !ok {
			index[n] = len(names)
			names = append(names, n)
		}
	})
	ids := make([]uint16, 0, len(names))
	if len(names) > 0 {
		original := make([]prop.Name, len(names))
		m.eachNamed(func(n prop.Name) {
			lower := n
			lower.Text = strings.ToLower(n.Text)
			original[index[lower]] = n
		})
		var err error
		if ids, err = register(original); err != nil {
			return store.NewMessage{}, err
		}
	}
	b := storing{key: key, id: func(n prop.Name) uint16 {
		n.Text = strings.ToLower(n.Text)
		return ids[index[n]]
	}}
	return b.message(m, flags), nil
}

func (m *Message) eachNamed(fn func(prop.Name)) {
	for _, n := range m.Named {
		fn(n.Name)
	}
	for _, a := range m.Attachments {
		for _, n := range a.Named {
			fn(n.Name)
		}
		if a.Embedded != nil {
			a.Embedded.eachNamed(fn)
		}
	}
}

// storing makes what the store takes.
type storing struct {
	key func() [16]byte
	id  func(prop.Name) uint16
}

func (b storing) message(m *Message, flags uint32) store.NewMessage {
	out := store.NewMessage{Flags: flags, Props: b.props(m.Props, m.Named), Recipients: m.Recipients}
	if m.Get(mapi.TagSearchKey).IsZero() {
		key := b.key()
		out.Props = append(out.Props, prop.Tagged{Tag: mapi.TagSearchKey, Value: prop.Binary(key[:])})
	}
	edit := &store.ContentEdit{}
	for i, a := range m.Attachments {
		n := store.NewAttachment{Method: a.Method, Props: b.props(a.Props, a.Named)}
		change := store.AttachmentEdit{Number: uint32(i), Method: a.Method}
		switch {
		case a.Embedded != nil:
			embedded := b.message(a.Embedded, mapi.MfRead|mapi.MfUnmodified)
			change.Embedded, change.EmbeddedFlags, embedded.Edit = embedded.Edit, embedded.Flags, nil
			n.Embedded = &embedded
		case a.Content.Stage != 0:
			change.Staged = []store.Staged{{Tag: mapi.TagAttachDataBinary, Stage: a.Content.Stage}}
		default:
			n.Props = append(n.Props, prop.Tagged{Tag: mapi.TagAttachDataBinary, Value: prop.BinaryString(a.Content.Bytes)})
		}
		if change.Embedded != nil || change.Staged != nil {
			edit.Attachments = append(edit.Attachments, change)
		}
		out.Attachments = append(out.Attachments, n)
	}
	if len(edit.Attachments) > 0 {
		out.Edit = edit
	}
	return out
}

// props joins properties with the named ones.
func (b storing) props(props []prop.Tagged, named []Named) []prop.Tagged {
	out := append(make([]prop.Tagged, 0, len(props)+len(named)+2), props...)
	for _, n := range named {
		out = append(out, prop.Tagged{Tag: mapi.Tag(b.id(n.Name), n.Value.Type()), Value: n.Value})
	}
	return out
}

// ReadBytes is Read of mail that is held in memory.
func ReadBytes(eml []byte, o ReadOptions) (*Message, error) { return Read(bytes.NewReader(eml), o) }
