package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ExpandRowRequest is the RopExpandRow request, [MS-OXCROPS] 2.2.5.16.1.
// It opens a category of a table.
type ExpandRowRequest struct {
	In
	MaxRowCount uint16
	CategoryID  mapi.ID
}

// RopID implements Message.
func (*ExpandRowRequest) RopID() ID { return ExpandRow }

// Encode implements Message.
func (m *ExpandRowRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ExpandRow)
	w.U16(m.MaxRowCount)
	w.U64(uint64(m.CategoryID))
}

// Decode implements Message.
func (m *ExpandRowRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MaxRowCount = d.U16()
	m.CategoryID = mapi.ID(d.U64())
}

// ExpandRowResponse is the RopExpandRow response, [MS-OXCROPS] 2.2.5.16.2 and .3.
type ExpandRowResponse struct {
	ResponseHead
	ExpandedRowCount uint32         // rows that the category now shows
	Columns          []mapi.PropTag // not sent: those set on the table
	Rows             []prop.Row     // the first of them
}

// RopID implements Message.
func (*ExpandRowResponse) RopID() ID { return ExpandRow }

// Encode implements Message.
func (m *ExpandRowResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, ExpandRow) {
		return
	}
	w.U32(m.ExpandedRowCount)
	putRows(w, m.Columns, m.Rows)
}

// Decode implements Message.
func (m *ExpandRowResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.ExpandedRowCount = d.U32()
	m.Columns = d.Columns
	m.Rows = d.readRows(uint32(d.U16()))
}
