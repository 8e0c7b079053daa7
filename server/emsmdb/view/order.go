package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// Entry is one row's place in an order. Entries compare by key, then message, then instance, so that every place is
// unique and rows of one key stand in the order of their creation.
type Entry struct {
	Key      string // compares bytewise
	ID       store.MessageID
	Instance uint32 // number of the value in a table with one row per value of a property, else 0
	Unread   bool   // counted in categories; does not take part in comparisons
}

func (e *Entry) meta() uint32 {
	m := e.Instance << 1
	if e.Unread {
		m |= 1
	}
	return m
}

// Order is a sorted list of rows as of one moment. It does not change and is safe for concurrent use.
type Order struct {
	// Version is another for each Order of a Cache.
	Version uint64

	blocks []*block // none is empty
	starts []int    // number of rows before each block
	count  int
	bytes  int64
	shape  Shape
	code   *code // that new blocks pack keys by, nil for none

	groups *groups // nil without categories
}

// Shape says how rows stand in an order besides by their keys.
type Shape struct {
	// Reverse: rows of one key stand in the reverse order of their creation.
	Reverse bool
	// Categories is the number of levels of categories; keys end as AppendCuts leaves them.
	Categories int
	// Extreme orders the categories of the last level by their rows' largest or smallest value of a column.
	Extreme Extreme
	// Descending: categories with a larger Extreme come first.
	Descending bool
}

// Extreme says by which of its rows' values a category stands, if not by its own.
type Extreme uint8

// Extremes.
const (
	NoExtreme Extreme = iota
	Largest
	Smallest
)

// Compare orders entries.
func (s Shape) Compare(e, f Entry) int {
	if c := strings.Compare(e.Key, f.Key); c != 0 {
		return c
	}
	c := cmp.Compare(e.ID, f.ID)
	if s.Reverse {
		c = -c
	}
	return cmp.Or(c, cmp.Compare(e.Instance, f.Instance))
}

// newOrder sorts entries and packs them.
func newOrder(shape Shape, entries []Entry) *Order {
	if !slices.IsSortedFunc(entries, shape.Compare) {
		slices.SortFunc(entries, shape.Compare)
	}
	o := &Order{shape: shape, code: newCode(entries)}
	for chunk := range slices.Chunk(entries, builtSize) {
		o.blocks = append(o.blocks, newBlock(shape, o.code, chunk))
	}
	o.sum()
	return o
}

// sum counts what the blocks hold.
func (o *Order) sum() {
	o.starts, o.count, o.bytes = make([]int, len(o.blocks)), 0, 0
	for i, b := range o.blocks {
		o.starts[i] = o.count
		o.count += b.len()
		o.bytes += b.bytes() + 16 // its places in blocks and starts
	}
	if o.code != nil {
		o.bytes += codeSize
	}
	if o.shape.Categories > 0 {
		o.groups = o.group()
		o.bytes += o.groups.bytes()
	}
}

// patched is the order without the rows of some messages and with some other rows, and the number of rows taken out. It
// shares with o the blocks that stay as they are.
func (o *Order) patched(ids []store.MessageID, add []Entry) (p *Order, gone int) {
	set := newIDSet(ids)
	slices.SortFunc(add, o.shape.Compare)
	p = &Order{shape: o.shape, code: o.code, blocks: make([]*block, 0, len(o.blocks)+1)}
	var rows []Entry
	for i, b := range o.blocks {
		here := len(add)
		if i+1 < len(o.blocks) {
			here, _ = slices.BinarySearchFunc(add, o.blocks[i+1].first, o.shape.Compare)
		}
		if here == 0 && !b.holds(set) {
			p.blocks = append(p.blocks, b)
			continue
		}
		rows = b.appendTo(rows[:0], 0, b.len())
		rows = slices.DeleteFunc(rows, func(e Entry) bool {
			if !set.has(e.ID) {
				return false
			}
			gone++
			return true
		})
		rows = append(rows, add[:here]...)
		slices.SortFunc(rows, o.shape.Compare)
		add = add[here:]
		p.append(rows)
	}
	p.append(add) // into an order without blocks
	p.sum()
	return p, gone
}

// append packs rows that come after all others.
func (o *Order) append(rows []Entry) {
	size := len(rows)
	if size > blockSize {
		size = (size + size/builtSize) / (size/builtSize + 1) // in parts of one size
	}
	for len(rows) > 0 {
		n := min(size, len(rows))
		o.blocks = append(o.blocks, newBlock(o.shape, o.code, rows[:n]))
		rows = rows[n:]
	}
}

// Len returns the number of rows.
func (o *Order) Len() int { return o.count }

// block returns the index of the block where e stands or belongs; there is at least one.
func (o *Order) block(e Entry) int {
	i, found := slices.BinarySearchFunc(o.blocks, e, func(b *block, e Entry) int { return o.shape.Compare(b.first, e) })
	if !found && i > 0 {
		i--
	}
	return i
}

// Rank returns the number of rows before e, and whether e is there.
func (o *Order) Rank(e Entry) (pos int, found bool) {
	if len(o.blocks) == 0 {
		return 0, false
	}
	i := o.block(e)
	pos, found = o.blocks[i].rank(o.shape, e)
	return o.starts[i] + pos, found
}

// at returns the block of a position and the place in it.
func (o *Order) at(pos int) (block, place int) {
	i, found := slices.BinarySearch(o.starts, pos)
	if !found {
		i--
	}
	return i, pos - o.starts[i]
}

// At returns the row at a position, which must be one.
func (o *Order) At(pos int) Entry {
	i, place := o.at(pos)
	return o.blocks[i].entry(place)
}

// Window returns up to n rows from position pos on.
func (o *Order) Window(pos, n int) []Entry {
	if pos < 0 || pos >= o.count || n <= 0 {
		return nil
	}
	return o.appendWindow(make([]Entry, 0, min(n, o.count-pos)), pos, n)
}

func (o *Order) appendWindow(dst []Entry, pos, n int) []Entry {
	n = min(n, o.count-pos)
	for i, place := o.at(pos); n > 0; i, place = i+1, 0 {
		b := o.blocks[i]
		to := min(b.len(), place+n)
		dst, n = b.appendTo(dst, place, to), n-(to-place)
	}
	return dst
}

// Find returns the row of a message with an instance number.
func (o *Order) Find(id store.MessageID, instance uint32) (pos int, e Entry, ok bool) {
	for i, b := range o.blocks {
		for j := b.find(id, 0); j >= 0; j = b.find(id, j+1) {
			if b.row(j).Instance == instance {
				return o.starts[i] + j, b.entry(j), true
			}
		}
	}
	return 0, Entry{}, false
}

// rowsOf lists the rows of some messages, in their order.
func (o *Order) rowsOf(set *idSet) (out []Entry) {
	for _, b := range o.blocks {
		if b.hi < set.lo || b.lo > set.hi {
			continue
		}
		for i := range b.len() {
			if set.has(b.id(i)) {
				out = append(out, b.entry(i))
			}
		}
	}
	return out
}
