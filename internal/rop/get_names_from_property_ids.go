package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetNamesFromPropertyIdsRequest is the RopGetNamesFromPropertyIds request, [MS-OXCROPS] 2.2.8.2.1.
// It converts property ids to names.
type GetNamesFromPropertyIdsRequest struct {
	In
	PropertyIDs []uint16
}

// RopID implements Message.
func (*GetNamesFromPropertyIdsRequest) RopID() ID { return GetNamesFromPropertyIds }

// Encode implements Message.
func (m *GetNamesFromPropertyIdsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetNamesFromPropertyIds)
	putList(w, m.PropertyIDs, (*wire.Writer).U16)
}

// Decode implements Message.
func (m *GetNamesFromPropertyIdsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertyIDs = readList(d, 2, (*wire.Reader).U16)
}

// GetNamesFromPropertyIdsResponse is the RopGetNamesFromPropertyIds response, [MS-OXCROPS] 2.2.8.2.2 and .3.
type GetNamesFromPropertyIdsResponse struct {
	ResponseHead
	PropertyNames []prop.Name
}

// RopID implements Message.
func (*GetNamesFromPropertyIdsResponse) RopID() ID { return GetNamesFromPropertyIds }

// Encode implements Message.
func (m *GetNamesFromPropertyIdsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetNamesFromPropertyIds) {
		return
	}
	putList(w, m.PropertyNames, prop.WriteName)
}

// Decode implements Message.
func (m *GetNamesFromPropertyIdsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyNames = readList(d, 17, prop.ReadName)
}
