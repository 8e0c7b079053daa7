package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// CreateMessageRequest is the RopCreateMessage request, [MS-OXCROPS] 2.2.6.2.1.
// It makes a message that exists for others once it is saved.
type CreateMessageRequest struct {
	InOut
	CodePageID     uint16 // 0x0FFF stands for that of the logon
	FolderID       mapi.ID
	AssociatedFlag bool // the message is hidden configuration of its folder
}

// RopID implements Message.
func (*CreateMessageRequest) RopID() ID { return CreateMessage }

// Encode implements Message.
func (m *CreateMessageRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, CreateMessage)
	w.U16(m.CodePageID)
	w.U64(uint64(m.FolderID))
	w.Bool(m.AssociatedFlag)
}

// Decode implements Message.
func (m *CreateMessageRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.CodePageID = d.U16()
	m.FolderID = mapi.ID(d.U64())
	m.AssociatedFlag = d.Bool()
}

// CreateMessageResponse is the RopCreateMessage response, [MS-OXCROPS] 2.2.6.2.2 and .3.
type CreateMessageResponse struct {
	ResponseHead
	MessageID *mapi.ID // nil if the id is not known before saving
}

// RopID implements Message.
func (*CreateMessageResponse) RopID() ID { return CreateMessage }

// Encode implements Message.
func (m *CreateMessageResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CreateMessage) {
		return
	}
	w.Bool(m.MessageID != nil)
	if m.MessageID != nil {
		w.U64(uint64(*m.MessageID))
	}
}

// Decode implements Message.
func (m *CreateMessageResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	if d.Bool() {
		id := mapi.ID(d.U64())
		m.MessageID = &id
	}
}
