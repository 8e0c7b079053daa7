// Package trace turns what the server does into captures and text that people and analysers read: the bytes as they
// went over the wire, the same conversation without its protection, and one readable record per operation.
package trace

import (
	"encoding/binary"
	"io"
	"time"
)

// LinkType is a link-layer type of a capture file.
type LinkType uint16

// Link types that traces use.
const (
	LinkRaw      LinkType = 101 // IPv4 or IPv6 packets without a link layer
	LinkUpperPDU LinkType = 252 // one protocol data unit behind tags that name its dissector
)

// Block types of pcapng, as its specification numbers them.
const (
	blockSection    = 0x0A0D0D0A
	blockInterface  = 1
	blockNames      = 4
	blockStatistics = 5
	blockPacket     = 6
)

// Option codes of pcapng blocks.
const (
	optEnd        = 0
	optComment    = 1
	optApp        = 4 // section: program that wrote it
	optIfName     = 2
	optIfTSResol  = 9
	optIfDropped  = 5 // statistics: packets not captured
	byteOrderMark = 0x1A2B3C4D
)

// NGWriter writes a pcapng stream. Every Write ends with a whole block, so a live reader never sees half of one. It is
// not safe for concurrent use. Times are kept to the nanosecond.
type NGWriter struct {
	output
	start      int // of the block that is being made, in the buffer
	interfaces uint32
}

// NewNGWriter starts a section; comment is shown by readers as the file's comment.
func NewNGWriter(w io.Writer, application, comment string) *NGWriter {
	n := &NGWriter{output: output{w: w}}
	n.begin(blockSection)
	n.u32(byteOrderMark)
	n.u16(1)
	n.u16(0)
	n.u32(0xFFFFFFFF)
	n.u32(0xFFFFFFFF)
	n.option(optComment, comment)
	n.option(optApp, application)
	n.option(optEnd, "")
	n.end()
	return n
}

// Flush writes the blocks that are kept back.
func (n *NGWriter) Flush() error { return n.flush() }

// Interface adds an interface and returns its number.
func (n *NGWriter) Interface(link LinkType, name, comment string) uint32 {
	n.begin(blockInterface)
	n.u16(uint16(link))
	n.u16(0)
	n.u32(0)
	n.option(optIfName, name)
	n.option(optComment, comment)
	n.option(optIfTSResol, "\x09")
	n.option(optEnd, "")
	n.end()
	id := n.interfaces
	n.interfaces++
	return id
}

// packetHead is what stands before the bytes of a packet in its block.
const packetHead = 28

// beginPacket starts a packet; its bytes are appended to the buffer then.
func (n *NGWriter) beginPacket(iface uint32, at time.Time) {
	n.begin(blockPacket)
	n.u32(iface)
	ts := uint64(at.UnixNano())
	n.u32(uint32(ts >> 32))
	n.u32(uint32(ts))
	n.u64(0) // lengths, filled in by endPacket
}

// endPacket ends it; comment may be empty, and may stand in the buffer itself.
func (n *NGWriter) endPacket(comment []byte) {
	size := uint32(len(n.buf) - n.start - packetHead)
	binary.LittleEndian.PutUint32(n.buf[n.start+20:], size)
	binary.LittleEndian.PutUint32(n.buf[n.start+24:], size)
	n.pad()
	if len(comment) > 0 {
		comment = comment[:min(len(comment), 0xFFFF)]
		n.u16(optComment)
		n.u16(uint16(len(comment)))
		n.buf = append(n.buf, comment...)
		n.pad()
		n.option(optEnd, "")
	}
	n.end()
}

// Name tells readers to show name for an address of 4 or 16 bytes.
func (n *NGWriter) Name(address []byte, name string) {
	kind := uint16(1)
	if len(address) == 16 {
		kind = 2
	}
	n.begin(blockNames)
	n.u16(kind)
	n.u16(uint16(len(address) + len(name) + 1))
	n.buf = append(n.buf, address...)
	n.buf = append(n.buf, name...)
	n.buf = append(n.buf, 0)
	n.pad()
	n.u32(0) // end of records
	n.end()
}

// Dropped records how many packets of an interface were lost to a slow reader so far.
func (n *NGWriter) Dropped(iface uint32, at time.Time, count uint64) {
	n.begin(blockStatistics)
	n.u32(iface)
	ts := uint64(at.UnixNano())
	n.u32(uint32(ts >> 32))
	n.u32(uint32(ts))
	n.option(optIfDropped, string(binary.LittleEndian.AppendUint64(nil, count)))
	n.option(optEnd, "")
	n.end()
}

func (n *NGWriter) begin(block uint32) {
	n.start = len(n.buf)
	n.u32(block)
	n.u32(0) // length, filled in by end
}

func (n *NGWriter) end() {
	size := uint32(len(n.buf) - n.start + 4)
	binary.LittleEndian.PutUint32(n.buf[n.start+4:], size)
	n.u32(size)
}

func (n *NGWriter) option(code uint16, value string) {
	if value == "" && code != optEnd {
		return
	}
	value = value[:min(len(value), 0xFFFF)]
	n.u16(code)
	n.u16(uint16(len(value)))
	n.buf = append(n.buf, value...)
	n.pad()
}

func (n *NGWriter) pad() {
	for len(n.buf)%4 != 0 { // every block before is whole
		n.buf = append(n.buf, 0)
	}
}

func (n *NGWriter) u16(v uint16) { n.buf = binary.LittleEndian.AppendUint16(n.buf, v) }
func (n *NGWriter) u32(v uint32) { n.buf = binary.LittleEndian.AppendUint32(n.buf, v) }
func (n *NGWriter) u64(v uint64) { n.buf = binary.LittleEndian.AppendUint64(n.buf, v) }

// PcapWriter writes a classic capture file of raw IP packets, for readers that don't know pcapng.
type PcapWriter struct {
	output
	start int // of the record that is being made, in the buffer
}

// NewPcapWriter writes the file header. Times are kept to the microsecond.
func NewPcapWriter(w io.Writer) *PcapWriter {
	p := &PcapWriter{output: output{w: w}}
	b := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, 0x40000)
	p.buf = binary.LittleEndian.AppendUint32(b, uint32(LinkRaw))
	return p
}

// Flush writes the packets that are kept back.
func (p *PcapWriter) Flush() error { return p.flush() }

// Packet adds one packet.
func (p *PcapWriter) Packet(at time.Time, data []byte) {
	p.beginPacket(at)
	p.buf = append(p.buf, data...)
	p.endPacket()
}

// recordHead is what stands before the bytes of a packet.
const recordHead = 16

// beginPacket starts a packet; its bytes are appended to the buffer then.
func (p *PcapWriter) beginPacket(at time.Time) {
	p.start = len(p.buf)
	p.buf = binary.LittleEndian.AppendUint32(p.buf, uint32(at.Unix()))
	p.buf = binary.LittleEndian.AppendUint32(p.buf, uint32(at.Nanosecond()/1000))
	p.buf = binary.LittleEndian.AppendUint64(p.buf, 0) // lengths, filled in by endPacket
}

func (p *PcapWriter) endPacket() {
	size := uint32(len(p.buf) - p.start - recordHead)
	binary.LittleEndian.PutUint32(p.buf[p.start+8:], size)
	binary.LittleEndian.PutUint32(p.buf[p.start+12:], size)
}
