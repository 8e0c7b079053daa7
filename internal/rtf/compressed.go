package rtf

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// ErrCompressed reports a compressed RTF text that is damaged or over its limit.
var ErrCompressed = errors.New("rtf: damaged compressed text")

// Signatures of the two forms, [MS-OXRTFCP] 2.1.3.1.
const (
	typeCompressed   uint32 = 0x75465A4C // "LZFu"
	typeUncompressed uint32 = 0x414C454D // "MELA"
)

const (
	headerSize     = 16
	dictionarySize = 4096
	minMatch       = 2
	maxMatch       = 17
)

// preload is what the dictionary holds before the first byte, [MS-OXRTFCP] 2.1.2.1.
const preload = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbol` +
	`ArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// checksum is the CRC of the contents: the usual polynomial without the usual inversions, [MS-OXRTFCP] 2.1.3.2.
func checksum(b []byte) uint32 { return ^crc32.Update(^uint32(0), crc32.IEEETable, b) }

// Decompress returns the text of PidTagRtfCompressed, [MS-OXRTFCP] 3.1.4. A text over limit bytes is an error.
func Decompress(b []byte, limit int) ([]byte, error) {
	if len(b) < headerSize {
		return nil, ErrCompressed
	}
	compSize := uint64(binary.LittleEndian.Uint32(b))
	rawSize := uint64(binary.LittleEndian.Uint32(b[4:]))
	if compSize+4 < headerSize || compSize+4 > uint64(len(b)) || rawSize > uint64(max(limit, 0)) {
		return nil, ErrCompressed
	}
	contents := b[headerSize : compSize+4]
	switch binary.LittleEndian.Uint32(b[8:]) {
	case typeUncompressed:
		if rawSize > uint64(len(contents)) {
			return nil, ErrCompressed
		}
		return append([]byte(nil), contents[:rawSize]...), nil
	case typeCompressed:
		if checksum(contents) != binary.LittleEndian.Uint32(b[12:]) {
			return nil, ErrCompressed
		}
		return expand(contents, int(rawSize))
	}
	return nil, ErrCompressed
}

// expand undoes the compression. It stops at the end mark, or once the text is whole.
func expand(in []byte, size int) ([]byte, error) {
	var dict [dictionarySize]byte
	at := copy(dict[:], preload)
	// What one byte of input can become bounds the memory, whatever the header promises.
	out := make([]byte, 0, min(size, len(in)*maxMatch))
	put := func(c byte) {
		dict[at] = c
		at = (at + 1) % dictionarySize
		out = append(out, c)
	}
	for pos := 0; pos < len(in); {
		control := in[pos]
		pos++
		for bit := 0; bit < 8 && len(out) < size; bit++ {
			if control>>bit&1 == 0 {
				if pos >= len(in) {
					return nil, ErrCompressed
				}
				put(in[pos])
				pos++
				continue
			}
			if pos+2 > len(in) {
				return nil, ErrCompressed
			}
			ref := int(in[pos])<<8 | int(in[pos+1])
			pos += 2
			from, n := ref>>4, ref&0x0F+minMatch
			if from == at {
				return whole(out, size)
			}
			for ; n > 0 && len(out) < size; n-- {
				put(dict[from])
				from = (from + 1) % dictionarySize
			}
		}
		if len(out) >= size {
			break
		}
	}
	return whole(out, size)
}

func whole(out []byte, size int) ([]byte, error) {
	if len(out) != size {
		return nil, ErrCompressed
	}
	return out, nil
}

// Store wraps an RTF text for PidTagRtfCompressed without compressing it, [MS-OXRTFCP] 3.1.5.
func Store(rtf []byte) []byte {
	out := header(len(rtf), len(rtf), typeUncompressed, 0)
	return append(out, rtf...)
}

func header(contents, raw int, typ, crc uint32) []byte {
	out := make([]byte, 0, headerSize+contents)
	out = binary.LittleEndian.AppendUint32(out, uint32(contents+headerSize-4))
	out = binary.LittleEndian.AppendUint32(out, uint32(raw))
	out = binary.LittleEndian.AppendUint32(out, typ)
	return binary.LittleEndian.AppendUint32(out, crc)
}

// Compress compresses an RTF text for PidTagRtfCompressed, [MS-OXRTFCP] 3.1.5.
func Compress(rtf []byte) []byte {
	c := compressor{history: append([]byte(preload), rtf...), pos: len(preload)}
	for i := range len(preload) {
		c.remember(i)
	}
	for c.pos < len(c.history) {
		from, n := c.longest()
		if n < minMatch {
			c.literal()
			continue
		}
		c.reference(from, n)
	}
	c.item(true, uint16(c.pos%dictionarySize)<<4)
	out := header(len(c.out), len(rtf), typeCompressed, checksum(c.out))
	return append(out, c.out...)
}

// compressor holds the text behind the preloaded dictionary, and chains of the places where each pair of bytes stands.
type compressor struct {
	history []byte
	pos     int // of the next byte to compress
	out     []byte
	control int // index of the current control byte in out
	items   int
	last    [1 << 16]int32 // place + 1 of the newest occurrence of a pair
	before  [dictionarySize]int32
}

// remember enters the pair at a place into its chain.
func (c *compressor) remember(i int) {
	if i+1 >= len(c.history) {
		return
	}
	pair := int(c.history[i])<<8 | int(c.history[i+1])
	c.before[i%dictionarySize] = c.last[pair]
	c.last[pair] = int32(i + 1)
}

// maxTries bounds the search, so that a text of one character does not cost a walk over the dictionary per byte.
const maxTries = 128

// longest finds the longest earlier occurrence of what comes next, the oldest of several as in the specification's
// examples. An occurrence may run into the bytes it stands for.
func (c *compressor) longest() (from, n int) {
	if c.pos+1 >= len(c.history) {
		return 0, 0
	}
	limit := min(maxMatch, len(c.history)-c.pos)
	pair := int(c.history[c.pos])<<8 | int(c.history[c.pos+1])
	i := int(c.last[pair]) - 1
	for tries := 0; tries < maxTries && i >= 0 && c.pos-i < dictionarySize; tries++ {
		k := minMatch
		for k < limit && c.history[i+k] == c.history[c.pos+k] {
			k++
		}
		if k >= n {
			from, n = i, k
		}
		i = int(c.before[i%dictionarySize]) - 1
	}
	return from, n
}

func (c *compressor) literal() {
	c.item(false, uint16(c.history[c.pos]))
	c.advance(1)
}

func (c *compressor) reference(from, n int) {
	c.item(true, uint16(from%dictionarySize)<<4|uint16(n-minMatch))
	c.advance(n)
}

func (c *compressor) advance(n int) {
	for range n {
		c.remember(c.pos)
		c.pos++
	}
}

func (c *compressor) item(reference bool, v uint16) {
	if c.items%8 == 0 {
		c.control = len(c.out)
		c.out = append(c.out, 0)
	}
	if reference {
		c.out[c.control] |= 1 << (c.items % 8)
		c.out = append(c.out, byte(v>>8))
	}
	c.out = append(c.out, byte(v))
	c.items++
}
