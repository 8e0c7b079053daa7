package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetPropertyIdsFromNamesRequest is the RopGetPropertyIdsFromNames request, [MS-OXCROPS] 2.2.8.1.1.
// It converts property names to ids.
type GetPropertyIdsFromNamesRequest struct {
	In
	Flags         uint8 // [MS-OXCPRPT] 2.2.12.1
	PropertyNames []prop.Name
}

// RopID implements Message.
func (*GetPropertyIdsFromNamesRequest) RopID() ID { return GetPropertyIdsFromNames }

// Encode implements Message.
func (m *GetPropertyIdsFromNamesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetPropertyIdsFromNames)
	w.U8(m.Flags)
	putList(w, m.PropertyNames, prop.WriteName)
}

// Decode implements Message.
func (m *GetPropertyIdsFromNamesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Flags = d.U8()
	m.PropertyNames = readList(d, 17, prop.ReadName)
}

// GetPropertyIdsFromNamesResponse is the RopGetPropertyIdsFromNames response, [MS-OXCROPS] 2.2.8.1.2 and .3.
type GetPropertyIdsFromNamesResponse struct {
	ResponseHead
	PropertyIDs []uint16 // 0 for a name without an id
}

// RopID implements Message.
func (*GetPropertyIdsFromNamesResponse) RopID() ID { return GetPropertyIdsFromNames }

// Encode implements Message.
func (m *GetPropertyIdsFromNamesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, GetPropertyIdsFromNames)
	if m.hasIDs() {
		putList(w, m.PropertyIDs, (*wire.Writer).U16)
	}
}

// Decode implements Message.
func (m *GetPropertyIdsFromNamesResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	if m.hasIDs() {
		m.PropertyIDs = readList(d, 2, (*wire.Reader).U16)
	}
}

// hasIDs reports whether ids follow: clients expect them with the warning that some names have none, too.
func (m *GetPropertyIdsFromNamesResponse) hasIDs() bool {
	return m.ReturnValue == mapi.Success || m.ReturnValue == mapi.WarnWithErrors
}
