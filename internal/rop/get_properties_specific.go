package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetPropertiesSpecificRequest is the RopGetPropertiesSpecific request, [MS-OXCROPS] 2.2.8.3.1.
// It reads properties of an object.
type GetPropertiesSpecificRequest struct {
	In
	PropertySizeLimit uint16 // bytes of one value; 0 for no limit
	WantUnicode       uint16 // not 0: tags without a type get strings as PtypString
	PropertyTags      []mapi.PropTag
}

// RopID implements Message.
func (*GetPropertiesSpecificRequest) RopID() ID { return GetPropertiesSpecific }

// Encode implements Message.
func (m *GetPropertiesSpecificRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetPropertiesSpecific)
	w.U16(m.PropertySizeLimit)
	w.U16(m.WantUnicode)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *GetPropertiesSpecificRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertySizeLimit = d.U16()
	m.WantUnicode = d.U16()
	m.PropertyTags = readList(d, 4, readTag)
}

// GetPropertiesSpecificResponse is the RopGetPropertiesSpecific response, [MS-OXCROPS] 2.2.8.3.2 and .3.
type GetPropertiesSpecificResponse struct {
	ResponseHead
	Columns []mapi.PropTag // not sent: the tags of the request
	RowData prop.Row
}

// RopID implements Message.
func (*GetPropertiesSpecificResponse) RopID() ID { return GetPropertiesSpecific }

// Encode implements Message.
func (m *GetPropertiesSpecificResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetPropertiesSpecific) {
		return
	}
	prop.WriteRow(w, m.Columns, m.RowData)
}

// Decode implements Message.
func (m *GetPropertiesSpecificResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Columns = d.Columns
	m.RowData = d.readRow()
}
