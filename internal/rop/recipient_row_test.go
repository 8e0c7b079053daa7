package rop_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// A row of a few bytes that claims thousands of columns without bytes asks for the memory of a long row.
// It measures the whole process, so nothing runs beside it.
func TestRecipientRowsDoNotAmplify(t *testing.T) {
	columns := slices.Repeat([]mapi.PropTag{0x39FE0001}, 4000)
	var w wire.Writer
	(&rop.ModifyRecipientsRequest{RecipientColumns: columns}).Encode(&w)
	w.Buf = w.Buf[:w.Len()-2]
	w.U16(3000)
	for range 3000 {
		w.U32(1)
		w.U8(1)
		w.U16(5)
		w.U16(0)
		w.U16(uint16(len(columns)))
		w.U8(0)
	}
	d := rop.NewDecoder(w.Bytes())
	n := allocated(func() { new(rop.ModifyRecipientsRequest).Decode(d) })
	if d.Err() == nil {
		t.Error("the row was accepted")
	}
	if n > 4<<20 {
		t.Errorf("%d bytes of input allocated %d", w.Len(), n)
	}
}

func TestRecipientRowNamesMoreColumnsThanTheListHas(t *testing.T) {
	t.Parallel()
	r := wire.NewReader(unhex(t, "0000 0200 00 01000000 02000000"))
	if rop.DecodeRecipientRow(r, []mapi.PropTag{0x39000003}); r.Err() == nil {
		t.Error("the row was accepted")
	}
}

// RecipientRowSize has 16 bits: what does not fit is left out, properties first, rather than spoil the list.
func TestLongRecipientRowsAreCut(t *testing.T) {
	t.Parallel()
	columns := []mapi.PropTag{0x39FE001F}
	long := strings.Repeat("x", 40000)
	named := rop.RecipientRow{RecipientFlags: rop.RecipientHasDisplayName, DisplayName: "Al"}
	withProps := named
	withProps.Properties = prop.Row{Values: []prop.Value{prop.String(long)}}
	for _, c := range []struct {
		name      string
		row, want rop.RecipientRow
	}{
		{"long property", withProps, named},
		{"long name", rop.RecipientRow{RecipientFlags: rop.RecipientHasDisplayName | rop.RecipientUnicode, DisplayName: long}, rop.RecipientRow{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			resp := rop.ReadRecipientsResponse{Columns: columns, RecipientRows: []rop.ReadRecipientRow{{RowID: 1, RecipientRow: c.row}, {RowID: 2}}}
			d := decoder(&resp, encode(&resp))
			var got rop.ReadRecipientsResponse
			if got.Decode(d); d.Err() != nil || d.Len() != 0 {
				t.Fatalf("%v, %d bytes left", d.Err(), d.Len())
			}
			want := []rop.ReadRecipientRow{{RowID: 1, RecipientRow: c.want}, {RowID: 2}}
			if diff := cmp.Diff(want, got.RecipientRows, equal); diff != "" {
				t.Error(diff)
			}
		})
	}
}
