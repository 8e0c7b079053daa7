package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// FastTransferSourceCopyMessagesRequest is the RopFastTransferSourceCopyMessages request, [MS-OXCROPS] 2.2.12.6.1.
// It starts a download of messages.
type FastTransferSourceCopyMessagesRequest struct {
	InOut
	MessageIDs  []mapi.ID
	CopyFlags   uint8 // [MS-OXCFXICS] 2.2.3.1.1.3.1
	SendOptions uint8 // [MS-OXCFXICS] 2.2.3.1.1.1.2
}

// RopID implements Message.
func (*FastTransferSourceCopyMessagesRequest) RopID() ID { return FastTransferSourceCopyMessages }

// Encode implements Message.
func (m *FastTransferSourceCopyMessagesRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, FastTransferSourceCopyMessages)
	putList(w, m.MessageIDs, putID)
	w.U8(m.CopyFlags)
	w.U8(m.SendOptions)
}

// Decode implements Message.
func (m *FastTransferSourceCopyMessagesRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.MessageIDs = readList(d, 8, readID)
	m.CopyFlags = d.U8()
	m.SendOptions = d.U8()
}

// FastTransferSourceCopyMessagesResponse is the RopFastTransferSourceCopyMessages response, [MS-OXCROPS] 2.2.12.6.2.
type FastTransferSourceCopyMessagesResponse struct{ ResponseHead }

// RopID implements Message.
func (*FastTransferSourceCopyMessagesResponse) RopID() ID { return FastTransferSourceCopyMessages }

// Encode implements Message.
func (m *FastTransferSourceCopyMessagesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferSourceCopyMessages)
}

// Decode implements Message.
func (m *FastTransferSourceCopyMessagesResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
