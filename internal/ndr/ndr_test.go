package ndr

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/wire"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sample has one of everything that stubs are made of.
type sample struct {
	B      uint8
	H      uint16
	L      uint32
	ID     UUID
	Handle ContextHandle
	Blob   []byte
	Narrow string
	Wide   string
	Null   bool
}

func (s *sample) encode(w *Writer) {
	w.U8(s.B)
	w.U16(s.H)
	w.U8(s.B)
	w.U32(s.L)
	w.U8(s.B)
	w.UUID(s.ID)
	w.ContextHandle(s.Handle)
	w.ConformantBytes(s.Blob)
	w.String8(s.Narrow)
	w.String16(s.Wide)
	if w.Pointer(!s.Null) {
		w.U32(s.L)
	}
}

func (s *sample) decode(r *Reader) {
	s.B, s.H = r.U8(), r.U16()
	r.U8()
	s.L = r.U32()
	r.U8()
	s.ID, s.Handle = r.UUID(), r.ContextHandle()
	s.Blob = r.ConformantBytes(1 << 20)
	s.Narrow, s.Wide = r.String8(1<<20), r.String16(1<<20)
	if s.Null = !r.Pointer(); !s.Null {
		r.U32()
	}
}

// sampleStub is put together by hand from [C706] 14.2 and 14.3.
const (
	sampleLittle = `01 00 3412 01 000000 78563412 01 000000 33221100554477668899aabbccddeeff
		00000000 0102030405060708090a0b0c0d0e0f10 03000000 aabbcc 00
		04000000 00000000 04000000 616e6e00 04000000 00000000 04000000 e4003dd800de0000 00000200 78563412`
	sampleBig = `01 00 1234 01 000000 12345678 01 000000 00112233445566778899aabbccddeeff
		00000000 0403020106050807090a0b0c0d0e0f10 00000003 aabbcc 00
		00000004 00000000 00000004 616e6e00 00000004 00000000 00000004 00e4d83dde000000 00020000 12345678`
)

var sampleValue = sample{
	B: 1, H: 0x1234, L: 0x12345678, ID: MustUUID("00112233-4455-6677-8899-aabbccddeeff"),
	Handle: ContextHandle{UUID: UUID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
	Blob:   []byte{0xAA, 0xBB, 0xCC}, Narrow: "ann", Wide: "ä\U0001F600",
}

func TestStub(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Reader{
		"LittleEndian": NewReader(unhex(t, sampleLittle)),
		"BigEndian":    NewBigEndianReader(unhex(t, sampleBig)),
	} {
		var got sample
		got.decode(r)
		if r.Err() != nil || r.Len() != 0 {
			t.Errorf("%s: %v, %d bytes left", name, r.Err(), r.Len())
		}
		if diff := cmp.Diff(sampleValue, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	var w Writer
	sampleValue.encode(&w)
	if diff := cmp.Diff(hex.Dump(unhex(t, sampleLittle)), hex.Dump(w.Stub())); diff != "" {
		t.Errorf("encoded (-want +got):\n%s", diff)
	}
}

// TestStubCutShort cuts a stub at every byte: each is one failure that sticks, with its place.
func TestStubCutShort(t *testing.T) {
	t.Parallel()
	whole := unhex(t, sampleLittle)
	for n := range whole {
		r := NewReader(whole[:n])
		var s sample
		s.decode(r)
		var failure *Error
		if err := r.Err(); !errors.As(err, &failure) || !errors.Is(err, wire.ErrShort) && !errors.Is(err, ErrBound) {
			t.Errorf("cut to %d bytes: %v", n, err)
		} else if failure.Offset > n {
			t.Errorf("cut to %d bytes: failure at offset %d", n, failure.Offset)
		}
	}
}

func TestReaderBounds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		stub string
		read func(r *Reader)
		want error
	}{
		{"CountOverLimit", "05000000 0102030405", func(r *Reader) { r.ConformantBytes(4) }, ErrBound},
		{"CountOverBytesLeft", "05000000 01020304", func(r *Reader) { r.ConformantBytes(8) }, wire.ErrShort},
		{"HugeCount", "ffffffff 01020304", func(r *Reader) { r.Conformance(1<<31, 4) }, ErrBound},
		{"HugeCountWithinLimit", "ffffff7f 01020304", func(r *Reader) { r.Conformance(1<<31, 4) }, wire.ErrShort},
		{"OffsetNotZero", "04000000 01000000 03000000 616200", func(r *Reader) { r.String8(10) }, ErrBound},
		{"ActualOverMax", "02000000 00000000 03000000 616200", func(r *Reader) { r.String8(10) }, ErrBound},
		{"NoTerminator", "02000000 00000000 02000000 6162", func(r *Reader) { r.String8(10) }, ErrBound},
		{"EmptyString", "00000000 00000000 00000000", func(r *Reader) { r.String8(10) }, ErrBound},
		{"StringOverLimit", "03000000 00000000 03000000 616200", func(r *Reader) { r.String8(2) }, ErrBound},
		{"WideNoTerminator", "01000000 00000000 01000000 6100", func(r *Reader) { r.String16(10) }, ErrBound},
		{"WideOverLimit", "02000000 00000000 02000000 61000000", func(r *Reader) { r.String16(1) }, ErrBound},
		{"WideCutShort", "02000000 00000000 02000000 610000", func(r *Reader) { r.String16(9) }, wire.ErrShort},
		{"OwnFailure", "00", func(r *Reader) { r.Fail(ErrUUID) }, ErrUUID},
		{"FirstFailureStands", "", func(r *Reader) { r.U8(); r.Fail(ErrUUID) }, wire.ErrShort},
	}
	for _, tt := range tests {
		r := NewReader(unhex(t, tt.stub))
		tt.read(r)
		if err := r.Err(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if r.U32() != 0 || r.Bytes(1) != nil || r.Len() != 0 {
			t.Errorf("%s: reading goes on after a failure", tt.name)
		}
	}
}

// TestStringEndsAtNUL reads a string that has more behind its terminator.
func TestStringEndsAtNUL(t *testing.T) {
	t.Parallel()
	if got := NewReader(unhex(t, "04000000 00000000 04000000 61006200")).String8(10); got != "a" {
		t.Errorf("String8 = %q", got)
	}
	if got := NewReader(unhex(t, "03000000 00000000 03000000 610000006200 0000")).String16(10); got != "" {
		t.Errorf("String16 without a terminator at its end = %q", got)
	}
}

func TestWriterReferents(t *testing.T) {
	t.Parallel()
	var w Writer
	for _, present := range []bool{true, false, true} {
		if w.Pointer(present) != present {
			t.Error("Pointer does not say what it wrote")
		}
	}
	w.ConformantVaryingBytes(8, []byte("abc"))
	want := unhex(t, "00000200 00000000 04000200 08000000 00000000 03000000 616263")
	if !bytes.Equal(w.Stub(), want) {
		t.Errorf("stub %x, want %x", w.Stub(), want)
	}
}

func TestUUID(t *testing.T) {
	t.Parallel()
	const text = "a4f1db00-ca47-1067-b31f-00dd010662da"
	want := UUID(unhex(t, "00dbf1a447ca6710b31f00dd010662da"))
	for _, s := range []string{text, strings.ToUpper(text), "{" + text + "}"} {
		if got, err := ParseUUID(s); err != nil || got != want {
			t.Errorf("ParseUUID(%q) = %x, %v", s, got, err)
		}
	}
	if got := want.String(); got != text {
		t.Errorf("String = %s", got)
	}
	for _, s := range []string{"", text[1:], text + "0", strings.ReplaceAll(text, "-", "+"), "g" + text[1:]} {
		if _, err := ParseUUID(s); !errors.Is(err, ErrUUID) {
			t.Errorf("ParseUUID(%q): %v", s, err)
		}
	}
}

// TestRoundTrip writes and reads random values.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 }))
		want := sample{
			B: rapid.Byte().Draw(t, "b"), H: rapid.Uint16().Draw(t, "h"), L: rapid.Uint32().Draw(t, "l"),
			Blob: rapid.SliceOf(rapid.Byte()).Draw(t, "blob"), Narrow: text.Draw(t, "narrow"), Wide: text.Draw(t, "wide"),
			Null: rapid.Bool().Draw(t, "null"),
		}
		copy(want.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		var w Writer
		want.encode(&w)
		r := NewReader(w.Stub())
		var got sample
		got.decode(r)
		if r.Err() != nil || r.Len() != 0 {
			t.Fatalf("%v, %d bytes left", r.Err(), r.Len())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// FuzzReader checks that what reads also writes, and reads as the same again, in either byte order.
func FuzzReader(f *testing.F) {
	f.Add(unhex(f, sampleLittle), false)
	f.Add(unhex(f, sampleBig), true)
	f.Fuzz(func(t *testing.T, stub []byte, big bool) {
		r := NewReader(stub)
		if big {
			r = NewBigEndianReader(stub)
		}
		var first, second sample
		first.decode(r)
		if r.Err() != nil {
			return
		}
		if len(first.Blob)+len(first.Narrow) > len(stub) || len(first.Wide) > 3*len(stub) {
			t.Errorf("%d bytes became %d, %d and %d", len(stub), len(first.Blob), len(first.Narrow), len(first.Wide))
		}
		var w Writer
		first.encode(&w)
		again := NewReader(w.Stub())
		second.decode(again)
		if again.Err() != nil {
			t.Fatalf("own stub does not read: %v", again.Err())
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}
