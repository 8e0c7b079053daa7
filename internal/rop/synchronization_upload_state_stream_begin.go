package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationUploadStateStreamBeginRequest is the RopSynchronizationUploadStateStreamBegin request, [MS-OXCROPS] 2.2.13.9.1.
// It starts the upload of one property of the synchronization state.
type SynchronizationUploadStateStreamBeginRequest struct {
	In
	StateProperty      mapi.PropTag
	TransferBufferSize uint32 // bytes of the whole stream
}

// RopID implements Message.
func (*SynchronizationUploadStateStreamBeginRequest) RopID() ID {
	return SynchronizationUploadStateStreamBegin
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamBeginRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationUploadStateStreamBegin)
	w.U32(uint32(m.StateProperty))
	w.U32(m.TransferBufferSize)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamBeginRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.StateProperty = mapi.PropTag(d.U32())
	m.TransferBufferSize = d.U32()
}

// SynchronizationUploadStateStreamBeginResponse is the RopSynchronizationUploadStateStreamBegin response, [MS-OXCROPS] 2.2.13.9.2.
type SynchronizationUploadStateStreamBeginResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationUploadStateStreamBeginResponse) RopID() ID {
	return SynchronizationUploadStateStreamBegin
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamBeginResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationUploadStateStreamBegin)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamBeginResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
