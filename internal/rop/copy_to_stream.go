package rop

import "github.com/mapid/mapid/internal/wire"

// CopyToStreamRequest is the RopCopyToStream request, [MS-OXCROPS] 2.2.9.9.1.
// It copies bytes between streams.
type CopyToStreamRequest struct {
	SrcDst
	ByteCount uint64
}

// RopID implements Message.
func (*CopyToStreamRequest) RopID() ID { return CopyToStream }

// Encode implements Message.
func (m *CopyToStreamRequest) Encode(w *wire.Writer) {
	m.SrcDst.encode(w, CopyToStream)
	w.U64(m.ByteCount)
}

// Decode implements Message.
func (m *CopyToStreamRequest) Decode(d *Decoder) {
	m.SrcDst.decode(d)
	m.ByteCount = d.U64()
}

// CopyToStreamResponse is the RopCopyToStream response, [MS-OXCROPS] 2.2.9.9.2 and .3.
// With ErrDstNullObject it names the destination that did not resolve.
type CopyToStreamResponse struct {
	ResponseHead
	DestHandleIndex  uint32 // only with ErrDstNullObject
	ReadByteCount    uint64
	WrittenByteCount uint64
}

// RopID implements Message.
func (*CopyToStreamResponse) RopID() ID { return CopyToStream }

// Encode implements Message.
func (m *CopyToStreamResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, CopyToStream)
	putDest(w, m.ReturnValue, m.DestHandleIndex)
	w.U64(m.ReadByteCount)
	w.U64(m.WrittenByteCount)
}

// Decode implements Message.
func (m *CopyToStreamResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
	m.DestHandleIndex = readDest(d, m.ReturnValue)
	m.ReadByteCount = d.U64()
	m.WrittenByteCount = d.U64()
}
