package rop

import (
	"math"

	"github.com/mapid/mapid/internal/wire"
)

// BackoffResponse is the RopBackoff response, [MS-OXCROPS] 2.2.15.2.1.
// It stands in place of the response to a ROP that the server put off; nothing after that ROP was executed.
type BackoffResponse struct {
	LogonID        uint8
	Duration       uint32       // milliseconds that the client stays away from this logon
	BackoffRops    []BackoffRop // at most 255
	AdditionalData []byte
}

// Head implements Response: there is none.
func (*BackoffResponse) Head() *ResponseHead { return nil }

// RopID implements Message.
func (*BackoffResponse) RopID() ID { return Backoff }

// Encode implements Message.
func (m *BackoffResponse) Encode(w *wire.Writer) {
	w.U8(uint8(Backoff))
	w.U8(m.LogonID)
	w.U32(m.Duration)
	rops := m.BackoffRops[:min(len(m.BackoffRops), math.MaxUint8)]
	w.U8(uint8(len(rops)))
	for _, b := range rops {
		w.U8(uint8(b.RopIDBackoff))
		w.U32(b.Duration)
	}
	putData16(w, m.AdditionalData)
}

// Decode implements Message.
func (m *BackoffResponse) Decode(d *Decoder) {
	d.Skip(1)
	m.LogonID = d.U8()
	m.Duration = d.U32()
	m.BackoffRops = readCounted(d.Reader, uint32(d.U8()), 1+4, func(r *wire.Reader) BackoffRop {
		return BackoffRop{ID(r.U8()), r.U32()}
	})
	m.AdditionalData = readData16(d)
}

// BackoffRop is how long a client does without one ROP, [MS-OXCROPS] 2.2.15.2.1.1.
type BackoffRop struct {
	RopIDBackoff ID
	Duration     uint32 // milliseconds
}
