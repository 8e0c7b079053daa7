package object

import (
	"bytes"
	"context"
	"errors"
	"github.com/mapid/mapid/server/emsmdb/draft"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/internal/wire"
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

// bodies are the forms of its text that a message has, saved or not.
type bodies struct {
	plain, html, rtf *store.Property // nil where there is none
	inSync           bool            // PidTagRtfInSync
	signed           bool            // PidTagNativeBody says that the text is in a signed part
	page             uint32          // code page of HTML that is bytes
	native           uint32          // the one the others are made from, PidTagNativeBody
}

// bodies looks at what there is. An empty text of a form that is more than its characters is none.
func (m *Message) bodies(r store.Reader) (*bodies, error) {
	props, err := m.work.Props(r, mapi.TagBody, mapi.TagHtml.WithType(mapi.PtypUnspecified), mapi.TagRtfCompressed, mapi.TagRtfInSync, mapi.TagInternetCodepage,
		mapi.TagNativeBody)
	if err != nil {
		return nil, err
	}
	b := new(bodies)
	for i := range props {
		p := &props[i]
		empty := p.Size == 0 && p.Value.Str() == ""
		switch {
		case p.Tag == mapi.TagBody:
			b.plain = p
		case p.Tag.ID() == mapi.TagHtml.ID() && (p.Tag.Type() == mapi.PtypBinary || p.Tag.Type() == mapi.PtypString) && !empty:
			b.html = p
		case p.Tag == mapi.TagRtfCompressed && !empty:
			b.rtf = p
		case p.Tag == mapi.TagRtfInSync:
			b.inSync = p.Value.Bool()
		case p.Tag == mapi.TagNativeBody:
			b.signed = uint32(p.Value.Bits()) == mapi.NativeBodyClearSigned
		case p.Tag == mapi.TagInternetCodepage && codepage.Known(uint32(p.Value.Bits())) && p.Value.Bits() != uint64(codepage.Unspecified):
			b.page = uint32(p.Value.Bits())
		}
	}
	b.native = msgprops.Bodies{Plain: b.plain != nil, HTML: b.html != nil, RTF: b.rtf != nil, RTFInSync: b.inSync}.Best()
	if b.page == 0 || m.unstatedPage(b) {
		b.page, err = m.guessPage(r, b)
	}
	return b, err
}

// unstatedPage reports whether a client wrote HTML as bytes without a word of their code page: what there is of
// PidTagInternetCodepage is not about them then.
func (m *Message) unstatedPage(b *bodies) bool {
	return b.html != nil && b.html.Tag.Type() == mapi.PtypBinary && m.work.Changed(mapi.TagHtml) && !m.work.Changed(mapi.TagInternetCodepage)
}

// guessBytes is how much of an HTML document guessPage looks at.
const guessBytes = 1 << 10

// guessPage tells the code page of HTML that does not say it by a property: what the text itself says, UTF-8 if that is
// what it is, or what was known before, or the message's. HTML that is made from something else is UTF-8.
func (m *Message) guessPage(r store.Reader, b *bodies) (uint32, error) {
	if b.html == nil || b.html.Tag.Type() != mapi.PtypBinary {
		return codepage.UTF8, nil
	}
	head := make([]byte, min(guessBytes, max(b.html.Size, int64(len(b.html.Value.Str())))))
	err := readPart(func(r store.Reader) (store.ValueReader, error) { return m.work.Open(r, b.html.Tag) }, r, head, 0)
	if err != nil {
		return 0, err
	}
	if page, ok := charsetOf(head); ok {
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
	if b.page != 0 {
		return b.page, nil
	}
	return m.page, nil
}

// charsetOf finds the code page that the beginning of an HTML document names.
func charsetOf(head []byte) (uint32, bool) {
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		return codepage.UTF8, true
	}
	_, after, ok := bytes.Cut(bytes.ToLower(head), []byte("charset="))
	if !ok {
		return 0, false
	}
	after = bytes.TrimLeft(after, `"' `)
	if i := bytes.IndexAny(after, `"'; />`); i >= 0 {
		after = after[:i]
	}
	page, ok := codepage.ByCharset(string(after))
	return page, ok && codepage.Known(page)
}

// source is the stored form that the others are made from; nil if there is none.
func (b *bodies) source() *store.Property {
	switch b.native {
	case mapi.NativeBodyPlainText:
		return b.plain
	case mapi.NativeBodyRTF:
		return b.rtf
	case mapi.NativeBodyHTML:
		return b.html
	}
	return nil
}

// derivedBody gives a form of the message's text, or what is said of it, that is not stored, [MS-OXCMSG] 3.2.4.1. One
// that is large, or made from what is, has to be opened as a stream.
func (m *Message) derivedBody(r store.Reader, tag mapi.PropTag) (prop.Value, error) {
	b, err := m.bodies(r)
	if err != nil {
		return prop.Value{}, err
	}
	from := b.source()
	switch {
	case from == nil, m.work.Removed(tag):
		return notFound, nil
	case tag.ID() == mapi.TagRtfInSync.ID():
		return prop.Bool(b.native == mapi.NativeBodyRTF), nil
	case tag.ID() == mapi.TagInternetCodepage.ID():
		return prop.Uint32(b.page), nil
	}
	switch tag = derivedType(tag); {
	case tag != mapi.TagBody && tag != mapi.TagHtml && tag != mapi.TagBodyHtml && tag != mapi.TagRtfCompressed:
		return notFound, nil
	case from.Size > 0:
		return tooLarge, nil
	}
	var out limitedBuffer
	head, err := b.convert(&out, bytes.NewReader(inlineBytes(from.Value)), tag)
	switch {
	case errors.Is(err, errTooLong):
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
		if b.rtf == nil && b.source() != nil {
			return prop.Bool(true), nil
		}
	case tag.ID() == mapi.TagInternetCodepage.ID():
		if m.unstatedPage(b) {
			return prop.Uint32(b.page), nil
		}
	case !b.signed:
		return prop.Uint32(b.native), nil
	}
	return prop.Value{}, nil
}

// derivedType is the type in which a form of a text is made if a client names none, or an 8-bit one.
func derivedType(tag mapi.PropTag) mapi.PropTag {
	switch {
	case tag.Type() == mapi.PtypString8:
		return tag.WithType(mapi.PtypString)
	case tag.Type() != mapi.PtypUnspecified:
		return tag
	case tag.ID() == mapi.TagBody.ID():
		return mapi.TagBody
	}
	return tag.WithType(mapi.PtypBinary)
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
		case tag == mapi.TagNativeBody, b.source() != nil && !m.work.Removed(tag):
			tags = append(tags, tag)
		}
	}
	return tags, nil
}

// inlineBytes are the bytes of a value as a stream has them.
func inlineBytes(v prop.Value) []byte {
	if v.Type() != mapi.PtypString {
		return v.Bytes()
	}
	var w wire.Writer
	w.UTF16(v.Str())
	return w.Bytes()
}

// convertBody writes a form of the message's text that is not stored, as a stream has it.
func (m *Message) convertBody(ctx context.Context, w *valueWriter, tag mapi.PropTag) error {
	var b *bodies
	err := m.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		b, err = m.bodies(r)
		return err
	})
	if err != nil {
		return err
	}
	from := b.source()
	if from == nil || m.work.Removed(tag) {
		return mapi.ErrNotFound
	}
	size := from.Size
	if size == 0 {
		size = int64(len(inlineBytes(from.Value)))
	}
	src := m.logon.env.reader(ctx, size, func(r store.Reader) (store.ValueReader, error) { return m.work.Open(r, from.Tag) })
	to := w.writer(ctx)
	if tag.Type() == mapi.PtypString8 {
		eight := codepage.NewWriter(m.page, to)
		defer func() { _ = eight.Close() }()
		return b.convertText(eight, src, tag)
	}
	head, err := b.convert(to, src, tag)
	if errors.Is(err, rtf.ErrCompressed) {
		return mapi.ErrNotFound
	}
	if err != nil || head == nil {
		return err
	}
	return w.overwrite(ctx, head)
}

// convert writes the text in a form: in UTF-16LE, as HTML in its code page, or as compressed RTF, of which it returns the
// header that belongs over the first bytes.
func (b *bodies) convert(w io.Writer, src io.Reader, tag mapi.PropTag) (head []byte, err error) {
	switch {
	case tag == mapi.TagRtfCompressed:
		c := rtf.NewCompressor(w)
		if err := b.convertText(c, src, tag); err != nil {
			return nil, err
		}
		h, err := c.Close()
		return h[:], err
	case tag == mapi.TagHtml:
		return nil, b.through(codepage.NewHTMLWriter(b.page, w), src, tag)
	case tag == mapi.TagBody, tag == mapi.TagBodyHtml:
		return nil, b.through(codepage.NewWriter(codepage.UTF16LE, w), src, tag)
	}
	return nil, mapi.ErrNotFound
}

// through converts into a writer that has to be closed.
func (b *bodies) through(w io.WriteCloser, src io.Reader, tag mapi.PropTag) error {
	if err := b.convertText(w, src, tag); err != nil {
		return err
	}
	return w.Close()
}

// convertText writes the text in a form, all characters in UTF-8.
func (b *bodies) convertText(w io.Writer, src io.Reader, tag mapi.PropTag) error {
	var err error
	switch {
	case b.native == mapi.NativeBodyRTF:
		if src, err = rtf.Decompress(src, maxStream); err != nil {
			return err
		}
	case b.native == mapi.NativeBodyHTML && b.html.Tag.Type() == mapi.PtypBinary:
		src = codepage.NewReader(b.page, src)
	default:
		src = codepage.NewReader(codepage.UTF16LE, src)
	}
	conversions := map[uint32]map[uint16]func(io.Writer, io.Reader) error{
		mapi.NativeBodyPlainText: {mapi.TagHtml.ID(): rtf.TextHTML, mapi.TagRtfCompressed.ID(): rtf.EncapsulateText, mapi.TagBody.ID(): copyText},
		mapi.NativeBodyHTML:      {mapi.TagBody.ID(): rtf.HTMLText, mapi.TagRtfCompressed.ID(): rtf.EncapsulateHTML, mapi.TagHtml.ID(): copyText},
		mapi.NativeBodyRTF:       {mapi.TagBody.ID(): rtf.Text, mapi.TagHtml.ID(): rtf.HTML, mapi.TagRtfCompressed.ID(): copyText},
	}
	return conversions[b.native][tag.ID()](w, src)
}

func copyText(w io.Writer, r io.Reader) error {
	_, err := io.Copy(w, r)
	return err
}

// errTooLong reports a value that is too long for a row.
var errTooLong = errors.New("object: too long for a row")

// limitedBuffer holds a value that fits into a row.
type limitedBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > store.LargeValue {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}
