package rop

import "github.com/mapid/mapid/internal/wire"

// QueryPositionRequest is the RopQueryPosition request, [MS-OXCROPS] 2.2.5.7.1.
// It asks for the position of a table's cursor.
type QueryPositionRequest struct{ In }

// RopID implements Message.
func (*QueryPositionRequest) RopID() ID { return QueryPosition }

// Encode implements Message.
func (m *QueryPositionRequest) Encode(w *wire.Writer) { m.In.encode(w, QueryPosition) }

// Decode implements Message.
func (m *QueryPositionRequest) Decode(d *Decoder) { m.In.decode(d) }

// QueryPositionResponse is the RopQueryPosition response, [MS-OXCROPS] 2.2.5.7.2 and .3.
type QueryPositionResponse struct {
	ResponseHead
	Numerator   uint32 // index of the current row
	Denominator uint32 // number of rows
}

// RopID implements Message.
func (*QueryPositionResponse) RopID() ID { return QueryPosition }

// Encode implements Message.
func (m *QueryPositionResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, QueryPosition) {
		return
	}
	w.U32(m.Numerator)
	w.U32(m.Denominator)
}

// Decode implements Message.
func (m *QueryPositionResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Numerator = d.U32()
	m.Denominator = d.U32()
}
