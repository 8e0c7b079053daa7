package trace

import (
	"encoding/binary"
)

// PDU types that a dissector looks at.
const (
	pduRequest   = 0
	pduResponse  = 2
	pduFault     = 3
	pduBind      = 11
	pduBindAck   = 12
	pduAlter     = 14
	pduAlterResp = 15
	pduAuth3     = 16
)

const (
	pfcFirst  = 0x01
	pfcLast   = 0x02
	pfcObject = 0x80
)

// Rewriter turns the stub of a request or response into the form that the clear view shows: for EcDoRpcExt2 without
// obfuscation and compression. It returns the stub unchanged if it has nothing to do or can't read it.
type Rewriter func(iface [16]byte, opnum uint16, dir Direction, stub []byte) []byte

// dissector follows the unprotected PDUs of one connection: it learns which interface a presentation context stands
// for, joins fragments and rewrites stubs.
type dissector struct {
	rewrite  Rewriter
	contexts map[uint16][16]byte
	calls    map[uint32]callState
	out      [1][]byte // what pdu returned last, where it is one
}

type callState struct {
	iface [16]byte
	opnum uint16
	head  []byte // header of the first fragment, up to the stub
	stub  []byte
}

// Limits of what a dissector keeps.
const (
	maxCalls    = 256
	maxCallStub = 8 << 20
)

func newDissector(rewrite Rewriter) *dissector {
	return &dissector{rewrite: rewrite, contexts: make(map[uint16][16]byte), calls: make(map[uint32]callState)}
}

// pdu takes one PDU and returns those to show instead, and the call id they belong to; none while fragments are
// missing. What it returns is good until the next call.
func (d *dissector) pdu(dir Direction, p []byte) (out [][]byte, call uint32) {
	if len(p) < 16 {
		return d.one(p), 0
	}
	call = binary.LittleEndian.Uint32(p[12:])
	if p[4]&0x10 == 0 { // big-endian peers are shown as they are
		return d.one(p), binary.BigEndian.Uint32(p[12:])
	}
	switch p[2] {
	case pduBind, pduAlter:
		d.learn(p)
	case pduRequest, pduResponse:
		return d.fragment(dir, p, call), call
	}
	return d.one(p), call
}

// one lists a PDU alone.
func (d *dissector) one(p []byte) [][]byte {
	d.out[0] = p
	return d.out[:]
}

// learn reads the list of presentation contexts.
func (d *dissector) learn(p []byte) {
	if len(p) < 28 {
		return
	}
	b := p[28:]
	for range p[24] {
		if len(b) < 24 {
			return
		}
		var iface [16]byte
		copy(iface[:], b[4:20])
		if id := binary.LittleEndian.Uint16(b); len(d.contexts) < maxCalls {
			d.contexts[id] = iface
		}
		skip := 24 + 20*int(b[2])
		if len(b) < skip {
			return
		}
		b = b[skip:]
	}
}

func (d *dissector) fragment(dir Direction, p []byte, call uint32) [][]byte {
	head := 24
	if p[2] == pduRequest && p[3]&pfcObject != 0 {
		head = 40
	}
	if len(p) < head {
		return d.one(p)
	}
	c, known := d.calls[call]
	if p[2] == pduRequest && p[3]&pfcFirst != 0 {
		if len(d.calls) >= maxCalls {
			clear(d.calls)
		}
		c = callState{iface: d.contexts[binary.LittleEndian.Uint16(p[20:])], opnum: binary.LittleEndian.Uint16(p[22:])}
		d.calls[call], known = c, true
	}
	if !known {
		return d.one(p) // its beginning was not seen
	}
	stub := p[head:]
	whole := p[3]&(pfcFirst|pfcLast) == pfcFirst|pfcLast // most are: nothing is to be joined
	if !whole {
		if p[3]&pfcFirst != 0 {
			c.head, c.stub = append([]byte(nil), p[:head]...), nil
		}
		if len(c.head) == 0 {
			return d.one(p) // its first fragment was not seen
		}
		c.stub = append(c.stub, stub...)
		if stub = c.stub; p[3]&pfcLast == 0 && len(stub) < maxCallStub {
			d.calls[call] = c
			return nil
		}
	}
	shown := stub
	if d.rewrite != nil {
		shown = d.rewrite(c.iface, c.opnum, dir, stub)
	}
	if p[2] == pduResponse {
		delete(d.calls, call)
	} else {
		d.calls[call] = callState{iface: c.iface, opnum: c.opnum}
	}
	if !whole {
		return split(c.head, shown)
	}
	if len(shown) == len(stub) && (len(stub) == 0 || &shown[0] == &stub[0]) && clearHeader(p) {
		return d.one(p)
	}
	return split(p[:head], shown)
}

// clearHeader reports whether the lengths in a PDU are those of a PDU without a security trailer.
func clearHeader(p []byte) bool {
	return int(binary.LittleEndian.Uint16(p[8:])) == len(p) && binary.LittleEndian.Uint16(p[10:]) == 0 && len(p) <= maxShown
}

// maxShown is the most stub bytes of one PDU in the clear view.
const maxShown = 60000

// split makes PDUs of a header and a stub.
func split(head, stub []byte) (out [][]byte) {
	for first := true; first || len(stub) > 0; first = false {
		n := min(len(stub), maxShown)
		p := append(append(make([]byte, 0, len(head)+n), head...), stub[:n]...)
		p[3] &^= pfcFirst | pfcLast
		if first {
			p[3] |= pfcFirst
		}
		if n == len(stub) {
			p[3] |= pfcLast
		}
		binary.LittleEndian.PutUint16(p[8:], uint16(len(p)))
		binary.LittleEndian.PutUint16(p[10:], 0)
		binary.LittleEndian.PutUint32(p[16:], uint32(len(stub)))
		out = append(out, p)
		stub = stub[n:]
	}
	return out
}

// Joiner follows the unprotected PDUs of one connection and returns whole stubs with the interface they belong to.
type Joiner struct{ d *dissector }

// Stub is the stub of a request or response.
type Stub struct {
	Interface [16]byte
	Opnum     uint16
	Call      uint32
	Bytes     []byte
}

// NewJoiner returns a Joiner; rewrite may be nil.
func NewJoiner(rewrite Rewriter) *Joiner { return &Joiner{newDissector(rewrite)} }

// PDU takes one PDU; ok reports that it completed a stub.
func (j *Joiner) PDU(dir Direction, p []byte) (s Stub, ok bool) {
	if len(p) < 24 || p[2] != pduRequest && p[2] != pduResponse {
		j.d.pdu(dir, p)
		return s, false
	}
	call := binary.LittleEndian.Uint32(p[12:])
	before, known := j.d.calls[call]
	out, _ := j.d.pdu(dir, p)
	c, still := j.d.calls[call] // a response ends the call
	if !still {
		c = before
	}
	if len(out) == 0 || !known && !still {
		return s, false
	}
	s = Stub{Interface: c.iface, Opnum: c.opnum, Call: call}
	for _, q := range out {
		head := 24
		if q[2] == pduRequest && q[3]&pfcObject != 0 {
			head = 40
		}
		s.Bytes = append(s.Bytes, q[head:]...)
	}
	return s, true
}
