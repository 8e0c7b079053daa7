package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// CopyFolderRequest is the RopCopyFolder request, [MS-OXCROPS] 2.2.4.8.1.
// It copies a folder under another one.
type CopyFolderRequest struct {
	SrcDst
	WantAsynchronous bool
	WantRecursive    bool
	UseUnicode       bool // NewFolderName is UTF-16, else in a code page
	FolderID         mapi.ID
	NewFolderName    string
}

// RopID implements Message.
func (*CopyFolderRequest) RopID() ID { return CopyFolder }

// Encode implements Message.
func (m *CopyFolderRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, CopyFolder)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.WantRecursive)
	w.Bool(m.UseUnicode)
	w.U64(uint64(m.FolderID))
	putText(w, m.NewFolderName, m.UseUnicode)
}

// Decode implements Message.
func (m *CopyFolderRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.WantAsynchronous = d.Bool()
	m.WantRecursive = d.Bool()
	m.UseUnicode = d.Bool()
	m.FolderID = mapi.ID(d.U64())
	m.NewFolderName = readText(d, m.UseUnicode)
}

// CopyFolderResponse is the RopCopyFolder response, [MS-OXCROPS] 2.2.4.8.2 and .3.
// With ErrDstNullObject it names the destination that did not resolve.
type CopyFolderResponse struct {
	ResponseHead
	DestHandleIndex   uint32 // only with ErrDstNullObject
	PartialCompletion bool
}

// RopID implements Message.
func (*CopyFolderResponse) RopID() ID { return CopyFolder }

// Encode implements Message.
func (m *CopyFolderResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, CopyFolder)
	putDest(w, m.ReturnValue, m.DestHandleIndex)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *CopyFolderResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.DestHandleIndex = readDest(d, m.ReturnValue)
	m.PartialCompletion = d.Bool()
}
