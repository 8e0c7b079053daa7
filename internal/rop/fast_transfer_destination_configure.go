package rop

import "github.com/mapid/mapid/internal/wire"

// FastTransferDestinationConfigureRequest is the RopFastTransferDestinationConfigure request, [MS-OXCROPS] 2.2.12.1.1.
// It starts an upload into an object.
type FastTransferDestinationConfigureRequest struct {
	InOut
	SourceOperation uint8 // [MS-OXCFXICS] 2.2.3.1.2.1.1
	CopyFlags       uint8 // [MS-OXCFXICS] 2.2.3.1.2.1.1
}

// RopID implements Message.
func (*FastTransferDestinationConfigureRequest) RopID() ID { return FastTransferDestinationConfigure }

// Encode implements Message.
func (m *FastTransferDestinationConfigureRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, FastTransferDestinationConfigure)
	w.U8(m.SourceOperation)
	w.U8(m.CopyFlags)
}

// Decode implements Message.
func (m *FastTransferDestinationConfigureRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.SourceOperation = d.U8()
	m.CopyFlags = d.U8()
}

// FastTransferDestinationConfigureResponse is the RopFastTransferDestinationConfigure response, [MS-OXCROPS] 2.2.12.1.2.
type FastTransferDestinationConfigureResponse struct{ ResponseHead }

// RopID implements Message.
func (*FastTransferDestinationConfigureResponse) RopID() ID { return FastTransferDestinationConfigure }

// Encode implements Message.
func (m *FastTransferDestinationConfigureResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferDestinationConfigure)
}

// Decode implements Message.
func (m *FastTransferDestinationConfigureResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
