package view

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"github.com/mapid/mapid/store"
)

// AppendCuts ends a key of an order with categories: cuts are where the parts of its categories end, and, with an
// Extreme, where the part begins that compares for it, which must be the last. As no part is the beginning of another
// one, what is appended never decides a comparison.
func AppendCuts(key []byte, cuts ...int) []byte {
	for _, c := range cuts {
		key = binary.BigEndian.AppendUint16(key, uint16(c))
	}
	return key
}

// cuts is the number of cuts that keys end with.
func (s Shape) cuts() int {
	if s.Extreme != NoExtreme {
		return s.Categories + 1
	}
	return s.Categories
}

// cut returns cut i of a key.
func (s Shape) cut(key string, i int) int {
	at := len(key) - 2*(s.cuts()-i)
	return int(key[at])<<8 | int(key[at+1])
}

// prefix is the part of a key that names its category of a level.
func (s Shape) prefix(key string, level int) string { return key[:s.cut(key, level)] }

// extreme is the part of a key that compares for the order of categories.
func (s Shape) extreme(key string) string {
	return key[s.cut(key, s.Categories) : len(key)-2*s.cuts()]
}

// categoryBit marks ids of categories: no message has one so high.
const categoryBit store.MessageID = 1 << 47

// IsCategory reports whether a row is the header of a category.
func (e *Entry) IsCategory() bool { return e.ID&categoryBit != 0 }

// categoryID makes the id of a category from its key: it stays the same in every order of the same columns, also
// after a restart.
func categoryID(prefix string) store.MessageID {
	h := fnv.New64a()
	_, _ = h.Write([]byte(prefix))
	return store.MessageID(h.Sum64())&(categoryBit-1) | categoryBit
}

// Category is one category of an order.
type Category struct {
	Header Entry // the key that its rows begin with; no instance
	Level  int
	// First is the place of its first row in the order, which is that of a row with its Extreme, if there is one.
	First, Extreme int
	Count, Unread  int // of the rows in it
}

// node is a Category as it is kept.
type node struct {
	key                  string
	id                   store.MessageID
	first, count, unread int32 // rows in the order
	extreme              int32 // place of a row with the extreme
	parent               int32 // index of the node, -1 of the first level
	end                  int32 // index of the node after the last one below
	level                int32
}

// nodeSize is what a node takes in memory; its key shares a block's bytes.
const nodeSize = 56

// groups are the categories of an order, in the order in which tables show them, each before those in it.
type groups struct {
	shape  Shape
	nodes  []node
	leaves []int32 // nodes of the last level by their rows' places in the order

	mu      sync.Mutex      // guards layouts
	layouts map[int]*Layout // by the number of levels that are open
}

// run is what follows each other in a block and is of one category of the last level.
type run struct {
	key           string // of its first row
	count, unread int32
	extreme       string // of its rows
	place         int32  // of the first row with that, in the run
}

func (r *run) bytes() int64 { return 64 + int64(len(r.key)) + int64(len(r.extreme)) }

// newRuns finds the runs of rows whose keys begin with the same categories.
func newRuns(shape Shape, entries []Entry) (out []run) {
	last := ""
	for i := range entries {
		e := &entries[i]
		if n := len(out); n == 0 || e.Key != last && shape.prefix(e.Key, shape.Categories-1) != shape.prefix(last, shape.Categories-1) {
			out = append(out, run{key: e.Key})
		}
		last = e.Key
		r := &out[len(out)-1]
		if shape.Extreme != NoExtreme {
			if k := shape.extreme(e.Key); r.count == 0 || shape.better(k, r.extreme) {
				r.extreme, r.place = k, r.count
			}
		}
		r.count++
		if e.Unread {
			r.unread++
		}
	}
	for i := range out { // entries share their memory with many others
		out[i].key, out[i].extreme = strings.Clone(out[i].key), strings.Clone(out[i].extreme)
	}
	return slices.Clip(out)
}

// better reports whether an extreme replaces another one.
func (s Shape) better(k, best string) bool {
	return s.Extreme == Largest && k > best || s.Extreme == Smallest && k < best
}

// group finds the categories: runs of rows whose keys begin with the same bytes.
func (o *Order) group() *groups {
	g := &groups{shape: o.shape}
	open := make([]int32, o.shape.Categories) // nodes that the row is in, by level
	best := make(map[int32]string)            // extremes of the nodes of the last level
	last, pos := "", int32(0)
	for _, b := range o.blocks {
		for i := range b.runs {
			r := &b.runs[i]
			g.descend(open, r.key, last, pos)
			last = r.key
			for _, n := range open {
				g.nodes[n].count += r.count
				g.nodes[n].unread += r.unread
			}
			if o.shape.Extreme != NoExtreme {
				leaf := open[len(open)-1]
				if k, ok := best[leaf]; !ok || o.shape.better(r.extreme, k) {
					best[leaf], g.nodes[leaf].extreme = r.extreme, pos+r.place
				}
			}
			pos += r.count
		}
	}
	g.extremes(best)
	g.close()
	return g
}

// descend begins the categories of a row that the row before it was not in.
func (g *groups) descend(open []int32, key, last string, pos int32) {
	level := 0
	if pos > 0 {
		for level < len(open) && g.shape.prefix(key, level) == g.shape.prefix(last, level) {
			level++
		}
	}
	for ; level < len(open); level++ {
		n := node{key: g.shape.prefix(key, level), first: pos, extreme: pos, level: int32(level), parent: -1}
		n.id = categoryID(n.key)
		if level > 0 {
			n.parent = open[level-1]
		}
		open[level] = int32(len(g.nodes))
		g.nodes = append(g.nodes, n)
	}
}

// extremes sorts the categories of the last level within those above by the extremes of their rows.
func (g *groups) extremes(best map[int32]string) {
	if g.shape.Extreme == NoExtreme {
		return
	}
	keys := make(map[int32]string, len(best)) // by the place of the first row
	for n, k := range best {
		keys[g.nodes[n].first] = k
	}
	for from := 0; from < len(g.nodes); {
		to := from
		for to < len(g.nodes) && int(g.nodes[to].level) == g.shape.Categories-1 && g.nodes[to].parent == g.nodes[from].parent {
			to++
		}
		if to == from { // a category of a level above
			from++
			continue
		}
		slices.SortStableFunc(g.nodes[from:to], func(a, b node) int {
			c := cmp.Compare(keys[a.first], keys[b.first])
			if g.shape.Descending {
				c = -c
			}
			return c
		})
		from = to
	}
}

// close fills in where categories end and which are of the last level.
func (g *groups) close() {
	for i := len(g.nodes) - 1; i >= 0; i-- {
		n := &g.nodes[i]
		n.end = max(n.end, int32(i)+1)
		if n.parent >= 0 {
			p := &g.nodes[n.parent]
			p.end = max(p.end, n.end)
		}
	}
	for i := range g.nodes {
		if int(g.nodes[i].level) == g.shape.Categories-1 {
			g.leaves = append(g.leaves, int32(i))
		}
	}
	if g.shape.Extreme != NoExtreme {
		slices.SortFunc(g.leaves, func(a, b int32) int { return cmp.Compare(g.nodes[a].first, g.nodes[b].first) })
	}
}

// leaf returns the category of the last level that the row at a place of the order is in.
func (g *groups) leaf(pos int) int32 {
	i, found := slices.BinarySearchFunc(g.leaves, int32(pos), func(n, pos int32) int { return cmp.Compare(g.nodes[n].first, pos) })
	if !found {
		i--
	}
	return g.leaves[i]
}

// bytes is the memory that the categories take.
func (g *groups) bytes() int64 { return int64(len(g.nodes))*nodeSize + int64(len(g.leaves))*4 }

// Category finds a category by the id of its header.
func (o *Order) Category(id store.MessageID) (Category, bool) {
	if o.shape.Categories == 0 {
		return Category{}, false
	}
	g := o.groups
	for i := range g.nodes {
		if g.nodes[i].id == id {
			return g.category(int32(i)), true
		}
	}
	return Category{}, false
}

func (g *groups) category(i int32) Category {
	n := &g.nodes[i]
	return Category{
		Header: n.header(), Level: int(n.level), First: int(n.first), Extreme: int(n.extreme), Count: int(n.count), Unread: int(n.unread),
	}
}

func (n *node) header() Entry { return Entry{Key: n.key, ID: n.id} }
