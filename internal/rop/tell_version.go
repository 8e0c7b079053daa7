package rop

import "github.com/mapid/mapid/internal/wire"

// TellVersionRequest is the RopTellVersion request, [MS-OXCROPS] 2.2.12.9.1.
// It tells the version of the other server in a copy between two of them.
type TellVersionRequest struct {
	In
	Version [3]uint16 // of the other server that the client talks to
}

// RopID implements Message.
func (*TellVersionRequest) RopID() ID { return TellVersion }

// Encode implements Message.
func (m *TellVersionRequest) Encode(w *wire.Writer) {
	m.In.encode(w, TellVersion)
	for _, v := range m.Version {
		w.U16(v)
	}
}

// Decode implements Message.
func (m *TellVersionRequest) Decode(d *Decoder) {
	m.In.decode(d)
	for i := range m.Version {
		m.Version[i] = d.U16()
	}
}

// TellVersionResponse is the RopTellVersion response, [MS-OXCROPS] 2.2.12.9.2.
type TellVersionResponse struct {
	ResponseHead
}

// RopID implements Message.
func (*TellVersionResponse) RopID() ID { return TellVersion }

// Encode implements Message.
func (m *TellVersionResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, TellVersion)
}

// Decode implements Message.
func (m *TellVersionResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
