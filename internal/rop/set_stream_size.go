package rop

import "github.com/mapid/mapid/internal/wire"

// SetStreamSizeRequest is the RopSetStreamSize request, [MS-OXCROPS] 2.2.9.7.1.
// It cuts or extends a stream.
type SetStreamSizeRequest struct {
	In
	StreamSize uint64
}

// RopID implements Message.
func (*SetStreamSizeRequest) RopID() ID { return SetStreamSize }

// Encode implements Message.
func (m *SetStreamSizeRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetStreamSize)
	w.U64(m.StreamSize)
}

// Decode implements Message.
func (m *SetStreamSizeRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.StreamSize = d.U64()
}

// SetStreamSizeResponse is the RopSetStreamSize response, [MS-OXCROPS] 2.2.9.7.2.
type SetStreamSizeResponse struct{ ResponseHead }

// RopID implements Message.
func (*SetStreamSizeResponse) RopID() ID { return SetStreamSize }

// Encode implements Message.
func (m *SetStreamSizeResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, SetStreamSize) }

// Decode implements Message.
func (m *SetStreamSizeResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
