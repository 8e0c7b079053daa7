package rtf

import (
	"bufio"
	"html"
	"io"
	"strings"
)

// HTMLText writes the plain text of an HTML document, lines ending with CR LF.
func HTMLText(w io.Writer, r io.Reader) error {
	to := &plainWriter{output: newOutput(w)}
	s := newHTMLScanner(r)
	var quiet silence
	pre := 0
	for to.err == nil {
		p, ok := s.next()
		if !ok {
			break
		}
		switch {
		case p.kind == htmlText && !quiet.on():
			to.text(html.UnescapeString(p.text), pre > 0)
		case p.kind != htmlTag || !p.last:
		case quiet.tag(&p):
		case p.name == "pre" && !p.closing:
			pre++
			to.element(p.name, p.closing)
		case p.name == "pre" && pre > 0:
			pre--
			to.element(p.name, p.closing)
		default:
			to.element(p.name, p.closing)
		}
	}
	if s.err != nil {
		return s.err
	}
	return to.finish()
}

// silence tells what part of a document is not shown.
type silence struct{ element string }

func (q *silence) on() bool { return q.element != "" }

// tag notes a tag; true if it is not shown or begins what is not. A document's body ends a head without an end tag.
func (q *silence) tag(p *htmlPiece) bool {
	switch {
	case !q.on() && !p.closing && !p.empty && silentElements[p.name]:
		q.element = p.name
	case !q.on():
		return false
	case p.closing && p.name == q.element:
		q.element = ""
	case !p.closing && p.name == "body" && !rawElements[q.element]:
		q.element = ""
		return false
	}
	return true
}

// plainWriter writes text as a browser would lay it out without formatting.
type plainWriter struct {
	*output
	blank bool // a blank is due before the next word
	begun bool // there is something on the line
	cr    bool // the last character of preformatted text was a CR
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
			w.char(' ')
		}
		w.blank, w.begun = false, true
		w.char(c)
	}
}

func (w *plainWriter) pre(s string) {
	for _, c := range s {
		switch {
		case c == '\n' && w.cr:
		case c == '\r' || c == '\n':
			w.newline()
		default:
			w.char(c)
			w.begun, w.blank = true, false
		}
		w.cr = c == '\r'
	}
}

func (w *plainWriter) newline() {
	w.str("\r\n")
	w.begun, w.blank = false, false
}

// element breaks lines where an element begins or ends a block.
func (w *plainWriter) element(name string, closing bool) {
	w.cr = false
	switch name {
	case "br":
		w.newline()
	case "li":
		if w.begun {
			w.newline()
		}
		if !closing {
			w.str("* ")
		}
	case "td", "th":
		if closing && w.begun {
			w.str("\t")
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

// TextHTML writes plain text as an HTML document that shows it with its line breaks and its runs of blanks.
func TextHTML(w io.Writer, r io.Reader) error {
	to := newOutput(w)
	from := bufio.NewReader(r)
	to.str("<html><body>\r\n")
	var before rune
	for to.err == nil {
		c, _, err := from.ReadRune()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case c == '\n' && before == '\r':
		case c == '\r' || c == '\n':
			to.str("<br>\r\n")
		case c == '\t':
			to.str("&nbsp; &nbsp; ")
		case c == ' ' && (before == ' ' || before == '\r' || before == '\n' || before == 0):
			to.str("&nbsp;")
			c = 0xA0 // the next one may be a blank again
		case c == 0:
		case strings.ContainsRune(`<>&'"`, c):
			to.str(html.EscapeString(string(c)))
		default:
			to.char(c)
		}
		before = c
	}
	to.str("\r\n</body></html>\r\n")
	return to.finish()
}
