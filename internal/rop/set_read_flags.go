package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SetReadFlagsRequest is the RopSetReadFlags request, [MS-OXCROPS] 2.2.6.10.1.
// It marks messages of a folder read or unread.
type SetReadFlagsRequest struct {
	In
	WantAsynchronous bool
	ReadFlags        uint8 // [MS-OXCMSG] 2.2.3.10.1
	MessageIDs       []mapi.ID
}

// RopID implements Message.
func (*SetReadFlagsRequest) RopID() ID { return SetReadFlags }

// Encode implements Message.
func (m *SetReadFlagsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetReadFlags)
	w.Bool(m.WantAsynchronous)
	w.U8(m.ReadFlags)
	putList(w, m.MessageIDs, putID)
}

// Decode implements Message.
func (m *SetReadFlagsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantAsynchronous = d.Bool()
	m.ReadFlags = d.U8()
	m.MessageIDs = readList(d, 8, readID)
}

// SetReadFlagsResponse is the RopSetReadFlags response, [MS-OXCROPS] 2.2.6.10.2.
// Its fields are there in failures too.
type SetReadFlagsResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*SetReadFlagsResponse) RopID() ID { return SetReadFlags }

// Encode implements Message.
func (m *SetReadFlagsResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SetReadFlags)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *SetReadFlagsResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
