package view

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// keyList is a list of different keys in ascending order. Of each key only the part is kept in which it differs from
// the one before; now and then one is kept whole, so that a few must be read to know any of them.
type keyList struct {
	count  int
	starts []uint32 // where each whole key is in text
	text   string
	code   *code // how the bytes of keys are packed; nil: they are not
}

// wholeKeys is how far apart whole keys are.
const wholeKeys = 16

// keyPacker makes a keyList of keys added in ascending order.
type keyPacker struct {
	code   *code
	count  int
	starts []uint32
	text   []byte
	last   string
}

// add takes a key in. In the text stand the number of bytes it begins with that the key before has too, but for whole
// keys, the number of the others, and those, packed, from a byte's beginning.
func (p *keyPacker) add(key string) {
	rest := key
	if p.count%wholeKeys == 0 {
		p.starts = append(p.starts, uint32(len(p.text)))
	} else {
		n := common(p.last, key)
		p.text, rest = binary.AppendUvarint(p.text, uint64(n)), key[n:]
	}
	p.text = binary.AppendUvarint(p.text, uint64(len(rest)))
	if p.code != nil {
		p.text = p.code.pack(p.text, rest)
	} else {
		p.text = append(p.text, rest...)
	}
	p.count, p.last = p.count+1, key
}

func (p *keyPacker) list() keyList {
	starts := make([]uint32, len(p.starts))
	copy(starts, p.starts)
	return keyList{count: p.count, starts: starts, text: string(p.text), code: p.code}
}

// common is the number of bytes that two keys begin with alike.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// bytes is the memory the list takes, without the code, which it shares.
func (l *keyList) bytes() int64 { return 4*int64(len(l.starts)) + int64(len(l.text)) }

// keyReader reads the keys of a list in their order.
type keyReader struct {
	list *keyList
	n    int // number of the key
	key  []byte
	at   uint32 // where the next key is in the text
}

// reader returns a reader that stands on a key.
func (l *keyList) reader(n int) *keyReader {
	r := &keyReader{list: l, n: n/wholeKeys*wholeKeys - 1}
	for r.at = l.starts[n/wholeKeys]; r.n < n; {
		r.next()
	}
	return r
}

// next reads the next key, of which there must be one.
func (r *keyReader) next() {
	r.n++
	keep := 0
	if r.n%wholeKeys != 0 {
		keep = r.number()
	}
	size := r.number()
	r.key = r.key[:keep]
	text := r.list.text
	if r.list.code != nil {
		var used int
		r.key, used = r.list.code.unpack(r.key, text[r.at:], size)
		r.at += uint32(used)
		return
	}
	r.key = append(r.key, text[r.at:r.at+uint32(size)]...)
	r.at += uint32(size)
}

// number reads a number of the text.
func (r *keyReader) number() (n int) {
	for shift := 0; ; shift += 7 {
		b := r.list.text[r.at]
		r.at++
		if n |= int(b&0x7F) << shift; b < 0x80 {
			return n
		}
	}
}

// search returns the number of keys before a key, and whether the key is there.
func (l *keyList) search(key string) (n int, found bool) {
	lo, hi := 0, len(l.starts) // the last whole key that is not after key is before hi
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if strings.Compare(string(l.reader(mid*wholeKeys).key), key) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return 0, false
	}
	want := []byte(key)
	for r := l.reader((lo - 1) * wholeKeys); ; r.next() {
		if c := bytes.Compare(r.key, want); c >= 0 {
			return r.n, c == 0
		}
		if r.n+1 == l.count {
			return l.count, false
		}
	}
}
