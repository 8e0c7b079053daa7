package view

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// Layout is what a table with categories shows of an order: headers, and the rows of those that are open. It does not
// change. Positions are those of the table.
type Layout struct {
	order  *Order
	groups *groups
	open   Open
	shown  []int32 // nodes whose headers stand in the table, in their order
	starts []int32 // rows before each header
	count  int
}

// Open says which categories are open: those of the first Levels levels, but for those named, which are the other way
// round.
type Open struct {
	Levels int
	Other  map[store.MessageID]struct{}
}

func (s *Open) is(n *node) bool {
	_, other := s.Other[n.id]
	return int(n.level) < s.Levels != other
}

// Layout lays the order out. Those without exceptions are shared.
func (o *Order) Layout(open Open) *Layout {
	g := o.groups
	if len(open.Other) > 0 {
		return g.layout(o, open)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.layouts[open.Levels]
	if l == nil {
		l = g.layout(o, open)
		if g.layouts == nil {
			g.layouts = make(map[int]*Layout)
		}
		g.layouts[open.Levels] = l
	}
	return l
}

func (g *groups) layout(o *Order, open Open) *Layout {
	l := &Layout{order: o, groups: g, open: open}
	for i := int32(0); int(i) < len(g.nodes); {
		n := &g.nodes[i]
		l.shown, l.starts = append(l.shown, i), append(l.starts, int32(l.count))
		l.count++
		switch {
		case !open.is(n):
			i = n.end
			continue
		case n.end == i+1: // of the last level
			l.count += int(n.count)
		}
		i++
	}
	return l
}

// Len returns the number of rows of the table.
func (l *Layout) Len() int { return l.count }

// at returns the header at or before a position, as an index of shown.
func (l *Layout) at(pos int) int {
	i, found := slices.BinarySearch(l.starts, int32(pos))
	if !found {
		i--
	}
	return i
}

// Window returns up to n rows from position pos on.
func (l *Layout) Window(pos, n int) []Entry {
	if pos < 0 || pos >= l.count || n <= 0 {
		return nil
	}
	n = min(n, l.count-pos)
	out := make([]Entry, 0, n)
	for i := l.at(pos); len(out) < n; i++ {
		skip := max(0, pos-int(l.starts[i]))
		node := &l.groups.nodes[l.shown[i]]
		if skip == 0 {
			out = append(out, node.header())
			skip = 1
		}
		if rows := l.rows(i) - (skip - 1); rows > 0 && len(out) < n {
			out = l.order.appendWindow(out, int(node.first)+skip-1, min(rows, n-len(out)))
		}
	}
	return out
}

// rows is the number of rows shown below header i and before the next one.
func (l *Layout) rows(i int) int {
	end := l.count
	if i+1 < len(l.starts) {
		end = int(l.starts[i+1])
	}
	return end - int(l.starts[i]) - 1
}

// Rank returns the position of a row, and whether it is shown. One that is gone, or in a closed category, has the
// position of the row that comes next.
func (l *Layout) Rank(e Entry) (pos int, shown bool) {
	if l.order.count == 0 {
		return 0, false
	}
	base, found := l.order.Rank(e)
	if e.IsCategory() { // no row has a key so short: base is the place of the first row in it
		return l.rankHeader(e, base)
	}
	for _, at := range [2]int{base, base - 1} { // the row itself or the next one, else the one before
		if at < 0 || at >= l.order.count {
			continue
		}
		leaf := l.groups.leaf(at)
		if n := &l.groups.nodes[leaf]; found || strings.HasPrefix(e.Key, n.key) {
			return l.row(leaf, base-int(n.first), found)
		}
	}
	if base >= l.order.count {
		return l.count, false
	}
	pos, _ = l.header(l.groups.leaf(base))
	return pos, false
}

// row returns the position of a category's row, or of what comes next if it is not shown.
func (l *Layout) row(leaf int32, row int, found bool) (int, bool) {
	i, visible := l.index(leaf)
	switch {
	case !visible:
		return l.after(i), false
	case l.open.is(&l.groups.nodes[leaf]):
		return int(l.starts[i]) + 1 + row, found
	}
	return int(l.starts[i]) + 1, false
}

// rankHeader is Rank of a header, with the place of the first row that does not come before it.
func (l *Layout) rankHeader(e Entry, base int) (int, bool) {
	if base >= l.order.count {
		return l.count, false
	}
	for i := l.groups.leaf(base); i >= 0; i = l.groups.nodes[i].parent {
		if n := &l.groups.nodes[i]; n.id == e.ID {
			return l.header(i)
		}
	}
	pos, _ := l.header(l.groups.leaf(base))
	return pos, false
}

// header returns the position of a category's header; of one that is not shown, that of what comes next.
func (l *Layout) header(node int32) (pos int, shown bool) {
	i, visible := l.index(node)
	if visible {
		return int(l.starts[i]), true
	}
	return l.after(i), false
}

// index finds a category in shown. Of one that is not, it is the closed one that it is in.
func (l *Layout) index(node int32) (i int, visible bool) {
	i, visible = slices.BinarySearch(l.shown, node)
	if !visible {
		i--
	}
	return i, visible
}

// after is the position of what follows header i and what is shown in it.
func (l *Layout) after(i int) int {
	if i+1 < len(l.starts) {
		return int(l.starts[i+1])
	}
	return l.count
}

// Category returns the category of a header that is shown, and whether it is open.
func (l *Layout) Category(header Entry) (c Category, open, ok bool) {
	pos, shown := l.Rank(header)
	if !shown {
		return Category{}, false, false
	}
	i := l.shown[l.at(pos)]
	n := &l.groups.nodes[i]
	return l.groups.category(i), l.open.is(n), n.id == header.ID
}

// Find returns the row with an id and an instance number, shown or not.
func (l *Layout) Find(id store.MessageID, instance uint32) (Entry, bool) {
	if id&categoryBit != 0 {
		c, ok := l.order.Category(id)
		return c.Header, ok
	}
	_, e, ok := l.order.Find(id, instance)
	return e, ok
}

// Below returns the number of rows that are shown in a category, and the place of the first of its rows in the order.
func (l *Layout) Below(header Entry) (rows int, ok bool) {
	pos, shown := l.Rank(header)
	if !shown {
		return 0, false
	}
	i := l.at(pos)
	end := l.groups.nodes[l.shown[i]].end
	j, _ := slices.BinarySearch(l.shown, end)
	return l.after(j-1) - pos - 1, true
}
