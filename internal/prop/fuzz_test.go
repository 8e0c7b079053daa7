package prop_test

import (
	"bytes"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// stable decodes b, and if that works encodes, decodes and encodes again: the two encodings must be equal, and the
// first must not be longer than canon allows over what was read (text with lone surrogates is replaced unit by unit,
// so an encoding never grows).
func stable[T any](t *testing.T, b []byte, read func(*wire.Reader) T, write func(*wire.Writer, T)) {
	r := wire.NewReader(b)
	v := read(r)
	if r.Err() != nil {
		return
	}
	var once, twice wire.Writer
	write(&once, v)
	if once.Len() > r.Offset() {
		t.Fatalf("%d bytes became %d", r.Offset(), once.Len())
	}
	r = wire.NewReader(once.Buf)
	write(&twice, read(r))
	if r.Err() != nil || r.Len() > 0 || !bytes.Equal(once.Buf, twice.Buf) {
		t.Fatalf("err %v, %d left\nonce  %x\ntwice %x", r.Err(), r.Len(), once.Buf, twice.Buf)
	}
}

func FuzzTagged(f *testing.F) {
	f.Add([]byte{0x03, 0x00, 0x76, 0x66, 0x0A, 0x00, 0x00, 0x00})
	f.Add([]byte{0x1F, 0x10, 0x08, 0x80, 0x02, 0x00, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00, 0x00, 0x00})
	f.Add([]byte{0x02, 0x11, 0x08, 0x80, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0xAA})
	f.Add([]byte{0xFD, 0x00, 0x79, 0x66, 0x02, 0x08, 0x1F, 0x00, 0x37, 0x00})
	f.Add([]byte{0xFE, 0x00, 0x80, 0x66, 0x01, 0x00, 0x09, 0x00, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		stable(t, b, prop.ROPForm.ReadTagged, prop.ROPForm.WriteTagged)
		stable(t, b, prop.ExtendedForm.ReadTagged, prop.ExtendedForm.WriteTagged)
		if v := prop.ReadTagged(wire.NewReader(b)); !v.Value.IsZero() {
			var w wire.Writer
			if prop.WriteTagged(&w, v); w.Len() != prop.TaggedSize(v) {
				t.Fatalf("TaggedSize = %d, wrote %d", prop.TaggedSize(v), w.Len())
			}
		}
	})
}

func FuzzRow(f *testing.F) {
	columns := []mapi.PropTag{0x0E070003, 0x0037001F, 0x00370000, 0x8008301F, 0x0FFF0102}
	f.Add([]byte{0x00, 1, 0, 0, 0, 0x61, 0, 0, 0, 0x1F, 0, 0, 0, 0x62, 0, 0, 0, 0, 0})
	f.Add([]byte{0x01, 0x01, 0x0A, 1, 2, 3, 4, 0, 0, 1, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewReader(b)
		row := prop.ReadRow(r, columns)
		if r.Err() != nil {
			return
		}
		var w, again wire.Writer
		prop.WriteRow(&w, columns, row)
		if w.Len() != prop.RowSize(columns, row) {
			t.Fatalf("RowSize = %d, wrote %d", prop.RowSize(columns, row), w.Len())
		}
		prop.WriteRow(&again, columns, prop.ReadRow(wire.NewReader(w.Buf), columns))
		if !bytes.Equal(w.Buf, again.Buf) {
			t.Fatalf("once  %x\ntwice %x", w.Buf, again.Buf)
		}
	})
}

func FuzzRestriction(f *testing.F) {
	f.Add([]byte{0x00, 0x02, 0x00, 0x02, 0x08, 0x1F, 0x00, 0x37, 0x00, 0x06, 0x00, 0x03, 0x00, 0x07, 0x0E, 0x01, 0x00, 0x00, 0x00})
	f.Add([]byte{0x0A, 0x01, 0x03, 0x00, 0x76, 0x66, 0x0A, 0x00, 0x00, 0x00, 0x01, 0x0B, 1, 0, 0, 0, 0x08, 0x1F, 0x00, 0x37, 0x00})
	f.Add(bytes.Repeat([]byte{2}, 300))
	f.Fuzz(func(t *testing.T, b []byte) {
		stable(t, b, prop.ROPForm.ReadRestriction, prop.ROPForm.WriteRestriction)
		stable(t, b, prop.ExtendedForm.ReadRestriction, prop.ExtendedForm.WriteRestriction)
	})
}

func FuzzRuleActions(f *testing.F) {
	f.Add([]byte{0x01, 0x00, 0x09, 0x00, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x01, 0x00, 0x0D, 0x00, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0x26, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		stable(t, b, prop.ROPForm.ReadRuleActions, prop.ROPForm.WriteRuleActions)
		stable(t, b, prop.ExtendedForm.ReadRuleActions, prop.ExtendedForm.WriteRuleActions)
	})
}

func FuzzSmallStructures(f *testing.F) {
	f.Add([]byte{0x04, 0x48, 0x00, 0x69, 0x00, 0x00, 0x00})
	f.Add(append([]byte{0x01}, bytes.Repeat([]byte{0x20}, 60)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		stable(t, b, prop.ReadTypedString, prop.WriteTypedString)
		stable(t, b, prop.ReadLongTermID, prop.WriteLongTermID)
		stable(t, b, prop.ReadProblem, prop.WriteProblem)
		stable(t, b, prop.ReadSortOrder, prop.WriteSortOrder)
		r := wire.NewReader(b)
		n := prop.ReadName(r)
		if r.Err() != nil {
			return
		}
		var w wire.Writer
		prop.WriteName(&w, n)
		r = wire.NewReader(w.Buf)
		if got := prop.ReadName(r); r.Err() != nil || r.Len() > 0 || (got != n && n.Valid()) {
			t.Fatalf("%+v became %+v, err %v", n, got, r.Err())
		}
	})
}
