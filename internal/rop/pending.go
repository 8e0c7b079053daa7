package rop

import "github.com/mapid/mapid/internal/wire"

// PendingResponse is the RopPending response, [MS-OXCROPS] 2.2.14.3.1.
// It stands after all other responses when notifications wait that did not fit.
type PendingResponse struct {
	SessionIndex uint16 // of the session that has notifications
}

// Head implements Response: there is none.
func (*PendingResponse) Head() *ResponseHead { return nil }

// RopID implements Message.
func (*PendingResponse) RopID() ID { return Pending }

// Encode implements Message.
func (m *PendingResponse) Encode(w *wire.Writer) {
	w.U8(uint8(Pending))
	w.U16(m.SessionIndex)
}

// Decode implements Message.
func (m *PendingResponse) Decode(d *Decoder) {
	d.Skip(1)
	m.SessionIndex = d.U16()
}
