// Package ndr reads and writes stubs in NDR 2.0 transfer syntax, little-endian, [C706] chapter 14 and [MS-RPCE]
// 2.2.5. Offsets and alignment count from the start of the stub. Pointees of embedded pointers are the caller's
// business: it reads or writes them in the order the rules give.
package ndr

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mapid/mapid/internal/wire"
)

// ErrBound reports a conformance, variance or range that the interface forbids.
var ErrBound = errors.New("ndr: bound or range violated")

// UUID is a UUID in wire order.
type UUID [16]byte

// ContextHandle is an RPC context handle, [C706] 14.2.16.6; the zero value is the NULL handle.
type ContextHandle struct {
	Attributes uint32
	UUID       UUID
}

// IsZero reports whether h is the NULL handle.
func (h ContextHandle) IsZero() bool { return h == ContextHandle{} }

// Reader reads one stub. Its first failure sticks; check Err once at the end.
type Reader struct {
	r   *wire.Reader
	big bool
}

// NewReader returns a Reader at the start of stub. The stub is not copied.
func NewReader(stub []byte) *Reader { return &Reader{r: wire.NewReader(stub)} }

// NewBigEndianReader is NewReader for a peer whose data representation is big-endian.
func NewBigEndianReader(stub []byte) *Reader { return &Reader{r: wire.NewReader(stub), big: true} }

// Error is a stub that does not follow its interface: whatever the reason, a caller learns RPC_X_BAD_STUB_DATA.
type Error struct {
	Offset int // bytes read before the failure
	Err    error
}

// Error names the place and the reason.
func (e *Error) Error() string { return fmt.Sprintf("ndr: at offset %d: %v", e.Offset, e.Err) }

// Unwrap returns the reason: ErrBound, wire.ErrShort, or what was given to Fail.
func (e *Error) Unwrap() error { return e.Err }

// Err returns the first failure as an *Error, or nil. Bytes left over are not a failure.
func (r *Reader) Err() error {
	if err := r.r.Err(); err != nil {
		return &Error{Offset: r.r.Offset(), Err: err}
	}
	return nil
}

// Fail records err as the failure of this Reader unless an earlier one stands.
func (r *Reader) Fail(err error) { r.r.Fail(err) }

// Len returns the number of bytes not read yet.
func (r *Reader) Len() int { return r.r.Len() }

// Align skips the gap before a construct of the given alignment.
func (r *Reader) Align(n int) { r.r.Align(n) }

// U8 reads a byte.
func (r *Reader) U8() uint8 { return r.r.U8() }

// U16 reads an aligned 16-bit integer.
func (r *Reader) U16() uint16 {
	r.r.Align(2)
	b := r.r.Take(2)
	switch {
	case b == nil:
		return 0
	case r.big:
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

// U32 reads an aligned 32-bit integer.
func (r *Reader) U32() uint32 {
	r.r.Align(4)
	b := r.r.Take(4)
	switch {
	case b == nil:
		return 0
	case r.big:
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// Pointer reads a pointer's referent and reports whether it is not NULL.
func (r *Reader) Pointer() bool { return r.U32() != 0 }

// Bytes reads n bytes in place without copying them.
func (r *Reader) Bytes(n int) []byte { return r.r.Take(n) }

// UUID reads an aligned UUID into little-endian wire order.
func (r *Reader) UUID() (u UUID) {
	r.r.Align(4)
	copy(u[:], r.r.Take(16))
	if r.big {
		u.swap()
	}
	return u
}

// ContextHandle reads a context handle.
func (r *Reader) ContextHandle() ContextHandle {
	return ContextHandle{Attributes: r.U32(), UUID: r.UUID()}
}

// Conformance reads a max_count and refuses one over limit or one that the bytes left cannot hold at elemSize
// bytes each.
func (r *Reader) Conformance(limit, elemSize int) int { return r.Count(r.U32(), limit, elemSize) }

// Count checks a count that was read already, as wire.Reader.Count does.
func (r *Reader) Count(n uint32, limit, elemSize int) int {
	if r.r.Err() == nil && uint64(n) > uint64(limit) {
		r.Fail(ErrBound)
		return 0
	}
	return r.r.Count(n, limit, elemSize)
}

// Varying reads offset and actual_count of a varying array whose max_count is given, and returns the actual count.
func (r *Reader) Varying(max uint32, elemSize int) int {
	off, actual := r.U32(), r.U32()
	if r.r.Err() == nil && (off != 0 || actual > max) {
		r.Fail(ErrBound)
		return 0
	}
	return r.r.Count(actual, int(max), elemSize)
}

// ConformantBytes reads max_count and as many bytes; more than limit is ErrBound. The bytes are not copied.
func (r *Reader) ConformantBytes(limit int) []byte { return r.Bytes(r.Conformance(limit, 1)) }

// String8 reads a conformant varying [string] of 8-bit characters and returns it without its terminator. Text
// without a terminator, or of more than limit bytes with it, is ErrBound.
func (r *Reader) String8(limit int) string {
	max := r.U32()
	n := r.Varying(max, 1)
	b := r.Bytes(n)
	if r.r.Err() != nil {
		return ""
	}
	if n > limit || n == 0 || b[n-1] != 0 {
		r.Fail(ErrBound)
		return ""
	}
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return ""
}

// String16 is String8 for wchar_t; limit counts UTF-16 units.
func (r *Reader) String16(limit int) string {
	max := r.U32()
	n := r.Varying(max, 2)
	b := r.Bytes(2 * n)
	if r.r.Err() != nil {
		return ""
	}
	if n > limit || n == 0 || b[2*n-2] != 0 || b[2*n-1] != 0 {
		r.Fail(ErrBound)
		return ""
	}
	if r.big {
		le := make([]byte, len(b))
		for i := 0; i < len(b); i += 2 {
			le[i], le[i+1] = b[i+1], b[i]
		}
		b = le
	}
	return wire.NewReader(b).UTF16Z()
}
