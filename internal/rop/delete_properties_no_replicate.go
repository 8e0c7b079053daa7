package rop

import (
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// DeletePropertiesNoReplicateRequest is the RopDeletePropertiesNoReplicate request, [MS-OXCROPS] 2.2.8.9.1.
// It removes properties from a folder without replicating the change.
type DeletePropertiesNoReplicateRequest struct {
	In
	PropertyTags []mapi.PropTag
}

// RopID implements Message.
func (*DeletePropertiesNoReplicateRequest) RopID() ID { return DeletePropertiesNoReplicate }

// Encode implements Message.
func (m *DeletePropertiesNoReplicateRequest) Encode(w *wire.Writer) {
	m.In.encode(w, DeletePropertiesNoReplicate)
	putList(w, m.PropertyTags, putTag)
}

// Decode implements Message.
func (m *DeletePropertiesNoReplicateRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertyTags = readList(d, 4, readTag)
}

// DeletePropertiesNoReplicateResponse is the RopDeletePropertiesNoReplicate response, [MS-OXCROPS] 2.2.8.9.2 and .3.
type DeletePropertiesNoReplicateResponse struct {
	ResponseHead
	PropertyProblems []prop.Problem // what was not deleted
}

// RopID implements Message.
func (*DeletePropertiesNoReplicateResponse) RopID() ID { return DeletePropertiesNoReplicate }

// Encode implements Message.
func (m *DeletePropertiesNoReplicateResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, DeletePropertiesNoReplicate) {
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *DeletePropertiesNoReplicateResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}
