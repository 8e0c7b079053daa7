package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// GetLocalReplicaIdsRequest is the RopGetLocalReplicaIds request, [MS-OXCROPS] 2.2.13.13.1.
// It reserves ids for objects that the client makes.
type GetLocalReplicaIdsRequest struct {
	In
	IDCount uint32
}

// RopID implements Message.
func (*GetLocalReplicaIdsRequest) RopID() ID { return GetLocalReplicaIds }

// Encode implements Message.
func (m *GetLocalReplicaIdsRequest) Encode(w *wire.Writer) {
	m.In.encode(w, GetLocalReplicaIds)
	w.U32(m.IDCount)
}

// Decode implements Message.
func (m *GetLocalReplicaIdsRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.IDCount = d.U32()
}

// GetLocalReplicaIdsResponse is the RopGetLocalReplicaIds response, [MS-OXCROPS] 2.2.13.13.2 and .3.
type GetLocalReplicaIdsResponse struct {
	ResponseHead
	ReplGUID    mapi.GUID
	GlobalCount uint64 // 48 bits: the first of the range
}

// RopID implements Message.
func (*GetLocalReplicaIdsResponse) RopID() ID { return GetLocalReplicaIds }

// Encode implements Message.
func (m *GetLocalReplicaIdsResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetLocalReplicaIds) {
		return
	}
	w.Put(m.ReplGUID[:])
	prop.WriteGlobalCounter(w, m.GlobalCount)
}

// Decode implements Message.
func (m *GetLocalReplicaIdsResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.ReplGUID = readGUID(d.Reader)
	m.GlobalCount = prop.ReadGlobalCounter(d.Reader)
}
