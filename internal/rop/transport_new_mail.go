package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// TransportNewMailRequest is the RopTransportNewMail request, [MS-OXCROPS] 2.2.7.7.1.
// It tells the server of a message that the client delivered.
type TransportNewMailRequest struct {
	In
	MessageID    mapi.ID
	FolderID     mapi.ID
	MessageClass string
	MessageFlags uint32 // [MS-OXCMSG] 2.2.1.6
}

// RopID implements Message.
func (*TransportNewMailRequest) RopID() ID { return TransportNewMail }

// Encode implements Message.
func (m *TransportNewMailRequest) Encode(w *wire.Writer) {
	m.In.encode(w, TransportNewMail)
	w.U64(uint64(m.MessageID))
	w.U64(uint64(m.FolderID))
	w.ASCIIZ(m.MessageClass)
	w.U32(m.MessageFlags)
}

// Decode implements Message.
func (m *TransportNewMailRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MessageID = mapi.ID(d.U64())
	m.FolderID = mapi.ID(d.U64())
	m.MessageClass = d.ASCIIZ()
	m.MessageFlags = d.U32()
}

// TransportNewMailResponse is the RopTransportNewMail response, [MS-OXCROPS] 2.2.7.7.2.
type TransportNewMailResponse struct{ ResponseHead }

// RopID implements Message.
func (*TransportNewMailResponse) RopID() ID { return TransportNewMail }

// Encode implements Message.
func (m *TransportNewMailResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, TransportNewMail) }

// Decode implements Message.
func (m *TransportNewMailResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
