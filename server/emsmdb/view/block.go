package view

import (
	"slices"
	"strings"

	"github.com/mapid/mapid/store"
)

// A block is a run of rows in an order. It does not change. Ids are kept as distances from the lowest, rows of one key
// share its bytes, and of a key only what differs from the key before is kept, packed by the order's code: a row of an
// order by time takes some 12 bytes, one by sender 5, and one by subject what is new in its subject.
type block struct {
	lo, hi store.MessageID
	near   []uint32          // ids as distances from lo; nil if they are too far apart
	far    []store.MessageID // ids, if near is nil
	first  Entry             // row 0
	keys   keyList
	key    []uint16 // which key each row has; nil: row i has key i
	meta   []uint8  // instance<<1, plus 1 if unread; nil if all are 0, or some do not fit
	metas  []uint32 // the same if some do not fit
	runs   []run    // what is of one category, if there are categories
}

// blockSize is the largest number of rows in a block, and builtSize that of a new one, with room to grow.
const (
	blockSize = 512
	builtSize = blockSize * 3 / 4
)

// blockOverhead is what a block costs besides its rows.
const blockOverhead = 320

// newBlock packs sorted entries, of which there is at least one.
func newBlock(shape Shape, code *code, entries []Entry) *block {
	b := &block{lo: entries[0].ID, hi: entries[0].ID, first: entries[0]}
	b.first.Key = strings.Clone(b.first.Key)
	distinct, most := 0, uint32(0)
	for i := range entries {
		e := &entries[i]
		b.lo, b.hi, most = min(b.lo, e.ID), max(b.hi, e.ID), max(most, e.meta())
		if i == 0 || e.Key != entries[i-1].Key {
			distinct++
		}
	}
	b.packIDs(entries)
	b.packMeta(entries, most)
	if distinct > 1 || entries[0].Key != "" {
		b.packKeys(entries, distinct, code)
	}
	if shape.Categories > 0 {
		b.runs = newRuns(shape, entries)
	}
	return b
}

func (b *block) packIDs(entries []Entry) {
	if b.hi-b.lo > 1<<32-1 {
		b.far = make([]store.MessageID, len(entries))
		for i := range entries {
			b.far[i] = entries[i].ID
		}
		return
	}
	b.near = make([]uint32, len(entries))
	for i := range entries {
		b.near[i] = uint32(entries[i].ID - b.lo)
	}
}

func (b *block) packMeta(entries []Entry, most uint32) {
	switch {
	case most == 0:
	case most <= 0xFF:
		b.meta = make([]uint8, len(entries))
		for i := range entries {
			b.meta[i] = uint8(entries[i].meta())
		}
	default:
		b.metas = make([]uint32, len(entries))
		for i := range entries {
			b.metas[i] = entries[i].meta()
		}
	}
}

// packKeys takes in so many different keys.
func (b *block) packKeys(entries []Entry, distinct int, code *code) {
	if distinct < len(entries) {
		b.key = make([]uint16, len(entries))
	}
	p := keyPacker{code: code}
	for i := range entries {
		if k := entries[i].Key; i == 0 || k != entries[i-1].Key {
			p.add(k)
		}
		if b.key != nil {
			b.key[i] = uint16(p.count - 1)
		}
	}
	b.keys = p.list()
}

func (b *block) len() int { return max(len(b.near), len(b.far)) }

func (b *block) id(i int) store.MessageID {
	if b.near != nil {
		return b.lo + store.MessageID(b.near[i])
	}
	return b.far[i]
}

// row is an entry without its key.
func (b *block) row(i int) Entry {
	e := Entry{ID: b.id(i)}
	switch {
	case b.meta != nil:
		e.Instance, e.Unread = uint32(b.meta[i]>>1), b.meta[i]&1 != 0
	case b.metas != nil:
		e.Instance, e.Unread = b.metas[i]>>1, b.metas[i]&1 != 0
	}
	return e
}

// keyOf is the number of a row's key.
func (b *block) keyOf(i int) int {
	if b.key != nil {
		return int(b.key[i])
	}
	return i
}

// entry returns row i.
func (b *block) entry(i int) Entry {
	e := b.row(i)
	if b.keys.count > 0 {
		e.Key = string(b.keys.reader(b.keyOf(i)).key)
	}
	return e
}

// appendTo appends the rows from one place to another. Their keys share one memory.
func (b *block) appendTo(dst []Entry, from, to int) []Entry {
	start := len(dst)
	for i := from; i < to; i++ {
		dst = append(dst, b.row(i))
	}
	if b.keys.count == 0 || from == to {
		return dst
	}
	r := b.keys.reader(b.keyOf(from))
	text, ends := slices.Clone(r.key), make([]int, 1, 64)
	ends[0] = len(text)
	for last := b.keyOf(to - 1); r.n < last; {
		r.next()
		text = append(text, r.key...)
		ends = append(ends, len(text))
	}
	all, first := string(text), b.keyOf(from)
	for i := from; i < to; i++ {
		k, at := b.keyOf(i)-first, 0
		if k > 0 {
			at = ends[k-1]
		}
		dst[start+i-from].Key = all[at:ends[k]]
	}
	return dst
}

// rows returns where the rows of a key begin and end.
func (b *block) rows(key int) (from, to int) {
	if b.key == nil {
		return key, min(key+1, b.len())
	}
	from, _ = slices.BinarySearch(b.key, uint16(key))
	to, _ = slices.BinarySearch(b.key, uint16(key+1))
	return from, to
}

// rank returns the number of rows before e, and whether e is there.
func (b *block) rank(shape Shape, e Entry) (pos int, found bool) {
	lo, hi := 0, b.len()
	switch {
	case b.keys.count > 0:
		k, same := b.keys.search(e.Key)
		if lo, hi = b.rows(k); !same {
			return lo, false
		}
	case e.Key != "":
		return hi, false
	}
	e.Key = ""
	end := hi
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if shape.Compare(b.row(mid), e) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < end && shape.Compare(b.row(lo), e) == 0
}

// bytes is the memory the block takes.
func (b *block) bytes() int64 {
	n := blockOverhead + 4*int64(len(b.near)) + 8*int64(len(b.far)) + 2*int64(len(b.key)) + int64(len(b.meta)) + 4*int64(len(b.metas)) +
		int64(len(b.first.Key)) + b.keys.bytes()
	for i := range b.runs {
		n += b.runs[i].bytes()
	}
	return n
}

// holds reports whether any row is of one of the messages.
func (b *block) holds(gone *idSet) bool {
	if b.hi < gone.lo || b.lo > gone.hi {
		return false
	}
	if len(gone.ids) == 1 {
		return b.find(gone.lo, 0) >= 0
	}
	for i := range b.len() {
		if gone.has(b.id(i)) {
			return true
		}
	}
	return false
}

// find returns the first row of a message from a place on, -1 if there is none.
func (b *block) find(id store.MessageID, from int) int {
	if id < b.lo || id > b.hi {
		return -1
	}
	if b.near == nil {
		if i := slices.Index(b.far[from:], id); i >= 0 {
			return from + i
		}
		return -1
	}
	if i := slices.Index(b.near[from:], uint32(id-b.lo)); i >= 0 {
		return from + i
	}
	return -1
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
