package ndr

import "github.com/mapid/mapid/internal/wire"

// Writer appends one stub, always little-endian. Its zero value is ready.
type Writer struct {
	w    wire.Writer
	next uint32
}

// NewWriter returns a Writer for a stub of about n bytes.
func NewWriter(n int) *Writer { return &Writer{w: wire.Writer{Buf: make([]byte, 0, n)}} }

// Stub returns what was written.
func (w *Writer) Stub() []byte { return w.w.Bytes() }

// Align writes the gap before a construct of the given alignment.
func (w *Writer) Align(n int) { w.w.Align(n) }

// U8 writes a byte.
func (w *Writer) U8(v uint8) { w.w.U8(v) }

// U16 writes an aligned 16-bit integer.
func (w *Writer) U16(v uint16) {
	w.w.Align(2)
	w.w.U16(v)
}

// U32 writes an aligned 32-bit integer.
func (w *Writer) U32(v uint32) {
	w.w.Align(4)
	w.w.U32(v)
}

// Pointer writes a fresh referent, or NULL if present is false, and returns present.
func (w *Writer) Pointer(present bool) bool {
	if !present {
		w.U32(0)
		return false
	}
	w.U32(0x00020000 + 4*w.next)
	w.next++
	return true
}

// Bytes writes bytes in place.
func (w *Writer) Bytes(b []byte) { w.w.Put(b) }

// UUID writes an aligned UUID.
func (w *Writer) UUID(u UUID) {
	w.w.Align(4)
	w.w.Put(u[:])
}

// ContextHandle writes a context handle.
func (w *Writer) ContextHandle(h ContextHandle) {
	w.U32(h.Attributes)
	w.UUID(h.UUID)
}

// Varying writes offset 0 and the actual count.
func (w *Writer) Varying(actual int) {
	w.U32(0)
	w.U32(uint32(actual))
}

// ConformantBytes writes max_count and the bytes.
func (w *Writer) ConformantBytes(b []byte) {
	w.U32(uint32(len(b)))
	w.Bytes(b)
}

// ConformantVaryingBytes writes max_count, offset 0, actual_count and the bytes.
func (w *Writer) ConformantVaryingBytes(max int, b []byte) {
	w.U32(uint32(max))
	w.Varying(len(b))
	w.Bytes(b)
}

// String8 writes a conformant varying [string] of 8-bit characters with its terminator.
func (w *Writer) String8(s string) {
	n := len(s) + 1
	w.U32(uint32(n))
	w.Varying(n)
	w.w.PutString(s)
	w.U8(0)
}

// String16 is String8 for wchar_t.
func (w *Writer) String16(s string) {
	n := wire.UTF16Len(s) + 1
	w.U32(uint32(n))
	w.Varying(n)
	w.w.UTF16(s)
	w.w.U16(0)
}
