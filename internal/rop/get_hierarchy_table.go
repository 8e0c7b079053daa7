package rop

import "github.com/mapid/mapid/internal/wire"

// GetHierarchyTableRequest is the RopGetHierarchyTable request, [MS-OXCROPS] 2.2.4.13.1.
// It opens the table of a folder's subfolders.
type GetHierarchyTableRequest struct {
	InOut
	TableFlags uint8 // [MS-OXCFOLD] 2.2.1.13.1
}

// RopID implements Message.
func (*GetHierarchyTableRequest) RopID() ID { return GetHierarchyTable }

// Encode implements Message.
func (m *GetHierarchyTableRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, GetHierarchyTable)
	w.U8(m.TableFlags)
}

// Decode implements Message.
func (m *GetHierarchyTableRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.TableFlags = d.U8()
}

// GetHierarchyTableResponse is the RopGetHierarchyTable response, [MS-OXCROPS] 2.2.4.13.2 and .3.
type GetHierarchyTableResponse struct {
	ResponseHead
	RowCount uint32
}

// RopID implements Message.
func (*GetHierarchyTableResponse) RopID() ID { return GetHierarchyTable }

// Encode implements Message.
func (m *GetHierarchyTableResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetHierarchyTable) {
		return
	}
	w.U32(m.RowCount)
}

// Decode implements Message.
func (m *GetHierarchyTableResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.RowCount = d.U32()
}
