package object

import (
	"bytes"
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"slices"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/body"
	"github.com/mapid/mapid/store"
)

// bodyTags are the forms of a message's text and what tells of them, [MS-OXCMSG] 2.2.1.58.
var bodyTags = []mapi.PropTag{
	mapi.TagBody, mapi.TagHtml, mapi.TagRtfCompressed, mapi.TagRtfInSync, mapi.TagInternetCodepage, mapi.TagNativeBody,
}

// isBody reports whether a property is a form of a message's text.
func isBody(tag mapi.PropTag) bool {
	return tag.ID() == mapi.TagBody.ID() || tag.ID() == mapi.TagHtml.ID() || tag.ID() == mapi.TagRtfCompressed.ID()
}

// replacedBodies forgets what a written form of a message's text makes out of date: the forms, and what is said of them,
// that were there before, but not those that a client writes together with it before it saves.
func replacedBodies(ctx context.Context, obj Editable, written mapi.PropTag) error {
	m, ok := obj.(*Message)
	if !ok || !isBody(written) {
		return nil
	}
	var dropped []store.StageID
	for _, tag := range bodyTags {
		if tag.ID() != mapi.TagInternetCodepage.ID() && !m.work.Changed(tag) {
			dropped = append(dropped, m.work.Set(draft.Change{Tag: tag, Gone: true}))
		}
	}
	return m.stages.drop(ctx, dropped...)
}

// bodies looks at the forms of its text that the message has.
func (m *Message) bodies(r store.Reader) (*body.Forms, error) {
	props, err := m.work.Props(r, body.Tags...)
	if err != nil {
		return nil, err
	}
	b := body.Of(props)
	if b.Page == 0 || m.unstatedPage(b) {
		b.Page, err = m.guessPage(r, b)
	}
	return b, err
}

// unstatedPage reports whether a client wrote HTML as bytes without a word of their code page: what there is of
// PidTagInternetCodepage is not about them then.
func (m *Message) unstatedPage(b *body.Forms) bool {
	return b.HTML != nil && b.HTML.Tag.Type() == mapi.PtypBinary && m.work.Changed(mapi.TagHtml) && !m.work.Changed(mapi.TagInternetCodepage)
}

// guessBytes is how much of an HTML document guessPage looks at.
const guessBytes = 1 << 10

// guessPage tells the code page of HTML that does not say it by a property: what the text itself says, UTF-8 if that is
// what it is, or what was known before, or the message's. HTML that is made from something else is UTF-8.
func (m *Message) guessPage(r store.Reader, b *body.Forms) (uint32, error) {
	if b.HTML == nil || b.HTML.Tag.Type() != mapi.PtypBinary {
		return codepage.UTF8, nil
	}
	head := make([]byte, min(guessBytes, max(b.HTML.Size, int64(len(b.HTML.Value.Str())))))
	err := readPart(func(r store.Reader) (store.ValueReader, error) { return m.work.Open(r, b.HTML.Tag) }, r, head, 0)
	if err != nil {
		return 0, err
	}
	if page, ok := body.CharsetOf(head); ok {
		return page, nil
	}
	cut := 0
	if len(head) == guessBytes { // the last character may not be whole
		cut = utf8.UTFMax - 1
	}
	for n := range cut + 1 {
		if utf8.Valid(head[:len(head)-n]) {
			return codepage.UTF8, nil
		}
	}
	if b.Page != 0 {
		return b.Page, nil
	}
	return m.page, nil
}

// derivedBody gives a form of the message's text, or what is said of it, that is not stored, [MS-OXCMSG] 3.2.4.1. One
// that is large, or made from what is, has to be opened as a stream.
func (m *Message) derivedBody(r store.Reader, tag mapi.PropTag) (prop.Value, error) {
	b, err := m.bodies(r)
	if err != nil {
		return prop.Value{}, err
	}
	from := b.Source()
	switch {
	case from == nil, m.work.Removed(tag):
		return notFound, nil
	case tag.ID() == mapi.TagRtfInSync.ID():
		return prop.Bool(b.Native == mapi.NativeBodyRTF), nil
	case tag.ID() == mapi.TagInternetCodepage.ID():
		return prop.Uint32(b.Page), nil
	}
	switch tag = body.DerivedType(tag); {
	case tag != mapi.TagBody && tag != mapi.TagHtml && tag != mapi.TagBodyHtml && tag != mapi.TagRtfCompressed:
		return notFound, nil
	case from.Size > 0:
		return tooLarge, nil
	}
	var out body.Buffer
	head, err := b.Convert(&out, bytes.NewReader(body.InlineBytes(from.Value)), tag)
	switch {
	case errors.Is(err, body.ErrTooLong):
		return tooLarge, nil
	case err != nil: // it is damaged
		return notFound, nil
	}
	copy(out.Bytes(), head)
	if tag.Type() == mapi.PtypString {
		return prop.String(wire.DecodeUTF16(out.Bytes())), nil
	}
	return prop.Binary(out.Bytes()), nil
}

// bodyFacts gives what is said of the forms of the text where it does not depend on what is stored: which of them is the
// native one, unless the message is signed, that RTF that is not stored says the same as the others, and the code page
// of HTML that a client has just written.
func (m *Message) bodyFacts(r store.Reader, tag mapi.PropTag) (prop.Value, error) {
	switch tag.ID() {
	case mapi.TagNativeBody.ID(), mapi.TagRtfInSync.ID(), mapi.TagInternetCodepage.ID():
	default:
		return prop.Value{}, nil
	}
	b, err := m.bodies(r)
	if err != nil {
		return prop.Value{}, err
	}
	switch {
	case tag.ID() == mapi.TagRtfInSync.ID():
		if b.RTF == nil && b.Source() != nil {
			return prop.Bool(true), nil
		}
	case tag.ID() == mapi.TagInternetCodepage.ID():
		if m.unstatedPage(b) {
			return prop.Uint32(b.Page), nil
		}
	case !b.Signed:
		return prop.Uint32(b.Native), nil
	}
	return prop.Value{}, nil
}

// derivedBodyTags lists what of bodyTags a message has without its being stored.
func (m *Message) derivedBodyTags(r store.Reader, stored []store.Property) ([]mapi.PropTag, error) {
	b, err := m.bodies(r)
	if err != nil {
		return nil, err
	}
	var tags []mapi.PropTag
	for _, tag := range bodyTags {
		switch {
		case slices.ContainsFunc(stored, func(p store.Property) bool { return p.Tag.ID() == tag.ID() }), m.logon.env.hides(tag.ID()):
		case tag == mapi.TagNativeBody, b.Source() != nil && !m.work.Removed(tag):
			tags = append(tags, tag)
		}
	}
	return tags, nil
}

// convertBody writes a form of the message's text that is not stored, as a stream has it.
func (m *Message) convertBody(ctx context.Context, w *valueWriter, tag mapi.PropTag) error {
	var b *body.Forms
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		b, err = m.bodies(r)
		return err
	})
	if err != nil {
		return err
	}
	from := b.Source()
	if from == nil || m.work.Removed(tag) {
		return mapi.ErrNotFound
	}
	size := from.Size
	if size == 0 {
		size = int64(len(body.InlineBytes(from.Value)))
	}
	src := m.logon.env.reader(ctx, size, func(r store.Reader) (store.ValueReader, error) { return m.work.Open(r, from.Tag) })
	to := w.writer(ctx)
	if tag.Type() == mapi.PtypString8 {
		eight := codepage.NewWriter(m.page, to)
		defer func() { _ = eight.Close() }()
		return b.ConvertText(eight, src, tag)
	}
	head, err := b.Convert(to, src, tag)
	if errors.Is(err, rtf.ErrCompressed) {
		return mapi.ErrNotFound
	}
	if err != nil || head == nil {
		return err
	}
	return w.overwrite(ctx, head)
}
