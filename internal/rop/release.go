package rop

import "github.com/mapid/mapid/internal/wire"

// ReleaseRequest is the RopRelease request, [MS-OXCROPS] 2.2.15.3.1.
// It frees the object behind a handle and has no response.
type ReleaseRequest struct{ In }

// RopID implements Message.
func (*ReleaseRequest) RopID() ID { return Release }

// Encode implements Message.
func (m *ReleaseRequest) Encode(w *wire.Writer) { m.In.encode(w, Release) }

// Decode implements Message.
func (m *ReleaseRequest) Decode(d *Decoder) { m.In.decode(d) }
