package rtf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// ErrCompressed reports a compressed RTF text that is damaged or over its limit.
var ErrCompressed = errors.New("rtf: damaged compressed text")

// Signatures of the two forms, [MS-OXRTFCP] 2.1.3.1.
const (
	typeCompressed   uint32 = 0x75465A4C // "LZFu"
	typeUncompressed uint32 = 0x414C454D // "MELA"
)

// HeaderSize is the size in bytes of what stands before the contents, [MS-OXRTFCP] 2.1.3.1.
const HeaderSize = 16

const (
	dictionarySize = 4096
	minMatch       = 2
	maxMatch       = 17
)

// preload is what the dictionary holds before the first byte, [MS-OXRTFCP] 2.1.2.1.
const preload = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbol` +
	`ArialTimes New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

// checksum continues the CRC of the contents: the usual polynomial without the usual inversions, [MS-OXRTFCP] 2.1.3.2.
func checksum(crc uint32, b []byte) uint32 { return ^crc32.Update(^crc, crc32.IEEETable, b) }

// Decompress returns a reader of the text of PidTagRtfCompressed, [MS-OXRTFCP] 3.1.4. A text over limit bytes is
// ErrCompressed at once. Damage is ErrCompressed too, in the end at the latest: what was read before is not to be
// trusted then.
func Decompress(r io.Reader, limit int64) (io.Reader, error) {
	var header [HeaderSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, damaged(err)
	}
	compSize := int64(binary.LittleEndian.Uint32(header[:])) + 4
	rawSize := int64(binary.LittleEndian.Uint32(header[4:]))
	if compSize < HeaderSize || rawSize > limit {
		return nil, ErrCompressed
	}
	switch binary.LittleEndian.Uint32(header[8:]) {
	case typeUncompressed:
		if rawSize > compSize-HeaderSize {
			return nil, ErrCompressed
		}
		return &whole{r: r, left: rawSize}, nil
	case typeCompressed:
		d := &decompressor{left: compSize - HeaderSize, size: rawSize, want: binary.LittleEndian.Uint32(header[12:])}
		d.in = bufio.NewReader(r)
		d.at = copy(d.dict[:], preload)
		return d, nil
	}
	return nil, ErrCompressed
}

// damaged turns the end of the input where none should be into ErrCompressed.
func damaged(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return ErrCompressed
	}
	return err
}

// whole reads a number of bytes that must be there.
type whole struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (w *whole) Read(p []byte) (int, error) {
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	if w.left > 0 {
		err = damaged(err)
	}
	return n, err
}

// decompressor undoes the compression. It stops at the end mark, or once the text is whole.
type decompressor struct {
	in   *bufio.Reader
	left int64 // bytes of contents not read yet
	crc  uint32
	want uint32
	size int64 // of the text
	done int64 // bytes of the text that were made
	dict [dictionarySize]byte
	at   int
	buf  []byte // made and not read yet
	mem  [1 << 10]byte
	err  error
}

// Read implements io.Reader.
func (d *decompressor) Read(p []byte) (int, error) {
	for len(d.buf) == 0 && d.err == nil {
		d.buf = d.mem[:0]
		for len(d.buf) <= len(d.mem)-8*maxMatch && d.err == nil {
			d.err = d.group()
		}
	}
	if n := copy(p, d.buf); n > 0 {
		d.buf = d.buf[n:]
		return n, nil
	}
	return 0, d.err
}

// group undoes what one control byte stands for.
func (d *decompressor) group() error {
	if d.done == d.size || d.left == 0 {
		return d.finish()
	}
	control, err := d.next()
	if err != nil {
		return err
	}
	for bit := 0; bit < 8 && d.done < d.size; bit++ {
		c, err := d.next()
		if err != nil {
			return err
		}
		if control>>bit&1 == 0 {
			d.put(c)
			continue
		}
		low, err := d.next()
		if err != nil {
			return err
		}
		ref := int(c)<<8 | int(low)
		from, n := ref>>4, ref&0x0F+minMatch
		if from == d.at {
			return d.finish()
		}
		for ; n > 0 && d.done < d.size; n-- {
			d.put(d.dict[from])
			from = (from + 1) % dictionarySize
		}
	}
	return nil
}

func (d *decompressor) put(c byte) {
	d.dict[d.at] = c
	d.at = (d.at + 1) % dictionarySize
	d.buf = append(d.buf, c)
	d.done++
}

// next reads one byte of the contents.
func (d *decompressor) next() (byte, error) {
	if d.left == 0 {
		return 0, ErrCompressed
	}
	c, err := d.in.ReadByte()
	if err != nil {
		return 0, damaged(err)
	}
	d.left--
	d.crc = crc32.IEEETable[byte(d.crc)^c] ^ d.crc>>8
	return c, nil
}

// finish checks the whole of the contents. It returns io.EOF if all is well.
func (d *decompressor) finish() error {
	if d.done != d.size {
		return ErrCompressed
	}
	for d.left > 0 {
		if _, err := d.next(); err != nil {
			return err
		}
	}
	if d.crc != d.want {
		return ErrCompressed
	}
	return io.EOF
}

// Store wraps an RTF text for PidTagRtfCompressed without compressing it, [MS-OXRTFCP] 3.1.5.
func Store(rtf []byte) []byte {
	h := header(int64(len(rtf)), int64(len(rtf)), typeUncompressed, 0)
	return append(h[:], rtf...)
}

func header(contents, raw int64, typ, crc uint32) (h [HeaderSize]byte) {
	binary.LittleEndian.PutUint32(h[:], uint32(contents+HeaderSize-4))
	binary.LittleEndian.PutUint32(h[4:], uint32(raw))
	binary.LittleEndian.PutUint32(h[8:], typ)
	binary.LittleEndian.PutUint32(h[12:], crc)
	return h
}

// Compressor compresses an RTF text for PidTagRtfCompressed, [MS-OXRTFCP] 3.1.5. It writes room for the header, which
// is known at the end only, and then the contents.
type Compressor struct {
	w       io.Writer
	err     error
	history []byte // the dictionary's bytes before pos, and what is to be compressed
	pos     int    // in history
	base    int    // bytes that history has lost at its beginning
	out     []byte
	control int // index of the current control byte in out
	items   int
	size    int64 // of the contents written
	crc     uint32
	// Places + 1 of the newest occurrence of each pair of bytes, and for each place in the dictionary of the one before.
	last   [1 << 16]uint32
	before [dictionarySize]uint32
}

// maxTries bounds the search, so that a text of one character does not cost a walk over the dictionary per byte.
const maxTries = 128

// compressorBlock is how many bytes a Compressor collects before it hands them on.
const compressorBlock = 32 << 10

// NewCompressor returns a Compressor that writes to w.
func NewCompressor(w io.Writer) *Compressor {
	c := &Compressor{w: w, history: []byte(preload), pos: len(preload)}
	for i := range len(preload) - 1 {
		c.remember(i)
	}
	_, c.err = w.Write(make([]byte, HeaderSize))
	return c
}

// Write implements io.Writer.
func (c *Compressor) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0 && c.err == nil; {
		n := min(len(rest), compressorBlock)
		c.history = append(c.history, rest[:n]...)
		rest = rest[n:]
		c.compress(maxMatch)
		if drop := c.pos - 2*dictionarySize; drop > compressorBlock {
			c.history = append(c.history[:0], c.history[drop:]...)
			c.pos, c.base = c.pos-drop, c.base+drop
		}
	}
	return len(p), c.err
}

// Close ends the contents and returns the header, which belongs in front of them.
func (c *Compressor) Close() ([HeaderSize]byte, error) {
	c.compress(0)
	c.item(true, uint16((c.base+c.pos)%dictionarySize)<<4)
	c.flush()
	return header(c.size, int64(c.base+c.pos-len(preload)), typeCompressed, c.crc), c.err
}

// compress goes on until no more than ahead bytes are left, which a match may still want.
func (c *Compressor) compress(ahead int) {
	for c.pos+ahead < len(c.history) && c.err == nil {
		if c.items%8 == 0 && len(c.out) >= compressorBlock {
			c.flush()
		}
		if c.base+c.pos == len(preload) {
			c.remember(c.pos - 1) // the pair that the dictionary's last byte and the text's first one make
		}
		from, n := c.longest()
		if n < minMatch {
			c.item(false, uint16(c.history[c.pos]))
			c.advance(1)
			continue
		}
		c.item(true, uint16((c.base+from)%dictionarySize)<<4|uint16(n-minMatch))
		c.advance(n)
	}
}

// flush writes what is finished.
func (c *Compressor) flush() {
	if c.err == nil {
		_, c.err = c.w.Write(c.out)
	}
	c.crc = checksum(c.crc, c.out)
	c.size += int64(len(c.out))
	c.out = c.out[:0]
}

// remember enters the pair at a place into its chain.
func (c *Compressor) remember(i int) {
	if i+1 >= len(c.history) {
		return
	}
	pair := int(c.history[i])<<8 | int(c.history[i+1])
	c.before[(c.base+i)%dictionarySize] = c.last[pair]
	c.last[pair] = uint32(c.base + i + 1)
}

// longest finds the longest earlier occurrence of what comes next, the oldest of several as in the specification's
// examples. An occurrence may run into the bytes it stands for.
func (c *Compressor) longest() (from, n int) {
	if c.pos+1 >= len(c.history) {
		return 0, 0
	}
	limit := min(maxMatch, len(c.history)-c.pos)
	pair := int(c.history[c.pos])<<8 | int(c.history[c.pos+1])
	i := int(c.last[pair]) - 1 - c.base
	for tries := 0; tries < maxTries && i >= 0 && c.pos-i < dictionarySize; tries++ {
		k := minMatch
		for k < limit && c.history[i+k] == c.history[c.pos+k] {
			k++
		}
		if k >= n {
			from, n = i, k
		}
		i = int(c.before[(c.base+i)%dictionarySize]) - 1 - c.base
	}
	return from, n
}

func (c *Compressor) advance(n int) {
	for range n {
		c.remember(c.pos)
		c.pos++
	}
}

func (c *Compressor) item(reference bool, v uint16) {
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
