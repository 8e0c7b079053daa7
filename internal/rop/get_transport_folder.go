package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// GetTransportFolderRequest is the RopGetTransportFolder request, [MS-OXCROPS] 2.2.7.8.1.
// It asks for the folder of messages in transit.
type GetTransportFolderRequest struct{ In }

// RopID implements Message.
func (*GetTransportFolderRequest) RopID() ID { return GetTransportFolder }

// Encode implements Message.
func (m *GetTransportFolderRequest) Encode(w *wire.Writer) { m.In.encode(w, GetTransportFolder) }

// Decode implements Message.
func (m *GetTransportFolderRequest) Decode(d *Decoder) { m.In.decode(d) }

// GetTransportFolderResponse is the RopGetTransportFolder response, [MS-OXCROPS] 2.2.7.8.2 and .3.
type GetTransportFolderResponse struct {
	ResponseHead
	FolderID mapi.ID
}

// RopID implements Message.
func (*GetTransportFolderResponse) RopID() ID { return GetTransportFolder }

// Encode implements Message.
func (m *GetTransportFolderResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, GetTransportFolder) {
		return
	}
	w.U64(uint64(m.FolderID))
}

// Decode implements Message.
func (m *GetTransportFolderResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.FolderID = mapi.ID(d.U64())
}
