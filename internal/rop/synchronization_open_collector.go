package rop

import "github.com/mapid/mapid/internal/wire"

// SynchronizationOpenCollectorRequest is the RopSynchronizationOpenCollector request, [MS-OXCROPS] 2.2.13.7.1.
// It starts a synchronization upload.
type SynchronizationOpenCollectorRequest struct {
	InOut
	IsContentsCollector bool // for messages rather than folders
}

// RopID implements Message.
func (*SynchronizationOpenCollectorRequest) RopID() ID { return SynchronizationOpenCollector }

// Encode implements Message.
func (m *SynchronizationOpenCollectorRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, SynchronizationOpenCollector)
	w.Bool(m.IsContentsCollector)
}

// Decode implements Message.
func (m *SynchronizationOpenCollectorRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.IsContentsCollector = d.Bool()
}

// SynchronizationOpenCollectorResponse is the RopSynchronizationOpenCollector response, [MS-OXCROPS] 2.2.13.7.2.
type SynchronizationOpenCollectorResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationOpenCollectorResponse) RopID() ID { return SynchronizationOpenCollector }

// Encode implements Message.
func (m *SynchronizationOpenCollectorResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationOpenCollector)
}

// Decode implements Message.
func (m *SynchronizationOpenCollectorResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
