package rop

import "github.com/mapid/mapid/internal/wire"

// ReloadCachedInformationRequest is the RopReloadCachedInformation request, [MS-OXCROPS] 2.2.6.7.1.
// It asks again for what opening the message told.
type ReloadCachedInformationRequest struct {
	In
	Reserved uint16
}

// RopID implements Message.
func (*ReloadCachedInformationRequest) RopID() ID { return ReloadCachedInformation }

// Encode implements Message.
func (m *ReloadCachedInformationRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ReloadCachedInformation)
	w.U16(m.Reserved)
}

// Decode implements Message.
func (m *ReloadCachedInformationRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Reserved = d.U16()
}

// ReloadCachedInformationResponse is the RopReloadCachedInformation response, [MS-OXCROPS] 2.2.6.7.2 and .3.
type ReloadCachedInformationResponse struct {
	ResponseHead
	OpenedMessage
}

// RopID implements Message.
func (*ReloadCachedInformationResponse) RopID() ID { return ReloadCachedInformation }

// Encode implements Message.
func (m *ReloadCachedInformationResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, ReloadCachedInformation) {
		return
	}
	m.OpenedMessage.put(w)
}

// Decode implements Message.
func (m *ReloadCachedInformationResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.OpenedMessage.read(d)
}
