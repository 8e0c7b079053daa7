package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetPerUserGuidRequest is the RopGetPerUserGuid request, [MS-OXCROPS] 2.2.3.11.1.
// It asks in which database a public folder's read state was made.
type GetPerUserGuidRequest struct {
	In
	LongTermID prop.LongTermID
}

// RopID implements Message.
func (*GetPerUserGuidRequest) RopID() ID { return GetPerUserGuid }

// Encode implements Message.
func (m *GetPerUserGuidRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetPerUserGuid)
	prop.WriteLongTermID(w, m.LongTermID)
}

// Decode implements Message.
func (m *GetPerUserGuidRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.LongTermID = prop.ReadLongTermID(d.Reader)
}

// GetPerUserGuidResponse is the RopGetPerUserGuid response, [MS-OXCROPS] 2.2.3.11.2 and .3.
type GetPerUserGuidResponse struct {
	ResponseHead
	DatabaseGUID mapi.GUID
}

// RopID implements Message.
func (*GetPerUserGuidResponse) RopID() ID { return GetPerUserGuid }

// Encode implements Message.
func (m *GetPerUserGuidResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetPerUserGuid) {
		return
	}
	w.Put(m.DatabaseGUID[:])
}

// Decode implements Message.
func (m *GetPerUserGuidResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.DatabaseGUID = readGUID(d.Reader)
}
