package rop

import "github.com/mapid/mapid/internal/wire"

// HardDeleteMessagesAndSubfoldersRequest is the RopHardDeleteMessagesAndSubfolders request, [MS-OXCROPS] 2.2.4.10.1.
// It removes everything in a folder beyond recovery.
type HardDeleteMessagesAndSubfoldersRequest struct {
	In
	WantAsynchronous     bool
	WantDeleteAssociated bool
}

// RopID implements Message.
func (*HardDeleteMessagesAndSubfoldersRequest) RopID() ID { return HardDeleteMessagesAndSubfolders }

// Encode implements Message.
func (m *HardDeleteMessagesAndSubfoldersRequest) Encode(w *wire.Writer) {
	m.In.encode(w, HardDeleteMessagesAndSubfolders)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.WantDeleteAssociated)
}

// Decode implements Message.
func (m *HardDeleteMessagesAndSubfoldersRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantAsynchronous = d.Bool()
	m.WantDeleteAssociated = d.Bool()
}

// HardDeleteMessagesAndSubfoldersResponse is the RopHardDeleteMessagesAndSubfolders response, [MS-OXCROPS] 2.2.4.10.2.
// Its fields are there in failures too.
type HardDeleteMessagesAndSubfoldersResponse struct {
	ResponseHead
	PartialCompletion bool
}

// RopID implements Message.
func (*HardDeleteMessagesAndSubfoldersResponse) RopID() ID { return HardDeleteMessagesAndSubfolders }

// Encode implements Message.
func (m *HardDeleteMessagesAndSubfoldersResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, HardDeleteMessagesAndSubfolders)
	w.Bool(m.PartialCompletion)
}

// Decode implements Message.
func (m *HardDeleteMessagesAndSubfoldersResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.PartialCompletion = d.Bool()
}
