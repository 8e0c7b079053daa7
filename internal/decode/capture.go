// Package decode reads captures offline: it joins the TCP connections of a capture file, opens the protection of those
// whose password is known, and hands the readable trace to internal/trace.
package decode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/mapid/mapid/internal/trace"
)

// ErrFormat reports a file that is no capture, or a damaged one.
var ErrFormat = errors.New("decode: not a readable pcap or pcapng file")

// segment is the payload of one TCP packet.
type segment struct {
	at       time.Time
	from, to netip.AddrPort
	seq      uint32
	syn, fin bool
	data     []byte
}

// maxPacket bounds one packet of a capture.
const maxPacket = 1 << 20

// readCapture calls fn for every TCP segment of a capture. Packets of other protocols are passed over.
func readCapture(r io.Reader, fn func(segment) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	magic, err := br.Peek(4)
	if err != nil {
		return fmt.Errorf("%w: it is empty", ErrFormat)
	}
	if binary.LittleEndian.Uint32(magic) == 0x0A0D0D0A {
		return readNG(br, fn)
	}
	return readPcap(br, fn)
}

func readPcap(r io.Reader, fn func(segment) error) error {
	var head [24]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return fmt.Errorf("%w: header is cut short", ErrFormat)
	}
	var order binary.ByteOrder = binary.LittleEndian
	unit := time.Microsecond
	switch binary.LittleEndian.Uint32(head[:]) {
	case 0xA1B2C3D4:
	case 0xA1B23C4D:
		unit = time.Nanosecond
	case 0xD4C3B2A1:
		order = binary.BigEndian
	case 0x4D3CB2A1:
		order, unit = binary.BigEndian, time.Nanosecond
	default:
		return ErrFormat
	}
	link := order.Uint32(head[20:]) & 0xFFFF
	var rec [16]byte
	for {
		if _, err := io.ReadFull(r, rec[:]); err != nil {
			return endOf(err)
		}
		n := order.Uint32(rec[8:])
		if n > maxPacket {
			return fmt.Errorf("%w: packet of %d bytes", ErrFormat, n)
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(r, b); err != nil {
			return endOf(err)
		}
		at := time.Unix(int64(order.Uint32(rec[:])), int64(order.Uint32(rec[4:]))*int64(unit))
		if err := packet(uint16(link), at, b, fn); err != nil {
			return err
		}
	}
}

// endOf takes a capture that was cut short as ended: captures often are.
func endOf(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

type ngInterface struct {
	link uint16
	unit time.Duration
	skip bool // a second view of what another interface of the file has too
}

func readNG(r io.Reader, fn func(segment) error) error {
	var order binary.ByteOrder = binary.LittleEndian
	var interfaces []ngInterface
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return endOf(err)
		}
		kind := binary.LittleEndian.Uint32(head[:])
		var first []byte
		if kind == 0x0A0D0D0A {
			first = make([]byte, 4)
			if _, err := io.ReadFull(r, first); err != nil {
				return endOf(err)
			}
			order = binary.LittleEndian
			if binary.BigEndian.Uint32(first) == 0x1A2B3C4D {
				order = binary.BigEndian
			}
			interfaces = nil
		}
		kind = order.Uint32(head[:])
		size := order.Uint32(head[4:])
		if size < 12 || size > maxPacket+4096 || size%4 != 0 {
			return fmt.Errorf("%w: block of %d bytes", ErrFormat, size)
		}
		body := make([]byte, int(size)-8-len(first))
		if _, err := io.ReadFull(r, body); err != nil {
			return endOf(err)
		}
		body = body[:len(body)-4]
		switch kind {
		case 1:
			if len(body) < 8 {
				return ErrFormat
			}
			i := ngInterface{link: order.Uint16(body), unit: time.Microsecond}
			i.options(order, body[8:])
			interfaces = append(interfaces, i)
		case 6:
			if len(body) < 20 {
				return ErrFormat
			}
			id, n := order.Uint32(body), order.Uint32(body[12:])
			if uint64(id) >= uint64(len(interfaces)) || uint64(n) > uint64(len(body)-20) {
				return ErrFormat
			}
			i := interfaces[id]
			if i.skip {
				continue
			}
			ts := uint64(order.Uint32(body[4:]))<<32 | uint64(order.Uint32(body[8:]))
			at := time.Unix(0, int64(ts)*int64(i.unit))
			if err := packet(i.link, at, body[20:20+n], fn); err != nil {
				return err
			}
		}
	}
}

// Options of interface blocks.
const (
	optIfName    = 2
	optIfTSResol = 9
)

// options reads the resolution of time stamps, where powers of two are taken for the default, and whether the
// interface is the unprotected view of a trace, whose wire view is read instead.
func (i *ngInterface) options(order binary.ByteOrder, opts []byte) {
	for len(opts) >= 4 {
		code, n := order.Uint16(opts), int(order.Uint16(opts[2:]))
		if code == 0 || n > len(opts)-4 {
			return
		}
		value := opts[4 : 4+n]
		switch {
		case code == optIfTSResol && n == 1 && value[0] == 9:
			i.unit = time.Nanosecond
		case code == optIfName && string(value) == trace.ClearView:
			i.skip = true
		}
		opts = opts[min(len(opts), 4+(n+3)&^3):]
	}
}

// Link types that are understood.
const (
	linkNull     = 0
	linkEthernet = 1
	linkRaw      = 101
	linkLoop     = 108
	linkSLL      = 113
	linkSLL2     = 276
)

func packet(link uint16, at time.Time, b []byte, fn func(segment) error) error {
	skip := 0
	switch link {
	case linkEthernet:
		skip = 14
		for len(b) >= skip && len(b) >= 16 && binary.BigEndian.Uint16(b[skip-2:]) == 0x8100 {
			skip += 4
		}
	case linkNull, linkLoop:
		skip = 4
	case linkSLL:
		skip = 16
	case linkSLL2:
		skip = 20
	case linkRaw, 12, 14, 228, 229:
	default:
		return nil
	}
	if len(b) <= skip {
		return nil
	}
	s, ok := parseIP(b[skip:])
	if !ok {
		return nil
	}
	s.at = at
	return fn(s)
}

func parseIP(b []byte) (segment, bool) {
	var src, dst netip.Addr
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		if head < 20 || b[9] != 6 || binary.BigEndian.Uint16(b[6:])&0x3FFF != 0 { // fragments are passed over
			return segment{}, false
		}
		if total == 0 || total > len(b) { // segmentation offload
			total = len(b)
		}
		if head > total {
			return segment{}, false
		}
		src, dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		b = b[head:total]
	case len(b) >= 40 && b[0]>>4 == 6 && b[6] == 6:
		total := 40 + int(binary.BigEndian.Uint16(b[4:]))
		if total == 40 || total > len(b) {
			total = len(b)
		}
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		b = b[40:total]
	default:
		return segment{}, false
	}
	if len(b) < 20 {
		return segment{}, false
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > len(b) {
		return segment{}, false
	}
	return segment{
		from: netip.AddrPortFrom(src, binary.BigEndian.Uint16(b)), to: netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:])),
		seq: binary.BigEndian.Uint32(b[4:]), syn: b[13]&2 != 0, fin: b[13]&5 != 0, data: b[head:],
	}, true
}
