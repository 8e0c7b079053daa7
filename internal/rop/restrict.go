package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// RestrictRequest is the RopRestrict request, [MS-OXCROPS] 2.2.5.3.1.
// It filters the rows of a table.
type RestrictRequest struct {
	In
	RestrictFlags uint8            // [MS-OXCTABL] 2.2.2.1.4
	Restriction   prop.Restriction // nil removes the one in force
}

// RopID implements Message.
func (*RestrictRequest) RopID() ID { return Restrict }

// Encode implements Message.
func (m *RestrictRequest) Encode(w *wire.Writer) {
	m.In.encode(w, Restrict)
	w.U8(m.RestrictFlags)
	putRestriction(w, m.Restriction)
}

// Decode implements Message.
func (m *RestrictRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RestrictFlags = d.U8()
	m.Restriction = readRestriction(d)
}

// RestrictResponse is the RopRestrict response, [MS-OXCROPS] 2.2.5.3.2 and .3.
type RestrictResponse struct {
	ResponseHead
	TableStatus uint8 // [MS-OXCTABL] 2.2.2.1.3
}

// RopID implements Message.
func (*RestrictResponse) RopID() ID { return Restrict }

// Encode implements Message.
func (m *RestrictResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, Restrict) {
		return
	}
	w.U8(m.TableStatus)
}

// Decode implements Message.
func (m *RestrictResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.TableStatus = d.U8()
}
