package rop

import "github.com/mapid/mapid/internal/wire"

// ResetTableRequest is the RopResetTable request, [MS-OXCROPS] 2.2.5.15.1.
// It takes back columns, order and restriction of a table.
type ResetTableRequest struct{ In }

// RopID implements Message.
func (*ResetTableRequest) RopID() ID { return ResetTable }

// Encode implements Message.
func (m *ResetTableRequest) Encode(w *wire.Writer) { m.In.encode(w, ResetTable) }

// Decode implements Message.
func (m *ResetTableRequest) Decode(d *Decoder) { m.In.decode(d) }

// ResetTableResponse is the RopResetTable response, [MS-OXCROPS] 2.2.5.15.2.
type ResetTableResponse struct{ ResponseHead }

// RopID implements Message.
func (*ResetTableResponse) RopID() ID { return ResetTable }

// Encode implements Message.
func (m *ResetTableResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, ResetTable) }

// Decode implements Message.
func (m *ResetTableResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
