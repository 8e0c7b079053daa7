package rop

import "github.com/mapid/mapid/internal/wire"

// FastTransferDestinationPutBufferExtendedRequest is the RopFastTransferDestinationPutBufferExtended request, [MS-OXCROPS] 2.2.12.3.1.
// It uploads a piece of a FastTransfer stream.
type FastTransferDestinationPutBufferExtendedRequest struct {
	In
	TransferData []byte
}

// RopID implements Message.
func (*FastTransferDestinationPutBufferExtendedRequest) RopID() ID {
	return FastTransferDestinationPutBufferExtended
}

// Encode implements Message.
func (m *FastTransferDestinationPutBufferExtendedRequest) Encode(w *wire.Writer) {
	m.In.encode(w, FastTransferDestinationPutBufferExtended)
	putData16(w, m.TransferData)
}

// Decode implements Message.
func (m *FastTransferDestinationPutBufferExtendedRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.TransferData = readData16(d)
}

// FastTransferDestinationPutBufferExtendedResponse is the RopFastTransferDestinationPutBufferExtended response, [MS-OXCROPS] 2.2.12.3.2.
// Its fields are there in failures too.
type FastTransferDestinationPutBufferExtendedResponse struct {
	ResponseHead
	TransferStatus  uint16 // [MS-OXCFXICS] 2.2.3.1.2.3.2
	InProgressCount uint32
	TotalStepCount  uint32
	Reserved        uint8
	BufferUsedSize  uint16
}

// RopID implements Message.
func (*FastTransferDestinationPutBufferExtendedResponse) RopID() ID {
	return FastTransferDestinationPutBufferExtended
}

// Encode implements Message.
func (m *FastTransferDestinationPutBufferExtendedResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferDestinationPutBufferExtended)
	w.U16(m.TransferStatus)
	w.U32(m.InProgressCount)
	w.U32(m.TotalStepCount)
	w.U8(m.Reserved)
	w.U16(m.BufferUsedSize)
}

// Decode implements Message.
func (m *FastTransferDestinationPutBufferExtendedResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.TransferStatus = d.U16()
	m.InProgressCount = d.U32()
	m.TotalStepCount = d.U32()
	m.Reserved = d.U8()
	m.BufferUsedSize = d.U16()
}
