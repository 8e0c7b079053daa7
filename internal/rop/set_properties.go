package rop

import (
	"math"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SetPropertiesRequest is the RopSetProperties request, [MS-OXCROPS] 2.2.8.6.1.
// It sets properties of an object.
type SetPropertiesRequest struct {
	In
	PropertyValues []prop.Tagged
}

// RopID implements Message.
func (*SetPropertiesRequest) RopID() ID { return SetProperties }

// Encode implements Message.
func (m *SetPropertiesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetProperties)
	putProperties(w, m.PropertyValues)
}

// Decode implements Message.
func (m *SetPropertiesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.PropertyValues = readProperties(d)
}

// SetPropertiesResponse is the RopSetProperties response, [MS-OXCROPS] 2.2.8.6.2 and .3.
type SetPropertiesResponse struct {
	ResponseHead
	PropertyProblems []prop.Problem // what was not set
}

// RopID implements Message.
func (*SetPropertiesResponse) RopID() ID { return SetProperties }

// Encode implements Message.
func (m *SetPropertiesResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetProperties) {
		return
	}
	putList(w, m.PropertyProblems, prop.WriteProblem)
}

// Decode implements Message.
func (m *SetPropertiesResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyProblems = readList(d, prop.ProblemSize, prop.ReadProblem)
}

// putProperties appends PropertyValueSize, PropertyValueCount and the values. Values that take the size over 65,535
// bytes are left out: they have to be written as streams.
func putProperties(w *wire.Writer, values []prop.Tagged) {
	size, count := w.Mark16(), w.Mark16()
	n := 0
	for _, v := range values {
		if w.Len()-count+prop.TaggedSize(v) > math.MaxUint16 {
			break
		}
		prop.WriteTagged(w, v)
		n++
	}
	w.Set16(count, uint16(n))
	w.Set16(size, uint16(w.Len()-count))
}

func readProperties(d *Decoder) (values []prop.Tagged) {
	readSized(d, int(d.U16()), func(r *wire.Reader) {
		values = readCounted(r, uint32(r.U16()), 4, prop.ReadTagged)
	})
	return values
}
