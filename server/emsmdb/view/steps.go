package view

import "github.com/mapid/mapid/store"

// StepKind says what happened to a row.
type StepKind uint8

// Kinds of steps.
const (
	RowAdded StepKind = iota
	RowModified
	RowDeleted
)

// Step is one change of an order. Taken one after the other, the steps of a Change turn the order as it was into the
// order as it is: a row that was modified is taken out where it was and put where it belongs.
type Step struct {
	Kind StepKind
	Row  Entry
	// After is the row that the row follows when the step was taken, unless First: then there is none. Of a RowDeleted
	// both say nothing.
	After Entry
	First bool
}

// Change is how an order became another one.
type Change struct {
	Order *Order // as it is now
	// Rebuilt: the order was read anew, and nobody knows what changed.
	Rebuilt bool
	Steps   []Step
}

// steps says how an order became o when the rows gone were taken out and those of added put in.
func (o *Order) steps(gone, added []Entry) []Step {
	type row struct {
		id       store.MessageID
		instance uint32
	}
	had, has := make(map[row]bool, len(gone)), make(map[row]bool, len(added))
	for _, e := range gone {
		had[row{e.ID, e.Instance}] = true
	}
	for _, e := range added {
		has[row{e.ID, e.Instance}] = true
	}
	out := make([]Step, 0, len(had)+len(added))
	for _, e := range gone {
		if !has[row{e.ID, e.Instance}] {
			out = append(out, Step{Kind: RowDeleted, Row: e})
		}
	}
	for _, e := range added { // ascending, so that the row before is where it belongs already
		s := Step{Kind: RowAdded, Row: e, First: true}
		if had[row{e.ID, e.Instance}] {
			s.Kind = RowModified
		}
		if pos, _ := o.Rank(e); pos > 0 {
			s.After, s.First = o.At(pos-1), false
		}
		out = append(out, s)
	}
	return out
}
