package rop

import "github.com/mapid/mapid/internal/wire"

// GetContentsTableRequest is the RopGetContentsTable request, [MS-OXCROPS] 2.2.4.14.1.
// It opens the table of a folder's messages.
type GetContentsTableRequest struct {
	InOut
	TableFlags uint8 // [MS-OXCFOLD] 2.2.1.14.1
}

// RopID implements Message.
func (*GetContentsTableRequest) RopID() ID { return GetContentsTable }

// Encode implements Message.
func (m *GetContentsTableRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, GetContentsTable)
	w.U8(m.TableFlags)
}

// Decode implements Message.
func (m *GetContentsTableRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.TableFlags = d.U8()
}

// GetContentsTableResponse is the RopGetContentsTable response, [MS-OXCROPS] 2.2.4.14.2 and .3.
type GetContentsTableResponse struct {
	ResponseHead
	RowCount uint32
}

// RopID implements Message.
func (*GetContentsTableResponse) RopID() ID { return GetContentsTable }

// Encode implements Message.
func (m *GetContentsTableResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetContentsTable) {
		return
	}
	w.U32(m.RowCount)
}

// Decode implements Message.
func (m *GetContentsTableResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.RowCount = d.U32()
}
