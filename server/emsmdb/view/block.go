package view

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// A block is a run of rows in an order. It does not change. Rows of one key share its bytes, so that a row of an order
// by time takes 22 bytes, and one of an order by sender little more than its id.
type block struct {
	ids    []store.MessageID
	key    []uint16 // which key each row has; nil: row i has key i
	ends   []uint32 // where each key ends in text; nil if all keys are empty
	text   string
	meta   []uint32 // instance<<1, plus 1 if unread; nil if all are 0
	lo, hi store.MessageID
}

// blockSize is the largest number of rows in a block, and builtSize that of a new one, with room to grow.
const (
	blockSize = 512
	builtSize = blockSize * 3 / 4
)

// blockOverhead is what a block costs besides its rows.
const blockOverhead = 160

// newBlock packs sorted entries, of which there is at least one.
func newBlock(entries []Entry) *block {
	b := &block{ids: make([]store.MessageID, len(entries)), lo: entries[0].ID, hi: entries[0].ID}
	var distinct, size int
	keyed, told := false, false
	for i := range entries {
		e := &entries[i]
		b.ids[i], b.lo, b.hi = e.ID, min(b.lo, e.ID), max(b.hi, e.ID)
		if i == 0 || e.Key != entries[i-1].Key {
			distinct, size = distinct+1, size+len(e.Key)
		}
		keyed, told = keyed || e.Key != "", told || e.meta() != 0
	}
	if keyed {
		b.pack(entries, distinct, size)
	}
	if told {
		b.meta = make([]uint32, len(entries))
		for i := range entries {
			b.meta[i] = entries[i].meta()
		}
	}
	return b
}

// pack takes in the keys: so many different ones, of so many bytes.
func (b *block) pack(entries []Entry, distinct, size int) {
	b.ends = make([]uint32, 0, distinct)
	if distinct < len(entries) {
		b.key = make([]uint16, len(entries))
	}
	var text strings.Builder
	text.Grow(size)
	for i := range entries {
		if k := entries[i].Key; i == 0 || k != entries[i-1].Key {
			text.WriteString(k)
			b.ends = append(b.ends, uint32(text.Len()))
		}
		if b.key != nil {
			b.key[i] = uint16(len(b.ends) - 1)
		}
	}
	b.text = text.String()
}

// entry returns row i. Its key shares the block's bytes.
func (b *block) entry(i int) Entry {
	e := Entry{ID: b.ids[i]}
	if b.ends != nil {
		k := i
		if b.key != nil {
			k = int(b.key[i])
		}
		from := uint32(0)
		if k > 0 {
			from = b.ends[k-1]
		}
		e.Key = b.text[from:b.ends[k]]
	}
	if b.meta != nil {
		e.Instance, e.Unread = b.meta[i]>>1, b.meta[i]&1 != 0
	}
	return e
}

func (b *block) appendTo(dst []Entry) []Entry {
	dst = slices.Grow(dst, len(b.ids))
	for i := range b.ids {
		dst = append(dst, b.entry(i))
	}
	return dst
}

// bytes is the memory the block takes.
func (b *block) bytes() int64 {
	return blockOverhead + 8*int64(len(b.ids)) + 2*int64(len(b.key)) + 4*int64(len(b.ends)) + int64(len(b.text)) + 4*int64(len(b.meta))
}

// holds reports whether any row is of one of the messages.
func (b *block) holds(gone *idSet) bool {
	if b.hi < gone.lo || b.lo > gone.hi {
		return false
	}
	if len(gone.ids) == 1 {
		return slices.Contains(b.ids, gone.lo)
	}
	return slices.ContainsFunc(b.ids, gone.has)
}

// idSet is a set of messages that is quick for one id as well as for thousands.
type idSet struct {
	ids    []store.MessageID // ascending
	lo, hi store.MessageID
}

func newIDSet(ids []store.MessageID) *idSet {
	s := &idSet{ids: slices.Clone(ids), hi: 0, lo: 1}
	slices.Sort(s.ids)
	if len(s.ids) > 0 {
		s.lo, s.hi = s.ids[0], s.ids[len(s.ids)-1]
	}
	return s
}

func (s *idSet) has(id store.MessageID) bool {
	if id < s.lo || id > s.hi {
		return false
	}
	_, ok := slices.BinarySearch(s.ids, id)
	return ok
}
