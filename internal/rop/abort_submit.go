package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// AbortSubmitRequest is the RopAbortSubmit request, [MS-OXCROPS] 2.2.7.2.1.
// It takes back a message handed over for sending.
type AbortSubmitRequest struct {
	In
	FolderID  mapi.ID
	MessageID mapi.ID
}

// RopID implements Message.
func (*AbortSubmitRequest) RopID() ID { return AbortSubmit }

// Encode implements Message.
func (m *AbortSubmitRequest) Encode(w *wire.Writer) {
	m.In.encode(w, AbortSubmit)
	w.U64(uint64(m.FolderID))
	w.U64(uint64(m.MessageID))
}

// Decode implements Message.
func (m *AbortSubmitRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = mapi.ID(d.U64())
	m.MessageID = mapi.ID(d.U64())
}

// AbortSubmitResponse is the RopAbortSubmit response, [MS-OXCROPS] 2.2.7.2.2.
type AbortSubmitResponse struct{ ResponseHead }

// RopID implements Message.
func (*AbortSubmitResponse) RopID() ID { return AbortSubmit }

// Encode implements Message.
func (m *AbortSubmitResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, AbortSubmit) }

// Decode implements Message.
func (m *AbortSubmitResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
