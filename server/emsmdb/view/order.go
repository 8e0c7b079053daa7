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

// order is a sorted list of entries in blocks.
type order struct {
	blocks [][]Entry
	count  int
	bytes  int64
}

// build replaces everything by entries, which it sorts and keeps.
func (o *order) build(entries []Entry) {
	slices.SortFunc(entries, Entry.Compare)
	o.blocks, o.count, o.bytes = nil, len(entries), 0
	for _, e := range entries {
		o.bytes += entrySize + int64(len(e.Key))
	}
	for chunk := range slices.Chunk(entries, blockSize*3/4) { // room to grow before the first split
		o.blocks = append(o.blocks, slices.Clone(chunk))
	}
}

// insert adds an entry, unless it is there already.
func (o *order) insert(e Entry) {
	if len(o.blocks) == 0 {
		o.blocks = [][]Entry{make([]Entry, 0, 8)}
	}
	b := o.block(e)
	i, found := slices.BinarySearchFunc(o.blocks[b], e, Entry.Compare)
	if found {
		return
	}
	o.blocks[b] = slices.Insert(o.blocks[b], i, e)
	o.count++
	o.bytes += entrySize + int64(len(e.Key))
	if full := o.blocks[b]; len(full) > blockSize {
		half := len(full) / 2
		o.blocks[b] = slices.Clone(full[:half])
		o.blocks = slices.Insert(o.blocks, b+1, slices.Clone(full[half:]))
	}
}

// remove takes out every entry of the messages.
func (o *order) remove(ids []store.MessageID) {
	gone := matcher(ids)
	for b, block := range o.blocks {
		if !slices.ContainsFunc(block, func(e Entry) bool { return gone(e.ID) }) {
			continue
		}
		o.blocks[b] = slices.DeleteFunc(block, func(e Entry) bool {
			if !gone(e.ID) {
				return false
			}
			o.count--
			o.bytes -= entrySize + int64(len(e.Key))
			return true
		})
	}
	o.blocks = slices.DeleteFunc(o.blocks, func(b []Entry) bool { return len(b) == 0 })
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
	i, found := slices.BinarySearchFunc(o.blocks, e, func(b []Entry, e Entry) int {
		if len(b) == 0 {
			return 1
		}
		return b[0].Compare(e)
	})
	if !found && i > 0 {
		i--
	}
	return min(i, len(o.blocks)-1)
}

// rank returns the number of entries before e, whether e is there or not.
func (o *order) rank(e Entry) int {
	if len(o.blocks) == 0 {
		return 0
	}
	b := o.block(e)
	n, _ := slices.BinarySearchFunc(o.blocks[b], e, Entry.Compare)
	for _, block := range o.blocks[:b] {
		n += len(block)
	}
	return n
}

// window returns a copy of up to n entries from position pos on.
func (o *order) window(pos, n int) []Entry {
	if pos < 0 || pos >= o.count || n <= 0 {
		return nil
	}
	out := make([]Entry, 0, min(n, o.count-pos))
	for _, block := range o.blocks {
		if pos >= len(block) {
			pos -= len(block)
			continue
		}
		take := min(len(block)-pos, cap(out)-len(out))
		out = append(out, block[pos:pos+take]...)
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
	for _, block := range o.blocks {
		for i := range block {
			if block[i].ID == id {
				return n + i, block[i], true
			}
		}
		n += len(block)
	}
	return 0, Entry{}, false
}
