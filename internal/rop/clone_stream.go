package rop

import "github.com/mapid/mapid/internal/wire"

// CloneStreamRequest is the RopCloneStream request, [MS-OXCROPS] 2.2.9.13.1.
// It opens a stream a second time, with a position of its own.
type CloneStreamRequest struct{ InOut }

// RopID implements Message.
func (*CloneStreamRequest) RopID() ID { return CloneStream }

// Encode implements Message.
func (m *CloneStreamRequest) Encode(w *wire.Writer) { m.InOut.encode(w, CloneStream) }

// Decode implements Message.
func (m *CloneStreamRequest) Decode(d *Decoder) { m.InOut.decode(d) }

// CloneStreamResponse is the RopCloneStream response, [MS-OXCROPS] 2.2.9.13.2.
type CloneStreamResponse struct{ ResponseHead }

// RopID implements Message.
func (*CloneStreamResponse) RopID() ID { return CloneStream }

// Encode implements Message.
func (m *CloneStreamResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, CloneStream) }

// Decode implements Message.
func (m *CloneStreamResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
