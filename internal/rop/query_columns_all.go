package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// QueryColumnsAllRequest is the RopQueryColumnsAll request, [MS-OXCROPS] 2.2.5.12.1.
// It lists every column that a table can have.
type QueryColumnsAllRequest struct{ In }

// RopID implements Message.
func (*QueryColumnsAllRequest) RopID() ID { return QueryColumnsAll }

// Encode implements Message.
func (m *QueryColumnsAllRequest) Encode(w *wire.Writer) { m.In.encode(w, QueryColumnsAll) }

// Decode implements Message.
func (m *QueryColumnsAllRequest) Decode(d *Decoder) { m.In.decode(d) }

// QueryColumnsAllResponse is the RopQueryColumnsAll response, [MS-OXCROPS] 2.2.5.12.2 and .3.
type QueryColumnsAllResponse struct {
	ResponseHead
	PropertyTags []mapi.PropTag
}

// RopID implements Message.
func (*QueryColumnsAllResponse) RopID() ID { return QueryColumnsAll }

// Encode implements Message.
func (m *QueryColumnsAllResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, QueryColumnsAll) {
		return
	}
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *QueryColumnsAllResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyTags = readList(d, 4, readTag)
}
