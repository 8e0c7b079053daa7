package rop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// QueryNamedPropertiesRequest is the RopQueryNamedProperties request, [MS-OXCROPS] 2.2.8.10.1.
// It lists the named properties of an object.
type QueryNamedPropertiesRequest struct {
	In
	QueryFlags   uint8      // [MS-OXCPRPT] 2.2.9.1
	PropertyGUID *mapi.GUID // nil for names of every property set
}

// RopID implements Message.
func (*QueryNamedPropertiesRequest) RopID() ID { return QueryNamedProperties }

// Encode implements Message.
func (m *QueryNamedPropertiesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, QueryNamedProperties)
	w.U8(m.QueryFlags)
	w.Bool(m.PropertyGUID != nil)
	if m.PropertyGUID != nil {
		w.Put(m.PropertyGUID[:])
	}
}

// Decode implements Message.
func (m *QueryNamedPropertiesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.QueryFlags = d.U8()
	if d.Bool() {
		g := readGUID(d.Reader)
		m.PropertyGUID = &g
	}
}

// QueryNamedPropertiesResponse is the RopQueryNamedProperties response, [MS-OXCROPS] 2.2.8.10.2 and .3.
type QueryNamedPropertiesResponse struct {
	ResponseHead
	PropertyIDs   []uint16
	PropertyNames []prop.Name // as many
}

// RopID implements Message.
func (*QueryNamedPropertiesResponse) RopID() ID { return QueryNamedProperties }

// Encode implements Message.
func (m *QueryNamedPropertiesResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, QueryNamedProperties) {
		return
	}
	n := min(len(m.PropertyIDs), len(m.PropertyNames), math.MaxUint16)
	putList(w, m.PropertyIDs[:n], (*wire.Writer).U16)
	for _, name := range m.PropertyNames[:n] {
		prop.WriteName(w, name)
	}
}

// Decode implements Message.
func (m *QueryNamedPropertiesResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.PropertyIDs = readList(d, 2+17, (*wire.Reader).U16)
	m.PropertyNames = readCounted(d.Reader, uint32(len(m.PropertyIDs)), 17, prop.ReadName)
}
