package rop

import "github.com/mapid/mapid/internal/wire"

// FastTransferDestinationPutBufferRequest is the RopFastTransferDestinationPutBuffer request, [MS-OXCROPS] 2.2.12.2.1.
// It uploads a piece of a FastTransfer stream.
type FastTransferDestinationPutBufferRequest struct {
	In
	TransferData []byte
}

// RopID implements Message.
func (*FastTransferDestinationPutBufferRequest) RopID() ID { return FastTransferDestinationPutBuffer }

// Encode implements Message.
func (m *FastTransferDestinationPutBufferRequest) Encode(w *wire.Writer) {
	m.In.encode(w, FastTransferDestinationPutBuffer)
	putData16(w, m.TransferData)
}

// Decode implements Message.
func (m *FastTransferDestinationPutBufferRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.TransferData = readData16(d)
}

// FastTransferDestinationPutBufferResponse is the RopFastTransferDestinationPutBuffer response, [MS-OXCROPS] 2.2.12.2.2.
// Its fields are there in failures too.
type FastTransferDestinationPutBufferResponse struct {
	ResponseHead
	TransferStatus  uint16 // [MS-OXCFXICS] 2.2.3.1.2.2.2
	InProgressCount uint16
	TotalStepCount  uint16
	Reserved        uint8
	BufferUsedSize  uint16
}

// RopID implements Message.
func (*FastTransferDestinationPutBufferResponse) RopID() ID { return FastTransferDestinationPutBuffer }

// Encode implements Message.
func (m *FastTransferDestinationPutBufferResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferDestinationPutBuffer)
	w.U16(m.TransferStatus)
	w.U16(m.InProgressCount)
	w.U16(m.TotalStepCount)
	w.U8(m.Reserved)
	w.U16(m.BufferUsedSize)
}

// Decode implements Message.
func (m *FastTransferDestinationPutBufferResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.TransferStatus = d.U16()
	m.InProgressCount = d.U16()
	m.TotalStepCount = d.U16()
	m.Reserved = d.U8()
	m.BufferUsedSize = d.U16()
}
