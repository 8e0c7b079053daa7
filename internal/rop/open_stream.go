package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// OpenStreamRequest is the RopOpenStream request, [MS-OXCROPS] 2.2.9.1.1.
// It opens a property as a stream.
type OpenStreamRequest struct {
	InOut
	PropertyTag   mapi.PropTag
	OpenModeFlags uint8 // [MS-OXCPRPT] 2.2.14.1
}

// RopID implements Message.
func (*OpenStreamRequest) RopID() ID { return OpenStream }

// Encode implements Message.
func (m *OpenStreamRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, OpenStream)
	w.U32(uint32(m.PropertyTag))
	w.U8(m.OpenModeFlags)
}

// Decode implements Message.
func (m *OpenStreamRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.PropertyTag = mapi.PropTag(d.U32())
	m.OpenModeFlags = d.U8()
}

// OpenStreamResponse is the RopOpenStream response, [MS-OXCROPS] 2.2.9.1.2 and .3.
type OpenStreamResponse struct {
	ResponseHead
	StreamSize uint32 // bytes
}

// RopID implements Message.
func (*OpenStreamResponse) RopID() ID { return OpenStream }

// Encode implements Message.
func (m *OpenStreamResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, OpenStream) {
		return
	}
	w.U32(m.StreamSize)
}

// Decode implements Message.
func (m *OpenStreamResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.StreamSize = d.U32()
}
