package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// QueryRowsRequest is the RopQueryRows request, [MS-OXCROPS] 2.2.5.4.1.
// It reads rows of a table.
type QueryRowsRequest struct {
	In
	QueryRowsFlags uint8 // [MS-OXCTABL] 2.2.2.5.1
	ForwardRead    bool
	RowCount       uint16 // at most
}

// RopID implements Message.
func (*QueryRowsRequest) RopID() ID { return QueryRows }

// Encode implements Message.
func (m *QueryRowsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, QueryRows)
	w.U8(m.QueryRowsFlags)
	w.Bool(m.ForwardRead)
	w.U16(m.RowCount)
}

// Decode implements Message.
func (m *QueryRowsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.QueryRowsFlags = d.U8()
	m.ForwardRead = d.Bool()
	m.RowCount = d.U16()
}

// QueryRowsResponse is the RopQueryRows response, [MS-OXCROPS] 2.2.5.4.2 and .3.
type QueryRowsResponse struct {
	ResponseHead
	Origin  uint8          // where the cursor is now, [MS-OXCTABL] 2.2.2.1.1
	Columns []mapi.PropTag // not sent: those set on the table
	Rows    []prop.Row
}

// RopID implements Message.
func (*QueryRowsResponse) RopID() ID { return QueryRows }

// Encode implements Message.
func (m *QueryRowsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, QueryRows) {
		return
	}
	w.U8(m.Origin)
	putRows(w, m.Columns, m.Rows)
}

// Decode implements Message.
func (m *QueryRowsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Origin = d.U8()
	m.Columns = d.Columns
	m.Rows = d.readRows(uint32(d.U16()))
}

// putRows appends a 16-bit count and rows.
func putRows(w *wire.Writer, columns []mapi.PropTag, rows []prop.Row) {
	rows = rows[:min(len(rows), math.MaxUint16)]
	w.U16(uint16(len(rows)))
	for _, row := range rows {
		prop.WriteRow(w, columns, row)
	}
}
