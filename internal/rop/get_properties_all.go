package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetPropertiesAllRequest is the RopGetPropertiesAll request, [MS-OXCROPS] 2.2.8.4.1.
// It reads all properties of an object.
type GetPropertiesAllRequest struct {
	In
	PropertySizeLimit uint16 // bytes of one value; 0 for no limit
	WantUnicode       uint16 // not 0: strings as PtypString
}

// RopID implements Message.
func (*GetPropertiesAllRequest) RopID() ID { return GetPropertiesAll }

// Encode implements Message.
func (m *GetPropertiesAllRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetPropertiesAll)
	w.U16(m.PropertySizeLimit)
	w.U16(m.WantUnicode)
}

// Decode implements Message.
func (m *GetPropertiesAllRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertySizeLimit = d.U16()
	m.WantUnicode = d.U16()
}

// GetPropertiesAllResponse is the RopGetPropertiesAll response, [MS-OXCROPS] 2.2.8.4.2 and .3.
type GetPropertiesAllResponse struct {
	ResponseHead
	PropertyValues []prop.Tagged
}

// RopID implements Message.
func (*GetPropertiesAllResponse) RopID() ID { return GetPropertiesAll }

// Encode implements Message.
func (m *GetPropertiesAllResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetPropertiesAll) {
		return
	}
	putList(w, m.PropertyValues, prop.WriteTagged)
}

// Decode implements Message.
func (m *GetPropertiesAllResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyValues = readList(d, 4, prop.ReadTagged)
}
