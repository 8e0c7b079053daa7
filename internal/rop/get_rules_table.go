package rop

import "github.com/mapid/mapid/internal/wire"

// GetRulesTableRequest is the RopGetRulesTable request, [MS-OXCROPS] 2.2.11.2.1.
// It opens the table of a folder's rules.
type GetRulesTableRequest struct {
	InOut
	TableFlags uint8 // [MS-OXORULE] 2.2.2.1
}

// RopID implements Message.
func (*GetRulesTableRequest) RopID() ID { return GetRulesTable }

// Encode implements Message.
func (m *GetRulesTableRequest) Encode(w *wire.Writer) {
	m.InOut.encode(w, GetRulesTable)
	w.U8(m.TableFlags)
}

// Decode implements Message.
func (m *GetRulesTableRequest) Decode(d *Decoder) {
	m.InOut.decode(d)
	m.TableFlags = d.U8()
}

// GetRulesTableResponse is the RopGetRulesTable response, [MS-OXCROPS] 2.2.11.2.2.
type GetRulesTableResponse struct{ ResponseHead }

// RopID implements Message.
func (*GetRulesTableResponse) RopID() ID { return GetRulesTable }

// Encode implements Message.
func (m *GetRulesTableResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, GetRulesTable) }

// Decode implements Message.
func (m *GetRulesTableResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
