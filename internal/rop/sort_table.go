package rop

import (
	"math"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SortTableRequest is the RopSortTable request, [MS-OXCROPS] 2.2.5.2.1.
// It orders the rows of a table and may group them.
type SortTableRequest struct {
	In
	SortTableFlags uint8  // [MS-OXCTABL] 2.2.2.1.4
	CategoryCount  uint16 // how many of the first sort orders are categories
	ExpandedCount  uint16 // how many of the categories start open
	SortOrders     []prop.SortOrder
}

// RopID implements Message.
func (*SortTableRequest) RopID() ID { return SortTable }

// Encode implements Message.
func (m *SortTableRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SortTable)
	w.U8(m.SortTableFlags)
	orders := m.SortOrders[:min(len(m.SortOrders), math.MaxUint16)]
	w.U16(uint16(len(orders)))
	w.U16(m.CategoryCount)
	w.U16(m.ExpandedCount)
	for _, o := range orders {
		prop.WriteSortOrder(w, o)
	}
}

// Decode implements Message.
func (m *SortTableRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.SortTableFlags = d.U8()
	n := d.U16()
	m.CategoryCount = d.U16()
	m.ExpandedCount = d.U16()
	m.SortOrders = readCounted(d.Reader, uint32(n), prop.SortOrderSize, prop.ReadSortOrder)
}

// SortTableResponse is the RopSortTable response, [MS-OXCROPS] 2.2.5.2.2 and .3.
type SortTableResponse struct {
	ResponseHead
	TableStatus uint8 // [MS-OXCTABL] 2.2.2.1.3
}

// RopID implements Message.
func (*SortTableResponse) RopID() ID { return SortTable }

// Encode implements Message.
func (m *SortTableResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SortTable) {
		return
	}
	w.U8(m.TableStatus)
}

// Decode implements Message.
func (m *SortTableResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.TableStatus = d.U8()
}
