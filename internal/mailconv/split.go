package mailconv

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// splitter reads the lines of a mail and stops at the delimiters of the multiparts it is in, RFC 2046 5.1.1. It never
// holds more than one buffer, so that lines may be of any length.
type splitter struct {
	r        *bufio.Reader
	stack    []string // boundaries, the innermost last
	hit      int      // index in stack of the delimiter that was reached, or none
	last     bool     // that was a closing one
	line     []byte   // to be read again
	again    bool
	midLine  bool // the piece before did not end its line
	finished bool // the input is at its end
}

const none = -1

// bufferSize is also how much of a line is seen at once; boundaries have to be shorter.
const bufferSize = 64 << 10

func newSplitter(r io.Reader) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, bufferSize), hit: none}
}

// errEnd reports the end of a part: a delimiter, or the end of the input.
var errEnd = errors.New("mailconv: end of the part")

// next returns a line with its end, or a piece of one that is longer than the buffer. It is good until the next call.
func (s *splitter) next() (line []byte, start bool, err error) {
	if s.again {
		s.again = false
		return s.line, true, nil
	}
	if s.hit != none || s.finished {
		return nil, false, errEnd
	}
	line, err = s.r.ReadSlice('\n')
	start = !s.midLine
	s.midLine = errors.Is(err, bufio.ErrBufferFull)
	switch {
	case s.midLine:
	case errors.Is(err, io.EOF):
		s.finished = true
		if len(line) == 0 {
			return nil, false, errEnd
		}
	case err != nil:
		return nil, false, err
	}
	if start && !s.midLine && len(line) > 2 && line[0] == '-' && line[1] == '-' && s.delimiter(line) {
		return nil, false, errEnd
	}
	return line, start, nil
}

// delimiter reports whether a line is a delimiter of a multipart, and notes of which. The innermost counts.
func (s *splitter) delimiter(line []byte) bool {
	text := bytes.TrimRight(line[2:], " \t\r\n")
	for i := len(s.stack) - 1; i >= 0; i-- {
		b := s.stack[i]
		if len(text) < len(b) || string(text[:len(b)]) != b {
			continue
		}
		if rest := string(text[len(b):]); rest == "" || rest == "--" {
			s.hit, s.last = i, rest != ""
			return true
		}
	}
	return false
}

// back makes the line that was just read the next one again.
func (s *splitter) back(line []byte) { s.line, s.again = line, true }

// copy writes the rest of the part to w. The line end before a delimiter belongs to the delimiter.
func (s *splitter) copy(w io.Writer) error {
	crlf, lf := []byte("\r\n"), []byte("\n")
	var end []byte // the line end that was held back
	for {
		line, _, err := s.next()
		if errors.Is(err, errEnd) {
			if s.hit == none && end != nil {
				_, err := w.Write(end)
				return err
			}
			return nil
		}
		if err != nil {
			return err
		}
		if end != nil {
			if _, err := w.Write(end); err != nil {
				return err
			}
		}
		switch {
		case bytes.HasSuffix(line, crlf):
			end = crlf
		case bytes.HasSuffix(line, lf):
			end = lf
		default:
			end = nil
		}
		if line = line[:len(line)-len(end)]; len(line) > 0 {
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
	}
}

// header reads a block of fields. A line that can't belong to one ends it, and is the first of the body. ok is false if
// the block is larger than allowed; then it holds what was read, the unfinished field included.
func (s *splitter) header(limits Limits, first bool) (h header, ok bool, err error) {
	var f fieldSplitter
	for {
		line, start, err := s.next()
		if errors.Is(err, errEnd) {
			break
		}
		if err != nil {
			return nil, false, err
		}
		if start && len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if first && f.bytes == 0 && bytes.HasPrefix(line, []byte("From ")) {
			f.bytes += len(line) // the separator of a mailbox file
			for s.midLine && err == nil {
				_, _, err = s.next()
			}
			continue
		}
		if f.bytes+len(line) > limits.HeaderBytes || len(f.fields) >= limits.Fields {
			f.flush()
			s.back(line)
			return f.fields, false, nil
		}
		text := string(line)
		if !start { // a line that is longer than the buffer
			f.more(text)
			continue
		}
		if !f.line(text) {
			s.back([]byte(text))
			break
		}
	}
	f.flush()
	return f.fields, true, nil
}

// more takes a further piece of the line before, as far as it was not ended.
func (s *fieldSplitter) more(piece string) {
	s.bytes += len(piece)
	open := s.open.String()
	s.open.Reset()
	s.open.WriteString(open[:len(open)-len("\r\n")])
	s.open.WriteString(withCRLF(piece))
}
