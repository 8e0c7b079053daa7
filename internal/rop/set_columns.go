package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// SetColumnsRequest is the RopSetColumns request, [MS-OXCROPS] 2.2.5.1.1.
// It chooses the columns of a table.
type SetColumnsRequest struct {
	In
	SetColumnsFlags uint8 // [MS-OXCTABL] 2.2.2.1.4
	PropertyTags    []mapi.PropTag
}

// RopID implements Message.
func (*SetColumnsRequest) RopID() ID { return SetColumns }

// Encode implements Message.
func (m *SetColumnsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetColumns)
	w.U8(m.SetColumnsFlags)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *SetColumnsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.SetColumnsFlags = d.U8()
	m.PropertyTags = readList(d, 4, readTag)
}

// SetColumnsResponse is the RopSetColumns response, [MS-OXCROPS] 2.2.5.1.2 and .3.
type SetColumnsResponse struct {
	ResponseHead
	TableStatus uint8 // [MS-OXCTABL] 2.2.2.1.3
}

// RopID implements Message.
func (*SetColumnsResponse) RopID() ID { return SetColumns }

// Encode implements Message.
func (m *SetColumnsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetColumns) {
		return
	}
	w.U8(m.TableStatus)
}

// Decode implements Message.
func (m *SetColumnsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.TableStatus = d.U8()
}
