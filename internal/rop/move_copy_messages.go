package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// MoveCopyMessagesRequest is the RopMoveCopyMessages request, [MS-OXCROPS] 2.2.4.6.1.
// It moves or copies messages between folders.
type MoveCopyMessagesRequest struct {
	SrcDst
	MessageIDs       []mapi.ID
	WantAsynchronous bool
	WantCopy         bool
}

// RopID implements Message.
func (*MoveCopyMessagesRequest) RopID() ID { return MoveCopyMessages }

// Encode implements Message.
func (m *MoveCopyMessagesRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, MoveCopyMessages)
	putList(w, m.MessageIDs, putID)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.WantCopy)
}

// Decode implements Message.
func (m *MoveCopyMessagesRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.MessageIDs = readList(d, 8, readID)
	m.WantAsynchronous = d.Bool()
	m.WantCopy = d.Bool()
}

// MoveCopyMessagesResponse is the RopMoveCopyMessages response, [MS-OXCROPS] 2.2.4.6.2 and .3.
// With ErrDstNullObject it names the destination that did not resolve.
type MoveCopyMessagesResponse struct {
	ResponseHead
	DestHandleIndex   uint32 // only with ErrDstNullObject
	PartialCompletion bool
}

// RopID implements Message.
func (*MoveCopyMessagesResponse) RopID() ID { return MoveCopyMessages }

// Encode implements Message.
func (m *MoveCopyMessagesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, MoveCopyMessages)
	putDest(w, m.ReturnValue, m.DestHandleIndex)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *MoveCopyMessagesResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.DestHandleIndex = readDest(d, m.ReturnValue)
	m.PartialCompletion = d.Bool()
}
