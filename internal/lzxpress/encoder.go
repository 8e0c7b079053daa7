package lzxpress

import (
	"encoding/binary"
	"math/bits"
)

const (
	hashBits   = 12
	chainDepth = 8       // candidates looked at for one match
	patience   = 4 << 10 // bytes of input after which there must be some gain
)

// Encoder compresses payloads. Its zero value is ready; it may be used again but not by two goroutines at once.
type Encoder struct {
	head [1 << hashBits]uint16 // last position with a hash, plus one
	prev [maxOffset]uint16     // position with the same hash before the one at this index, plus one
}

// Compress appends src compressed to dst, [MS-OXCRPC] 3.1.4.1.1.2.1. It gives up, returning dst as it was and false,
// when the result would not be smaller than src, when the first kilobytes show no gain, and for a src over MaxSize.
func (e *Encoder) Compress(dst, src []byte) ([]byte, bool) {
	if len(src) > MaxSize {
		return dst, false
	}
	clear(e.head[:])
	s := stream{out: dst}
	s.newMask()
	for pos := 0; pos < len(src); {
		if used := len(s.out) - len(dst); used >= len(src) || pos >= patience && used >= pos {
			return dst, false
		}
		offset, length := e.find(src, pos)
		if length < minMatch {
			e.insert(src, pos)
			s.literal(src[pos])
			pos++
			continue
		}
		s.match(offset, length)
		for end := pos + length; pos < end; pos++ {
			e.insert(src, pos)
		}
	}
	s.flush()
	if len(s.out)-len(dst) >= len(src) {
		return dst, false
	}
	return s.out, true
}

func hash(src []byte, pos int) uint32 {
	v := uint32(src[pos]) | uint32(src[pos+1])<<8 | uint32(src[pos+2])<<16
	return v * 0x9E3779B1 >> (32 - hashBits)
}

// insert makes pos a candidate for later matches.
func (e *Encoder) insert(src []byte, pos int) {
	if pos+minMatch > len(src) {
		return
	}
	h := hash(src, pos)
	e.prev[pos%maxOffset] = e.head[h]
	e.head[h] = uint16(pos + 1)
}

// find returns the longest match for pos among the nearest candidates, the nearest of equals.
func (e *Encoder) find(src []byte, pos int) (offset, length int) {
	if pos+minMatch > len(src) {
		return 0, 0
	}
	length = minMatch - 1
	candidate := int(e.head[hash(src, pos)]) - 1
	for range chainDepth {
		if candidate < 0 || pos-candidate > maxOffset || pos+length >= len(src) {
			break
		}
		if src[candidate+length] == src[pos+length] {
			if n := common(src, candidate, pos); n > length {
				offset, length = pos-candidate, n
			}
		}
		next := int(e.prev[candidate%maxOffset]) - 1
		if next >= candidate { // the slot belongs to a newer position: the chain ends here
			break
		}
		candidate = next
	}
	return offset, length
}

// common returns how many bytes from a and from b on, a < b, are the same.
func common(src []byte, a, b int) int {
	n := 0
	for b+n+8 <= len(src) {
		x := binary.LittleEndian.Uint64(src[a+n:]) ^ binary.LittleEndian.Uint64(src[b+n:])
		if x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for b+n < len(src) && src[a+n] == src[b+n] {
		n++
	}
	return n
}

// stream is the output: masks of 32 bits, each before the 32 items that it tells apart.
type stream struct {
	out    []byte
	maskAt int    // where the current mask goes
	mask   uint32 // its bits so far, the oldest highest
	items  int    // how many
	shared int    // offset of the byte with a free high nibble, plus one; 0 for none
}

func (s *stream) newMask() {
	s.maskAt, s.mask, s.items = len(s.out), 0, 0
	s.out = append(s.out, 0, 0, 0, 0)
}

func (s *stream) item(bit uint32) {
	s.mask = s.mask<<1 | bit
	if s.items++; s.items == 32 {
		binary.LittleEndian.PutUint32(s.out[s.maskAt:], s.mask)
		s.newMask()
	}
}

func (s *stream) literal(b byte) {
	s.out = append(s.out, b)
	s.item(0)
}

func (s *stream) match(offset, length int) {
	length -= minMatch
	word := uint16(offset-1)<<3 | uint16(min(length, wordFull))
	s.out = binary.LittleEndian.AppendUint16(s.out, word)
	if length >= wordFull {
		s.longLength(length)
	}
	s.item(1)
}

// longLength writes what of a length does not fit into the match word.
func (s *stream) longLength(length int) {
	nibble := byte(min(length-wordFull, nibbleFull))
	if s.shared != 0 {
		s.out[s.shared-1] |= nibble << 4
		s.shared = 0
	} else {
		s.out = append(s.out, nibble)
		s.shared = len(s.out)
	}
	if nibble < nibbleFull {
		return
	}
	rest := length - wordFull - nibbleFull
	s.out = append(s.out, byte(min(rest, byteFull)))
	if rest >= byteFull {
		s.out = binary.LittleEndian.AppendUint16(s.out, uint16(length))
	}
}

// flush completes the last mask with ones: a reader that does not know the size ends there.
func (s *stream) flush() {
	free := 32 - s.items
	binary.LittleEndian.PutUint32(s.out[s.maskAt:], uint32(uint64(s.mask)<<free|(1<<free-1)))
}
