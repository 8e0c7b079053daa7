// Package wire reads and writes little-endian byte structures that arrive whole in memory.
//
// The Reader never panics: its first failure sticks, every later read yields zero values, and the caller
// checks Err once at the end. No read allocates from a count that the remaining bytes cannot hold.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrShort reports that a structure ends before its last field.
var ErrShort = errors.New("wire: structure is cut short")

// Reader is a bounded cursor over one byte slice. It does not copy the slice; the methods that return
// slices say whether they alias it.
type Reader struct {
	buf []byte
	off int
	err error
}

// NewReader returns a Reader at the start of b.
func NewReader(b []byte) *Reader { return &Reader{buf: b} }

// Err returns the first failure, or nil.
func (r *Reader) Err() error { return r.err }

// Fail records err as the failure of this Reader unless an earlier one stands. Decoders call it when a
// value is well-formed but not allowed.
func (r *Reader) Fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
	}
}

// Failf is Fail with a formatted message.
func (r *Reader) Failf(format string, args ...any) { r.Fail(fmt.Errorf(format, args...)) }

// Len returns the number of bytes not read yet; 0 after a failure.
func (r *Reader) Len() int {
	if r.err != nil {
		return 0
	}
	return len(r.buf) - r.off
}

// Offset returns the number of bytes read so far.
func (r *Reader) Offset() int { return r.off }

// Take returns the next n bytes without copying them, or nil and a sticky ErrShort.
func (r *Reader) Take(n int) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.buf)-r.off {
		r.err = ErrShort
		return nil
	}
	b := r.buf[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Copy returns a copy of the next n bytes.
func (r *Reader) Copy(n int) []byte {
	b := r.Take(n)
	if b == nil {
		return nil
	}
	return append(make([]byte, 0, n), b...)
}

// Rest returns everything not read yet without copying it.
func (r *Reader) Rest() []byte { return r.Take(r.Len()) }

// Skip passes over n bytes.
func (r *Reader) Skip(n int) { r.Take(n) }

// Align passes over bytes until the offset is a multiple of n, a power of two.
func (r *Reader) Align(n int) {
	if pad := -r.off & (n - 1); pad > 0 {
		r.Skip(pad)
	}
}

// Count checks a count read from the wire: at most limit, and small enough that the bytes left can hold
// count elements of at least elemSize bytes each. It returns 0 after a failure, so it is safe to allocate by.
func (r *Reader) Count(n uint32, limit, elemSize int) int {
	if r.err != nil {
		return 0
	}
	if uint64(n) > uint64(limit) {
		r.Failf("wire: count %d is over the limit of %d", n, limit)
		return 0
	}
	if uint64(n)*uint64(max(elemSize, 1)) > uint64(r.Len()) {
		r.Fail(ErrShort)
		return 0
	}
	return int(n)
}

// U8 reads one byte.
func (r *Reader) U8() uint8 {
	if b := r.Take(1); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads a little-endian 16-bit integer.
func (r *Reader) U16() uint16 {
	if b := r.Take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// U32 reads a little-endian 32-bit integer.
func (r *Reader) U32() uint32 {
	if b := r.Take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// U64 reads a little-endian 64-bit integer.
func (r *Reader) U64() uint64 {
	if b := r.Take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// F64 reads a little-endian IEEE double.
func (r *Reader) F64() float64 { return math.Float64frombits(r.U64()) }

// Bool reads one byte; any non-zero value is true.
func (r *Reader) Bool() bool { return r.U8() != 0 }

// ASCIIZ reads bytes up to and including a NUL and returns those before it.
func (r *Reader) ASCIIZ() string {
	if r.err != nil {
		return ""
	}
	for i := r.off; i < len(r.buf); i++ {
		if r.buf[i] == 0 {
			s := string(r.buf[r.off:i])
			r.off = i + 1
			return s
		}
	}
	r.Fail(ErrShort)
	return ""
}

// UTF16Z reads UTF-16LE code units up to and including a NUL unit and returns the text before it as UTF-8.
// Unpaired surrogates become U+FFFD.
func (r *Reader) UTF16Z() string {
	if r.err != nil {
		return ""
	}
	for i := r.off; i+1 < len(r.buf); i += 2 {
		if r.buf[i] == 0 && r.buf[i+1] == 0 {
			s := DecodeUTF16(r.buf[r.off:i])
			r.off = i + 2
			return s
		}
	}
	r.Fail(ErrShort)
	return ""
}
