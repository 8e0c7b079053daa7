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

// Steps tells how what a client knows became what a table shows, when nothing but the messages ids changed. The client
// knows what the table showed in past, and saw some of what it showed since. More steps than so many are not told: then
// it reports false.
func Steps(past []Shown, now Shown, ids []store.MessageID, most int) ([]Step, bool) {
	set := newIDSet(ids)
	known := make([][]Entry, len(past))
	for i := range past {
		known[i] = past[i].Order.rowsOf(set)
	}
	after := now.Order.rowsOf(set)
	if now.Layout != nil {
		var ok bool
		if known, after, ok = withHeaders(past, now, known, after, most); !ok {
			return nil, false
		}
	}
	return steps(knownRows(past, known), now, after, most)
}

// Since is Steps for a client that saw the rows of messages with ids up to newest, when no order was read. It is for
// orders that show every message.
func Since(newest store.MessageID, past []Shown, now Shown, ids []store.MessageID, most int) ([]Step, bool) {
	set := newIDSet(ids)
	known := make([][]Entry, len(past))
	for i := range past {
		known[i] = past[i].Order.rowsOf(set)
	}
	before := knownRows(past, known)
	for _, id := range slices.Compact(set.ids) {
		if e := (Entry{ID: id}); id <= newest {
			before[e.name()] = e
		}
	}
	return steps(before, now, now.Order.rowsOf(set), most)
}

// knownRows are those of some rows that were shown.
func knownRows(past []Shown, rows [][]Entry) map[rowName]Entry {
	was := make(map[rowName]Entry)
	for i, s := range past {
		for _, e := range rows[i] {
			if _, shown := s.rank(e); shown {
				was[e.name()] = e
			}
		}
	}
	return was
}

// placed is a row and its position.
type placed struct {
	Entry
	pos int
}

// steps takes out what was shown and is not, and puts in what is, of the rows that changed.
func steps(was map[rowName]Entry, now Shown, after []Entry, most int) (out []Step, ok bool) {
	rows := make([]placed, 0, len(after))
	is := make(map[rowName]bool, len(after))
	for _, e := range after {
		if pos, shown := now.rank(e); shown && !is[e.name()] {
			rows, is[e.name()] = append(rows, placed{e, pos}), true
		}
	}
	for n, e := range was {
		if !is[n] {
			out = append(out, Step{Kind: RowDeleted, Row: e})
		}
	}
	if len(out)+len(rows) > most {
		return nil, false
	}
	slices.SortFunc(out, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.Row.ID, b.Row.ID), cmp.Compare(a.Row.Instance, b.Row.Instance))
	})
	// Ascending: the row before is where it belongs already.
	slices.SortFunc(rows, func(a, b placed) int { return cmp.Compare(a.pos, b.pos) })
	for _, r := range rows {
		s := Step{Kind: RowAdded, Row: r.Entry, First: r.pos == 0}
		if _, there := was[r.name()]; there {
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
func withHeaders(past []Shown, now Shown, known [][]Entry, after []Entry, most int) ([][]Entry, []Entry, bool) {
	headers := make(map[store.MessageID]bool)
	collect := func(o *Order, rows []Entry) {
		for i := 0; i < len(rows) && len(headers) <= most; i++ {
			o.headersOf(rows[i], func(n *node) { headers[n.id] = true })
		}
	}
	for i := range past {
		collect(past[i].Order, known[i])
	}
	if collect(now.Order, after); len(headers) > most {
		return nil, nil, false
	}
	moved := false
	for i := range past {
		known[i] = past[i].Order.appendHeaders(known[i], headers)
		moved = moved || now.Order.shape.Extreme != NoExtreme && rearranged(past[i].Order.groups, now.Order.groups, headers)
	}
	after = now.Order.appendHeaders(after, headers)
	if !moved {
		return known, after, true
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
		known[0], after = append(known[0], window...), append(after, window...)
	}
	return known, after, true
}

// appendHeaders appends the headers of some categories.
func (o *Order) appendHeaders(rows []Entry, ids map[store.MessageID]bool) []Entry {
	for i := range o.groups.nodes {
		if n := &o.groups.nodes[i]; ids[n.id] {
			rows = append(rows, n.header())
		}
	}
	return rows
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
func ListSteps(past [][]Entry, now []Entry, changed func(store.MessageID) bool, most int) ([]Step, bool) {
	var out []Step
	is := make(map[store.MessageID]bool, len(now))
	for _, e := range now {
		is[e.ID] = true
	}
	was := make(map[store.MessageID]string, len(now))
	moved := make(map[store.MessageID]bool) // it had more than one key
	for _, list := range past {
		for _, e := range list {
			key, there := was[e.ID]
			if !there && !is[e.ID] {
				out = append(out, Step{Kind: RowDeleted, Row: e})
			}
			if was[e.ID] = e.Key; there && key != e.Key {
				moved[e.ID] = true
			}
		}
	}
	for i, e := range now {
		key, there := was[e.ID]
		if there && key == e.Key && !moved[e.ID] && !changed(e.ID) {
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
