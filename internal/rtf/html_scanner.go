package rtf

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// htmlKind tells pieces of HTML apart.
type htmlKind uint8

const (
	htmlText  htmlKind = iota
	htmlTag            // <name …> or </name>
	htmlOther          // comments, declarations, processing instructions
)

// htmlPiece is a tag, a text or a part of one. Together the pieces are the input.
type htmlPiece struct {
	kind        htmlKind
	text        string
	first, last bool   // parts of a tag or of something else that is no text
	name        string // of a tag, in lower case
	closing     bool   // </name>
	empty       bool   // <name/>; known in the last part
}

// silentElements hold text that is not shown.
var silentElements = map[string]bool{"head": true, "style": true, "script": true, "title": true}

// rawElements hold text in which nothing but their own end tag counts.
var rawElements = map[string]bool{"style": true, "script": true}

// htmlAhead is how much of the input a scanner looks at. Parts are not longer.
const htmlAhead = 4 << 10

// htmlScanner splits HTML into pieces. It accepts anything.
type htmlScanner struct {
	r       *bufio.Reader
	err     error  // of the reader, but for io.EOF
	raw     string // the element whose end alone counts
	in      *htmlPiece
	comment bool
	quote   byte // inside a quoted attribute value of the tag
	before  byte // the tag's last byte
}

func newHTMLScanner(r io.Reader) *htmlScanner {
	return &htmlScanner{r: bufio.NewReaderSize(r, htmlAhead)}
}

// next returns the next piece, and false at the end.
func (s *htmlScanner) next() (htmlPiece, bool) {
	b, err := s.r.Peek(htmlAhead)
	if err != nil && err != io.EOF {
		s.err = err
	}
	if len(b) == 0 || s.err != nil {
		return htmlPiece{}, false
	}
	end := err == io.EOF
	var p htmlPiece
	switch {
	case s.in != nil:
		p = s.more(b, end)
	case s.raw != "" && !s.atRawEnd(b):
		p = htmlPiece{text: s.rawText(b, end)}
	case b[0] != '<':
		p = htmlPiece{text: plainPart(b, end)}
	case bytes.HasPrefix(b, []byte("<!--")):
		s.in, s.comment = &htmlPiece{kind: htmlOther, first: true}, true
		p = s.more(b, end)
	case len(b) < 2 || !letter(b[1]) && b[1] != '/' && b[1] != '!' && b[1] != '?':
		p = htmlPiece{text: "<"} // a lone one is text
	default:
		s.in, s.comment = startTag(b), false
		p = s.more(b, end)
	}
	_, _ = s.r.Discard(len(p.text)) // it was peeked
	return p, true
}

// startTag returns what is known of a tag at its beginning.
func startTag(b []byte) *htmlPiece {
	p := &htmlPiece{kind: htmlTag, first: true}
	if b[1] == '!' || b[1] == '?' {
		p.kind = htmlOther
		return p
	}
	p.name, p.closing = tagName(string(b[:min(len(b), 64)]))
	return p
}

// more returns the next part of the tag or comment that the input is in.
func (s *htmlScanner) more(b []byte, end bool) htmlPiece {
	n, done := 0, false
	if s.comment {
		n, done = s.commentLength(b, end)
	} else {
		n, done = s.tagLength(b)
	}
	if !done {
		n = len(b)
		if s.comment && !end {
			n -= 2 // the end may have begun
		}
		if done = end; !end {
			n = wholeRunes(b[:n])
		}
	}
	p := *s.in
	p.text, p.last = string(b[:n]), done
	s.in.first = false
	if !done {
		return p
	}
	s.in, s.quote, s.before = nil, 0, 0
	p.empty = strings.HasSuffix(p.text, "/>")
	if p.kind == htmlTag {
		s.raw = ""
		if !p.closing && !p.empty && rawElements[p.name] {
			s.raw = p.name
		}
	}
	return p
}

// commentLength finds the end of a comment.
func (s *htmlScanner) commentLength(b []byte, _ bool) (int, bool) {
	from := 0
	if s.in.first {
		from = min(4, len(b))
	}
	if i := bytes.Index(b[from:], []byte("-->")); i >= 0 {
		return from + i + 3, true
	}
	return 0, false
}

// tagLength finds the end of a tag, passing over quoted attribute values.
func (s *htmlScanner) tagLength(b []byte) (int, bool) {
	quote, before := s.quote, s.before
	n := wholeRunes(b)
	for i, c := range b[:n] {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i + 1, true
		case (c == '"' || c == '\'') && before == '=':
			quote = c
		}
		before = c
	}
	s.quote, s.before = quote, before
	return n, false
}

// atRawEnd reports whether the end tag of the raw element stands at the beginning.
func (s *htmlScanner) atRawEnd(b []byte) bool { return hasPrefixFold(b, "</"+s.raw) }

// rawText returns text of a raw element, up to its end tag.
func (s *htmlScanner) rawText(b []byte, end bool) string {
	tag := "</" + s.raw
	for i := 1; i+len(tag) <= len(b); i++ {
		if b[i] == '<' && hasPrefixFold(b[i:], tag) {
			return string(b[:i])
		}
	}
	if !end {
		b = b[:wholeRunes(b[:len(b)-len(tag)])]
	}
	return string(b)
}

// plainPart returns text up to the next tag. A part that is not the last does not end inside of a character, a line end
// or a character reference.
func plainPart(b []byte, end bool) string {
	if i := bytes.IndexByte(b, '<'); i > 0 {
		return string(b[:i])
	}
	if end {
		return string(b)
	}
	b = b[:wholeRunes(b)]
	if i := bytes.LastIndexByte(b, '&'); i > 0 && len(b)-i < longestEntity {
		b = b[:i]
	}
	if n := len(b); b[n-1] == '\r' && n > 1 {
		b = b[:n-1]
	}
	return string(b)
}

// wholeRunes is how many bytes there are without a character at the end that is not complete.
func wholeRunes(b []byte) int {
	for back := 1; back < utf8.UTFMax && back < len(b); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && strings.EqualFold(string(b[:len(prefix)]), prefix)
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
