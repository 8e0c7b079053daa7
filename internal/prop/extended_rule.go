package prop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// NamedProperty is one entry of NamedPropertyInformation: a property id that means something only inside one extended
// rule, and its name.
type NamedProperty struct {
	ID   uint16
	Name Name
}

// ExtendedRuleActions is PidTagExtendedRuleMessageActions, [MS-OXORULE] 2.2.4.1.9.
type ExtendedRuleActions struct {
	Names   []NamedProperty
	Version uint32 // ExtendedRuleVersion
	Actions RuleActions
}

// ExtendedRuleVersion is the only version of extended rules.
const ExtendedRuleVersion uint32 = 1

// ReadExtendedRuleActions reads PidTagExtendedRuleMessageActions. What follows the actions is ignored.
func ReadExtendedRuleActions(r *wire.Reader) ExtendedRuleActions {
	a := ExtendedRuleActions{Names: readNames(r), Version: r.U32()}
	a.Actions = ExtendedForm.ReadRuleActions(r)
	if a.Version != ExtendedRuleVersion {
		r.Failf("prop: extended rule of version %d", a.Version)
	}
	if r.Err() != nil {
		return ExtendedRuleActions{}
	}
	return a
}

// WriteExtendedRuleActions appends PidTagExtendedRuleMessageActions.
func WriteExtendedRuleActions(w *wire.Writer, a ExtendedRuleActions) {
	writeNames(w, a.Names)
	w.U32(a.Version)
	ExtendedForm.WriteRuleActions(w, a.Actions)
}

// ExtendedRuleCondition is PidTagExtendedRuleMessageCondition, [MS-OXORULE] 2.2.4.1.10.
type ExtendedRuleCondition struct {
	Names     []NamedProperty
	Condition Restriction
}

// ReadExtendedRuleCondition reads PidTagExtendedRuleMessageCondition. What follows the restriction is ignored.
func ReadExtendedRuleCondition(r *wire.Reader) ExtendedRuleCondition {
	c := ExtendedRuleCondition{Names: readNames(r)}
	c.Condition = ExtendedForm.ReadRestriction(r)
	if r.Err() != nil {
		return ExtendedRuleCondition{}
	}
	return c
}

// WriteExtendedRuleCondition appends PidTagExtendedRuleMessageCondition.
func WriteExtendedRuleCondition(w *wire.Writer, c ExtendedRuleCondition) {
	writeNames(w, c.Names)
	ExtendedForm.WriteRestriction(w, c.Condition)
}

// readNames reads NamedPropertyInformation, [MS-OXORULE] 2.2.4.2.
func readNames(r *wire.Reader) []NamedProperty {
	n := r.Count(uint32(r.U16()), math.MaxUint16, 2)
	if n == 0 {
		return nil
	}
	names := make([]NamedProperty, n)
	for i := range names {
		names[i].ID = r.U16()
		if !mapi.Tag(names[i].ID, 0).IsNamed() {
			r.Failf("prop: named property with the id 0x%04X", names[i].ID)
		}
	}
	block := wire.NewReader(r.Take(r.Count(r.U32(), math.MaxInt32, 1)))
	for i := range names {
		names[i].Name = ReadName(block)
	}
	if r.Err() == nil {
		r.Fail(block.Err())
	}
	if r.Err() != nil {
		return nil
	}
	return names
}

func writeNames(w *wire.Writer, names []NamedProperty) {
	w.U16(uint16(len(names)))
	if len(names) == 0 {
		return
	}
	for _, n := range names {
		w.U16(n.ID)
	}
	at := w.Mark32()
	for _, n := range names {
		WriteName(w, n.Name)
	}
	w.Set32(at, uint32(w.Len()-at-4))
}
