package rop

import (
	"math"

	"github.com/mapid/mapid/internal/wire"
)

// GetAddressTypesRequest is the RopGetAddressTypes request, [MS-OXCROPS] 2.2.7.3.1.
// It lists the address types that the server delivers to.
type GetAddressTypesRequest struct {
	In
}

// RopID implements Message.
func (*GetAddressTypesRequest) RopID() ID { return GetAddressTypes }

// Encode implements Message.
func (m *GetAddressTypesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetAddressTypes)
}

// Decode implements Message.
func (m *GetAddressTypesRequest) Decode(d *Decoder) {
	m.In.decode(d)
}

// GetAddressTypesResponse is the RopGetAddressTypes response, [MS-OXCROPS] 2.2.7.3.2 and .3.
type GetAddressTypesResponse struct {
	ResponseHead
	AddressTypes []string
}

// RopID implements Message.
func (*GetAddressTypesResponse) RopID() ID { return GetAddressTypes }

// Encode implements Message.
func (m *GetAddressTypesResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetAddressTypes) {
		return
	}
	types := m.AddressTypes[:min(len(m.AddressTypes), math.MaxUint16)]
	w.U16(uint16(len(types)))
	at := w.Mark16()
	for _, t := range types {
		w.ASCIIZ(t)
	}
	w.Set16(at, uint16(w.Len()-at-2))
}

// Decode implements Message.
func (m *GetAddressTypesResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	n := d.U16()
	readSized(d, int(d.U16()), func(r *wire.Reader) {
		m.AddressTypes = readCounted(r, uint32(n), 1, (*wire.Reader).ASCIIZ)
	})
}
