package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// HardDeleteMessagesRequest is the RopHardDeleteMessages request, [MS-OXCROPS] 2.2.4.12.1.
// It deletes messages of a folder beyond recovery.
type HardDeleteMessagesRequest struct {
	In
	WantAsynchronous bool
	NotifyNonRead    bool // send non-read receipts
	MessageIDs       []mapi.ID
}

// RopID implements Message.
func (*HardDeleteMessagesRequest) RopID() ID { return HardDeleteMessages }

// Encode implements Message.
func (m *HardDeleteMessagesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, HardDeleteMessages)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.NotifyNonRead)
	putList(w, m.MessageIDs, putID)
}

// Decode implements Message.
func (m *HardDeleteMessagesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantAsynchronous = d.Bool()
	m.NotifyNonRead = d.Bool()
	m.MessageIDs = readList(d, 8, readID)
}

// HardDeleteMessagesResponse is the RopHardDeleteMessages response, [MS-OXCROPS] 2.2.4.12.2.
// Its fields are there in failures too.
type HardDeleteMessagesResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*HardDeleteMessagesResponse) RopID() ID { return HardDeleteMessages }

// Encode implements Message.
func (m *HardDeleteMessagesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, HardDeleteMessages)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *HardDeleteMessagesResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
