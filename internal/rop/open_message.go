package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// OpenMessageRequest is the RopOpenMessage request, [MS-OXCROPS] 2.2.6.1.1.
// It opens a message of a folder.
type OpenMessageRequest struct {
	InOut
	CodePageID    uint16 // 0x0FFF stands for that of the logon
	FolderID      mapi.ID
	OpenModeFlags uint8 // [MS-OXCMSG] 2.2.3.1.1
	MessageID     mapi.ID
}

// RopID implements Message.
func (*OpenMessageRequest) RopID() ID { return OpenMessage }

// Encode implements Message.
func (m *OpenMessageRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, OpenMessage)
	w.U16(m.CodePageID)
	w.U64(uint64(m.FolderID))
	w.U8(m.OpenModeFlags)
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *OpenMessageRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.CodePageID = d.U16()
	m.FolderID = mapi.ID(d.U64())
	m.OpenModeFlags = d.U8()
	m.MessageID = mapi.ID(d.U64())
}

// OpenMessageResponse is the RopOpenMessage response, [MS-OXCROPS] 2.2.6.1.2 and .3.
type OpenMessageResponse struct {
	ResponseHead
	OpenedMessage
}

// RopID implements Message.
func (*OpenMessageResponse) RopID() ID { return OpenMessage }

// Encode implements Message.
func (m *OpenMessageResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, OpenMessage) {
		return
	}
	m.OpenedMessage.put(w)
}

// Decode implements Message.
func (m *OpenMessageResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.OpenedMessage.read(d)
}
