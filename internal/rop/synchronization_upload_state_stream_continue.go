package rop

import "github.com/mapid/mapid/internal/wire"

// SynchronizationUploadStateStreamContinueRequest is the RopSynchronizationUploadStateStreamContinue request, [MS-OXCROPS] 2.2.13.10.1.
// It uploads a piece of the synchronization state.
type SynchronizationUploadStateStreamContinueRequest struct {
	In
	StreamData []byte
}

// RopID implements Message.
func (*SynchronizationUploadStateStreamContinueRequest) RopID() ID {
	return SynchronizationUploadStateStreamContinue
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamContinueRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationUploadStateStreamContinue)
	putData32(w, m.StreamData)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamContinueRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.StreamData = readData32(d)
}

// SynchronizationUploadStateStreamContinueResponse is the RopSynchronizationUploadStateStreamContinue response, [MS-OXCROPS] 2.2.13.10.2.
type SynchronizationUploadStateStreamContinueResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationUploadStateStreamContinueResponse) RopID() ID {
	return SynchronizationUploadStateStreamContinue
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamContinueResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationUploadStateStreamContinue)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamContinueResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
