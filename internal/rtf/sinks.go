package rtf

import (
	"bufio"
	"html"
	"io"
)

// output is where converted text goes. It keeps the first error.
type output struct {
	*bufio.Writer
	err error
}

func newOutput(w io.Writer) *output { return &output{Writer: bufio.NewWriter(w)} }

func (o *output) str(s string) {
	if o.err == nil {
		_, o.err = o.WriteString(s)
	}
}

func (o *output) char(c rune) {
	if o.err == nil {
		_, o.err = o.WriteRune(c)
	}
}

func (o *output) failed() error { return o.err }

// finish hands on the last bytes.
func (o *output) finish() error {
	if o.err == nil {
		o.err = o.Flush()
	}
	return o.err
}

// special are the control words and symbols that stand for one character.
var special = map[string]string{
	"tab": "\t", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201C",
	"rdblquote": "\u201D", "bullet": "\u2022", "~": "\u00A0", "_": "\u2011", "-": "\u00AD", "{": "{", "}": "}", "\\": "\\",
	"emspace": "\u2003", "enspace": "\u2002", "zwj": "\u200D", "zwnj": "\u200C", "ltrmark": "\u200E", "rtlmark": "\u200F",
}

// lineBreak reports whether a control word ends a line of text.
func lineBreak(word string) bool {
	switch word {
	case "par", "line", "sect", "page", "row":
		return true
	}
	return false
}

// textWriter writes plain text.
type textWriter struct{ *output }

func (*textWriter) tags() bool { return false }

func (w *textWriter) text(s string, _ *state) { w.str(s) }

func (w *textWriter) control(t token, _ *state) {
	switch {
	case lineBreak(t.word):
		w.str("\r\n")
	case t.word == "cell":
		w.str("\t")
	case t.word == "-": // only where a word may break
	default:
		w.str(special[t.word])
	}
}

// htmlExtractor writes the HTML that an RTF text encapsulates, [MS-OXRTFEX] 3.1.4.
type htmlExtractor struct{ *output }

func (*htmlExtractor) tags() bool { return true }

func (w *htmlExtractor) text(s string, _ *state) { w.str(s) }

func (w *htmlExtractor) control(t token, _ *state) {
	if entity, ok := htmlSpecial[t.word]; ok {
		w.str(entity)
	}
}

// htmlSpecial are the control words that have an HTML equivalent, [MS-OXRTFEX] 2.1.3.2.
var htmlSpecial = map[string]string{
	"par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "&lsquo;", "rquote": "&rsquo;", "ldblquote": "&ldquo;",
	"rdblquote": "&rdquo;", "bullet": "&bull;", "endash": "&ndash;", "emdash": "&mdash;", "~": "&nbsp;", "_": "&shy;",
	"{": "{", "}": "}", "\\": "\\",
}

// htmlWriter renders native RTF as HTML: paragraphs, bold, italic and underlined text.
type htmlWriter struct {
	*output
	begun bool     // there is something in the paragraph
	open  []string // elements open in the paragraph, outermost first
}

func (*htmlWriter) tags() bool { return false }

func (w *htmlWriter) text(s string, st *state) {
	w.format(st)
	w.str(html.EscapeString(s))
}

func (w *htmlWriter) control(t token, st *state) {
	switch {
	case t.word == "line":
		w.format(st)
		w.str("<br>")
	case lineBreak(t.word):
		w.paragraph()
	case t.word == "cell":
		w.begin()
		w.str(" ")
	case t.word == "tab":
		w.text("\u2003", st)
	case special[t.word] != "":
		w.text(special[t.word], st)
	}
}

// begin opens a paragraph if none is open.
func (w *htmlWriter) begin() {
	if !w.begun {
		w.begun = true
		w.str("<p>")
	}
}

// format opens and closes elements until the open ones are those of st.
func (w *htmlWriter) format(st *state) {
	w.begin()
	var want []string
	for _, f := range []struct {
		on   bool
		name string
	}{{st.bold, "b"}, {st.italic, "i"}, {st.under, "u"}} {
		if f.on {
			want = append(want, f.name)
		}
	}
	same := 0
	for same < len(want) && same < len(w.open) && want[same] == w.open[same] {
		same++
	}
	w.close(same)
	for _, name := range want[same:] {
		w.str("<" + name + ">")
	}
	w.open = append(w.open, want[same:]...)
}

func (w *htmlWriter) close(keep int) {
	for i := len(w.open) - 1; i >= keep; i-- {
		w.str("</" + w.open[i] + ">")
	}
	w.open = w.open[:keep]
}

func (w *htmlWriter) paragraph() {
	if !w.begun {
		w.str("<p>&nbsp;")
	}
	w.close(0)
	w.str("</p>\r\n")
	w.begun = false
}
