package rop

import "github.com/mapid/mapid/internal/wire"

// LockRegionStreamRequest is the RopLockRegionStream request, [MS-OXCROPS] 2.2.9.10.1.
// It locks bytes of a stream.
type LockRegionStreamRequest struct {
	In
	RegionOffset uint64
	RegionSize   uint64
	LockFlags    uint32 // [MS-OXCPRPT] 2.2.24.1
}

// RopID implements Message.
func (*LockRegionStreamRequest) RopID() ID { return LockRegionStream }

// Encode implements Message.
func (m *LockRegionStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, LockRegionStream)
	w.U64(m.RegionOffset)
	w.U64(m.RegionSize)
	w.U32(m.LockFlags)
}

// Decode implements Message.
func (m *LockRegionStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RegionOffset = d.U64()
	m.RegionSize = d.U64()
	m.LockFlags = d.U32()
}

// LockRegionStreamResponse is the RopLockRegionStream response, [MS-OXCROPS] 2.2.9.10.2.
type LockRegionStreamResponse struct{ ResponseHead }

// RopID implements Message.
func (*LockRegionStreamResponse) RopID() ID { return LockRegionStream }

// Encode implements Message.
func (m *LockRegionStreamResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, LockRegionStream) }

// Decode implements Message.
func (m *LockRegionStreamResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
