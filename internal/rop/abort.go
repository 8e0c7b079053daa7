package rop

import "github.com/mapid/mapid/internal/wire"

// AbortRequest is the RopAbort request, [MS-OXCROPS] 2.2.5.5.1.
// It stops an asynchronous operation on a table.
type AbortRequest struct{ In }

// RopID implements Message.
func (*AbortRequest) RopID() ID { return Abort }

// Encode implements Message.
func (m *AbortRequest) Encode(w *wire.Writer) { m.In.encode(w, Abort) }

// Decode implements Message.
func (m *AbortRequest) Decode(d *Decoder) { m.In.decode(d) }

// AbortResponse is the RopAbort response, [MS-OXCROPS] 2.2.5.5.2 and .3.
type AbortResponse struct {
	ResponseHead
	TableStatus uint8 // [MS-OXCTABL] 2.2.2.1.3
}

// RopID implements Message.
func (*AbortResponse) RopID() ID { return Abort }

// Encode implements Message.
func (m *AbortResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, Abort) {
		return
	}
	w.U8(m.TableStatus)
}

// Decode implements Message.
func (m *AbortResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.TableStatus = d.U8()
}
