package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SetReceiveFolderRequest is the RopSetReceiveFolder request, [MS-OXCROPS] 2.2.3.3.1.
// It chooses the folder that messages of a class are delivered to.
type SetReceiveFolderRequest struct {
	In
	FolderID     mapi.ID // 0 removes the entry
	MessageClass string
}

// RopID implements Message.
func (*SetReceiveFolderRequest) RopID() ID { return SetReceiveFolder }

// Encode implements Message.
func (m *SetReceiveFolderRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetReceiveFolder)
	w.U64(uint64(m.FolderID))
	w.ASCIIZ(m.MessageClass)
}

// Decode implements Message.
func (m *SetReceiveFolderRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = mapi.ID(d.U64())
	m.MessageClass = d.ASCIIZ()
}

// SetReceiveFolderResponse is the RopSetReceiveFolder response, [MS-OXCROPS] 2.2.3.3.2.
type SetReceiveFolderResponse struct{ ResponseHead }

// RopID implements Message.
func (*SetReceiveFolderResponse) RopID() ID { return SetReceiveFolder }

// Encode implements Message.
func (m *SetReceiveFolderResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, SetReceiveFolder) }

// Decode implements Message.
func (m *SetReceiveFolderResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
