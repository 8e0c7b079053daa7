package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// OpenEmbeddedMessageRequest is the RopOpenEmbeddedMessage request, [MS-OXCROPS] 2.2.6.16.1.
// It opens the message inside an attachment.
type OpenEmbeddedMessageRequest struct {
	InOut
	CodePageID    uint16 // 0x0FFF stands for that of the logon
	OpenModeFlags uint8  // [MS-OXCMSG] 2.2.3.16.1
}

// RopID implements Message.
func (*OpenEmbeddedMessageRequest) RopID() ID { return OpenEmbeddedMessage }

// Encode implements Message.
func (m *OpenEmbeddedMessageRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, OpenEmbeddedMessage)
	w.U16(m.CodePageID)
	w.U8(m.OpenModeFlags)
}

// Decode implements Message.
func (m *OpenEmbeddedMessageRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.CodePageID = d.U16()
	m.OpenModeFlags = d.U8()
}

// OpenEmbeddedMessageResponse is the RopOpenEmbeddedMessage response, [MS-OXCROPS] 2.2.6.16.2 and .3.
type OpenEmbeddedMessageResponse struct {
	ResponseHead
	Reserved  uint8
	MessageID mapi.ID
	OpenedMessage
}

// RopID implements Message.
func (*OpenEmbeddedMessageResponse) RopID() ID { return OpenEmbeddedMessage }

// Encode implements Message.
func (m *OpenEmbeddedMessageResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, OpenEmbeddedMessage) {
		return
	}
	w.U8(m.Reserved)
	w.U64(uint64(m.MessageID))
	m.OpenedMessage.put(w)
}

// Decode implements Message.
func (m *OpenEmbeddedMessageResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Reserved = d.U8()
	m.MessageID = mapi.ID(d.U64())
	m.OpenedMessage.read(d)
}
