package rop

import "github.com/mapid/mapid/internal/wire"

// GetPermissionsTableRequest is the RopGetPermissionsTable request, [MS-OXCROPS] 2.2.10.2.1.
// It opens the table of a folder's permissions.
type GetPermissionsTableRequest struct {
	InOut
	TableFlags uint8 // [MS-OXCPERM] 2.2.1.1
}

// RopID implements Message.
func (*GetPermissionsTableRequest) RopID() ID { return GetPermissionsTable }

// Encode implements Message.
func (m *GetPermissionsTableRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, GetPermissionsTable)
	w.U8(m.TableFlags)
}

// Decode implements Message.
func (m *GetPermissionsTableRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.TableFlags = d.U8()
}

// GetPermissionsTableResponse is the RopGetPermissionsTable response, [MS-OXCROPS] 2.2.10.2.2.
type GetPermissionsTableResponse struct{ ResponseHead }

// RopID implements Message.
func (*GetPermissionsTableResponse) RopID() ID { return GetPermissionsTable }

// Encode implements Message.
func (m *GetPermissionsTableResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, GetPermissionsTable)
}

// Decode implements Message.
func (m *GetPermissionsTableResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
