package mailconv

import (
	"strings"
)

// field is one header field. Its text is Unicode whatever it came in.
type field struct {
	name  string // as it was written
	value string // unfolded, without blanks at its ends
	raw   string // all of it with its line ends
}

// header is a block of fields in their order.
type header []field

// get returns the value of the first field of a name, or "".
func (h header) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// has reports whether there is a field of a name.
func (h header) has(name string) bool {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// addresses reads at most limit addresses of all fields of a name. What is broken in one does not reach into the next.
func (h header) addresses(name string, limit int) (list []address) {
	for _, f := range h {
		if strings.EqualFold(f.name, name) && len(list) < limit {
			list = append(list, parseAddresses(f.value, limit-len(list))...)
		}
	}
	return list
}

// all joins the values of all fields of a name, as lists are joined.
func (h header) all(name string) string {
	var values []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) && f.value != "" {
			values = append(values, f.value)
		}
	}
	return strings.Join(values, ", ")
}

// String is the block as it came.
func (h header) String() string {
	var b strings.Builder
	for _, f := range h {
		b.WriteString(f.raw)
	}
	return b.String()
}

// fieldNameEnd finds the colon of a line that begins a header field.
func fieldNameEnd(line string) (end int, ok bool) {
	end = strings.IndexByte(line, ':')
	if end <= 0 {
		return 0, false
	}
	name := strings.TrimRight(line[:end], " \t")
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return 0, false
		}
	}
	return end, name != ""
}

// fieldSplitter makes fields of lines.
type fieldSplitter struct {
	fields header
	open   strings.Builder // the field whose lines are being read
	bytes  int
}

// line takes a line with its end. It is false for a line that does not belong to a header.
func (s *fieldSplitter) line(line string) bool {
	s.bytes += len(line)
	if line[0] == ' ' || line[0] == '\t' {
		if s.open.Len() == 0 {
			return false
		}
		s.open.WriteString(withCRLF(line))
		return true
	}
	if _, ok := fieldNameEnd(line); !ok {
		return false
	}
	s.flush()
	s.open.WriteString(withCRLF(line))
	return true
}

func withCRLF(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r") + "\r\n"
}

func (s *fieldSplitter) flush() {
	if s.open.Len() == 0 {
		return
	}
	raw := plainLines(guess(s.open.String()))
	s.open.Reset()
	end, _ := fieldNameEnd(raw)
	s.fields = append(s.fields, field{strings.TrimRight(raw[:end], " \t"), unfold(raw[end+1:]), raw})
}

// plainLines puts blanks for control characters, which have no business in a header.
func plainLines(s string) string {
	odd := func(c rune) bool { return c < ' ' && c != '\t' && c != '\n' || c == 0x7F }
	text := strings.ReplaceAll(s, "\r\n", "\n")
	if strings.IndexFunc(text, odd) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.Map(func(c rune) rune {
		if odd(c) {
			return ' '
		}
		return c
	}, text), "\n", "\r\n")
}

// unfold joins the lines of a value. The blank that a folded line begins with is part of the value; a tab there stands
// for a blank.
func unfold(s string) string {
	if strings.Count(s, "\n") > 1 {
		s = strings.ReplaceAll(s, "\r\n\t", " ")
	}
	return strings.Trim(strings.ReplaceAll(s, "\r\n", ""), " \t")
}

// parseHeader reads a block of fields that is held in memory, passing over what is none.
func parseHeader(text string) header {
	var s fieldSplitter
	for line := range strings.Lines(text) {
		s.line(line)
	}
	s.flush()
	return s.fields
}
