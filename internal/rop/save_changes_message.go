package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SaveChangesMessageRequest is the RopSaveChangesMessage request, [MS-OXCROPS] 2.2.6.3.1.
// It commits the changes of a message.
type SaveChangesMessageRequest struct {
	RespIn
	SaveFlags uint8 // [MS-OXCMSG] 2.2.3.3.1
}

// RopID implements Message.
func (*SaveChangesMessageRequest) RopID() ID { return SaveChangesMessage }

// Encode implements Message.
func (m *SaveChangesMessageRequest) Encode(w *wire.Writer) {
	m.RespIn.encode(w, SaveChangesMessage)
	w.U8(m.SaveFlags)
}

// Decode implements Message.
func (m *SaveChangesMessageRequest) Decode(d *Decoder) {
	m.RespIn.decode(d)
	m.SaveFlags = d.U8()
}

// SaveChangesMessageResponse is the RopSaveChangesMessage response, [MS-OXCROPS] 2.2.6.3.2 and .3.
type SaveChangesMessageResponse struct {
	ResponseHead
	InputHandleIndex uint8 // of the request, since the head carries ResponseHandleIndex
	MessageID        mapi.ID
}

// RopID implements Message.
func (*SaveChangesMessageResponse) RopID() ID { return SaveChangesMessage }

// Encode implements Message.
func (m *SaveChangesMessageResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SaveChangesMessage) {
		return
	}
	w.U8(m.InputHandleIndex)
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *SaveChangesMessageResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.InputHandleIndex = d.U8()
	m.MessageID = mapi.ID(d.U64())
}
