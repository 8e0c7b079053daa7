package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// CreateFolderRequest is the RopCreateFolder request, [MS-OXCROPS] 2.2.4.2.1.
// It makes a subfolder.
type CreateFolderRequest struct {
	InOut
	FolderType   uint8 // [MS-OXCFOLD] 2.2.1.2.1
	UseUnicode   bool  // the names are UTF-16, else in a code page
	OpenExisting bool
	Reserved     uint8
	DisplayName  string
	Comment      string
}

// RopID implements Message.
func (*CreateFolderRequest) RopID() ID { return CreateFolder }

// Encode implements Message.
func (m *CreateFolderRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, CreateFolder)
	w.U8(m.FolderType)
	w.Bool(m.UseUnicode)
	w.Bool(m.OpenExisting)
	w.U8(m.Reserved)
	putText(w, m.DisplayName, m.UseUnicode)
	putText(w, m.Comment, m.UseUnicode)
}

// Decode implements Message.
func (m *CreateFolderRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.FolderType = d.U8()
	m.UseUnicode = d.Bool()
	m.OpenExisting = d.Bool()
	m.Reserved = d.U8()
	m.DisplayName = readText(d, m.UseUnicode)
	m.Comment = readText(d, m.UseUnicode)
}

// CreateFolderResponse is the RopCreateFolder response, [MS-OXCROPS] 2.2.4.2.2 and .3.
type CreateFolderResponse struct {
	ResponseHead
	FolderID         mapi.ID
	IsExistingFolder bool
	HasRules         bool       // with IsExistingFolder
	Ghosted          *GhostInfo // with IsExistingFolder; nil if the folder is not ghosted
}

// RopID implements Message.
func (*CreateFolderResponse) RopID() ID { return CreateFolder }

// Encode implements Message.
func (m *CreateFolderResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CreateFolder) {
		return
	}
	w.U64(uint64(m.FolderID))
	w.Bool(m.IsExistingFolder)
	if m.IsExistingFolder {
		w.Bool(m.HasRules)
		m.Ghosted.encode(w)
	}
}

// Decode implements Message.
func (m *CreateFolderResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.FolderID = mapi.ID(d.U64())
	m.IsExistingFolder = d.Bool()
	if m.IsExistingFolder {
		m.HasRules = d.Bool()
		m.Ghosted = decodeGhostInfo(d)
	}
}
