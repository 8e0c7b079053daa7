package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// DeleteMessagesRequest is the RopDeleteMessages request, [MS-OXCROPS] 2.2.4.11.1.
// It deletes messages of a folder.
type DeleteMessagesRequest struct {
	In
	WantAsynchronous bool
	NotifyNonRead    bool // send non-read receipts
	MessageIDs       []mapi.ID
}

// RopID implements Message.
func (*DeleteMessagesRequest) RopID() ID { return DeleteMessages }

// Encode implements Message.
func (m *DeleteMessagesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, DeleteMessages)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.NotifyNonRead)
	putList(w, m.MessageIDs, putID)
}

// Decode implements Message.
func (m *DeleteMessagesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantAsynchronous = d.Bool()
	m.NotifyNonRead = d.Bool()
	m.MessageIDs = readList(d, 8, readID)
}

// DeleteMessagesResponse is the RopDeleteMessages response, [MS-OXCROPS] 2.2.4.11.2.
// Its fields are there in failures too.
type DeleteMessagesResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*DeleteMessagesResponse) RopID() ID { return DeleteMessages }

// Encode implements Message.
func (m *DeleteMessagesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, DeleteMessages)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *DeleteMessagesResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
