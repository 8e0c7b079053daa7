package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// CopyToRequest is the RopCopyTo request, [MS-OXCROPS] 2.2.8.12.1.
// It copies all properties but some between objects.
type CopyToRequest struct {
	SrcDst
	WantAsynchronous bool
	WantSubObjects   bool
	CopyFlags        uint8 // [MS-OXCPRPT] 2.2.10.1
	ExcludedTags     []mapi.PropTag
}

// RopID implements Message.
func (*CopyToRequest) RopID() ID { return CopyTo }

// Encode implements Message.
func (m *CopyToRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, CopyTo)
	w.Bool(m.WantAsynchronous)
	w.Bool(m.WantSubObjects)
	w.U8(m.CopyFlags)
	putList(w, m.ExcludedTags, putTag)
}

// Decode implements Message.
func (m *CopyToRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.WantAsynchronous = d.Bool()
	m.WantSubObjects = d.Bool()
	m.CopyFlags = d.U8()
	m.ExcludedTags = readList(d, 4, readTag)
}

// CopyToResponse is the RopCopyTo response, [MS-OXCROPS] 2.2.8.12.2.
type CopyToResponse struct {
	ResponseHead
	DestHandleIndex  uint32 // only with ErrDstNullObject
	PropertyProblems []prop.Problem
}

// RopID implements Message.
func (*CopyToResponse) RopID() ID { return CopyTo }

// Encode implements Message.
func (m *CopyToResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CopyTo) {
		putDest(w, m.ReturnValue, m.DestHandleIndex)
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *CopyToResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		m.DestHandleIndex = readDest(d, m.ReturnValue)
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}
