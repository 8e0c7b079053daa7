package rop

import "github.com/mapid/mapid/internal/wire"

// GetStatusRequest is the RopGetStatus request, [MS-OXCROPS] 2.2.5.6.1.
// It asks what a table is busy with.
type GetStatusRequest struct{ In }

// RopID implements Message.
func (*GetStatusRequest) RopID() ID { return GetStatus }

// Encode implements Message.
func (m *GetStatusRequest) Encode(w *wire.Writer) { m.In.encode(w, GetStatus) }

// Decode implements Message.
func (m *GetStatusRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetStatusResponse is the RopGetStatus response, [MS-OXCROPS] 2.2.5.6.2 and .3.
type GetStatusResponse struct {
	ResponseHead
	TableStatus uint8 // [MS-OXCTABL] 2.2.2.1.3
}

// RopID implements Message.
func (*GetStatusResponse) RopID() ID { return GetStatus }

// Encode implements Message.
func (m *GetStatusResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetStatus) {
		return
	}
	w.U8(m.TableStatus)
}

// Decode implements Message.
func (m *GetStatusResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.TableStatus = d.U8()
}
