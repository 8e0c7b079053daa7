package rop

import "github.com/mapid/mapid/internal/wire"

// WriteStreamRequest is the RopWriteStream request, [MS-OXCROPS] 2.2.9.3.1.
// It writes at a stream's position.
type WriteStreamRequest struct {
	In
	Data []byte
}

// RopID implements Message.
func (*WriteStreamRequest) RopID() ID { return WriteStream }

// Encode implements Message.
func (m *WriteStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, WriteStream)
	putData16(w, m.Data)
}

// Decode implements Message.
func (m *WriteStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Data = readData16(d)
}

// WriteStreamResponse is the RopWriteStream response, [MS-OXCROPS] 2.2.9.3.2.
// Its fields are there in failures too.
type WriteStreamResponse struct {
	ResponseHead
	WrittenSize uint16
}

// RopID implements Message.
func (*WriteStreamResponse) RopID() ID { return WriteStream }

// Encode implements Message.
func (m *WriteStreamResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, WriteStream)
	w.U16(m.WrittenSize)
}

// Decode implements Message.
func (m *WriteStreamResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.WrittenSize = d.U16()
}
