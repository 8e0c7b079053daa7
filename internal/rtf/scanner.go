package rtf

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

// token is one token of an RTF text.
type token struct {
	kind  tokenKind
	word  string
	num   int
	given bool // the word has a number
	bytes []byte
}

// scanner splits an RTF text into tokens. Anything is RTF: it never fails.
type scanner struct {
	b   []byte
	pos int
}

// next returns the next token, and false at the end.
func (s *scanner) next() (token, bool) {
	for s.pos < len(s.b) && (s.b[s.pos] == '\r' || s.b[s.pos] == '\n') {
		s.pos++
	}
	if s.pos >= len(s.b) {
		return token{}, false
	}
	switch s.b[s.pos] {
	case '{':
		s.pos++
		return token{kind: tokenBegin}, true
	case '}':
		s.pos++
		return token{kind: tokenEnd}, true
	case '\\':
		return s.control(), true
	}
	start := s.pos
	for s.pos < len(s.b) && !structural(s.b[s.pos]) {
		s.pos++
	}
	return token{kind: tokenText, bytes: s.b[start:s.pos]}, true
}

func structural(c byte) bool { return c == '{' || c == '}' || c == '\\' || c == '\r' || c == '\n' }

// control reads what begins with a backslash.
func (s *scanner) control() token {
	s.pos++
	if s.pos >= len(s.b) {
		return token{kind: tokenText}
	}
	c := s.b[s.pos]
	if !letter(c) {
		s.pos++
		switch c {
		case '\'':
			return s.hex()
		case '\r', '\n':
			return token{kind: tokenControl, word: "par"}
		}
		return token{kind: tokenControl, word: string(rune(c))}
	}
	start := s.pos
	for s.pos < len(s.b) && letter(s.b[s.pos]) {
		s.pos++
	}
	t := token{kind: tokenControl, word: string(s.b[start:s.pos])}
	s.number(&t)
	if s.pos < len(s.b) && s.b[s.pos] == ' ' {
		s.pos++
	}
	if t.word == "bin" && t.num > 0 {
		s.pos = min(s.pos+t.num, len(s.b))
		return token{kind: tokenBinary}
	}
	return t
}

// number reads the number behind a control word.
func (s *scanner) number(t *token) {
	p, sign := s.pos, 1
	if p < len(s.b) && s.b[p] == '-' {
		sign = -1
		p++
	}
	const limit = 1 << 31
	for ; p < len(s.b) && s.b[p] >= '0' && s.b[p] <= '9'; p++ {
		t.given = true
		t.num = min(t.num*10+int(s.b[p]-'0'), limit)
	}
	if t.given {
		t.num *= sign
		s.pos = p
	}
}

// hex reads two hexadecimal digits. Anything else is nothing.
func (s *scanner) hex() token {
	if s.pos+2 > len(s.b) {
		s.pos = len(s.b)
		return token{kind: tokenText}
	}
	hi, ok1 := digit(s.b[s.pos])
	lo, ok2 := digit(s.b[s.pos+1])
	if !ok1 || !ok2 {
		return token{kind: tokenText}
	}
	s.pos += 2
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
