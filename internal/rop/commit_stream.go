package rop

import "github.com/mapid/mapid/internal/wire"

// CommitStreamRequest is the RopCommitStream request, [MS-OXCROPS] 2.2.9.5.1.
// It makes what was written to a stream part of the object.
type CommitStreamRequest struct{ In }

// RopID implements Message.
func (*CommitStreamRequest) RopID() ID { return CommitStream }

// Encode implements Message.
func (m *CommitStreamRequest) Encode(w *wire.Writer) { m.In.encode(w, CommitStream) }

// Decode implements Message.
func (m *CommitStreamRequest) Decode(d *Decoder) { m.In.decode(d) }

// CommitStreamResponse is the RopCommitStream response, [MS-OXCROPS] 2.2.9.5.2.
type CommitStreamResponse struct{ ResponseHead }

// RopID implements Message.
func (*CommitStreamResponse) RopID() ID { return CommitStream }

// Encode implements Message.
func (m *CommitStreamResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, CommitStream) }

// Decode implements Message.
func (m *CommitStreamResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
