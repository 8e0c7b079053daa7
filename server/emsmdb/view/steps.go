package view

import (
	"cmp"
	"slices"

	"github.com/mapid/mapid/store"
)

// StepKind says what happened to a row.
type StepKind uint8

// Kinds of steps.
const (
	RowAdded StepKind = iota
	RowModified
	RowDeleted
)

// Step is one change of what a table shows. Taken one after the other, steps turn what was shown into what is: a row
// that was added or modified is taken out where it was, if it was anywhere, and put where it belongs.
type Step struct {
	Kind StepKind
	Row  Entry
	// After is the row that the row follows when the step was taken, unless First: then there is none. Of a RowDeleted
	// both say nothing.
	After Entry
	First bool
}

// Shown is what a table shows: an order, or if there are categories a layout of one.
type Shown struct {
	Order  *Order
	Layout *Layout
}

func (s Shown) at(pos int) Entry {
	if s.Layout != nil {
		return s.Layout.Window(pos, 1)[0]
	}
	return s.Order.At(pos)
}

func (s Shown) rank(e Entry) (int, bool) {
	if s.Layout != nil {
		return s.Layout.Rank(e)
	}
	return s.Order.Rank(e)
}

// rowName is what clients know a row by.
type rowName struct {
	id       store.MessageID
	instance uint32
}

func (e *Entry) name() rowName { return rowName{e.ID, e.Instance} }

// Steps tells how what a table showed became what it shows, when nothing but the messages ids changed. More steps than
// so many are not told: then it reports false.
func Steps(old, now Shown, ids []store.MessageID, most int) ([]Step, bool) {
	set := newIDSet(ids)
	before, after := old.Order.rowsOf(set), now.Order.rowsOf(set)
	if now.Layout != nil {
		var ok bool
		if before, after, ok = withHeaders(old, now, before, after, most); !ok {
			return nil, false
		}
	}
	was := make(map[rowName]bool, len(before))
	for _, e := range before {
		if _, shown := old.rank(e); shown {
			was[e.name()] = true
		}
	}
	return steps(old, now, before, after, was, most)
}

// placed is a row and its position.
type placed struct {
	Entry
	pos int
}

func steps(old, now Shown, before, after []Entry, was map[rowName]bool, most int) (out []Step, ok bool) {
	rows := make([]placed, 0, len(after))
	is := make(map[rowName]bool, len(after))
	for _, e := range after {
		if pos, shown := now.rank(e); shown && !is[e.name()] {
			rows, is[e.name()] = append(rows, placed{e, pos}), true
		}
	}
	for _, e := range before {
		if n := e.name(); was[n] && !is[n] {
			out = append(out, Step{Kind: RowDeleted, Row: e})
			delete(was, n)
		}
	}
	if len(out)+len(rows) > most {
		return nil, false
	}
	// Ascending: the row before is where it belongs already.
	slices.SortFunc(rows, func(a, b placed) int { return cmp.Compare(a.pos, b.pos) })
	for _, r := range rows {
		s := Step{Kind: RowAdded, Row: r.Entry, First: r.pos == 0}
		if was[r.name()] {
			s.Kind = RowModified
		}
		if !s.First {
			s.After = now.at(r.pos - 1)
		}
		out = append(out, s)
	}
	return out, true
}

// withHeaders adds the headers of the categories that rows are in: their counts change with the rows. Where categories
// stand by the rows in them and some moved, it adds all that is shown in these.
func withHeaders(old, now Shown, before, after []Entry, most int) ([]Entry, []Entry, bool) {
	headers := make(map[store.MessageID]bool)
	for _, at := range []struct {
		o    *Order
		rows []Entry
	}{{old.Order, before}, {now.Order, after}} {
		for _, e := range at.rows {
			if len(headers) > most {
				return nil, nil, false
			}
			at.o.headersOf(e, func(n *node) { headers[n.id] = true })
		}
	}
	add := func(rows []Entry, s Shown) []Entry {
		rows = slices.Clip(rows)
		for i := range s.Order.groups.nodes {
			if n := &s.Order.groups.nodes[i]; headers[n.id] {
				rows = append(rows, n.header())
			}
		}
		return rows
	}
	before, after = add(before, old), add(after, now)
	if now.Order.shape.Extreme == NoExtreme {
		return before, after, true
	}
	if !rearranged(old.Order.groups, now.Order.groups, headers) {
		return before, after, true
	}
	for i := range now.Order.groups.nodes {
		n := &now.Order.groups.nodes[i]
		if !headers[n.id] || int(n.level) != now.Order.shape.Categories-1 {
			continue
		}
		pos, shown := now.Layout.Rank(n.header())
		rows, _ := now.Layout.Below(n.header())
		switch {
		case !shown || rows == 0:
			continue
		case len(after)+rows > most:
			return nil, nil, false
		}
		window := now.Layout.Window(pos+1, rows)
		before, after = append(before, window...), append(after, window...)
	}
	return before, after, true
}

// headersOf calls fn for each category that a row of the order is in.
func (o *Order) headersOf(e Entry, fn func(*node)) {
	pos, found := o.Rank(e)
	if !found {
		return
	}
	for i := o.groups.leaf(pos); i >= 0; i = o.groups.nodes[i].parent {
		fn(&o.groups.nodes[i])
	}
}

// rearranged reports whether one of some categories follows another one than before.
func rearranged(old, now *groups, of map[store.MessageID]bool) (moved bool) {
	before := make(map[store.MessageID]store.MessageID, len(of))
	old.eachFollowing(func(n *node, previous store.MessageID) {
		if of[n.id] {
			before[n.id] = previous
		}
	})
	now.eachFollowing(func(n *node, previous store.MessageID) {
		was, there := before[n.id]
		moved = moved || there && was != previous
	})
	return moved
}

// eachFollowing calls fn for each category with the one that it follows on its level within the same category above, 0
// if there is none.
func (g *groups) eachFollowing(fn func(n *node, previous store.MessageID)) {
	last := make(map[int32]store.MessageID)
	for i := range g.nodes {
		n := &g.nodes[i]
		fn(n, last[n.parent])
		last[n.parent] = n.id
	}
}

// ListSteps is Steps for lists of rows, each with another id: rows changed if their keys did or changed says so.
func ListSteps(old, now []Entry, changed func(store.MessageID) bool, most int) ([]Step, bool) {
	was := make(map[store.MessageID]string, len(old))
	for _, e := range old {
		was[e.ID] = e.Key
	}
	var out []Step
	is := make(map[store.MessageID]bool, len(now))
	for _, e := range now {
		is[e.ID] = true
	}
	for _, e := range old {
		if !is[e.ID] {
			out = append(out, Step{Kind: RowDeleted, Row: e})
		}
	}
	for i, e := range now {
		key, there := was[e.ID]
		if there && key == e.Key && !changed(e.ID) {
			continue
		}
		s := Step{Kind: RowModified, Row: e, First: i == 0}
		if !there {
			s.Kind = RowAdded
		}
		if i > 0 {
			s.After = now[i-1]
		}
		out = append(out, s)
	}
	return out, len(out) <= most
}

// Since is Steps for a table whose order was not read when its client saw it: rows of messages with an id above newest
// are new. It is for orders that show every message.
func Since(now Shown, ids []store.MessageID, newest store.MessageID, most int) ([]Step, bool) {
	set := newIDSet(ids)
	after := now.Order.rowsOf(set)
	was := make(map[rowName]bool, len(ids))
	var before []Entry
	for _, id := range slices.Compact(set.ids) {
		if id <= newest {
			before = append(before, Entry{ID: id})
			was[rowName{id, 0}] = true
		}
	}
	return steps(Shown{}, now, before, after, was, most)
}
