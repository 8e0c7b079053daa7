package rop

import "github.com/mapid/mapid/internal/wire"

// ProgressRequest is the RopProgress request, [MS-OXCROPS] 2.2.8.13.1.
// It asks how far an asynchronous operation is.
type ProgressRequest struct {
	In
	WantCancel bool
}

// RopID implements Message.
func (*ProgressRequest) RopID() ID { return Progress }

// Encode implements Message.
func (m *ProgressRequest) Encode(w *wire.Writer) {
	m.In.encode(w, Progress)
	w.Bool(m.WantCancel)
}

// Decode implements Message.
func (m *ProgressRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.WantCancel = d.Bool()
}

// ProgressResponse is the RopProgress response, [MS-OXCROPS] 2.2.8.13.2 and .3.
type ProgressResponse struct {
	ResponseHead
	LogonID            uint8
	CompletedTaskCount uint32
	TotalTaskCount     uint32
}

// RopID implements Message.
func (*ProgressResponse) RopID() ID { return Progress }

// Encode implements Message.
func (m *ProgressResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, Progress) {
		return
	}
	w.U8(m.LogonID)
	w.U32(m.CompletedTaskCount)
	w.U32(m.TotalTaskCount)
}

// Decode implements Message.
func (m *ProgressResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.LogonID = d.U8()
	m.CompletedTaskCount = d.U32()
	m.TotalTaskCount = d.U32()
}
