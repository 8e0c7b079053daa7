package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SetPropertiesNoReplicateRequest is the RopSetPropertiesNoReplicate request, [MS-OXCROPS] 2.2.8.7.1.
// It sets properties of a folder without replicating the change.
type SetPropertiesNoReplicateRequest struct {
	In
	PropertyValues []prop.Tagged
}

// RopID implements Message.
func (*SetPropertiesNoReplicateRequest) RopID() ID { return SetPropertiesNoReplicate }

// Encode implements Message.
func (m *SetPropertiesNoReplicateRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetPropertiesNoReplicate)
	putProperties(w, m.PropertyValues)
}

// Decode implements Message.
func (m *SetPropertiesNoReplicateRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertyValues = readProperties(d)
}

// SetPropertiesNoReplicateResponse is the RopSetPropertiesNoReplicate response, [MS-OXCROPS] 2.2.8.7.2 and .3.
type SetPropertiesNoReplicateResponse struct {
	ResponseHead
	PropertyProblems []prop.Problem // what was not set
}

// RopID implements Message.
func (*SetPropertiesNoReplicateResponse) RopID() ID { return SetPropertiesNoReplicate }

// Encode implements Message.
func (m *SetPropertiesNoReplicateResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetPropertiesNoReplicate) {
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *SetPropertiesNoReplicateResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}
