package dcerpc

import (
	"bytes"
	"errors"

	"github.com/mapid/mapid/auth"
)

// verificationMagic begins a verification trailer, [MS-RPCE] 2.2.2.13.1.
var verificationMagic = [8]byte{0x8A, 0xE3, 0x13, 0x71, 0x02, 0xF4, 0x36, 0x71}

// Commands of a verification trailer, [MS-RPCE] 2.2.2.13.
const (
	verifyBitmask1 = 1 // bit 0: the client can sign headers
	verifyContext  = 2 // abstract and transfer syntax
	verifyHeader2  = 3 // parts of the request's header

	verifyType = 0x3FFF
	verifyEnd  = 0x4000
	verifyMust = 0x8000

	// verifyWindow is how far from the end of the stub the trailer may begin.
	verifyWindow = 1024
)

var errVerification = errors.New("dcerpc: verification trailer does not match")

// findVerification returns the offset of a verification trailer: the last aligned place of its magic near the end of
// the stub, or -1.
func findVerification(stub []byte) int {
	for at := (len(stub) - len(verificationMagic)) &^ 3; at >= 0 && len(stub)-at <= verifyWindow; at -= 4 {
		if [8]byte(stub[at:]) == verificationMagic {
			return at
		}
	}
	return -1
}

// checkVerification returns the stub without its verification trailer, or errVerification if somebody between
// client and server changed what the trailer repeats.
func (c *conn) checkVerification(a *assembly) ([]byte, error) {
	at := findVerification(a.stub)
	if at < 0 {
		return a.stub, nil
	}
	h := Header{BigEndian: a.big}
	o := h.order()
	for b := a.stub[at+len(verificationMagic):]; ; {
		if len(b) < 4 {
			return nil, errVerification
		}
		cmd, n := o.Uint16(b), int(o.Uint16(b[2:]))
		if b = b[4:]; len(b) < n {
			return nil, errVerification
		}
		if !c.verifyCommand(a, cmd, b[:n]) {
			return nil, errVerification
		}
		if cmd&verifyEnd != 0 {
			return a.stub[:at:at], nil
		}
		b = b[n:]
	}
}

// verifyCommand compares one command with what was received in clear.
func (c *conn) verifyCommand(a *assembly, cmd uint16, data []byte) bool {
	h := Header{BigEndian: a.big}
	o := h.order()
	switch cmd & verifyType {
	case verifyBitmask1:
		// Below packet level headers are not signed whatever was said in the bind.
		signed := a.security == nil || a.security.level < auth.LevelPacket || c.headerSign
		return len(data) == 4 && (o.Uint32(data)&1 == 0 || signed)
	case verifyContext:
		w := &bodyWriter{}
		w.syntax(a.abstract)
		w.syntax(NDR20)
		if len(data) != w.Len() {
			return false
		}
		r := newBodyReader(&h, append(make([]byte, headerSize), data...))
		return r.syntax() == a.abstract && r.syntax() == NDR20
	case verifyHeader2:
		if len(data) != 16 {
			return false
		}
		drep := byte(0x10)
		if a.big {
			drep = 0
		}
		return bytes.Equal(data[:8], []byte{byte(TypeRequest), 0, 0, 0, drep, 0, 0, 0}) &&
			o.Uint32(data[8:]) == a.callID && o.Uint16(data[12:]) == a.context && o.Uint16(data[14:]) == a.opnum
	}
	return cmd&verifyMust == 0
}
