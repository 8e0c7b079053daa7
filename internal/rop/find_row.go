package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// FindRowRequest is the RopFindRow request, [MS-OXCROPS] 2.2.5.13.1.
// It moves the cursor of a table to the next row that a restriction lets pass.
type FindRowRequest struct {
	In
	FindRowFlags uint8 // [MS-OXCTABL] 2.2.2.14.1
	Restriction  prop.Restriction
	Origin       uint8  // [MS-OXCTABL] 2.2.2.1.1
	Bookmark     []byte // with the origin "custom"
}

// RopID implements Message.
func (*FindRowRequest) RopID() ID { return FindRow }

// Encode implements Message.
func (m *FindRowRequest) Encode(w *wire.Writer) {
	m.In.encode(w, FindRow)
	w.U8(m.FindRowFlags)
	putRestriction(w, m.Restriction)
	w.U8(m.Origin)
	putData16(w, m.Bookmark)
}

// Decode implements Message.
func (m *FindRowRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FindRowFlags = d.U8()
	m.Restriction = readRestriction(d)
	m.Origin = d.U8()
	m.Bookmark = readData16(d)
}

// FindRowResponse is the RopFindRow response, [MS-OXCROPS] 2.2.5.13.2 and .3.
type FindRowResponse struct {
	ResponseHead
	RowNoLongerVisible bool           // that of the bookmark
	Columns            []mapi.PropTag // not sent: those set on the table
	RowData            *prop.Row      // nil if nothing was found
}

// RopID implements Message.
func (*FindRowResponse) RopID() ID { return FindRow }

// Encode implements Message.
func (m *FindRowResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, FindRow) {
		return
	}
	w.Bool(m.RowNoLongerVisible)
	w.Bool(m.RowData != nil)
	if m.RowData != nil {
		prop.WriteRow(w, m.Columns, *m.RowData)
	}
}

// Decode implements Message.
func (m *FindRowResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.RowNoLongerVisible = d.Bool()
	m.Columns = d.Columns
	if d.Bool() {
		row := d.readRow()
		m.RowData = &row
	}
}
