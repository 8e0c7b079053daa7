package rop

import "github.com/mapid/mapid/internal/wire"

// SetCollapseStateRequest is the RopSetCollapseState request, [MS-OXCROPS] 2.2.5.19.1.
// It opens and closes the categories of a table as they were.
type SetCollapseStateRequest struct {
	In
	CollapseState []byte
}

// RopID implements Message.
func (*SetCollapseStateRequest) RopID() ID { return SetCollapseState }

// Encode implements Message.
func (m *SetCollapseStateRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetCollapseState)
	putData16(w, m.CollapseState)
}

// Decode implements Message.
func (m *SetCollapseStateRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.CollapseState = readData16(d)
}

// SetCollapseStateResponse is the RopSetCollapseState response, [MS-OXCROPS] 2.2.5.19.2 and .3.
type SetCollapseStateResponse struct {
	ResponseHead
	Bookmark []byte
}

// RopID implements Message.
func (*SetCollapseStateResponse) RopID() ID { return SetCollapseState }

// Encode implements Message.
func (m *SetCollapseStateResponse) Encode(w *wire.Writer) {
	if !m.ResponseHead.encode(w, SetCollapseState) {
		return
	}
	putData16(w, m.Bookmark)
}

// Decode implements Message.
func (m *SetCollapseStateResponse) Decode(d *Decoder) {
	if !m.ResponseHead.decode(d) {
		return
	}
	m.Bookmark = readData16(d)
}
