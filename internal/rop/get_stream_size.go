package rop

import "github.com/mapid/mapid/internal/wire"

// GetStreamSizeRequest is the RopGetStreamSize request, [MS-OXCROPS] 2.2.9.6.1.
// It asks for the size of a stream.
type GetStreamSizeRequest struct{ In }

// RopID implements Message.
func (*GetStreamSizeRequest) RopID() ID { return GetStreamSize }

// Encode implements Message.
func (m *GetStreamSizeRequest) Encode(w *wire.Writer) { m.In.encode(w, GetStreamSize) }

// Decode implements Message.
func (m *GetStreamSizeRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetStreamSizeResponse is the RopGetStreamSize response, [MS-OXCROPS] 2.2.9.6.2 and .3.
type GetStreamSizeResponse struct {
	ResponseHead
	StreamSize uint32 // bytes
}

// RopID implements Message.
func (*GetStreamSizeResponse) RopID() ID { return GetStreamSize }

// Encode implements Message.
func (m *GetStreamSizeResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetStreamSize) {
		return
	}
	w.U32(m.StreamSize)
}

// Decode implements Message.
func (m *GetStreamSizeResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.StreamSize = d.U32()
}
