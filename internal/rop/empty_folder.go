package rop

import "github.com/mapid/mapid/internal/wire"

// EmptyFolderRequest is the RopEmptyFolder request, [MS-OXCROPS] 2.2.4.9.1.
// It removes everything in a folder to the deleted items of the store.
type EmptyFolderRequest struct {
	In
	WantAsynchronous     bool
	WantDeleteAssociated bool
}

// RopID implements Message.
func (*EmptyFolderRequest) RopID() ID { return EmptyFolder }

// Encode implements Message.
func (m *EmptyFolderRequest) Encode(w *wire.Writer) {
	m.In.encode(w, EmptyFolder)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.WantDeleteAssociated)
}

// Decode implements Message.
func (m *EmptyFolderRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantAsynchronous = d.Bool()
	m.WantDeleteAssociated = d.Bool()
}

// EmptyFolderResponse is the RopEmptyFolder response, [MS-OXCROPS] 2.2.4.9.2.
// Its fields are there in failures too.
type EmptyFolderResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*EmptyFolderResponse) RopID() ID { return EmptyFolder }

// Encode implements Message.
func (m *EmptyFolderResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, EmptyFolder)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *EmptyFolderResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
