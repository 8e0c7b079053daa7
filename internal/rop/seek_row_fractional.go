package rop

import "github.com/mapid/mapid/internal/wire"

// SeekRowFractionalRequest is the RopSeekRowFractional request, [MS-OXCROPS] 2.2.5.10.1.
// It moves the cursor of a table to a fraction of its rows.
type SeekRowFractionalRequest struct {
	In
	Numerator   uint32
	Denominator uint32 // 0 is an error
}

// RopID implements Message.
func (*SeekRowFractionalRequest) RopID() ID { return SeekRowFractional }

// Encode implements Message.
func (m *SeekRowFractionalRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SeekRowFractional)
	w.U32(m.Numerator)
	w.U32(m.Denominator)
}

// Decode implements Message.
func (m *SeekRowFractionalRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Numerator = d.U32()
	m.Denominator = d.U32()
}

// SeekRowFractionalResponse is the RopSeekRowFractional response, [MS-OXCROPS] 2.2.5.10.2.
type SeekRowFractionalResponse struct{ ResponseHead }

// RopID implements Message.
func (*SeekRowFractionalResponse) RopID() ID { return SeekRowFractional }

// Encode implements Message.
func (m *SeekRowFractionalResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SeekRowFractional)
}

// Decode implements Message.
func (m *SeekRowFractionalResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
