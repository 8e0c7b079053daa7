package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// FastTransferSourceGetBufferRequest is the RopFastTransferSourceGetBuffer request, [MS-OXCROPS] 2.2.12.4.1.
// It downloads a piece of a FastTransfer stream.
type FastTransferSourceGetBufferRequest struct {
	In
	BufferSize        uint16
	MaximumBufferSize uint16 // if BufferSize is ByteCountExtended
}

// RopID implements Message.
func (*FastTransferSourceGetBufferRequest) RopID() ID { return FastTransferSourceGetBuffer }

// Encode implements Message.
func (m *FastTransferSourceGetBufferRequest) Encode(w *wire.Writer) {
	m.In.encode(w, FastTransferSourceGetBuffer)
	w.U16(m.BufferSize)
	if m.BufferSize == ByteCountExtended {
		w.U16(m.MaximumBufferSize)
	}
}

// Decode implements Message.
func (m *FastTransferSourceGetBufferRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.BufferSize = d.U16()
	if m.BufferSize == ByteCountExtended {
		m.MaximumBufferSize = d.U16()
	}
}

// FastTransferSourceGetBufferResponse is the RopFastTransferSourceGetBuffer response, [MS-OXCROPS] 2.2.12.4.2.
// Its fields are there in failures too.
type FastTransferSourceGetBufferResponse struct {
	ResponseHead
	TransferStatus     uint16 // [MS-OXCFXICS] 2.2.3.1.1.5.2
	InProgressCount    uint16
	TotalStepCount     uint16
	Reserved           uint8
	TransferBufferSize uint16 // with ErrServerBusy, when no buffer follows; else the length of TransferBuffer
	TransferBuffer     []byte // unless ErrServerBusy
	BackoffTime        uint32 // milliseconds, with ErrServerBusy
}

// RopID implements Message.
func (*FastTransferSourceGetBufferResponse) RopID() ID { return FastTransferSourceGetBuffer }

// Encode implements Message.
func (m *FastTransferSourceGetBufferResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferSourceGetBuffer)
	w.U16(m.TransferStatus)
	w.U16(m.InProgressCount)
	w.U16(m.TotalStepCount)
	w.U8(m.Reserved)
	if m.ReturnValue == mapi.ErrServerBusy {
		w.U16(m.TransferBufferSize)
		w.U32(m.BackoffTime)
		return
	}
	putData16(w, m.TransferBuffer)
}

// Decode implements Message.
func (m *FastTransferSourceGetBufferResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.TransferStatus = d.U16()
	m.InProgressCount = d.U16()
	m.TotalStepCount = d.U16()
	m.Reserved = d.U8()
	m.TransferBufferSize = d.U16()
	if m.ReturnValue == mapi.ErrServerBusy {
		m.BackoffTime = d.U32()
		return
	}
	m.TransferBuffer = d.Copy(int(m.TransferBufferSize))
}
