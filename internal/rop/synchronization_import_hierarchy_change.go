package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationImportHierarchyChangeRequest is the RopSynchronizationImportHierarchyChange request, [MS-OXCROPS] 2.2.13.4.1.
// It uploads a new or changed folder.
type SynchronizationImportHierarchyChangeRequest struct {
	In
	HierarchyValues []prop.Tagged
	PropertyValues  []prop.Tagged
}

// RopID implements Message.
func (*SynchronizationImportHierarchyChangeRequest) RopID() ID {
	return SynchronizationImportHierarchyChange
}

// Encode implements Message.
func (m *SynchronizationImportHierarchyChangeRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationImportHierarchyChange)
	putList(w, m.HierarchyValues, prop.WriteTagged)
	putList(w, m.PropertyValues, prop.WriteTagged)
}

// Decode implements Message.
func (m *SynchronizationImportHierarchyChangeRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.HierarchyValues = readList(d, 4, prop.ReadTagged)
	m.PropertyValues = readList(d, 4, prop.ReadTagged)
}

// SynchronizationImportHierarchyChangeResponse is the RopSynchronizationImportHierarchyChange response, [MS-OXCROPS] 2.2.13.4.2 and .3.
type SynchronizationImportHierarchyChangeResponse struct {
	ResponseHead
	FolderID mapi.ID
}

// RopID implements Message.
func (*SynchronizationImportHierarchyChangeResponse) RopID() ID {
	return SynchronizationImportHierarchyChange
}

// Encode implements Message.
func (m *SynchronizationImportHierarchyChangeResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SynchronizationImportHierarchyChange) {
		return
	}
	w.U64(uint64(m.FolderID))
}

// Decode implements Message.
func (m *SynchronizationImportHierarchyChangeResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.FolderID = mapi.ID(d.U64())
}
