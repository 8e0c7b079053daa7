package rop

import "github.com/mapid/mapid/internal/wire"

// FastTransferSourceCopyFolderRequest is the RopFastTransferSourceCopyFolder request, [MS-OXCROPS] 2.2.12.5.1.
// It starts a download of a folder.
type FastTransferSourceCopyFolderRequest struct {
	InOut
	CopyFlags   uint8 // [MS-OXCFXICS] 2.2.3.1.1.4.1
	SendOptions uint8 // [MS-OXCFXICS] 2.2.3.1.1.1.2
}

// RopID implements Message.
func (*FastTransferSourceCopyFolderRequest) RopID() ID { return FastTransferSourceCopyFolder }

// Encode implements Message.
func (m *FastTransferSourceCopyFolderRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, FastTransferSourceCopyFolder)
	w.U8(m.CopyFlags)
	w.U8(m.SendOptions)
}

// Decode implements Message.
func (m *FastTransferSourceCopyFolderRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.CopyFlags = d.U8()
	m.SendOptions = d.U8()
}

// FastTransferSourceCopyFolderResponse is the RopFastTransferSourceCopyFolder response, [MS-OXCROPS] 2.2.12.5.2.
type FastTransferSourceCopyFolderResponse struct{ ResponseHead }

// RopID implements Message.
func (*FastTransferSourceCopyFolderResponse) RopID() ID { return FastTransferSourceCopyFolder }

// Encode implements Message.
func (m *FastTransferSourceCopyFolderResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, FastTransferSourceCopyFolder)
}

// Decode implements Message.
func (m *FastTransferSourceCopyFolderResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
