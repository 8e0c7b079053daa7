package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SetMessageStatusRequest is the RopSetMessageStatus request, [MS-OXCROPS] 2.2.6.8.1.
// It changes the status of a message in a folder.
type SetMessageStatusRequest struct {
	In
	MessageID          mapi.ID
	MessageStatusFlags uint32 // [MS-OXCMSG] 2.2.1.8
	MessageStatusMask  uint32 // bits to change
}

// RopID implements Message.
func (*SetMessageStatusRequest) RopID() ID { return SetMessageStatus }

// Encode implements Message.
func (m *SetMessageStatusRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetMessageStatus)
	w.U64(uint64(m.MessageID))
	w.U32(m.MessageStatusFlags)
	w.U32(m.MessageStatusMask)
}

// Decode implements Message.
func (m *SetMessageStatusRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MessageID = mapi.ID(d.U64())
	m.MessageStatusFlags = d.U32()
	m.MessageStatusMask = d.U32()
}

// SetMessageStatusResponse is the RopSetMessageStatus response, [MS-OXCROPS] 2.2.6.8.2 and .3.
type SetMessageStatusResponse struct {
	ResponseHead
	MessageStatusFlags uint32 // before the change
}

// RopID implements Message.
func (*SetMessageStatusResponse) RopID() ID { return SetMessageStatus }

// Encode implements Message.
func (m *SetMessageStatusResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetMessageStatus) {
		return
	}
	w.U32(m.MessageStatusFlags)
}

// Decode implements Message.
func (m *SetMessageStatusResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.MessageStatusFlags = d.U32()
}
