package rop

import "github.com/mapid/mapid/internal/wire"

// SubmitMessageRequest is the RopSubmitMessage request, [MS-OXCROPS] 2.2.7.1.1.
// It hands a message over for sending.
type SubmitMessageRequest struct {
	In
	SubmitFlags uint8 // [MS-OXOMSG] 2.2.3.1.1
}

// RopID implements Message.
func (*SubmitMessageRequest) RopID() ID { return SubmitMessage }

// Encode implements Message.
func (m *SubmitMessageRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SubmitMessage)
	w.U8(m.SubmitFlags)
}

// Decode implements Message.
func (m *SubmitMessageRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.SubmitFlags = d.U8()
}

// SubmitMessageResponse is the RopSubmitMessage response, [MS-OXCROPS] 2.2.7.1.2.
type SubmitMessageResponse struct{ ResponseHead }

// RopID implements Message.
func (*SubmitMessageResponse) RopID() ID { return SubmitMessage }

// Encode implements Message.
func (m *SubmitMessageResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, SubmitMessage) }

// Decode implements Message.
func (m *SubmitMessageResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
