package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationImportMessageChangeRequest is the RopSynchronizationImportMessageChange request, [MS-OXCROPS] 2.2.13.2.1.
// It uploads a new or changed message.
type SynchronizationImportMessageChangeRequest struct {
	InOut
	ImportFlag     uint8 // [MS-OXCFXICS] 2.2.3.2.4.2.1
	PropertyValues []prop.Tagged
}

// RopID implements Message.
func (*SynchronizationImportMessageChangeRequest) RopID() ID {
	return SynchronizationImportMessageChange
}

// Encode implements Message.
func (m *SynchronizationImportMessageChangeRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, SynchronizationImportMessageChange)
	w.U8(m.ImportFlag)
	putList(w, m.PropertyValues, prop.WriteTagged)
}

// Decode implements Message.
func (m *SynchronizationImportMessageChangeRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.ImportFlag = d.U8()
	m.PropertyValues = readList(d, 4, prop.ReadTagged)
}

// SynchronizationImportMessageChangeResponse is the RopSynchronizationImportMessageChange response, [MS-OXCROPS] 2.2.13.2.2 and .3.
type SynchronizationImportMessageChangeResponse struct {
	ResponseHead
	MessageID mapi.ID
}

// RopID implements Message.
func (*SynchronizationImportMessageChangeResponse) RopID() ID {
	return SynchronizationImportMessageChange
}

// Encode implements Message.
func (m *SynchronizationImportMessageChangeResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SynchronizationImportMessageChange) {
		return
	}
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *SynchronizationImportMessageChangeResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.MessageID = mapi.ID(d.U64())
}
