package rop

import "github.com/mapid/mapid/internal/wire"

// ByteCountExtended in a field of 16 bits says that a longer field follows, [MS-OXCROPS] 2.2.9.2.1 and 2.2.12.4.1.
const ByteCountExtended uint16 = 0xBABE

// ReadStreamRequest is the RopReadStream request, [MS-OXCROPS] 2.2.9.2.1.
// It reads at a stream's position.
type ReadStreamRequest struct {
	In
	ByteCount        uint16
	MaximumByteCount uint32 // if ByteCount is ByteCountExtended
}

// RopID implements Message.
func (*ReadStreamRequest) RopID() ID { return ReadStream }

// Encode implements Message.
func (m *ReadStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ReadStream)
	w.U16(m.ByteCount)
	if m.ByteCount == ByteCountExtended {
		w.U32(m.MaximumByteCount)
	}
}

// Decode implements Message.
func (m *ReadStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ByteCount = d.U16()
	if m.ByteCount == ByteCountExtended {
		m.MaximumByteCount = d.U32()
	}
}

// ReadStreamResponse is the RopReadStream response, [MS-OXCROPS] 2.2.9.2.2.
// Its data are there, and empty, in failures too.
type ReadStreamResponse struct {
	ResponseHead
	Data []byte
}

// RopID implements Message.
func (*ReadStreamResponse) RopID() ID { return ReadStream }

// Encode implements Message.
func (m *ReadStreamResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, ReadStream)
	putData16(w, m.Data)
}

// Decode implements Message.
func (m *ReadStreamResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.Data = readData16(d)
}
