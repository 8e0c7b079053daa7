package rop

import "github.com/mapid/mapid/internal/wire"

// GetStoreStateRequest is the RopGetStoreState request, [MS-OXCROPS] 2.2.3.5.1.
// It asks for the state of the store.
type GetStoreStateRequest struct{ In }

// RopID implements Message.
func (*GetStoreStateRequest) RopID() ID { return GetStoreState }

// Encode implements Message.
func (m *GetStoreStateRequest) Encode(w *wire.Writer) { m.In.encode(w, GetStoreState) }

// Decode implements Message.
func (m *GetStoreStateRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetStoreStateResponse is the RopGetStoreState response, [MS-OXCROPS] 2.2.3.5.2 and .3.
type GetStoreStateResponse struct {
	ResponseHead
	StoreState uint32 // [MS-OXCSTOR] 2.2.1.5
}

// RopID implements Message.
func (*GetStoreStateResponse) RopID() ID { return GetStoreState }

// Encode implements Message.
func (m *GetStoreStateResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetStoreState) {
		return
	}
	w.U32(m.StoreState)
}

// Decode implements Message.
func (m *GetStoreStateResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.StoreState = d.U32()
}
