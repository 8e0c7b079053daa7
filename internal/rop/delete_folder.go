package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// DeleteFolderRequest is the RopDeleteFolder request, [MS-OXCROPS] 2.2.4.3.1.
// It removes a subfolder.
type DeleteFolderRequest struct {
	In
	DeleteFolderFlags uint8 // [MS-OXCFOLD] 2.2.1.3.1
	FolderID          mapi.ID
}

// RopID implements Message.
func (*DeleteFolderRequest) RopID() ID { return DeleteFolder }

// Encode implements Message.
func (m *DeleteFolderRequest) Encode(w *wire.Writer) {
	m.In.encode(w, DeleteFolder)
	w.U8(m.DeleteFolderFlags)
	w.U64(uint64(m.FolderID))
}

// Decode implements Message.
func (m *DeleteFolderRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.DeleteFolderFlags = d.U8()
	m.FolderID = mapi.ID(d.U64())
}

// DeleteFolderResponse is the RopDeleteFolder response, [MS-OXCROPS] 2.2.4.3.2.
// Its fields are there in failures too.
type DeleteFolderResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*DeleteFolderResponse) RopID() ID { return DeleteFolder }

// Encode implements Message.
func (m *DeleteFolderResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, DeleteFolder)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *DeleteFolderResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
