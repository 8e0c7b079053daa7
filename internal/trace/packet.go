package trace

import (
	"encoding/binary"
	"net/netip"
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

// Open returns the three packets of the opening handshake.
func (c *Conversation) Open() [][]byte {
	syn := c.packet(ToServer, tcpSyn, nil)
	c.seq[ToServer]++
	synAck := c.packet(ToClient, tcpSyn|tcpAck, nil)
	c.seq[ToClient]++
	return [][]byte{syn, synAck, c.packet(ToServer, tcpAck, nil)}
}

// Close returns the packets that end the conversation, the side that closed first.
func (c *Conversation) Close(first Direction) [][]byte {
	a := c.packet(first, tcpFin|tcpAck, nil)
	c.seq[first]++
	b := c.packet(1-first, tcpFin|tcpAck, nil)
	c.seq[1-first]++
	return [][]byte{a, b, c.packet(first, tcpAck, nil)}
}

// Data returns the packets that carry b.
func (c *Conversation) Data(dir Direction, b []byte) [][]byte {
	var out [][]byte
	for len(b) > 0 {
		n := min(len(b), maxSegment)
		out = append(out, c.packet(dir, tcpPsh|tcpAck, b[:n]))
		c.seq[dir] += uint32(n)
		b = b[n:]
	}
	return out
}

func (c *Conversation) packet(dir Direction, flags byte, payload []byte) []byte {
	from, to := c.client, c.server
	if dir == ToClient {
		from, to = to, from
	}
	var ack uint32
	if flags&tcpAck != 0 {
		ack = c.seq[1-dir]
	}
	src, dst := from.Addr().AsSlice(), to.Addr().AsSlice()
	size := 20 + len(payload)
	var b []byte
	if len(src) == 4 {
		c.id++
		b = make([]byte, 0, 20+size)
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+size))
		b = binary.BigEndian.AppendUint16(b, c.id)
		b = append(b, 0x40, 0, 64, 6, 0, 0)
		b = append(append(b, src...), dst...)
		binary.BigEndian.PutUint16(b[10:], ^fold(sum(0, b)))
	} else {
		b = make([]byte, 0, 40+size)
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(size))
		b = append(b, 6, 64)
		b = append(append(b, src...), dst...)
	}
	start := len(b)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, c.seq[dir])
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 0x50, flags, 0xFF, 0xFF, 0, 0, 0, 0)
	b = append(b, payload...)
	check := sum(sum(sum(uint32(6)+uint32(size), src), dst), b[start:])
	binary.BigEndian.PutUint16(b[start+16:], ^fold(check))
	return b
}

// sum adds 16-bit big-endian words, an odd last byte padded with zero, as internet checksums do.
func sum(acc uint32, b []byte) uint32 {
	for len(b) >= 2 {
		acc += uint32(b[0])<<8 | uint32(b[1])
		acc = acc&0xFFFF + acc>>16
		b = b[2:]
	}
	if len(b) == 1 {
		acc += uint32(b[0]) << 8
	}
	return acc
}

func fold(acc uint32) uint16 {
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
	portTypeTCP   = 2
	textDissector = "data-text-lines"
)

// TextPDU returns an exported PDU that analysers show as lines of text under the protocol name column, sent in dir.
// frame is the number of the packet in the file it belongs to, 0 for none.
func (c *Conversation) TextPDU(dir Direction, column string, frame uint32, text string) []byte {
	from, to := c.client, c.server
	if dir == ToClient {
		from, to = to, from
	}
	var b []byte
	tag := func(code uint16, v []byte) {
		b = binary.BigEndian.AppendUint16(b, code)
		b = binary.BigEndian.AppendUint16(b, uint16((len(v)+3)&^3))
		b = append(b, v...)
		for len(v)%4 != 0 {
			v = append(v[:len(v):len(v)], 0)
			b = append(b, 0)
		}
	}
	num := func(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
	tag(tagDissector, []byte(textDissector))
	if from.Addr().Is4() {
		tag(tagIPv4Source, from.Addr().AsSlice())
		tag(tagIPv4Dest, to.Addr().AsSlice())
	} else {
		tag(tagIPv6Source, from.Addr().AsSlice())
		tag(tagIPv6Dest, to.Addr().AsSlice())
	}
	tag(tagPortType, num(portTypeTCP))
	tag(tagSourcePort, num(uint32(from.Port())))
	tag(tagDestPort, num(uint32(to.Port())))
	if frame != 0 {
		tag(tagFrame, num(frame))
	}
	tag(tagColumn, []byte(column))
	tag(tagEnd, nil)
	return append(b, text...)
}
