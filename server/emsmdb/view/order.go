package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// blockSize is the largest number of entries in a block: an insertion moves half of one at most.
const blockSize = 512

// Entry is one row's place in an order. Entries compare by key, then message, then instance, so that every place is
// unique and rows of one key stand in the order of their creation.
type Entry struct {
	Key      string // compares bytewise
	ID       store.MessageID
	Instance uint32 // number of the value in a table with one row per value of a property, else 0
}

// Compare orders entries.
func (e Entry) Compare(f Entry) int {
	return cmp.Or(strings.Compare(e.Key, f.Key), cmp.Compare(e.ID, f.ID), cmp.Compare(e.Instance, f.Instance))
}

// entrySize is what an entry costs in memory besides its key.
const entrySize = 32

// order is a sorted list of entries in blocks, none of which is empty.
type order struct {
	blocks []block
	count  int
	bytes  int64
}

// block is a run of entries with the range of their messages: most orders follow the ids more or less, so that a look
// for a message can pass over most blocks.
type block struct {
	entries []Entry
	lo, hi  store.MessageID
}

func newBlock(entries []Entry) block {
	b := block{entries: entries, lo: entries[0].ID, hi: entries[0].ID}
	for i := range entries {
		b.lo, b.hi = min(b.lo, entries[i].ID), max(b.hi, entries[i].ID)
	}
	return b
}

// build replaces everything by entries, which it sorts and keeps.
func (o *order) build(entries []Entry) {
	slices.SortFunc(entries, Entry.Compare)
	o.blocks, o.count, o.bytes = nil, len(entries), 0
	for _, e := range entries {
		o.bytes += entrySize + int64(len(e.Key))
	}
	for chunk := range slices.Chunk(entries, blockSize*3/4) { // room to grow before the first split
		o.blocks = append(o.blocks, newBlock(slices.Clone(chunk)))
	}
}

// insert adds an entry, unless it is there already.
func (o *order) insert(e Entry) {
	if len(o.blocks) == 0 {
		o.blocks = []block{newBlock([]Entry{e})}
		o.grow(e)
		return
	}
	b := &o.blocks[o.block(e)]
	i, found := slices.BinarySearchFunc(b.entries, e, Entry.Compare)
	if found {
		return
	}
	b.entries = slices.Insert(b.entries, i, e)
	b.lo, b.hi = min(b.lo, e.ID), max(b.hi, e.ID)
	o.grow(e)
	if full := b.entries; len(full) > blockSize {
		half := len(full) / 2
		*b = newBlock(slices.Clone(full[:half]))
		o.blocks = slices.Insert(o.blocks, o.block(full[0])+1, newBlock(slices.Clone(full[half:])))
	}
}

func (o *order) grow(e Entry) {
	o.count++
	o.bytes += entrySize + int64(len(e.Key))
}

// remove takes out every entry of the messages.
func (o *order) remove(ids []store.MessageID) {
	if len(ids) == 0 {
		return
	}
	gone, lo, hi := matcher(ids), slices.Min(ids), slices.Max(ids)
	emptied := false
	for i := range o.blocks {
		b := &o.blocks[i]
		if b.hi < lo || b.lo > hi || !slices.ContainsFunc(b.entries, func(e Entry) bool { return gone(e.ID) }) {
			continue
		}
		b.entries = slices.DeleteFunc(b.entries, func(e Entry) bool {
			if !gone(e.ID) {
				return false
			}
			o.count--
			o.bytes -= entrySize + int64(len(e.Key))
			return true
		})
		if len(b.entries) > 0 {
			*b = newBlock(b.entries)
		} else {
			emptied = true
		}
	}
	if emptied {
		o.blocks = slices.DeleteFunc(o.blocks, func(b block) bool { return len(b.entries) == 0 })
	}
}

// matcher returns a test for membership that is quick for one id as well as for thousands.
func matcher(ids []store.MessageID) func(store.MessageID) bool {
	if len(ids) <= 4 {
		return func(id store.MessageID) bool { return slices.Contains(ids, id) }
	}
	set := make(map[store.MessageID]struct{}, len(ids))
	for _, id := range ids {
		set[id] = struct{}{}
	}
	return func(id store.MessageID) bool { _, ok := set[id]; return ok }
}

// block returns the index of the block where e stands or belongs; there is at least one.
func (o *order) block(e Entry) int {
	i, found := slices.BinarySearchFunc(o.blocks, e, func(b block, e Entry) int { return b.entries[0].Compare(e) })
	if !found && i > 0 {
		i--
	}
	return i
}

// rank returns the number of entries before e, whether e is there or not.
func (o *order) rank(e Entry) int {
	if len(o.blocks) == 0 {
		return 0
	}
	b := o.block(e)
	n, _ := slices.BinarySearchFunc(o.blocks[b].entries, e, Entry.Compare)
	for i := range o.blocks[:b] {
		n += len(o.blocks[i].entries)
	}
	return n
}

// window returns a copy of up to n entries from position pos on.
func (o *order) window(pos, n int) []Entry {
	if pos < 0 || pos >= o.count || n <= 0 {
		return nil
	}
	out := make([]Entry, 0, min(n, o.count-pos))
	for i := range o.blocks {
		entries := o.blocks[i].entries
		if pos >= len(entries) {
			pos -= len(entries)
			continue
		}
		take := min(len(entries)-pos, cap(out)-len(out))
		out = append(out, entries[pos:pos+take]...)
		if len(out) == cap(out) {
			break
		}
		pos = 0
	}
	return out
}

// position finds the first entry of a message.
func (o *order) position(id store.MessageID) (int, Entry, bool) {
	n := 0
	for i := range o.blocks {
		b := &o.blocks[i]
		if b.lo <= id && id <= b.hi {
			for j := range b.entries {
				if b.entries[j].ID == id {
					return n + j, b.entries[j], true
				}
			}
		}
		n += len(b.entries)
	}
	return 0, Entry{}, false
}
