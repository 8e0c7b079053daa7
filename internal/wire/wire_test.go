package wire

import (
	"bytes"
	"errors"
	"testing"
)

func TestReaderRoundTripsWriter(t *testing.T) {
	t.Parallel()
	var w Writer
	w.U8(1)
	w.U16(0x0203)
	w.U32(0x04050607)
	w.U64(0x08090a0b0c0d0e0f)
	w.F64(1.5)
	w.Bool(true)
	w.ASCIIZ("abc")
	w.UTF16Z("h\u00e9\U0001F600")
	w.Align(8)
	r := NewReader(w.Bytes())
	if r.U8() != 1 || r.U16() != 0x0203 || r.U32() != 0x04050607 || r.U64() != 0x08090a0b0c0d0e0f {
		t.Fatal("integers differ")
	}
	if r.F64() != 1.5 || !r.Bool() || r.ASCIIZ() != "abc" || r.UTF16Z() != "h\u00e9\U0001F600" {
		t.Fatal("values differ")
	}
	r.Align(8)
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("err %v, %d bytes left", r.Err(), r.Len())
	}
}

func TestReaderFailureSticks(t *testing.T) {
	t.Parallel()
	r := NewReader([]byte{1, 2, 3})
	if r.U32() != 0 || !errors.Is(r.Err(), ErrShort) {
		t.Fatalf("got %v, want ErrShort", r.Err())
	}
	if r.U8() != 0 || r.Len() != 0 || r.ASCIIZ() != "" || r.UTF16Z() != "" || r.Copy(1) != nil {
		t.Fatal("a failed reader must yield zero values")
	}
}

func TestReaderCountRefusesWhatCannotFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		n         uint32
		limit     int
		elem      int
		wantCount int
	}{
		{"Fits", 2, 10, 4, 2},
		{"OverLimit", 11, 10, 0, 0},
		{"OverBytes", 3, 10, 4, 0},
		{"HugeDoesNotOverflow", 0xFFFFFFFF, 1 << 40, 1 << 20, 0},
	} {
		r := NewReader(make([]byte, 8))
		if got := r.Count(c.n, c.limit, c.elem); got != c.wantCount || (r.Err() == nil) != (c.wantCount > 0) {
			t.Errorf("%s: got %d, err %v", c.name, got, r.Err())
		}
	}
}

func FuzzUTF16(f *testing.F) {
	f.Add([]byte("a\x00b\x00"))
	f.Add([]byte{0x00, 0xD8, 0x00, 0xDC})
	f.Add([]byte{0x00, 0xD8})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := DecodeUTF16(b)
		var w Writer
		w.UTF16(s)
		if UTF16Len(s)*2 != w.Len() {
			t.Fatalf("UTF16Len(%q) = %d, encoded %d bytes", s, UTF16Len(s), w.Len())
		}
		if !bytes.Equal([]byte(DecodeUTF16(w.Bytes())), []byte(s)) {
			t.Fatalf("%q does not round-trip", s)
		}
	})
}
