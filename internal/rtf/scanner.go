package rtf

import (
	"bufio"
	"bytes"
	"io"
)

// tokenKind tells tokens apart.
type tokenKind uint8

const (
	tokenText    tokenKind = iota // raw bytes
	tokenHex                      // one byte written as \'hh
	tokenControl                  // a control word, or a control symbol as a word of one character
	tokenBegin
	tokenEnd
	tokenBinary // data of \bin, left out
)

// token is one token of an RTF text. Its bytes stay until the next one is read.
type token struct {
	kind  tokenKind
	word  string
	num   int
	given bool // the word has a number
	bytes []byte
}

// maxWord is how many letters of a control word count; the specification has none longer than 32.
const maxWord = 32

// scanner splits an RTF text into tokens. Anything is RTF: only its reader can fail.
type scanner struct {
	r   *bufio.Reader
	err error // of the reader; io.EOF at the end
}

func newScanner(r io.Reader) *scanner { return &scanner{r: bufio.NewReader(r)} }

// next returns the next token, and false at the end.
func (s *scanner) next() (token, bool) {
	c, ok := s.read()
	for ok && (c == '\r' || c == '\n') {
		c, ok = s.read()
	}
	if !ok {
		return token{}, false
	}
	switch c {
	case '{':
		return token{kind: tokenBegin}, true
	case '}':
		return token{kind: tokenEnd}, true
	case '\\':
		return s.control(), true
	}
	_ = s.r.UnreadByte() // right after ReadByte it can't fail
	b, _ := s.r.Peek(s.r.Buffered())
	if i := bytes.IndexAny(b, "{}\\\r\n"); i >= 0 {
		b = b[:i]
	}
	_, _ = s.r.Discard(len(b)) // it is all in the buffer
	return token{kind: tokenText, bytes: b}, true
}

// read reads one byte.
func (s *scanner) read() (byte, bool) {
	if s.err != nil {
		return 0, false
	}
	c, err := s.r.ReadByte()
	s.err = err
	return c, err == nil
}

// ahead returns the next byte without reading it, 0 at the end.
func (s *scanner) ahead() byte {
	b, _ := s.r.Peek(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// control reads what stands behind a backslash.
func (s *scanner) control() token {
	c, ok := s.read()
	if !ok {
		return token{kind: tokenText}
	}
	if !letter(c) {
		switch c {
		case '\'':
			return s.hex()
		case '\r', '\n':
			return token{kind: tokenControl, word: "par"}
		}
		return token{kind: tokenControl, word: string(rune(c))}
	}
	word := append(make([]byte, 0, maxWord), c)
	for letter(s.ahead()) {
		if c, _ = s.read(); len(word) < maxWord {
			word = append(word, c)
		}
	}
	t := token{kind: tokenControl, word: string(word)}
	s.number(&t)
	if s.ahead() == ' ' {
		s.read()
	}
	if t.word == "bin" && t.num > 0 {
		_, s.err = s.r.Discard(t.num)
		return token{kind: tokenBinary}
	}
	return t
}

// number reads the number behind a control word.
func (s *scanner) number(t *token) {
	sign := 1
	if b, _ := s.r.Peek(2); len(b) == 2 && b[0] == '-' && b[1] >= '0' && b[1] <= '9' {
		sign = -1
		s.read()
	}
	const limit = 1 << 31
	for c := s.ahead(); c >= '0' && c <= '9'; c = s.ahead() {
		s.read()
		t.given = true
		t.num = min(t.num*10+int(c-'0'), limit)
	}
	t.num *= sign
}

// hex reads two hexadecimal digits. Anything else is nothing.
func (s *scanner) hex() token {
	b, _ := s.r.Peek(2)
	if len(b) < 2 {
		_, _ = s.r.Discard(len(b))
		return token{kind: tokenText}
	}
	hi, ok1 := digit(b[0])
	lo, ok2 := digit(b[1])
	if !ok1 || !ok2 {
		return token{kind: tokenText}
	}
	_, _ = s.r.Discard(2)
	return token{kind: tokenHex, num: int(hi<<4 | lo)}
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func digit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
