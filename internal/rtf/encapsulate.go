package rtf

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// head begins every RTF text written here. Characters beyond ASCII go out as \u with one stand-in, so the code page and
// the fonts do not matter to them.
const head = `{\rtf1\ansi\ansicpg1252\%s \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}{\colortbl\red0\green0\blue0;}` + "\r\n" +
	`\uc1\pard\plain\deftab360 \f0\fs20 `

// EncapsulateText writes plain text as RTF that says it was plain text, [MS-OXRTFEX] 3.1.5.
func EncapsulateText(w io.Writer, text io.Reader) error {
	to := &encapsulator{output: newOutput(w)}
	to.str(fmt.Sprintf(head, "fromtext"))
	from := bufio.NewReader(text)
	for to.err == nil {
		c, _, err := from.ReadRune()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		to.rune(c)
	}
	to.str("}\r\n")
	return to.finish()
}

// EncapsulateHTML writes HTML as RTF from which HTML gives it back, but for line ends, which become CR LF, and NULs,
// which are lost; [MS-OXRTFEX] 3.1.3. Readers that do not understand the encapsulation see the text with its simplest
// formatting.
func EncapsulateHTML(w io.Writer, text io.Reader) error {
	to := &encapsulator{output: newOutput(w)}
	to.str(fmt.Sprintf(head, "fromhtml1"))
	s := newHTMLScanner(text)
	var quiet silence
	for to.err == nil {
		p, ok := s.next()
		if !ok {
			break
		}
		switch {
		case p.kind != htmlText:
			to.part(&p)
			if p.kind == htmlTag && p.last && !quiet.tag(&p) {
				to.render(p.name, p.closing)
			}
		case quiet.on():
			to.tag(p.text)
		default:
			to.content(p.text)
		}
	}
	if s.err != nil {
		return s.err
	}
	to.str("}\r\n")
	return to.finish()
}

type encapsulator struct {
	*output
	cr bool // the last character was a CR
}

// begin and end stand around what only readers of HTML see.
func (w *encapsulator) begin() { w.str(`{\*\htmltag64 `); w.cr = false }

func (w *encapsulator) end() { w.str("}"); w.cr = false }

// part writes a part of a tag or comment.
func (w *encapsulator) part(p *htmlPiece) {
	if p.first {
		w.begin()
	}
	w.plain(p.text)
	if p.last {
		w.end()
	}
}

// tag writes what only readers of HTML see.
func (w *encapsulator) tag(s string) {
	w.begin()
	w.plain(s)
	w.end()
}

// hidden writes RTF that readers of HTML do not see.
func (w *encapsulator) hidden(rtf string) {
	w.str(`\htmlrtf ` + rtf + `\htmlrtf0 `)
}

// content writes text of an HTML document: line ends and entities for readers of HTML, with what they stand for beside
// them for the others.
func (w *encapsulator) content(s string) {
	for s != "" {
		i := strings.IndexAny(s, "&\r\n\t")
		if i < 0 {
			w.plain(s)
			return
		}
		w.plain(s[:i])
		s = s[i:]
		n := 1
		switch {
		case s[0] == '&':
			n = entityLength(s)
			w.tag(s[:n])
			w.str(`\htmlrtf `)
			w.plain(html.UnescapeString(s[:n]))
			w.str(`\htmlrtf0 `)
			w.cr = false
		default:
			if strings.HasPrefix(s, "\r\n") {
				n = 2
			}
			w.tag(s[:n])
			w.hidden(" ")
		}
		s = s[n:]
	}
}

// longestEntity is how long a character reference may be.
const longestEntity = 32

// entityLength is the length of the character reference that s begins with, or 1.
func entityLength(s string) int {
	for i := 1; i < len(s) && i < longestEntity; i++ {
		c := s[i]
		if c == ';' {
			return i + 1
		}
		if !letter(c) && c != '#' && (c < '0' || c > '9') {
			break
		}
	}
	return 1
}

// plain writes text with everything escaped that RTF would read otherwise.
func (w *encapsulator) plain(s string) {
	for _, c := range s {
		w.rune(c)
	}
}

func (w *encapsulator) rune(c rune) {
	switch {
	case c == '\\' || c == '{' || c == '}':
		w.str(`\`)
		w.char(c)
	case c == '\n' && w.cr:
	case c == '\r' || c == '\n':
		w.str(`\par `)
	case c == '\t':
		w.str(`\tab `)
	case c == 0:
	case c < ' ' || c == 0x7F:
		w.str(fmt.Sprintf(`\'%02x`, c))
	case c < 0x7F:
		w.char(c)
	default:
		w.unicode(c)
	}
	w.cr = c == '\r'
}

func (w *encapsulator) unicode(c rune) {
	if c >= 0x10000 {
		hi, lo := utf16.EncodeRune(c)
		w.unicode(hi)
		c = lo
	}
	w.str(`\u` + strconv.Itoa(int(int16(uint16(c)))) + `?`)
}

// render writes the formatting of an element for readers that do not understand the encapsulation.
func (w *encapsulator) render(name string, closing bool) {
	switch name {
	case "br":
		w.hidden(`\line `)
	case "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre":
		if closing {
			w.hidden(`\par `)
		}
	case "b", "strong":
		w.toggle("b", closing)
	case "i", "em":
		w.toggle("i", closing)
	case "u":
		w.toggle("ul", closing)
	case "td", "th":
		if closing {
			w.hidden(`\tab `)
		}
	}
}

func (w *encapsulator) toggle(word string, off bool) {
	if off {
		word += "0"
	}
	w.hidden(`\` + word + ` `)
}
