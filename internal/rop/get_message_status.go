package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetMessageStatusRequest is the RopGetMessageStatus request, [MS-OXCROPS] 2.2.6.9.1.
// It reads the status of a message in a folder. The specification calls its response identical to that of
// RopSetMessageStatus; clients want the RopId of the request.
type GetMessageStatusRequest struct {
	In
	MessageID mapi.ID
}

// RopID implements Message.
func (*GetMessageStatusRequest) RopID() ID { return GetMessageStatus }

// Encode implements Message.
func (m *GetMessageStatusRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetMessageStatus)
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *GetMessageStatusRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MessageID = mapi.ID(d.U64())
}

// GetMessageStatusResponse is the RopGetMessageStatus response, [MS-OXCROPS] 2.2.6.9.2 and .3.
type GetMessageStatusResponse struct {
	ResponseHead
	MessageStatusFlags uint32 // [MS-OXCMSG] 2.2.1.8
}

// RopID implements Message.
func (*GetMessageStatusResponse) RopID() ID { return GetMessageStatus }

// Encode implements Message.
func (m *GetMessageStatusResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetMessageStatus) {
		return
	}
	w.U32(m.MessageStatusFlags)
}

// Decode implements Message.
func (m *GetMessageStatusResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.MessageStatusFlags = d.U32()
}
