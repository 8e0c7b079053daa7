// Package lzxpress compresses and expands payloads with the LZ77 and DIRECT2 encoding of [MS-OXCRPC] 3.1.4.1.1.2, which
// is the plain LZ77 of [MS-XCA] 2.3 and 2.4, and holds the XOR that obfuscates payloads.
package lzxpress

import (
	"encoding/binary"
	"errors"
)

const (
	maxOffset = 1 << 13 // 13 bits of a match word hold the offset less one
	minMatch  = 3

	// Lengths grow in steps: 3 bits of the match word, a nibble shared by two matches, a byte, a 16-bit word. A
	// step that is full says that the next one follows.
	wordFull   = 7
	nibbleFull = 15
	byteFull   = 255
)

// ErrCorrupt reports compressed data that do not expand to the announced size.
var ErrCorrupt = errors.New("lzxpress: corrupt data")

// MaxSize is the size in bytes of the largest payload: sizes have 16 bits on the wire.
const MaxSize = 1<<16 - 1

// Expand returns the size bytes that src stands for, [MS-OXCRPC] 3.1.4.1.1.2.2. Bytes of src that are left over are
// ignored, since some encoders leave a terminator there. Anything else that does not fit is ErrCorrupt.
func Expand(src []byte, size int) ([]byte, error) {
	if size < 0 || size > MaxSize {
		return nil, ErrCorrupt
	}
	e := expander{src: src, out: make([]byte, 0, size)}
	var mask uint32
	items := 0 // that mask still tells apart
	for len(e.out) < size {
		if items == 0 {
			b := e.take(4)
			if b == nil {
				return nil, ErrCorrupt
			}
			mask, items = binary.LittleEndian.Uint32(b), 32
		}
		match := mask&(1<<31) != 0
		mask <<= 1
		items--
		if match {
			if !e.match(size) {
				return nil, ErrCorrupt
			}
			continue
		}
		if e.off == len(e.src) {
			return nil, ErrCorrupt
		}
		e.out = append(e.out, e.src[e.off])
		e.off++
	}
	return e.out, nil
}

type expander struct {
	src, out []byte
	off      int // of the next byte of src
	shared   int // offset of the byte whose high nibble is not used yet, plus one; 0 for none
}

func (e *expander) take(n int) []byte {
	if len(e.src)-e.off < n {
		return nil
	}
	e.off += n
	return e.src[e.off-n : e.off]
}

// match reads one match and appends what it repeats.
func (e *expander) match(size int) bool {
	b := e.take(2)
	if b == nil {
		return false
	}
	word := int(binary.LittleEndian.Uint16(b))
	offset, length := word>>3+1, word&wordFull
	if length == wordFull && !e.longLength(&length) {
		return false
	}
	length += minMatch
	if offset > len(e.out) || length > size-len(e.out) {
		return false
	}
	// A match may overlap what it makes: then it repeats its first bytes.
	for length > 0 {
		from := len(e.out) - offset
		n := min(length, offset)
		e.out = append(e.out, e.out[from:from+n]...)
		length -= n
	}
	return true
}

// longLength reads the rest of a length that does not fit into the match word.
func (e *expander) longLength(length *int) bool {
	var nibble int
	if e.shared != 0 {
		nibble = int(e.src[e.shared-1] >> 4)
		e.shared = 0
	} else {
		b := e.take(1)
		if b == nil {
			return false
		}
		nibble = int(b[0] & 0x0F)
		e.shared = e.off
	}
	*length += nibble
	if nibble < nibbleFull {
		return true
	}
	b := e.take(1)
	if b == nil {
		return false
	}
	*length += int(b[0])
	if b[0] < byteFull {
		return true
	}
	// The word holds the whole length: it is not added to the steps before, and has to need the space.
	if b = e.take(2); b == nil {
		return false
	}
	*length = int(binary.LittleEndian.Uint16(b))
	return *length >= wordFull+nibbleFull
}

// XOR changes b in place as RPC_HEADER_EXT's flag XorMagic says, [MS-OXCRPC] 3.1.4.1.1.3. Twice is nothing.
func XOR(b []byte) {
	const magic = 0xA5A5A5A5A5A5A5A5
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^magic)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= 0xA5
	}
}
