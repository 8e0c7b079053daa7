package wire

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// Writer appends to a byte slice. Its zero value is ready; set Buf to append to an existing buffer.
type Writer struct {
	Buf []byte
}

// Bytes returns what was written.
func (w *Writer) Bytes() []byte { return w.Buf }

// Len returns the number of bytes in the buffer.
func (w *Writer) Len() int { return len(w.Buf) }

// Put appends bytes.
func (w *Writer) Put(b []byte) { w.Buf = append(w.Buf, b...) }

// PutString appends the bytes of s, without a terminator.
func (w *Writer) PutString(s string) { w.Buf = append(w.Buf, s...) }

// U8 appends one byte.
func (w *Writer) U8(v uint8) { w.Buf = append(w.Buf, v) }

// U16 appends a little-endian 16-bit integer.
func (w *Writer) U16(v uint16) { w.Buf = binary.LittleEndian.AppendUint16(w.Buf, v) }

// U32 appends a little-endian 32-bit integer.
func (w *Writer) U32(v uint32) { w.Buf = binary.LittleEndian.AppendUint32(w.Buf, v) }

// U64 appends a little-endian 64-bit integer.
func (w *Writer) U64(v uint64) { w.Buf = binary.LittleEndian.AppendUint64(w.Buf, v) }

// F64 appends a little-endian IEEE double.
func (w *Writer) F64(v float64) { w.U64(math.Float64bits(v)) }

// Bool appends 1 or 0.
func (w *Writer) Bool(v bool) {
	if v {
		w.U8(1)
	} else {
		w.U8(0)
	}
}

// Zero appends n zero bytes.
func (w *Writer) Zero(n int) {
	for range n {
		w.Buf = append(w.Buf, 0)
	}
}

// Align appends zero bytes until the length is a multiple of n, a power of two.
func (w *Writer) Align(n int) { w.Zero(-len(w.Buf) & (n - 1)) }

// ASCIIZ appends s and a NUL. A NUL inside s ends the text.
func (w *Writer) ASCIIZ(s string) {
	for i := range len(s) {
		if s[i] == 0 {
			s = s[:i]
			break
		}
	}
	w.PutString(s)
	w.U8(0)
}

// UTF16Z appends s as UTF-16LE and a NUL unit. A NUL inside s ends the text.
func (w *Writer) UTF16Z(s string) {
	w.grow(2*len(s) + 2)
	for _, c := range s {
		if c == 0 {
			break
		}
		w.rune16(c)
	}
	w.U16(0)
}

// UTF16 appends s as UTF-16LE without a terminator.
func (w *Writer) UTF16(s string) {
	w.grow(2 * len(s))
	for _, c := range s {
		w.rune16(c)
	}
}

// grow makes room for what is about to be appended in small pieces: a text takes at most two bytes for each of its own.
func (w *Writer) grow(n int) {
	if cap(w.Buf)-len(w.Buf) < n {
		w.Buf = slices.Grow(w.Buf, n)
	}
}

func (w *Writer) rune16(c rune) {
	if c < 0x10000 {
		w.U16(uint16(c))
		return
	}
	hi, lo := utf16.EncodeRune(c)
	w.U16(uint16(hi))
	w.U16(uint16(lo))
}

// Mark16 reserves two bytes and returns their offset for Set16.
func (w *Writer) Mark16() int {
	w.U16(0)
	return len(w.Buf) - 2
}

// Set16 fills in bytes reserved by Mark16.
func (w *Writer) Set16(at int, v uint16) { binary.LittleEndian.PutUint16(w.Buf[at:], v) }

// Mark32 reserves four bytes and returns their offset for Set32.
func (w *Writer) Mark32() int {
	w.U32(0)
	return len(w.Buf) - 4
}

// Set32 fills in bytes reserved by Mark32.
func (w *Writer) Set32(at int, v uint32) { binary.LittleEndian.PutUint32(w.Buf[at:], v) }

// UTF16Len returns the number of UTF-16 code units of s.
func UTF16Len(s string) int {
	n := 0
	for _, c := range s {
		if n++; c >= 0x10000 {
			n++
		}
	}
	return n
}

// DecodeUTF16 converts UTF-16LE bytes to UTF-8; an odd last byte is ignored.
func DecodeUTF16(b []byte) string {
	out := make([]byte, 0, len(b)/2)
	for len(b) >= 2 {
		c := rune(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if utf16.IsSurrogate(c) {
			var lo rune
			if len(b) >= 2 {
				lo = rune(binary.LittleEndian.Uint16(b))
			}
			if c = utf16.DecodeRune(c, lo); c != utf8.RuneError {
				b = b[2:]
			}
		}
		out = utf8.AppendRune(out, c)
	}
	return string(out)
}
