package rop

import (
	"math"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// SetLocalReplicaMidsetDeletedRequest is the RopSetLocalReplicaMidsetDeleted request, [MS-OXCROPS] 2.2.13.12.1.
// It names ids that the client reserved and will not use.
type SetLocalReplicaMidsetDeletedRequest struct {
	In
	LongTermIDRanges []LongTermIDRange
}

// RopID implements Message.
func (*SetLocalReplicaMidsetDeletedRequest) RopID() ID { return SetLocalReplicaMidsetDeleted }

// Encode implements Message.
func (m *SetLocalReplicaMidsetDeletedRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SetLocalReplicaMidsetDeleted)
	ranges := m.LongTermIDRanges[:min(len(m.LongTermIDRanges), (math.MaxUint16-4)/longTermIDRangeSize)]
	w.U16(uint16(4 + len(ranges)*longTermIDRangeSize))
	w.U32(uint32(len(ranges)))
	for _, r := range ranges {
		prop.WriteLongTermID(w, r.MinLongTermID)
		prop.WriteLongTermID(w, r.MaxLongTermID)
	}
}

// Decode implements Message.
func (m *SetLocalReplicaMidsetDeletedRequest) Decode(d *Decoder) {
	m.In.decode(d)
	readSized(d, int(d.U16()), func(r *wire.Reader) {
		m.LongTermIDRanges = readCounted(r, r.U32(), longTermIDRangeSize, func(r *wire.Reader) LongTermIDRange {
			return LongTermIDRange{prop.ReadLongTermID(r), prop.ReadLongTermID(r)}
		})
	})
}

// LongTermIDRange is a range of ids, both ends included, [MS-OXCROPS] 2.2.13.12.1.1.
type LongTermIDRange struct {
	MinLongTermID, MaxLongTermID prop.LongTermID
}

const longTermIDRangeSize = 2 * prop.LongTermIDSize

// SetLocalReplicaMidsetDeletedResponse is the RopSetLocalReplicaMidsetDeleted response, [MS-OXCROPS] 2.2.13.12.2.
type SetLocalReplicaMidsetDeletedResponse struct {
	ResponseHead
}

// RopID implements Message.
func (*SetLocalReplicaMidsetDeletedResponse) RopID() ID { return SetLocalReplicaMidsetDeleted }

// Encode implements Message.
func (m *SetLocalReplicaMidsetDeletedResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SetLocalReplicaMidsetDeleted)
}

// Decode implements Message.
func (m *SetLocalReplicaMidsetDeletedResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
