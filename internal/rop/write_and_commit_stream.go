package rop

import "github.com/mapid/mapid/internal/wire"

// WriteAndCommitStreamRequest is the RopWriteAndCommitStream request, [MS-OXCROPS] 2.2.9.12.1.
// It writes at a stream's position and commits.
type WriteAndCommitStreamRequest struct {
	In
	Data []byte
}

// RopID implements Message.
func (*WriteAndCommitStreamRequest) RopID() ID { return WriteAndCommitStream }

// Encode implements Message.
func (m *WriteAndCommitStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, WriteAndCommitStream)
	putData16(w, m.Data)
}

// Decode implements Message.
func (m *WriteAndCommitStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Data = readData16(d)
}

// WriteAndCommitStreamResponse is the RopWriteAndCommitStream response, [MS-OXCROPS] 2.2.9.12.2.
// Its fields are there in failures too.
type WriteAndCommitStreamResponse struct {
	ResponseHead
	WrittenSize uint16
}

// RopID implements Message.
func (*WriteAndCommitStreamResponse) RopID() ID { return WriteAndCommitStream }

// Encode implements Message.
func (m *WriteAndCommitStreamResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, WriteAndCommitStream)
	w.U16(m.WrittenSize)
}

// Decode implements Message.
func (m *WriteAndCommitStreamResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.WrittenSize = d.U16()
}
