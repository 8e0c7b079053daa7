package dcerpc

import (
	"encoding/binary"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/wire"
)

// sendRequest writes all fragments of a request in one hold of the write lock.
func (c *Client) sendRequest(callID uint32, r *CallRequest) error {
	c.mu.Lock()
	fragment, headerSign, abstract := c.fragment, c.headerSign, c.transfer[r.Context]
	c.mu.Unlock()
	head := requestSize
	if r.Object != (ndr.UUID{}) {
		head += objectSize
	}
	var g *guard
	room := fragment - head
	if s := r.Security; s != nil && (s.Level > auth.LevelConnect || c.o.Verifier) {
		g = s.guard(headerSign)
		room = g.room(fragment, head)
	}
	if c.o.StubPart > 0 {
		room = min(room, c.o.StubPart)
	}
	stub := r.Stub
	if c.o.Verify && r.Security != nil {
		stub = appendVerification(stub, headerSign, abstract)
	}
	c.write.Lock()
	defer c.write.Unlock()
	b := c.buf[:0]
	for first := true; first || len(stub) > 0; first = false {
		n := min(len(stub), room)
		start := len(b)
		b = appendHeader(b, TypeRequest, requestFlags(r, first, n == len(stub)), callID)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(stub)))
		b = binary.LittleEndian.AppendUint16(b, r.Context)
		b = binary.LittleEndian.AppendUint16(b, r.Opnum)
		if head > requestSize {
			b = append(b, r.Object[:]...)
		}
		b = append(b, stub[:n]...)
		stub = stub[n:]
		if g == nil {
			setLengths(b[start:], 0)
			continue
		}
		var err error
		if b, err = g.protect(b, start, start+head); err != nil {
			return err
		}
	}
	if cap(b) <= maxKeptReply {
		c.buf = b
	}
	_, err := c.nc.Write(b)
	return err
}

func requestFlags(r *CallRequest, first, last bool) Flags {
	var f Flags
	if first {
		f |= FlagFirst
	}
	if last {
		f |= FlagLast
	}
	if r.Maybe {
		f |= FlagMaybe
	}
	if r.Object != (ndr.UUID{}) {
		f |= FlagObject
	}
	return f
}

// appendVerification returns a copy of stub with a verification trailer behind it, [MS-RPCE] 2.2.2.13.
func appendVerification(stub []byte, headerSign bool, abstract SyntaxID) []byte {
	w := bodyWriter{Writer: wire.Writer{Buf: append([]byte(nil), stub...)}}
	w.Align(4)
	w.Put(verificationMagic[:])
	w.U16(verifyBitmask1)
	w.U16(4)
	if headerSign {
		w.U32(1)
	} else {
		w.U32(0)
	}
	w.U16(verifyContext | verifyEnd)
	w.U16(40)
	w.syntax(abstract)
	w.syntax(NDR20)
	return w.Bytes()
}
