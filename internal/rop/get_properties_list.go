package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetPropertiesListRequest is the RopGetPropertiesList request, [MS-OXCROPS] 2.2.8.5.1.
// It lists the properties of an object.
type GetPropertiesListRequest struct{ In }

// RopID implements Message.
func (*GetPropertiesListRequest) RopID() ID { return GetPropertiesList }

// Encode implements Message.
func (m *GetPropertiesListRequest) Encode(w *wire.Writer) { m.In.encode(w, GetPropertiesList) }

// Decode implements Message.
func (m *GetPropertiesListRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetPropertiesListResponse is the RopGetPropertiesList response, [MS-OXCROPS] 2.2.8.5.2 and .3.
type GetPropertiesListResponse struct {
	ResponseHead
	PropertyTags []mapi.PropTag
}

// RopID implements Message.
func (*GetPropertiesListResponse) RopID() ID { return GetPropertiesList }

// Encode implements Message.
func (m *GetPropertiesListResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetPropertiesList) {
		return
	}
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *GetPropertiesListResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyTags = readList(d, 4, readTag)
}
