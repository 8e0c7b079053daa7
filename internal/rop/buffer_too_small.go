package rop

import "github.com/mapid/mapid/internal/wire"

// BufferTooSmallResponse is the RopBufferTooSmall response, [MS-OXCROPS] 2.2.15.1.1.
// It stands last in the list when the next response does not fit.
type BufferTooSmallResponse struct {
	SizeNeeded     uint16 // bytes
	RequestBuffers []byte // what was not executed, to the end of the request's payload
}

// Head implements Response: there is none.
func (*BufferTooSmallResponse) Head() *ResponseHead { return nil }

// RopID implements Message.
func (*BufferTooSmallResponse) RopID() ID { return BufferTooSmall }

// Encode implements Message.
func (m *BufferTooSmallResponse) Encode(w *wire.Writer) {
	w.U8(uint8(BufferTooSmall))
	w.U16(m.SizeNeeded)
	w.Put(m.RequestBuffers)
}

// Decode implements Message.
func (m *BufferTooSmallResponse) Decode(d *Decoder) {
	d.Skip(1)
	m.SizeNeeded = d.U16()
	m.RequestBuffers = d.Copy(d.Len())
}
