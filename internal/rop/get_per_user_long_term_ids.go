package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetPerUserLongTermIdsRequest is the RopGetPerUserLongTermIds request, [MS-OXCROPS] 2.2.3.10.1.
// It lists the public folders of a database of which the mailbox keeps the user's read state.
type GetPerUserLongTermIdsRequest struct {
	In
	DatabaseGUID mapi.GUID
}

// RopID implements Message.
func (*GetPerUserLongTermIdsRequest) RopID() ID { return GetPerUserLongTermIds }

// Encode implements Message.
func (m *GetPerUserLongTermIdsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetPerUserLongTermIds)
	w.Put(m.DatabaseGUID[:])
}

// Decode implements Message.
func (m *GetPerUserLongTermIdsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.DatabaseGUID = readGUID(d.Reader)
}

// GetPerUserLongTermIdsResponse is the RopGetPerUserLongTermIds response, [MS-OXCROPS] 2.2.3.10.2 and .3.
type GetPerUserLongTermIdsResponse struct {
	ResponseHead
	LongTermIDs []prop.LongTermID
}

// RopID implements Message.
func (*GetPerUserLongTermIdsResponse) RopID() ID { return GetPerUserLongTermIds }

// Encode implements Message.
func (m *GetPerUserLongTermIdsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetPerUserLongTermIds) {
		return
	}
	putList(w, m.LongTermIDs, prop.WriteLongTermID)
}

// Decode implements Message.
func (m *GetPerUserLongTermIdsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.LongTermIDs = readList(d, prop.LongTermIDSize, prop.ReadLongTermID)
}
