package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// receiveFolderColumns are the columns of every receive folder table, [MS-OXCSTOR] 2.2.1.4.2.
var receiveFolderColumns = [...]mapi.PropTag{0x67480014, 0x001A001E, 0x30080040}

// GetReceiveFolderTableRequest is the RopGetReceiveFolderTable request, [MS-OXCROPS] 2.2.3.4.1.
// It lists the message classes that have a receive folder.
type GetReceiveFolderTableRequest struct {
	In
}

// RopID implements Message.
func (*GetReceiveFolderTableRequest) RopID() ID { return GetReceiveFolderTable }

// Encode implements Message.
func (m *GetReceiveFolderTableRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetReceiveFolderTable)
}

// Decode implements Message.
func (m *GetReceiveFolderTableRequest) Decode(d *Decoder) {
	m.In.decode(d)
}

// GetReceiveFolderTableResponse is the RopGetReceiveFolderTable response, [MS-OXCROPS] 2.2.3.4.2 and .3.
type GetReceiveFolderTableResponse struct {
	ResponseHead
	// Rows have three values: the folder's id, the message class as PtypString8 and the time of the last change.
	Rows []prop.Row
}

// RopID implements Message.
func (*GetReceiveFolderTableResponse) RopID() ID { return GetReceiveFolderTable }

// Encode implements Message.
func (m *GetReceiveFolderTableResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetReceiveFolderTable) {
		return
	}
	w.U32(uint32(len(m.Rows)))
	for _, row := range m.Rows {
		prop.WriteRow(w, receiveFolderColumns[:], row)
	}
}

// Decode implements Message.
func (m *GetReceiveFolderTableResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Rows = readCounted(d.Reader, d.U32(), 1+len(receiveFolderColumns), func(r *wire.Reader) prop.Row {
		return prop.ReadRow(r, receiveFolderColumns[:])
	})
}
