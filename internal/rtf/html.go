package rtf

import (
	"html"
	"strings"
	"unicode"
)

// htmlKind tells pieces of HTML apart.
type htmlKind uint8

const (
	htmlText  htmlKind = iota
	htmlTag            // <name …> or </name>
	htmlOther          // comments, declarations, processing instructions
)

type htmlPiece struct {
	kind htmlKind
	text string
}

// silentElements hold text that is not shown.
var silentElements = map[string]bool{"head": true, "style": true, "script": true, "title": true}

// rawElements hold text in which nothing but their own end tag counts.
var rawElements = map[string]bool{"style": true, "script": true}

// splitHTML splits HTML into tags and text; together the pieces are the input. It accepts anything.
func splitHTML(s string) []htmlPiece {
	var out []htmlPiece
	raw := ""
	for s != "" {
		n, kind := nextPiece(s, raw)
		out = append(out, htmlPiece{kind, s[:n]})
		if kind == htmlTag {
			name, closing := tagName(s[:n])
			raw = ""
			if !closing && rawElements[name] && !strings.HasSuffix(s[:n], "/>") {
				raw = name
			}
		}
		s = s[n:]
	}
	return out
}

// nextPiece measures the first piece of s, which is inside the element raw if that is not empty.
func nextPiece(s, raw string) (int, htmlKind) {
	if raw != "" {
		if i := indexFold(s, "</"+raw); i > 0 {
			return i, htmlText
		} else if i < 0 {
			return len(s), htmlText
		}
	}
	if s[0] != '<' {
		if i := strings.IndexByte(s, '<'); i > 0 {
			return i, htmlText
		}
		return len(s), htmlText
	}
	if strings.HasPrefix(s, "<!--") {
		if i := strings.Index(s[4:], "-->"); i >= 0 {
			return i + 7, htmlOther
		}
		return len(s), htmlOther
	}
	if len(s) < 2 || !letter(s[1]) && s[1] != '/' && s[1] != '!' && s[1] != '?' {
		// A lone "<" is text up to the next one.
		if i := strings.IndexByte(s[1:], '<'); i >= 0 {
			return i + 1, htmlText
		}
		return len(s), htmlText
	}
	n := tagLength(s)
	if s[1] == '!' || s[1] == '?' {
		return n, htmlOther
	}
	return n, htmlTag
}

// tagLength finds the end of a tag, passing over quoted attribute values.
func tagLength(s string) int {
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1
		case (c == '"' || c == '\'') && s[i-1] == '=':
			quote = c
		}
	}
	return len(s)
}

func tagName(tag string) (name string, closing bool) {
	tag = strings.TrimPrefix(tag, "<")
	tag, closing = strings.CutPrefix(tag, "/")
	end := strings.IndexFunc(tag, func(c rune) bool { return c > unicode.MaxASCII || !letter(byte(c)) && (c < '0' || c > '9') })
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(tag[:end]), closing
}

func indexFold(s, sub string) int {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i] == sub[0] && strings.EqualFold(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

// HTMLText returns the plain text of an HTML document, lines ending with CR LF.
func HTMLText(text string) string {
	w := &plainWriter{}
	silent, pre := "", 0
	for _, t := range splitHTML(text) {
		if t.kind == htmlText {
			if silent == "" {
				w.text(html.UnescapeString(t.text), pre > 0)
			}
			continue
		}
		if t.kind != htmlTag {
			continue
		}
		name, closing := tagName(t.text)
		switch {
		case silent != "":
			if closing && name == silent {
				silent = ""
			}
			continue
		case !closing && silentElements[name] && !strings.HasSuffix(t.text, "/>"):
			silent = name
			continue
		case name == "pre" && !closing:
			pre++
		case name == "pre" && pre > 0:
			pre--
		}
		w.element(name, closing)
	}
	return w.String()
}

// plainWriter collects text as a browser would lay it out without formatting.
type plainWriter struct {
	strings.Builder
	blank bool // a blank is due before the next word
	begun bool // there is something on the line
}

func (w *plainWriter) text(s string, pre bool) {
	if pre {
		w.pre(s)
		return
	}
	for _, c := range s {
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' {
			w.blank = true
			continue
		}
		if c == 0xA0 {
			c = ' '
		}
		if w.blank && w.begun {
			w.WriteByte(' ')
		}
		w.blank, w.begun = false, true
		w.WriteRune(c)
	}
}

func (w *plainWriter) pre(s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	w.WriteString(strings.ReplaceAll(s, "\n", "\r\n"))
	w.begun = s != "" && !strings.HasSuffix(s, "\n")
	w.blank = false
}

func (w *plainWriter) newline() {
	w.WriteString("\r\n")
	w.begun, w.blank = false, false
}

// element breaks lines where an element begins or ends a block.
func (w *plainWriter) element(name string, closing bool) {
	switch name {
	case "br":
		w.newline()
	case "li":
		if w.begun {
			w.newline()
		}
		if !closing {
			w.WriteString("* ")
		}
	case "td", "th":
		if closing && w.begun {
			w.WriteByte('\t')
			w.blank = false
		}
	case "p", "div", "tr", "table", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "body", "html":
		if w.begun {
			w.newline()
		}
		if name == "p" && closing {
			w.newline()
		}
	}
}

// TextHTML returns plain text as an HTML document that shows it with its line breaks and its runs of blanks.
func TextHTML(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = html.EscapeString(text)
	text = strings.ReplaceAll(text, "\t", "    ")
	text = strings.ReplaceAll(text, "  ", "&nbsp; ")
	text = strings.ReplaceAll(text, "\n", "<br>\r\n")
	return "<html><body>\r\n" + text + "\r\n</body></html>\r\n"
}
