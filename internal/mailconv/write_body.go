package mailconv

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/rtf"
)

// bodies is the part with the texts of a message and what its HTML shows; inline says which attachments those are. Without
// a text it is nil, but for reports, which must have one.
func (w *writer) bodies(m *Message, report bool) (n *node, inline map[int]bool, err error) {
	plain, html, page := texts(m)
	if report && plain == nil && html == nil {
		text := crlf(m.text(mapi.TagReportText))
		plain = &text
	}
	alone := !report && (plain == nil || html == nil) && len(m.Attachments) == 0
	var parts []*node
	if plain != nil {
		text := crlf(*plain)
		charset, bytes := encodeText(page, text)
		parts = append(parts, textNode("text/plain", charset, bytes, alone))
	}
	if html == nil {
		if parts == nil {
			return nil, nil, nil
		}
		return parts[0], nil, nil
	}
	charset := codepage.Charset(page)
	if charset == "" {
		charset = "utf-8"
	}
	h := textNode("text/html", charset, *html, alone)
	if id := cleanAddress(m.text(mapi.TagBodyContentId)); id != "" {
		h.field("Content-ID", encodeWords("<"+id+">"))
	}
	if location := cleanName(m.text(mapi.TagBodyContentLocation)); location != "" {
		h.field("Content-Location", encodeWords(location))
	}
	if parts = append(parts, h); len(parts) > 1 {
		n = &node{kind: "multipart/alternative", children: parts}
	} else {
		n = parts[0]
	}
	inline = map[int]bool{}
	related := &node{kind: "multipart/related", children: []*node{n}}
	kind := "text/html"
	if n.kind != "" {
		kind = n.kind
	}
	related.params = formatParam("type", kind)
	shown := shownBy(m)
	for i := range m.Attachments {
		if a := &m.Attachments[i]; shown(a) {
			inline[i] = true
			related.children = append(related.children, w.attachment(a, true))
		}
	}
	if len(inline) > 0 {
		n = related
	}
	return n, inline, nil
}

// encodeText encodes text in the code page that the message says, or in UTF-8 if it can't be.
func encodeText(page uint32, text string) (charset, bytes string) {
	charset = codepage.Charset(page)
	if page == codepage.USASCII && isASCII(text) {
		return charset, text
	}
	if charset == "" || page == codepage.USASCII || page == codepage.UTF8 || page == codepage.UTF16LE || page == codepage.UTF16BE {
		return "utf-8", text
	}
	bytes = codepage.Encode(page, text)
	if codepage.Decode(page, bytes) != text {
		return "utf-8", text
	}
	return charset, bytes
}

// texts are the texts of a message, [MS-OXBBODY] 2.1.3.1: those it has, and HTML made of RTF where that is the best there
// is. page is the code page of the HTML.
func texts(m *Message) (plain, html *string, page uint32) {
	page = uint32(m.Get(mapi.TagInternetCodepage).Bits())
	if page == 0 {
		page = codepage.UTF8
	}
	body, markup, compressed := m.Get(mapi.TagBody), m.Get(mapi.TagHtml), m.Get(mapi.TagRtfCompressed)
	if markup.IsZero() {
		if s := m.Get(mapi.TagBodyHtml); !s.IsZero() {
			markup, page = s, codepage.UTF8
		}
	}
	have := msgprops.Bodies{Plain: !body.IsZero(), HTML: !markup.IsZero(), RTF: !compressed.IsZero(), RTFInSync: m.Get(mapi.TagRtfInSync).Bool()}
	if have.Plain {
		s := clean(body.Str())
		plain = &s
	}
	if have.HTML {
		s := markup.Str()
		html = &s
	}
	if have.Best() != mapi.NativeBodyRTF {
		return plain, html, page
	}
	rich, err := decompress(compressed.Str())
	if err != nil {
		return plain, html, page // what else there is
	}
	if rtf.SourceOf(bufio.NewReader(bytes.NewReader(rich))) == rtf.FromText {
		if text, err := converted(rtf.Text, rich); err == nil {
			plain = &text
		}
		return plain, html, page
	}
	if text, err := converted(rtf.HTML, rich); err == nil {
		html, page = &text, codepage.UTF8
	}
	if plain == nil {
		if text, err := converted(rtf.Text, rich); err == nil {
			plain = &text
		}
	}
	return plain, html, page
}

func decompress(s string) ([]byte, error) {
	r, err := rtf.Decompress(strings.NewReader(s), maxRTF)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func converted(conversion func(io.Writer, io.Reader) error, text []byte) (string, error) {
	var b strings.Builder
	err := conversion(&b, bytes.NewReader(text))
	return b.String(), err
}

// maxRTF bounds what a compressed text may become.
const maxRTF = 64 << 20
