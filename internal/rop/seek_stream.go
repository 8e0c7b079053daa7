package rop

import "github.com/mapid/mapid/internal/wire"

// SeekStreamRequest is the RopSeekStream request, [MS-OXCROPS] 2.2.9.8.1.
// It moves a stream's position.
type SeekStreamRequest struct {
	In
	Origin uint8 // [MS-OXCPRPT] 2.2.21.1
	Offset int64
}

// RopID implements Message.
func (*SeekStreamRequest) RopID() ID { return SeekStream }

// Encode implements Message.
func (m *SeekStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SeekStream)
	w.U8(m.Origin)
	w.U64(uint64(m.Offset))
}

// Decode implements Message.
func (m *SeekStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Origin = d.U8()
	m.Offset = int64(d.U64())
}

// SeekStreamResponse is the RopSeekStream response, [MS-OXCROPS] 2.2.9.8.2 and .3.
type SeekStreamResponse struct {
	ResponseHead
	NewPosition uint64
}

// RopID implements Message.
func (*SeekStreamResponse) RopID() ID { return SeekStream }

// Encode implements Message.
func (m *SeekStreamResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SeekStream) {
		return
	}
	w.U64(m.NewPosition)
}

// Decode implements Message.
func (m *SeekStreamResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.NewPosition = d.U64()
}
