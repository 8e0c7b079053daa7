// Package body makes one form of a message's text from another: plain text, HTML and compressed RTF, [MS-OXCMSG] 2.2.1.58.
// It knows no open message; where the forms come from and go to is the caller's business.
package body

import (
	"bytes"
	"errors"
	"io"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rtf"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Forms are the forms of its text that a message has, saved or not.
type Forms struct {
	Plain, HTML, RTF *store.Property // nil where there is none
	InSync           bool            // PidTagRtfInSync
	Signed           bool            // PidTagNativeBody says that the text is in a signed part
	Page             uint32          // code page of HTML that is bytes, 0 if nothing says it
	Native           uint32          // the one the others are made from, PidTagNativeBody
}

// Tags are the properties that Of looks at.
var Tags = []mapi.PropTag{
	mapi.TagBody, mapi.TagHtml.WithType(mapi.PtypUnspecified), mapi.TagRtfCompressed, mapi.TagRtfInSync, mapi.TagInternetCodepage, mapi.TagNativeBody,
}

// Of looks at the properties of a message. An empty text of a form that is more than its characters is none.
func Of(props []store.Property) *Forms {
	b := new(Forms)
	for i := range props {
		p := &props[i]
		empty := p.Size == 0 && p.Value.Str() == ""
		switch {
		case p.Tag == mapi.TagBody:
			b.Plain = p
		case p.Tag.ID() == mapi.TagHtml.ID() && (p.Tag.Type() == mapi.PtypBinary || p.Tag.Type() == mapi.PtypString) && !empty:
			b.HTML = p
		case p.Tag == mapi.TagRtfCompressed && !empty:
			b.RTF = p
		case p.Tag == mapi.TagRtfInSync:
			b.InSync = p.Value.Bool()
		case p.Tag == mapi.TagNativeBody:
			b.Signed = uint32(p.Value.Bits()) == mapi.NativeBodyClearSigned
		case p.Tag == mapi.TagInternetCodepage && codepage.Known(uint32(p.Value.Bits())) && p.Value.Bits() != uint64(codepage.Unspecified):
			b.Page = uint32(p.Value.Bits())
		}
	}
	b.Native = msgprops.Bodies{Plain: b.Plain != nil, HTML: b.HTML != nil, RTF: b.RTF != nil, RTFInSync: b.InSync}.Best()
	return b
}

// Source is the stored form that the others are made from; nil if there is none.
func (b *Forms) Source() *store.Property {
	switch b.Native {
	case mapi.NativeBodyPlainText:
		return b.Plain
	case mapi.NativeBodyRTF:
		return b.RTF
	case mapi.NativeBodyHTML:
		return b.HTML
	}
	return nil
}

// CharsetOf finds the code page that the beginning of an HTML document names.
func CharsetOf(head []byte) (uint32, bool) {
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

// DerivedType is the type in which a form of a text is made if a client names none, or an 8-bit one.
func DerivedType(tag mapi.PropTag) mapi.PropTag {
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

// InlineBytes are the bytes of a value as a stream has them.
func InlineBytes(v prop.Value) []byte {
	if v.Type() != mapi.PtypString {
		return v.Bytes()
	}
	var w wire.Writer
	w.UTF16(v.Str())
	return w.Bytes()
}

// Convert writes the text in a form: in UTF-16LE, as HTML in its code page, or as compressed RTF, of which it returns the
// header that belongs over the first bytes.
func (b *Forms) Convert(w io.Writer, src io.Reader, tag mapi.PropTag) (head []byte, err error) {
	switch {
	case tag == mapi.TagRtfCompressed:
		c := rtf.NewCompressor(w)
		if err := b.ConvertText(c, src, tag); err != nil {
			return nil, err
		}
		h, err := c.Close()
		return h[:], err
	case tag == mapi.TagHtml:
		return nil, b.through(codepage.NewHTMLWriter(b.Page, w), src, tag)
	case tag == mapi.TagBody, tag == mapi.TagBodyHtml:
		return nil, b.through(codepage.NewWriter(codepage.UTF16LE, w), src, tag)
	}
	return nil, mapi.ErrNotFound
}

// through converts into a writer that has to be closed.
func (b *Forms) through(w io.WriteCloser, src io.Reader, tag mapi.PropTag) error {
	if err := b.ConvertText(w, src, tag); err != nil {
		return err
	}
	return w.Close()
}

// ConvertText writes the text in a form, all characters in UTF-8.
func (b *Forms) ConvertText(w io.Writer, src io.Reader, tag mapi.PropTag) error {
	var err error
	switch {
	case b.Native == mapi.NativeBodyRTF:
		if src, err = rtf.Decompress(src, store.MaxStage); err != nil {
			return err
		}
	case b.Native == mapi.NativeBodyHTML && b.HTML.Tag.Type() == mapi.PtypBinary:
		src = codepage.NewReader(b.Page, src)
	default:
		src = codepage.NewReader(codepage.UTF16LE, src)
	}
	conversions := map[uint32]map[uint16]func(io.Writer, io.Reader) error{
		mapi.NativeBodyPlainText: {mapi.TagHtml.ID(): rtf.TextHTML, mapi.TagRtfCompressed.ID(): rtf.EncapsulateText, mapi.TagBody.ID(): copyText},
		mapi.NativeBodyHTML:      {mapi.TagBody.ID(): rtf.HTMLText, mapi.TagRtfCompressed.ID(): rtf.EncapsulateHTML, mapi.TagHtml.ID(): copyText},
		mapi.NativeBodyRTF:       {mapi.TagBody.ID(): rtf.Text, mapi.TagHtml.ID(): rtf.HTML, mapi.TagRtfCompressed.ID(): copyText},
	}
	return conversions[b.Native][tag.ID()](w, src)
}

func copyText(w io.Writer, r io.Reader) error {
	_, err := io.Copy(w, r)
	return err
}

// ErrTooLong reports a value that is too long for a row.
var ErrTooLong = errors.New("body: too long for a row")

// Buffer holds a value that fits into a row.
type Buffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > store.LargeValue {
		return 0, ErrTooLong
	}
	return b.Buffer.Write(p)
}

// Beginning keeps the first bytes of a text in UTF-16LE and refuses the rest.
type Beginning struct {
	Limit int // in bytes
	b     []byte
}

// Write implements io.Writer.
func (h *Beginning) Write(p []byte) (int, error) {
	n := min(len(p), h.Limit-len(h.b))
	h.b = append(h.b, p[:n]...)
	if n == len(p) {
		return n, nil
	}
	if last := len(h.b) - 1; last > 0 && h.b[last]&0xFC == 0xD8 { // the first half of a character
		h.b = h.b[:last-1]
	}
	return n, ErrTooLong
}

// Text is what was kept.
func (h *Beginning) Text() string { return wire.DecodeUTF16(h.b) }
