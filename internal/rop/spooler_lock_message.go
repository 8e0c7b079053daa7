package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SpoolerLockMessageRequest is the RopSpoolerLockMessage request, [MS-OXCROPS] 2.2.7.5.1.
// It locks a message while the spooler works on it.
type SpoolerLockMessageRequest struct {
	In
	MessageID mapi.ID
	LockState uint8 // [MS-OXOMSG] 2.2.5.3.1
}

// RopID implements Message.
func (*SpoolerLockMessageRequest) RopID() ID { return SpoolerLockMessage }

// Encode implements Message.
func (m *SpoolerLockMessageRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SpoolerLockMessage)
	w.U64(uint64(m.MessageID))
	w.U8(m.LockState)
}

// Decode implements Message.
func (m *SpoolerLockMessageRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.MessageID = mapi.ID(d.U64())
	m.LockState = d.U8()
}

// SpoolerLockMessageResponse is the RopSpoolerLockMessage response, [MS-OXCROPS] 2.2.7.5.2.
type SpoolerLockMessageResponse struct{ ResponseHead }

// RopID implements Message.
func (*SpoolerLockMessageResponse) RopID() ID { return SpoolerLockMessage }

// Encode implements Message.
func (m *SpoolerLockMessageResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SpoolerLockMessage)
}

// Decode implements Message.
func (m *SpoolerLockMessageResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
