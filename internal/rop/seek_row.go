package rop

import "github.com/mapid/mapid/internal/wire"

// SeekRowRequest is the RopSeekRow request, [MS-OXCROPS] 2.2.5.8.1.
// It moves the cursor of a table.
type SeekRowRequest struct {
	In
	Origin            uint8 // [MS-OXCTABL] 2.2.2.1.1
	RowCount          int32 // negative goes back
	WantRowMovedCount bool
}

// RopID implements Message.
func (*SeekRowRequest) RopID() ID { return SeekRow }

// Encode implements Message.
func (m *SeekRowRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SeekRow)
	w.U8(m.Origin)
	w.U32(uint32(m.RowCount))
	w.Bool(m.WantRowMovedCount)
}

// Decode implements Message.
func (m *SeekRowRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Origin = d.U8()
	m.RowCount = int32(d.U32())
	m.WantRowMovedCount = d.Bool()
}

// SeekRowResponse is the RopSeekRow response, [MS-OXCROPS] 2.2.5.8.2 and .3.
type SeekRowResponse struct {
	ResponseHead
	HasSoughtLess bool // the end of the table came first
	RowsSought    int32
}

// RopID implements Message.
func (*SeekRowResponse) RopID() ID { return SeekRow }

// Encode implements Message.
func (m *SeekRowResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SeekRow) {
		return
	}
	w.Bool(m.HasSoughtLess)
	w.U32(uint32(m.RowsSought))
}

// Decode implements Message.
func (m *SeekRowResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.HasSoughtLess = d.Bool()
	m.RowsSought = int32(d.U32())
}
