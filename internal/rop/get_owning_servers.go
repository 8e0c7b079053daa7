package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetOwningServersRequest is the RopGetOwningServers request, [MS-OXCROPS] 2.2.3.6.1.
// It lists the servers that hold a public folder.
type GetOwningServersRequest struct {
	In
	FolderID mapi.ID
}

// RopID implements Message.
func (*GetOwningServersRequest) RopID() ID { return GetOwningServers }

// Encode implements Message.
func (m *GetOwningServersRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetOwningServers)
	w.U64(uint64(m.FolderID))
}

// Decode implements Message.
func (m *GetOwningServersRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = mapi.ID(d.U64())
}

// GetOwningServersResponse is the RopGetOwningServers response, [MS-OXCROPS] 2.2.3.6.2 and .3.
type GetOwningServersResponse struct {
	ResponseHead
	Owners GhostInfo
}

// RopID implements Message.
func (*GetOwningServersResponse) RopID() ID { return GetOwningServers }

// Encode implements Message.
func (m *GetOwningServersResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetOwningServers) {
		return
	}
	m.Owners.put(w)
}

// Decode implements Message.
func (m *GetOwningServersResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Owners = readGhostInfo(d)
}
