package mailconv

import (
	"html"
	"strings"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// body is one text of a message as it came.
type body struct {
	text    string
	charset string
	flowed  bool
	delSp   bool
	// Of HTML that is not all of the message.
	id, location string
}

// texts counts the texts that were found.
func (c *collector) texts() (n int) {
	if c.plain != nil {
		n++
	}
	if c.html != nil {
		n++
	}
	return n
}

// text reads a text of the message. One that is too long stays a file.
func (p *parser) text(c *collector, e *part) error {
	encoding := encodingOf(e.header)
	s := &spool{stages: p.stages, limit: p.limits.BodyBytes}
	d, known := transferDecoder(encoding, s)
	if !known {
		return p.file(c, e)
	}
	if err := p.copy(d); err != nil {
		return err
	}
	if err := d.Close(); err != nil {
		return err
	}
	content, err := s.content()
	if err != nil {
		return err
	}
	if content.Size > p.limits.BodyBytes {
		c.addFile(e, content, e.content.value, "")
		return nil
	}
	b := &body{
		text: content.Bytes, charset: e.content.get("charset"), flowed: strings.EqualFold(e.content.get("format"), "flowed"),
		delSp: strings.EqualFold(e.content.get("delsp"), "yes"),
	}
	if encoding != "base64" || e.content.value == "text/plain" {
		b.text = crlf(b.text)
	}
	if e.content.value == "text/html" {
		if !e.top {
			b.id, b.location = cleanAddress(decodeWords(e.get("Content-ID"))), cleanName(decodeWords(e.get("Content-Location")))
		}
		c.html = b
	} else {
		c.plain = b
	}
	return nil
}

// crlf ends all lines as mail does. Text in UTF-16, which has bytes that look like ends of lines, stays as it is.
func crlf(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		return s
	}
	if n := strings.Count(s, "\r\n"); n == strings.Count(s, "\n") && n == strings.Count(s, "\r") {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r", "\n"), "\n", "\r\n")
}

// setBodies sets the text properties, [MS-OXCMAIL] 2.2.3.3.2. HTML stays in the charset it came in where that has a code
// page; plain text becomes Unicode.
func (c *collector) setBodies() {
	m, native, page := c.msg, mapi.NativeBodyUndefined, codepage.USASCII
	if c.texts() == 0 && len(m.Attachments) == 0 && c.report == nil {
		c.plain = &body{} // mail without anything in it is mail with an empty text
	}
	if c.plain != nil {
		text := decodeCharset(c.plain.charset, c.plain.text)
		text = crlf(text)
		if c.plain.flowed {
			text = unflow(text, c.plain.delSp)
		}
		m.Set(mapi.TagBody, prop.String(text))
		native, page = mapi.NativeBodyPlainText, pageFor(c.plain.charset, text)
	}
	if c.html != nil {
		text, cp := htmlBytes(c.html)
		m.Set(mapi.TagHtml, prop.BinaryString(text))
		native, page = mapi.NativeBodyHTML, cp
		for tag, v := range map[mapi.PropTag]string{mapi.TagBodyContentId: c.html.id, mapi.TagBodyContentLocation: c.html.location} {
			if v != "" {
				m.Set(tag, prop.String(v))
			}
		}
	}
	m.Set(mapi.TagNativeBody, prop.Uint32(native))
	m.Set(mapi.TagInternetCodepage, prop.Uint32(page))
	m.Set(mapi.TagRtfInSync, prop.Bool(false))
}

// htmlBytes are the bytes of PidTagHtml and their code page.
func htmlBytes(b *body) (text string, page uint32) {
	name := b.charset
	if cp := pageOf(name); cp == 0 && (name == "" || strings.EqualFold(name, "us-ascii")) {
		name = metaCharset(b.text)
	}
	cp := pageOf(name)
	switch {
	case cp != 0:
		return b.text, cp
	case isASCII(b.text) && strings.IndexByte(b.text, 0) < 0 && (name == "" || strings.EqualFold(name, "us-ascii")):
		return b.text, codepage.USASCII
	}
	text = decodeCharset(name, b.text)
	return text, codepage.UTF8
}

// metaCharset finds the charset that an HTML text names in its head, if it is one that HTML can have without anybody
// knowing of it.
func metaCharset(text string) string {
	const head = 2048
	text = strings.ToLower(text[:min(len(text), head)])
	i := strings.Index(text, "charset=")
	if i < 0 {
		return ""
	}
	text = strings.TrimLeft(text[i+len("charset="):], `"' `)
	end := strings.IndexAny(text, "\"'; />\r\n")
	if end < 0 {
		return ""
	}
	return text[:end]
}

// unflow joins the lines of text in format=flowed, RFC 3676.
func unflow(text string, delSp bool) string {
	var out strings.Builder
	out.Grow(len(text))
	depth, open := 0, false // of the paragraph that goes on
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\r\n")
		quotes := 0
		for quotes < len(line) && line[quotes] == '>' {
			quotes++
		}
		content := strings.TrimPrefix(line[quotes:], " ") // stuffed
		if open && quotes != depth {
			out.WriteString("\r\n")
			open = false
		}
		if !open && quotes > 0 {
			out.WriteString(strings.Repeat(">", quotes) + " ")
		}
		signature := content == "-- "
		if open && signature {
			out.WriteString("\r\n")
		}
		if strings.HasSuffix(content, " ") && !signature && ended {
			if delSp {
				content = content[:len(content)-1]
			}
			out.WriteString(content)
			depth, open = quotes, true
			continue
		}
		out.WriteString(content)
		open = false
		if ended {
			out.WriteString("\r\n")
		}
	}
	if open {
		out.WriteString("\r\n")
	}
	return out.String()
}

// references collects what an HTML text shows: content ids, and the addresses in its attributes.
func references(text string) (ids, locations map[string]bool) {
	ids, locations = map[string]bool{}, map[string]bool{}
	for rest := text; ; {
		i := indexFold(rest, "cid:")
		if i < 0 {
			break
		}
		rest = rest[i+len("cid:"):]
		end := strings.IndexAny(rest, "\"'<> )\r\n\t\\")
		if end < 0 {
			end = len(rest)
		}
		id := unhexed(html.UnescapeString(rest[:end]), '%')
		ids[id] = true
	}
	for rest := text; ; {
		i := strings.IndexByte(rest, '=')
		if i < 0 {
			break
		}
		rest = strings.TrimLeft(rest[i+1:], " \t\r\n")
		stop := " >\t\r\n"
		if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
			stop, rest = rest[:1], rest[1:]
		}
		end := strings.IndexAny(rest, stop)
		if end < 0 {
			break
		}
		locations[html.UnescapeString(rest[:end])] = true
	}
	return ids, locations
}

// indexFold is strings.Index without regard to the case of ASCII letters. sub is in lower case and begins with c.
func indexFold(s, sub string) int {
	for off := 0; ; {
		i := strings.IndexAny(s[off:], sub[:1]+strings.ToUpper(sub[:1]))
		if i < 0 || off+i+len(sub) > len(s) {
			return -1
		}
		if off += i; strings.EqualFold(s[off:off+len(sub)], sub) {
			return off
		}
		off++
	}
}
