package prop_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

var (
	listColumns = []mapi.PropTag{mapi.TagMid, mapi.TagMessageClass, mapi.TagSubject, mapi.TagMessageDeliveryTime, mapi.TagMessageFlags,
		mapi.TagEntryId, mapi.TagHasAttachments, mapi.TagIconIndex}
	listRow = prop.Row{Values: []prop.Value{prop.ID(mapi.NewID(1, 77)), prop.String("IPM.Note"), prop.String("Quarterly figures of the northern office"),
		prop.Time(131_000_000_000_000_000), prop.Int32(1), prop.Binary(make([]byte, 70)), prop.Bool(true), prop.Error(mapi.ErrNotFound)}}
)

func TestWriteRowAllocatesNothing(t *testing.T) {
	w := wire.Writer{Buf: make([]byte, 0, 1024)}
	if n := testing.AllocsPerRun(100, func() {
		w.Buf = w.Buf[:0]
		if prop.RowSize(listColumns, listRow) > 1024 {
			t.Error("a row of the list does not fit")
		}
		prop.WriteRow(&w, listColumns, listRow)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWriteRow(b *testing.B) {
	w := wire.Writer{Buf: make([]byte, 0, 1024)}
	b.ReportAllocs()
	for b.Loop() {
		w.Buf = w.Buf[:0]
		prop.WriteRow(&w, listColumns, listRow)
	}
	b.SetBytes(int64(w.Len()))
}

func BenchmarkReadRow(b *testing.B) {
	var w wire.Writer
	prop.WriteRow(&w, listColumns, listRow)
	b.SetBytes(int64(w.Len()))
	b.ReportAllocs()
	for b.Loop() {
		prop.ReadRow(wire.NewReader(w.Buf), listColumns)
	}
}

// Tables of many sessions share one order.
func TestCollationIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	order := prop.NewCollation(mapi.LocaleEnglish)
	want := string(order.AppendSortKey(nil, prop.String("Ärger"), prop.Ascending))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if got := string(order.AppendSortKey(nil, prop.String("ärgeR"), prop.Ascending)); got != want {
					t.Errorf("got %x, want %x", got, want)
					return
				}
				if order.CompareText("é", "f") >= 0 {
					t.Error("é does not come before f")
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestEncodedRow checks that a row with its bytes is the row it was made of.
func TestEncodedRow(t *testing.T) {
	t.Parallel()
	for _, row := range []prop.Row{listRow, {Values: make([]prop.Value, len(listColumns))}, {Values: []prop.Value{prop.Error(mapi.ErrNotFound)}}} {
		var plain, kept wire.Writer
		encoded := row.Encoded(listColumns)
		prop.WriteRow(&plain, listColumns, row)
		prop.WriteRow(&kept, listColumns, encoded)
		if !bytes.Equal(plain.Bytes(), kept.Bytes()) || prop.RowSize(listColumns, encoded) != plain.Len() || !encoded.Equal(row) {
			t.Errorf("%x, want %x", kept.Bytes(), plain.Bytes())
		}
		if more := encoded.Memory() - row.Memory(); more != int64(plain.Len()) {
			t.Errorf("the bytes take %d, want %d", more, plain.Len())
		}
	}
}
