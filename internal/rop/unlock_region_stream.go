package rop

import "github.com/mapid/mapid/internal/wire"

// UnlockRegionStreamRequest is the RopUnlockRegionStream request, [MS-OXCROPS] 2.2.9.11.1.
// It unlocks bytes of a stream.
type UnlockRegionStreamRequest struct {
	In
	RegionOffset uint64
	RegionSize   uint64
	LockFlags    uint32 // as when locked
}

// RopID implements Message.
func (*UnlockRegionStreamRequest) RopID() ID { return UnlockRegionStream }

// Encode implements Message.
func (m *UnlockRegionStreamRequest) Encode(w *wire.Writer) {
	m.In.encode(w, UnlockRegionStream)
	w.U64(m.RegionOffset)
	w.U64(m.RegionSize)
	w.U32(m.LockFlags)
}

// Decode implements Message.
func (m *UnlockRegionStreamRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.RegionOffset = d.U64()
	m.RegionSize = d.U64()
	m.LockFlags = d.U32()
}

// UnlockRegionStreamResponse is the RopUnlockRegionStream response, [MS-OXCROPS] 2.2.9.11.2.
type UnlockRegionStreamResponse struct{ ResponseHead }

// RopID implements Message.
func (*UnlockRegionStreamResponse) RopID() ID { return UnlockRegionStream }

// Encode implements Message.
func (m *UnlockRegionStreamResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, UnlockRegionStream)
}

// Decode implements Message.
func (m *UnlockRegionStreamResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
