package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationImportMessageMoveRequest is the RopSynchronizationImportMessageMove request, [MS-OXCROPS] 2.2.13.6.1.
// It uploads the move of a message; its ids are GIDs and XIDs.
type SynchronizationImportMessageMoveRequest struct {
	In
	SourceFolderID        []byte
	SourceMessageID       []byte
	PredecessorChangeList []byte
	DestinationMessageID  []byte
	ChangeNumber          []byte
}

// RopID implements Message.
func (*SynchronizationImportMessageMoveRequest) RopID() ID { return SynchronizationImportMessageMove }

// Encode implements Message.
func (m *SynchronizationImportMessageMoveRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationImportMessageMove)
	putData32(w, m.SourceFolderID)
	putData32(w, m.SourceMessageID)
	putData32(w, m.PredecessorChangeList)
	putData32(w, m.DestinationMessageID)
	putData32(w, m.ChangeNumber)
}

// Decode implements Message.
func (m *SynchronizationImportMessageMoveRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.SourceFolderID = readData32(d)
	m.SourceMessageID = readData32(d)
	m.PredecessorChangeList = readData32(d)
	m.DestinationMessageID = readData32(d)
	m.ChangeNumber = readData32(d)
}

// SynchronizationImportMessageMoveResponse is the RopSynchronizationImportMessageMove response, [MS-OXCROPS] 2.2.13.6.2 and .3.
type SynchronizationImportMessageMoveResponse struct {
	ResponseHead
	MessageID mapi.ID
}

// RopID implements Message.
func (*SynchronizationImportMessageMoveResponse) RopID() ID { return SynchronizationImportMessageMove }

// Encode implements Message.
func (m *SynchronizationImportMessageMoveResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SynchronizationImportMessageMove) {
		return
	}
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *SynchronizationImportMessageMoveResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.MessageID = mapi.ID(d.U64())
}
