package rop_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

func BenchmarkEncodeQueryRows(b *testing.B) {
	columns := []mapi.PropTag{0x67480014, 0x674A0014, 0x674D0014, 0x674E0003, 0x0037001F, 0x0E060040, 0x0E080003, 0x0E070003, 0x0C1A001F,
		0x001A001F, 0x0E1B000B, 0x00360003}
	row := prop.Row{Values: []prop.Value{prop.ID(oid(5)), prop.ID(oid(0x4A)), prop.ID(oid(0x4A)), prop.Int32(0), prop.String("Minutes of the meeting"),
		prop.Time(0x01D01AB0F5E18000), prop.Int32(2048), prop.Int32(1), prop.String("Alice Adams"), prop.String("IPM.Note"), prop.Bool(false), prop.Int32(1)}}
	resp := &rop.QueryRowsResponse{Columns: columns}
	for range 1000 {
		resp.Rows = append(resp.Rows, row)
	}
	w := wire.Writer{Buf: make([]byte, 0, 256<<10)}
	resp.Encode(&w)
	b.SetBytes(int64(w.Len()))
	b.ReportAllocs()
	for b.Loop() {
		w.Buf = w.Buf[:0]
		resp.Encode(&w)
	}
}

func BenchmarkSmallExecute(b *testing.B) {
	list := unhex(b, "07 00 00 0000 0100 0300 0B003E86 03003F86 0201E265")
	resp := &rop.GetPropertiesSpecificResponse{Columns: b20Columns, RowData: prop.Row{Values: []prop.Value{prop.Bool(true), notFound, prop.String("Hi")}}}
	w := wire.Writer{Buf: make([]byte, 0, 1024)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rop.NewRequests(list, nil).Next(); err != nil {
			b.Fatal(err)
		}
		w.Buf = w.Buf[:0]
		mark := rop.Begin(&w)
		resp.Encode(&w)
		rop.End(&w, mark, []uint32{1})
	}
}
