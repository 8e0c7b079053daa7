package rop

import (
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

// ModifyRulesRequest is the RopModifyRules request, [MS-OXCROPS] 2.2.11.1.1.
// It changes the rules of a folder.
type ModifyRulesRequest struct {
	In
	ModifyRulesFlags uint8 // [MS-OXORULE] 2.2.1.1
	RulesData        []RuleData
}

// RopID implements Message.
func (*ModifyRulesRequest) RopID() ID { return ModifyRules }

// Encode implements Message.
func (m *ModifyRulesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, ModifyRules)
	w.U8(m.ModifyRulesFlags)
	putList(w, m.RulesData, putRuleData)
}

// Decode implements Message.
func (m *ModifyRulesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	m.ModifyRulesFlags = d.U8()
	m.RulesData = readList(d, 1+2, readRuleData)
}

// RuleData is one change, [MS-OXORULE] 2.2.1.3.
type RuleData struct {
	RuleDataFlags  uint8 // [MS-OXORULE] 2.2.1.3
	PropertyValues []prop.Tagged
}

func putRuleData(w *wire.Writer, c RuleData) {
	w.U8(c.RuleDataFlags)
	putList(w, c.PropertyValues, prop.WriteTagged)
}

func readRuleData(r *wire.Reader) RuleData {
	return RuleData{r.U8(), readCounted(r, uint32(r.U16()), 4, prop.ReadTagged)}
}

// ModifyRulesResponse is the RopModifyRules response, [MS-OXCROPS] 2.2.11.1.2.
type ModifyRulesResponse struct{ ResponseHead }

// RopID implements Message.
func (*ModifyRulesResponse) RopID() ID { return ModifyRules }

// Encode implements Message.
func (m *ModifyRulesResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, ModifyRules) }

// Decode implements Message.
func (m *ModifyRulesResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
