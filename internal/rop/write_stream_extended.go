package rop

import "github.com/mapid/mapid/internal/wire"

// WriteStreamExtendedRequest is the RopWriteStreamExtended request, [MS-OXCROPS] 2.2.9.4.1.
// It writes at a stream's position; further payloads of the call may carry on with it.
type WriteStreamExtendedRequest struct {
	In
	Data []byte
}

// RopID implements Message.
func (*WriteStreamExtendedRequest) RopID() ID { return WriteStreamExtended }

// Encode implements Message.
func (m *WriteStreamExtendedRequest) Encode(w *wire.Writer) {
	m.In.encode(w, WriteStreamExtended)
	putData16(w, m.Data)
}

// Decode implements Message.
func (m *WriteStreamExtendedRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.Data = readData16(d)
}

// WriteStreamExtendedResponse is the RopWriteStreamExtended response, [MS-OXCROPS] 2.2.9.4.2.
// Its fields are there in failures too.
type WriteStreamExtendedResponse struct {
	ResponseHead
	WrittenSize uint32
}

// RopID implements Message.
func (*WriteStreamExtendedResponse) RopID() ID { return WriteStreamExtended }

// Encode implements Message.
func (m *WriteStreamExtendedResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, WriteStreamExtended)
	w.U32(m.WrittenSize)
}

// Decode implements Message.
func (m *WriteStreamExtendedResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.WrittenSize = d.U32()
}
