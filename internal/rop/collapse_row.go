package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// CollapseRowRequest is the RopCollapseRow request, [MS-OXCROPS] 2.2.5.17.1.
// It closes a category of a table.
type CollapseRowRequest struct {
	In
	CategoryID mapi.ID
}

// RopID implements Message.
func (*CollapseRowRequest) RopID() ID { return CollapseRow }

// Encode implements Message.
func (m *CollapseRowRequest) Encode(w *wire.Writer) {
	m.In.encode(w, CollapseRow)
	w.U64(uint64(m.CategoryID))
}

// Decode implements Message.
func (m *CollapseRowRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.CategoryID = mapi.ID(d.U64())
}

// CollapseRowResponse is the RopCollapseRow response, [MS-OXCROPS] 2.2.5.17.2 and .3.
type CollapseRowResponse struct {
	ResponseHead
	CollapsedRowCount uint32
}

// RopID implements Message.
func (*CollapseRowResponse) RopID() ID { return CollapseRow }

// Encode implements Message.
func (m *CollapseRowResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CollapseRow) {
		return
	}
	w.U32(m.CollapsedRowCount)
}

// Decode implements Message.
func (m *CollapseRowResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.CollapsedRowCount = d.U32()
}
