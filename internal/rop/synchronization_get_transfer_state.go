package rop

import "github.com/mapid/mapid/internal/wire"

// SynchronizationGetTransferStateRequest is the RopSynchronizationGetTransferState request, [MS-OXCROPS] 2.2.13.8.1.
// It starts a download of the synchronization state.
type SynchronizationGetTransferStateRequest struct{ InOut }

// RopID implements Message.
func (*SynchronizationGetTransferStateRequest) RopID() ID { return SynchronizationGetTransferState }

// Encode implements Message.
func (m *SynchronizationGetTransferStateRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, SynchronizationGetTransferState)
}

// Decode implements Message.
func (m *SynchronizationGetTransferStateRequest) Decode(d *Decoder) { m.InOut.decode(d) }

// SynchronizationGetTransferStateResponse is the RopSynchronizationGetTransferState response, [MS-OXCROPS] 2.2.13.8.2.
type SynchronizationGetTransferStateResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationGetTransferStateResponse) RopID() ID { return SynchronizationGetTransferState }

// Encode implements Message.
func (m *SynchronizationGetTransferStateResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationGetTransferState)
}

// Decode implements Message.
func (m *SynchronizationGetTransferStateResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
