package trace

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// maxSegment is the most TCP payload that fits one IPv4 packet with plain headers.
const maxSegment = 65535 - 20 - 20

// Conversation makes the IP packets of one TCP connection from the bytes that went each way. Addresses and ports are
// the connection's own; sequence numbers, checksums and the opening handshake are synthetic.
type Conversation struct {
	client, server netip.AddrPort
	seq            [2]uint32 // next sequence number, by direction
	id             uint16
}

// Direction of bytes in a conversation.
type Direction uint8

// Directions.
const (
	ToServer Direction = iota
	ToClient
)

// NewConversation describes a connection between two endpoints. If their families differ, both are written as IPv6.
func NewConversation(client, server netip.AddrPort) *Conversation {
	c := &Conversation{client: unmap(client), server: unmap(server)}
	if c.client.Addr().Is4() != c.server.Addr().Is4() {
		c.client, c.server = widen(c.client), widen(c.server)
	}
	return c
}

func unmap(a netip.AddrPort) netip.AddrPort {
	if !a.Addr().IsValid() {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), a.Port())
	}
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// clearPrefix replaces the network part of IPv6 addresses in the clear view.
var clearPrefix = [8]byte{0xFD, 0x6D, 0x61, 0x70, 0x69, 0x64}

// apart returns an address that stands for a in another view of the same capture: analysers join packets by addresses
// and ports alone, and would take the second view for retransmissions. IPv4 addresses become IPv4-mapped ones.
func apart(a netip.AddrPort) netip.AddrPort {
	a = unmap(a)
	if a.Addr().Is4() {
		return widen(a)
	}
	b := a.Addr().As16()
	copy(b[:8], clearPrefix[:])
	return netip.AddrPortFrom(netip.AddrFrom16(b), a.Port())
}

// newClearConversation describes the same connection as it stands in the clear view.
func newClearConversation(client, server netip.AddrPort) *Conversation {
	return &Conversation{client: apart(client), server: apart(server)}
}

func widen(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
}

// TCP flags.
const (
	tcpFin = 0x01
	tcpSyn = 0x02
	tcpPsh = 0x08
	tcpAck = 0x10
)

// step is a packet without payload.
type step struct {
	dir   Direction
	flags byte
}

// handshake opens a conversation.
var handshake = [...]step{{ToServer, tcpSyn}, {ToClient, tcpSyn | tcpAck}, {ToServer, tcpAck}}

// farewell ends it, the side that closed first.
func farewell(first Direction) [3]step {
	return [...]step{{first, tcpFin | tcpAck}, {1 - first, tcpFin | tcpAck}, {first, tcpAck}}
}

// Open returns the three packets of the opening handshake.
func (c *Conversation) Open() (out [][]byte) {
	for _, s := range handshake {
		out = append(out, c.appendPacket(nil, s.dir, s.flags, nil))
	}
	return out
}

// Close returns the packets that end the conversation, the side that closed first.
func (c *Conversation) Close(first Direction) (out [][]byte) {
	for _, s := range farewell(first) {
		out = append(out, c.appendPacket(nil, s.dir, s.flags, nil))
	}
	return out
}

// Data returns the packets that carry b.
func (c *Conversation) Data(dir Direction, b []byte) (out [][]byte) {
	for part := range slices.Chunk(b, maxSegment) {
		out = append(out, c.appendPacket(nil, dir, tcpPsh|tcpAck, part))
	}
	return out
}

// appendPacket appends the next packet, with at most maxSegment bytes of payload.
func (c *Conversation) appendPacket(b []byte, dir Direction, flags byte, payload []byte) []byte {
	from, to := c.client, c.server
	if dir == ToClient {
		from, to = to, from
	}
	var ack uint32
	if flags&tcpAck != 0 {
		ack = c.seq[1-dir]
	}
	size := 20 + len(payload)
	ip := len(b)
	var addresses uint64
	if from.Addr().Is4() {
		c.id++
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+size))
		b = binary.BigEndian.AppendUint16(b, c.id)
		b = append(b, 0x40, 0, 64, 6, 0, 0)
		src, dst := from.Addr().As4(), to.Addr().As4()
		b = append(append(b, src[:]...), dst[:]...)
		binary.BigEndian.PutUint16(b[ip+10:], ^fold(sum(b[ip:])))
		addresses = sum(b[ip+12:])
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(size))
		b = append(b, 6, 64)
		src, dst := from.Addr().As16(), to.Addr().As16()
		b = append(append(b, src[:]...), dst[:]...)
		addresses = sum(b[ip+8:])
	}
	tcp := len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, c.seq[dir])
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0)
	b = append(b, payload...)
	binary.BigEndian.PutUint16(b[tcp+16:], ^fold(addresses+6+uint64(size)+sum(b[tcp:])))
	c.seq[dir] += uint32(len(payload))
	if flags&(tcpSyn|tcpFin) != 0 {
		c.seq[dir]++
	}
	return b
}

// sum adds the 16-bit big-endian words of b, an odd last byte padded with zero, as internet checksums do. It takes four
// bytes at a time, since their halves add up to the same when folded.
func sum(b []byte) (acc uint64) {
	for len(b) >= 8 {
		acc += uint64(binary.BigEndian.Uint32(b)) + uint64(binary.BigEndian.Uint32(b[4:]))
		b = b[8:]
	}
	for len(b) >= 2 {
		acc += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		acc += uint64(b[0]) << 8
	}
	return acc
}

func fold(acc uint64) uint16 {
	for acc > 0xFFFF {
		acc = acc&0xFFFF + acc>>16
	}
	return uint16(acc)
}

// Tags of exported PDUs.
const (
	tagEnd        = 0
	tagDissector  = 12 // name of a dissector
	tagHeuristic  = 13 // name of a heuristic dissector
	tagIPv4Source = 20
	tagIPv4Dest   = 21
	tagIPv6Source = 22
	tagIPv6Dest   = 23
	tagPortType   = 24
	tagSourcePort = 25
	tagDestPort   = 26
	tagFrame      = 30
	tagColumn     = 33
	tagInfo       = 36
	portTypeTCP   = 2
	textDissector = "data-text-lines"
)

// appendTextTags appends the tags of an exported PDU that analysers show as lines of text under the protocol name
// column, sent in dir; the text follows them. info is what lists of packets show, from Wireshark 4.2 on. frame is the
// number of the packet in the file it belongs to, 0 for none.
func (c *Conversation) appendTextTags(b []byte, dir Direction, column string, info []byte, frame uint32) []byte {
	from, to := c.client, c.server
	if dir == ToClient {
		from, to = to, from
	}
	b = appendTag(b, tagDissector, textDissector)
	if from.Addr().Is4() {
		src, dst := from.Addr().As4(), to.Addr().As4()
		b = appendTag(b, tagIPv4Source, src[:])
		b = appendTag(b, tagIPv4Dest, dst[:])
	} else {
		src, dst := from.Addr().As16(), to.Addr().As16()
		b = appendTag(b, tagIPv6Source, src[:])
		b = appendTag(b, tagIPv6Dest, dst[:])
	}
	b = appendTag32(b, tagPortType, portTypeTCP)
	b = appendTag32(b, tagSourcePort, uint32(from.Port()))
	b = appendTag32(b, tagDestPort, uint32(to.Port()))
	if frame != 0 {
		b = appendTag32(b, tagFrame, frame)
	}
	b = appendTag(b, tagColumn, column)
	b = appendTag(b, tagInfo, info)
	return appendTag(b, tagEnd, "")
}

// appendTag appends a tag with its value, padded to four bytes.
func appendTag[V string | []byte](b []byte, code uint16, v V) []byte {
	padded := (len(v) + 3) &^ 3
	b = binary.BigEndian.AppendUint16(b, code)
	b = binary.BigEndian.AppendUint16(b, uint16(padded))
	b = append(b, v...)
	return append(b, "\x00\x00\x00"[:padded-len(v)]...)
}

func appendTag32(b []byte, code uint16, v uint32) []byte {
	b = binary.BigEndian.AppendUint16(b, code)
	b = binary.BigEndian.AppendUint16(b, 4)
	return binary.BigEndian.AppendUint32(b, v)
}
