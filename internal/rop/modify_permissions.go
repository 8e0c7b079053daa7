package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ModifyPermissionsRequest is the RopModifyPermissions request, [MS-OXCROPS] 2.2.10.1.1.
// It changes the permissions of a folder.
type ModifyPermissionsRequest struct {
	In
	ModifyFlags     uint8 // [MS-OXCPERM] 2.2.2.1
	PermissionsData []PermissionData
}

// RopID implements Message.
func (*ModifyPermissionsRequest) RopID() ID { return ModifyPermissions }

// Encode implements Message.
func (m *ModifyPermissionsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ModifyPermissions)
	w.U8(m.ModifyFlags)
	putList(w, m.PermissionsData, putPermissionData)
}

// Decode implements Message.
func (m *ModifyPermissionsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ModifyFlags = d.U8()
	m.PermissionsData = readList(d, 1+2, readPermissionData)
}

// PermissionData is one change, [MS-OXCPERM] 2.2.2.1.1.
type PermissionData struct {
	PermissionDataFlags uint8 // [MS-OXCPERM] 2.2.2.1.1
	PropertyValues      []prop.Tagged
}

func putPermissionData(w *wire.Writer, c PermissionData) {
	w.U8(c.PermissionDataFlags)
	putList(w, c.PropertyValues, prop.WriteTagged)
}

func readPermissionData(r *wire.Reader) PermissionData {
	return PermissionData{r.U8(), readCounted(r, uint32(r.U16()), 4, prop.ReadTagged)}
}

// ModifyPermissionsResponse is the RopModifyPermissions response, [MS-OXCROPS] 2.2.10.1.2.
type ModifyPermissionsResponse struct{ ResponseHead }

// RopID implements Message.
func (*ModifyPermissionsResponse) RopID() ID { return ModifyPermissions }

// Encode implements Message.
func (m *ModifyPermissionsResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, ModifyPermissions)
}

// Decode implements Message.
func (m *ModifyPermissionsResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
