package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetCollapseStateRequest is the RopGetCollapseState request, [MS-OXCROPS] 2.2.5.18.1.
// It asks which categories of a table are open.
type GetCollapseStateRequest struct {
	In
	RowID             mapi.ID // of the row that the bookmark in the state names
	RowInstanceNumber uint32
}

// RopID implements Message.
func (*GetCollapseStateRequest) RopID() ID { return GetCollapseState }

// Encode implements Message.
func (m *GetCollapseStateRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetCollapseState)
	w.U64(uint64(m.RowID))
	w.U32(m.RowInstanceNumber)
}

// Decode implements Message.
func (m *GetCollapseStateRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RowID = mapi.ID(d.U64())
	m.RowInstanceNumber = d.U32()
}

// GetCollapseStateResponse is the RopGetCollapseState response, [MS-OXCROPS] 2.2.5.18.2 and .3.
type GetCollapseStateResponse struct {
	ResponseHead
	CollapseState []byte // opaque to clients
}

// RopID implements Message.
func (*GetCollapseStateResponse) RopID() ID { return GetCollapseState }

// Encode implements Message.
func (m *GetCollapseStateResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetCollapseState) {
		return
	}
	putData16(w, m.CollapseState)
}

// Decode implements Message.
func (m *GetCollapseStateResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.CollapseState = readData16(d)
}
