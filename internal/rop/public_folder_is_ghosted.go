package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// PublicFolderIsGhostedRequest is the RopPublicFolderIsGhosted request, [MS-OXCROPS] 2.2.3.7.1.
// It asks whether another server holds a public folder.
type PublicFolderIsGhostedRequest struct {
	In
	FolderID mapi.ID
}

// RopID implements Message.
func (*PublicFolderIsGhostedRequest) RopID() ID { return PublicFolderIsGhosted }

// Encode implements Message.
func (m *PublicFolderIsGhostedRequest) Encode(w *wire.Writer) {
	m.In.encode(w, PublicFolderIsGhosted)
	w.U64(uint64(m.FolderID))
}

// Decode implements Message.
func (m *PublicFolderIsGhostedRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.FolderID = mapi.ID(d.U64())
}

// PublicFolderIsGhostedResponse is the RopPublicFolderIsGhosted response, [MS-OXCROPS] 2.2.3.7.2 and .3.
type PublicFolderIsGhostedResponse struct {
	ResponseHead
	Ghosted *GhostInfo // nil if the folder is not ghosted
}

// RopID implements Message.
func (*PublicFolderIsGhostedResponse) RopID() ID { return PublicFolderIsGhosted }

// Encode implements Message.
func (m *PublicFolderIsGhostedResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, PublicFolderIsGhosted) {
		return
	}
	m.Ghosted.encode(w)
}

// Decode implements Message.
func (m *PublicFolderIsGhostedResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Ghosted = decodeGhostInfo(d)
}
