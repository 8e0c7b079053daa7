package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetReceiveFolderRequest is the RopGetReceiveFolder request, [MS-OXCROPS] 2.2.3.2.1.
// It asks for the folder that messages of a class are delivered to.
type GetReceiveFolderRequest struct {
	In
	MessageClass string
}

// RopID implements Message.
func (*GetReceiveFolderRequest) RopID() ID { return GetReceiveFolder }

// Encode implements Message.
func (m *GetReceiveFolderRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetReceiveFolder)
	w.ASCIIZ(m.MessageClass)
}

// Decode implements Message.
func (m *GetReceiveFolderRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MessageClass = d.ASCIIZ()
}

// GetReceiveFolderResponse is the RopGetReceiveFolder response, [MS-OXCROPS] 2.2.3.2.2 and .3.
type GetReceiveFolderResponse struct {
	ResponseHead
	FolderID             mapi.ID
	ExplicitMessageClass string // the entry that matched
}

// RopID implements Message.
func (*GetReceiveFolderResponse) RopID() ID { return GetReceiveFolder }

// Encode implements Message.
func (m *GetReceiveFolderResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetReceiveFolder) {
		return
	}
	w.U64(uint64(m.FolderID))
	w.ASCIIZ(m.ExplicitMessageClass)
}

// Decode implements Message.
func (m *GetReceiveFolderResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.FolderID = mapi.ID(d.U64())
	m.ExplicitMessageClass = d.ASCIIZ()
}
