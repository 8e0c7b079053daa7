package mailconv

import (
	"fmt"
	"io"
	"slices"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// maxText bounds a text of a stored message that is to be written.
const maxText = 64 << 20

// Load fetches a message, or an embedded one, with what mail needs of it. Files stay in the store: they are read when they
// are written, which has to be inside of the View. Texts over 64 MiB are ErrBodyTooLarge.
func Load(r store.Reader, box store.MailboxID, bag store.BagID) (*Message, error) {
	l := loader{Reader: r, box: box}
	return l.message(bag, 0)
}

type loader struct {
	store.Reader
	box store.MailboxID
}

// maxLoadDepth bounds embedded messages within embedded messages; deeper ones are left out of the mail.
const maxLoadDepth = 64

// wanted are the large properties of a message that mail is made of.
var wanted = []mapi.PropTag{
	mapi.TagBody, mapi.TagHtml, mapi.TagBodyHtml, mapi.TagRtfCompressed, mapi.TagTransportMessageHeaders, mapi.TagReportText,
	mapi.TagReplyRecipientEntries, mapi.TagInternetReferences, mapi.TagSubject, mapi.TagNormalizedSubject,
}

func (l loader) message(bag store.BagID, depth int) (*Message, error) {
	m := &Message{}
	var err error
	if m.Props, m.Named, err = l.props(bag); err != nil {
		return nil, err
	}
	if m.Recipients, err = l.Recipients(bag); err != nil {
		return nil, err
	}
	for i, r := range m.Recipients {
		m.Recipients[i].Props = unicodeProps(r.Props)
	}
	attachments, err := l.Attachments(bag)
	if err != nil {
		return nil, err
	}
	for _, a := range attachments {
		out := Attachment{Method: a.Method}
		if out.Props, out.Named, err = l.props(a.Bag); err != nil {
			return nil, fmt.Errorf("attachment %d: %w", a.Number, err)
		}
		switch {
		case a.Embedded != 0 && depth < maxLoadDepth:
			if out.Embedded, err = l.message(a.Embedded, depth+1); err != nil {
				return nil, fmt.Errorf("attachment %d: %w", a.Number, err)
			}
		default:
			if out.Content, err = l.content(a.Bag); err != nil {
				return nil, fmt.Errorf("attachment %d: %w", a.Number, err)
			}
		}
		m.Attachments = append(m.Attachments, out)
	}
	return m, nil
}

// content is the data of a file, if it has any.
func (l loader) content(bag store.BagID) (Content, error) {
	for _, tag := range []mapi.PropTag{mapi.TagAttachDataBinary, mapi.TagAttachDataObject.WithType(mapi.PtypBinary)} {
		have, err := l.Props(bag, tag)
		if err != nil {
			return Content{}, err
		}
		if len(have) == 0 {
			continue
		}
		v, err := l.OpenProp(bag, have[0].Tag)
		if err != nil {
			return Content{}, err
		}
		return Content{Source: v, Size: v.Size()}, nil
	}
	return Content{}, nil
}

// props reads properties, texts as Unicode, with the names of those that have one. Of large ones it reads those that mail
// is made of.
func (l loader) props(bag store.BagID) ([]prop.Tagged, []Named, error) {
	stored, err := l.Props(bag)
	if err != nil {
		return nil, nil, err
	}
	var props, named []prop.Tagged
	for _, p := range stored {
		t := prop.Tagged{Tag: p.Tag, Value: p.Value}
		if p.Size != 0 {
			if !slices.ContainsFunc(wanted, func(tag mapi.PropTag) bool { return tag.ID() == p.Tag.ID() }) {
				continue
			}
			if t.Value, err = l.large(bag, p); err != nil {
				return nil, nil, err
			}
		}
		if p.Tag.IsNamed() {
			named = append(named, t)
		} else {
			props = append(props, t)
		}
	}
	names, err := l.named(unicodeProps(named))
	return unicodeProps(props), names, err
}

func (l loader) named(props []prop.Tagged) ([]Named, error) {
	if len(props) == 0 {
		return nil, nil
	}
	ids := make([]uint16, len(props))
	for i, t := range props {
		ids[i] = t.Tag.ID()
	}
	names, err := l.Names(l.box, ids)
	if err != nil {
		return nil, err
	}
	var out []Named
	for i, n := range names {
		if n.Kind != prop.NameNone {
			out = append(out, Named{n, props[i].Value})
		}
	}
	return out, nil
}

// large reads a value that the store keeps apart.
func (l loader) large(bag store.BagID, p store.Property) (prop.Value, error) {
	if p.Size > maxText {
		return prop.Value{}, fmt.Errorf("%w: %s has %d bytes", ErrBodyTooLarge, p.Tag, p.Size)
	}
	v, err := l.OpenProp(bag, p.Tag)
	if err != nil {
		return prop.Value{}, err
	}
	data, err := io.ReadAll(io.NewSectionReader(v, 0, v.Size()))
	if err != nil {
		return prop.Value{}, fmt.Errorf("%s: %w", p.Tag, err)
	}
	if isString(p.Tag.Type()) {
		return prop.String(wire.DecodeUTF16(data)), nil
	}
	return prop.Binary(data), nil
}

// unicodeProps gives texts that are not in Unicode the form of those that are.
func unicodeProps(props []prop.Tagged) []prop.Tagged {
	out := make([]prop.Tagged, len(props))
	for i, t := range props {
		if t.Value.Type() == mapi.PtypString8 {
			t = prop.Tagged{Tag: t.Tag.WithType(mapi.PtypString), Value: prop.String(codepage.Decode(codepage.Windows1252, t.Value.Str()))}
		}
		out[i] = t
	}
	return out
}
