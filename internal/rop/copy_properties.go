package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// CopyPropertiesRequest is the RopCopyProperties request, [MS-OXCROPS] 2.2.8.11.1.
// It copies properties between objects.
type CopyPropertiesRequest struct {
	SrcDst
	WantAsynchronous bool
	CopyFlags        uint8 // [MS-OXCPRPT] 2.2.10.1
	PropertyTags     []mapi.PropTag
}

// RopID implements Message.
func (*CopyPropertiesRequest) RopID() ID { return CopyProperties }

// Encode implements Message.
func (m *CopyPropertiesRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, CopyProperties)
	w.Bool(m.WantAsynchronous)
	w.U8(m.CopyFlags)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *CopyPropertiesRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.WantAsynchronous = d.Bool()
	m.CopyFlags = d.U8()
	m.PropertyTags = readList(d, 4, readTag)
}

// CopyPropertiesResponse is the RopCopyProperties response, [MS-OXCROPS] 2.2.8.11.2.
type CopyPropertiesResponse struct {
	ResponseHead
	DestHandleIndex  uint32 // only with ErrDstNullObject
	PropertyProblems []prop.Problem
}

// RopID implements Message.
func (*CopyPropertiesResponse) RopID() ID { return CopyProperties }

// Encode implements Message.
func (m *CopyPropertiesResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, CopyProperties) {
		putDest(w, m.ReturnValue, m.DestHandleIndex)
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *CopyPropertiesResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		m.DestHandleIndex = readDest(d, m.ReturnValue)
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}
