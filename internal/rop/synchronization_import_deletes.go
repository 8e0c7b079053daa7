package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationImportDeletesRequest is the RopSynchronizationImportDeletes request, [MS-OXCROPS] 2.2.13.5.1.
// It uploads deletions.
type SynchronizationImportDeletesRequest struct {
	In
	ImportDeleteFlags uint8 // [MS-OXCFXICS] 2.2.3.2.4.5.1
	PropertyValues    []prop.Tagged
}

// RopID implements Message.
func (*SynchronizationImportDeletesRequest) RopID() ID { return SynchronizationImportDeletes }

// Encode implements Message.
func (m *SynchronizationImportDeletesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationImportDeletes)
	w.U8(m.ImportDeleteFlags)
	putList(w, m.PropertyValues, prop.WriteTagged)
}

// Decode implements Message.
func (m *SynchronizationImportDeletesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ImportDeleteFlags = d.U8()
	m.PropertyValues = readList(d, 4, prop.ReadTagged)
}

// SynchronizationImportDeletesResponse is the RopSynchronizationImportDeletes response, [MS-OXCROPS] 2.2.13.5.2.
type SynchronizationImportDeletesResponse struct{ ResponseHead }

// RopID implements Message.
func (*SynchronizationImportDeletesResponse) RopID() ID { return SynchronizationImportDeletes }

// Encode implements Message.
func (m *SynchronizationImportDeletesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationImportDeletes)
}

// Decode implements Message.
func (m *SynchronizationImportDeletesResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
