package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// DeletePropertiesRequest is the RopDeleteProperties request, [MS-OXCROPS] 2.2.8.8.1.
// It removes properties from an object.
type DeletePropertiesRequest struct {
	In
	PropertyTags []mapi.PropTag
}

// RopID implements Message.
func (*DeletePropertiesRequest) RopID() ID { return DeleteProperties }

// Encode implements Message.
func (m *DeletePropertiesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, DeleteProperties)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *DeletePropertiesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertyTags = readList(d, 4, readTag)
}

// DeletePropertiesResponse is the RopDeleteProperties response, [MS-OXCROPS] 2.2.8.8.2 and .3.
type DeletePropertiesResponse struct {
	ResponseHead
	PropertyProblems []prop.Problem // what was not deleted
}

// RopID implements Message.
func (*DeletePropertiesResponse) RopID() ID { return DeleteProperties }

// Encode implements Message.
func (m *DeletePropertiesResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, DeleteProperties) {
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *DeletePropertiesResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}
