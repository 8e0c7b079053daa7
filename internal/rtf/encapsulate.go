package rtf

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf16"
)

// head begins every RTF text written here. Characters beyond ASCII go out as \u with one stand-in, so the code page and
// the fonts do not matter to them.
const head = `{\rtf1\ansi\ansicpg1252\%s \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}}{\colortbl\red0\green0\blue0;}` + "\r\n" +
	`\uc1\pard\plain\deftab360 \f0\fs20 `

// EncapsulateText returns plain text as RTF that says it was plain text, [MS-OXRTFEX] 3.1.5.
func EncapsulateText(text string) []byte {
	var w encapsulator
	fmt.Fprintf(&w, head, "fromtext")
	w.plain(text)
	w.WriteString("}\r\n")
	return []byte(w.String())
}

// EncapsulateHTML returns HTML as RTF from which HTML gives it back, but for line ends, which become CR LF, and NULs,
// which are lost; [MS-OXRTFEX] 3.1.3. Readers that do not understand the encapsulation see the text with its simplest
// formatting.
func EncapsulateHTML(text string) []byte {
	var w encapsulator
	fmt.Fprintf(&w, head, "fromhtml1")
	silent := "" // element whose text is not shown
	for _, t := range splitHTML(text) {
		switch {
		case t.kind == htmlTag:
			w.tag(t.text)
			name, closing := tagName(t.text)
			if silent == "" && !closing && silentElements[name] && !strings.HasSuffix(t.text, "/>") {
				silent = name
			} else if closing && name == silent {
				silent = ""
			}
			if silent == "" {
				w.render(name, closing)
			}
		case t.kind == htmlOther || silent != "":
			w.tag(t.text)
		default:
			w.content(t.text)
		}
	}
	w.WriteString("}\r\n")
	return []byte(w.String())
}

type encapsulator struct{ strings.Builder }

// tag writes what only readers of HTML see.
func (w *encapsulator) tag(s string) {
	w.WriteString(`{\*\htmltag64 `)
	w.plain(s)
	w.WriteByte('}')
}

// hidden writes RTF that readers of HTML do not see.
func (w *encapsulator) hidden(rtf string) {
	w.WriteString(`\htmlrtf ` + rtf + `\htmlrtf0 `)
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
			w.WriteString(`\htmlrtf `)
			w.plain(html.UnescapeString(s[:n]))
			w.WriteString(`\htmlrtf0 `)
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

// entityLength is the length of the character reference that s begins with, or 1.
func entityLength(s string) int {
	const longest = 32
	for i := 1; i < len(s) && i < longest; i++ {
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
	for i, c := range s {
		switch {
		case c == '\\' || c == '{' || c == '}':
			w.WriteByte('\\')
			w.WriteRune(c)
		case c == '\r':
			w.WriteString(`\par `)
		case c == '\n':
			if i == 0 || s[i-1] != '\r' {
				w.WriteString(`\par `)
			}
		case c == '\t':
			w.WriteString(`\tab `)
		case c == 0:
		case c < ' ' || c == 0x7F:
			fmt.Fprintf(w, `\'%02x`, c)
		case c < 0x7F:
			w.WriteRune(c)
		default:
			w.unicode(c)
		}
	}
}

func (w *encapsulator) unicode(c rune) {
	if c >= 0x10000 {
		hi, lo := utf16.EncodeRune(c)
		w.unicode(hi)
		c = lo
	}
	fmt.Fprintf(w, `\u%d?`, int16(uint16(c)))
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
