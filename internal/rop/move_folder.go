package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// MoveFolderRequest is the RopMoveFolder request, [MS-OXCROPS] 2.2.4.7.1.
// It moves a folder under another one.
type MoveFolderRequest struct {
	SrcDst
	WantAsynchronous bool
	UseUnicode       bool // NewFolderName is UTF-16, else in a code page
	FolderID         mapi.ID
	NewFolderName    string
}

// RopID implements Message.
func (*MoveFolderRequest) RopID() ID { return MoveFolder }

// Encode implements Message.
func (m *MoveFolderRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, MoveFolder)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.UseUnicode)
	w.U64(uint64(m.FolderID))
	putText(w, m.NewFolderName, m.UseUnicode)
}

// Decode implements Message.
func (m *MoveFolderRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.WantAsynchronous = d.Bool()
	m.UseUnicode = d.Bool()
	m.FolderID = mapi.ID(d.U64())
	m.NewFolderName = readText(d, m.UseUnicode)
}

// MoveFolderResponse is the RopMoveFolder response, [MS-OXCROPS] 2.2.4.7.2 and .3.
// With ErrDstNullObject it names the destination that did not resolve.
type MoveFolderResponse struct {
	ResponseHead
	DestHandleIndex   uint32 // only with ErrDstNullObject
	PartialCompletion bool
}

// RopID implements Message.
func (*MoveFolderResponse) RopID() ID { return MoveFolder }

// Encode implements Message.
func (m *MoveFolderResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, MoveFolder)
	putDest(w, m.ReturnValue, m.DestHandleIndex)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *MoveFolderResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.DestHandleIndex = readDest(d, m.ReturnValue)
	m.PartialCompletion = d.Bool()
}
