package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// LongTermIdFromIdRequest is the RopLongTermIdFromId request, [MS-OXCROPS] 2.2.3.8.1.
// It converts an id of this logon to the form that means the same everywhere.
type LongTermIdFromIdRequest struct {
	In
	ObjectID mapi.ID
}

// RopID implements Message.
func (*LongTermIdFromIdRequest) RopID() ID { return LongTermIdFromId }

// Encode implements Message.
func (m *LongTermIdFromIdRequest) Encode(w *wire.Writer) {
	m.In.encode(w, LongTermIdFromId)
	w.U64(uint64(m.ObjectID))
}

// Decode implements Message.
func (m *LongTermIdFromIdRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ObjectID = mapi.ID(d.U64())
}

// LongTermIdFromIdResponse is the RopLongTermIdFromId response, [MS-OXCROPS] 2.2.3.8.2 and .3.
type LongTermIdFromIdResponse struct {
	ResponseHead
	LongTermID prop.LongTermID
}

// RopID implements Message.
func (*LongTermIdFromIdResponse) RopID() ID { return LongTermIdFromId }

// Encode implements Message.
func (m *LongTermIdFromIdResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, LongTermIdFromId) {
		return
	}
	prop.WriteLongTermID(w, m.LongTermID)
}

// Decode implements Message.
func (m *LongTermIdFromIdResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.LongTermID = prop.ReadLongTermID(d.Reader)
}
