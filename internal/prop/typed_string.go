package prop

import (
	"unicode/utf8"

	"github.com/mapid/mapid/internal/wire"
)

// Types of a TypedString, [MS-OXCDATA] 2.11.7.
const (
	StringNone    uint8 = 0x00 // no string
	StringEmpty   uint8 = 0x01 // the empty string
	String8Bit    uint8 = 0x02 // bytes in a code page
	StringReduced uint8 = 0x03 // UTF-16 whose high bytes are all zero, low bytes only
	StringUnicode uint8 = 0x04 // UTF-16LE
)

// TypedString is a string that says how it is encoded, [MS-OXCDATA] 2.11.7. Text is UTF-8, or bytes in a code page
// under String8Bit.
type TypedString struct {
	Type uint8
	Text string
}

// NewTypedString returns s as StringEmpty or StringUnicode.
func NewTypedString(s string) TypedString {
	if s == "" {
		return TypedString{Type: StringEmpty}
	}
	return TypedString{StringUnicode, s}
}

// ReadTypedString reads a TypedString.
func ReadTypedString(r *wire.Reader) TypedString {
	s := TypedString{Type: r.U8()}
	switch s.Type {
	case StringNone, StringEmpty:
	case String8Bit:
		s.Text = r.ASCIIZ()
	case StringReduced:
		latin1 := r.ASCIIZ()
		text := make([]byte, 0, len(latin1))
		for i := range len(latin1) {
			text = utf8.AppendRune(text, rune(latin1[i]))
		}
		s.Text = string(text)
	case StringUnicode:
		s.Text = r.UTF16Z()
	default:
		r.Failf("prop: typed string of type 0x%02X", s.Type)
	}
	if r.Err() != nil {
		return TypedString{}
	}
	return s
}

// WriteTypedString appends s. A StringReduced that holds a character above U+00FF goes out as StringUnicode.
func WriteTypedString(w *wire.Writer, s TypedString) {
	typ := s.Type
	if typ == StringReduced && !reducible(s.Text) {
		typ = StringUnicode
	}
	w.U8(typ)
	switch typ {
	case String8Bit:
		w.ASCIIZ(s.Text)
	case StringReduced:
		for _, c := range s.Text {
			if c == 0 {
				break
			}
			w.U8(uint8(c))
		}
		w.U8(0)
	case StringUnicode:
		w.UTF16Z(s.Text)
	}
}

func reducible(s string) bool {
	for _, c := range s {
		if c > 0xFF {
			return false
		}
	}
	return true
}
