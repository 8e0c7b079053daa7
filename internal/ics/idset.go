// Package ics holds the data structures of incremental change synchronisation: sets of ids, [MS-OXCFXICS].
package ics

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// IDSet is a set of ids, or of change numbers, in the form that names replicas by GUID, [MS-OXCFXICS] 2.2.2.4.2.
type IDSet []ReplicaSet

// ReplicaSet holds the counters of one replica.
type ReplicaSet struct {
	GUID   mapi.GUID
	Ranges []Range // ascending, apart from each other
}

// Range is a range of counters, both ends included.
type Range struct{ Low, High uint64 }

// ErrFormat reports bytes that are no set of ids.
var ErrFormat = errors.New("ics: no set of ids")

// maxCounter is the largest counter, of 48 bits.
const maxCounter = 1<<48 - 1

// Commands of a GLOBSET, [MS-OXCFXICS] 2.2.2.6.
const (
	commandEnd     = 0x00
	commandBitmask = 0x42
	commandPop     = 0x50
	commandRange   = 0x52
	counterSize    = 6 // bytes of a counter; a smaller command pushes that many
)

// Ranges makes ranges of counters in any order.
func Ranges(counters []uint64) []Range {
	sorted := slices.Clone(counters)
	slices.Sort(sorted)
	var out []Range
	for _, c := range sorted {
		if n := len(out); n > 0 && c <= out[n-1].High+1 {
			out[n-1].High = c
			continue
		}
		out = append(out, Range{c, c})
	}
	return out
}

// Contains reports whether a counter of a replica is in the set.
func (s IDSet) Contains(guid mapi.GUID, counter uint64) bool {
	for i := range s {
		if s[i].GUID != guid {
			continue
		}
		_, found := slices.BinarySearchFunc(s[i].Ranges, counter, func(r Range, c uint64) int {
			switch {
			case r.High < c:
				return -1
			case r.Low > c:
				return 1
			}
			return 0
		})
		return found
	}
	return false
}

// Bytes encodes the set.
func (s IDSet) Bytes() []byte {
	sorted := slices.Clone(s)
	slices.SortFunc(sorted, func(a, b ReplicaSet) int { return bytes.Compare(a.GUID[:], b.GUID[:]) })
	var w wire.Writer
	for i := range sorted {
		w.Put(sorted[i].GUID[:])
		for _, r := range sorted[i].Ranges {
			if r.Low == r.High {
				w.U8(counterSize)
				putCounter(&w, r.Low)
				continue
			}
			w.U8(commandRange)
			putCounter(&w, r.Low)
			putCounter(&w, r.High)
		}
		w.U8(commandEnd)
	}
	return w.Bytes()
}

func putCounter(w *wire.Writer, c uint64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], c)
	w.Put(b[8-counterSize:])
}

// ParseIDSet decodes a set in whichever commands it is written.
func ParseIDSet(b []byte) (IDSet, error) {
	r := wire.NewReader(b)
	var s IDSet
	for r.Len() > 0 {
		var set ReplicaSet
		copy(set.GUID[:], r.Take(len(set.GUID)))
		if r.Err() != nil || slices.ContainsFunc(s, func(o ReplicaSet) bool { return o.GUID == set.GUID }) {
			return nil, ErrFormat
		}
		var err error
		if set.Ranges, err = parseGlobset(r); err != nil {
			return nil, err
		}
		s = append(s, set)
	}
	return s, nil
}

// globset is a GLOBSET while it is read: bytes that are common to what follows, in the portions they came in.
type globset struct {
	r        *wire.Reader
	common   []byte
	portions []int
	ranges   []Range
}

// parseGlobset reads one GLOBSET up to its end.
func parseGlobset(r *wire.Reader) ([]Range, error) {
	g := globset{r: r}
	for {
		command := r.U8()
		switch {
		case r.Err() != nil:
			return nil, ErrFormat
		case command == commandEnd:
			return normal(g.ranges), nil
		case !g.run(command):
			return nil, ErrFormat
		}
	}
}

// run carries out one command and reports whether it is one.
func (g *globset) run(command byte) bool {
	switch {
	case command <= counterSize:
		return g.push(int(command))
	case command == commandPop:
		if len(g.portions) == 0 {
			return false
		}
		n := g.portions[len(g.portions)-1]
		g.portions, g.common = g.portions[:len(g.portions)-1], g.common[:len(g.common)-n]
		return true
	case command == commandBitmask:
		return g.bitmask()
	case command == commandRange:
		low, ok := g.counter()
		high, ok2 := g.counter()
		return ok && ok2 && g.add(low, high)
	}
	return false
}

func (g *globset) push(n int) bool {
	b := g.r.Take(n)
	if b == nil || len(g.common)+n > counterSize {
		return false
	}
	if len(g.common)+n < counterSize {
		g.common, g.portions = append(g.common, b...), append(g.portions, n)
		return true
	}
	c := join(g.common, b) // complete: what made it so is not kept
	return g.add(c, c)
}

// bitmask adds the counters whose last byte is the first one, and those of the eight after it whose bit is set.
func (g *globset) bitmask() bool {
	start, mask := g.r.U8(), g.r.U8()
	if g.r.Err() != nil || len(g.common) != counterSize-1 {
		return false
	}
	first := join(g.common, []byte{start})
	if !g.add(first, first) {
		return false
	}
	for i := range uint64(8) {
		if c := first + 1 + i; mask>>i&1 != 0 && (uint64(start)+1+i > 0xFF || !g.add(c, c)) {
			return false
		}
	}
	return true
}

// counter reads what the common bytes leave of a counter.
func (g *globset) counter() (uint64, bool) {
	b := g.r.Take(counterSize - len(g.common))
	return join(g.common, b), g.r.Err() == nil
}

func (g *globset) add(low, high uint64) bool {
	if low == 0 || low > high || high > maxCounter {
		return false
	}
	g.ranges = append(g.ranges, Range{low, high})
	return true
}

// join makes a counter of its parts, the high-order bytes first.
func join(parts ...[]byte) (c uint64) {
	for _, p := range parts {
		for _, b := range p {
			c = c<<8 | uint64(b)
		}
	}
	return c
}

// normal sorts ranges and joins those that touch.
func normal(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int {
		if a.Low < b.Low {
			return -1
		} else if a.Low > b.Low {
			return 1
		}
		return 0
	})
	var out []Range
	for _, r := range ranges {
		if n := len(out); n > 0 && r.Low <= out[n-1].High+1 {
			out[n-1].High = max(out[n-1].High, r.High)
			continue
		}
		out = append(out, r)
	}
	return out
}
