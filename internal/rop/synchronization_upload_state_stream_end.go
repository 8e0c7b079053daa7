package rop

import "github.com/mapid/mapid/internal/wire"

// SynchronizationUploadStateStreamEndRequest is the RopSynchronizationUploadStateStreamEnd request, [MS-OXCROPS] 2.2.13.11.1.
// It ends the upload of one property of the synchronization state.
type SynchronizationUploadStateStreamEndRequest struct{ In }

// RopID implements Message.
func (*SynchronizationUploadStateStreamEndRequest) RopID() ID {
	return SynchronizationUploadStateStreamEnd
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamEndRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationUploadStateStreamEnd)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamEndRequest) Decode(d *Decoder) { m.In.decode(d) }

// SynchronizationUploadStateStreamEndResponse is the RopSynchronizationUploadStateStreamEnd response, [MS-OXCROPS] 2.2.13.11.2.
type SynchronizationUploadStateStreamEndResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationUploadStateStreamEndResponse) RopID() ID {
	return SynchronizationUploadStateStreamEnd
}

// Encode implements Message.
func (m *SynchronizationUploadStateStreamEndResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationUploadStateStreamEnd)
}

// Decode implements Message.
func (m *SynchronizationUploadStateStreamEndResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
