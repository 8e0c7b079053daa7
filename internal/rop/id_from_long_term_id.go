package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// IdFromLongTermIdRequest is the RopIdFromLongTermId request, [MS-OXCROPS] 2.2.3.9.1.
// It converts a long-term id to an id of this logon.
type IdFromLongTermIdRequest struct {
	In
	LongTermID prop.LongTermID
}

// RopID implements Message.
func (*IdFromLongTermIdRequest) RopID() ID { return IdFromLongTermId }

// Encode implements Message.
func (m *IdFromLongTermIdRequest) Encode(w *wire.Writer) {
	m.In.encode(w, IdFromLongTermId)
	prop.WriteLongTermID(w, m.LongTermID)
}

// Decode implements Message.
func (m *IdFromLongTermIdRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.LongTermID = prop.ReadLongTermID(d.Reader)
}

// IdFromLongTermIdResponse is the RopIdFromLongTermId response, [MS-OXCROPS] 2.2.3.9.2 and .3.
type IdFromLongTermIdResponse struct {
	ResponseHead
	ObjectID mapi.ID
}

// RopID implements Message.
func (*IdFromLongTermIdResponse) RopID() ID { return IdFromLongTermId }

// Encode implements Message.
func (m *IdFromLongTermIdResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, IdFromLongTermId) {
		return
	}
	w.U64(uint64(m.ObjectID))
}

// Decode implements Message.
func (m *IdFromLongTermIdResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.ObjectID = mapi.ID(d.U64())
}
