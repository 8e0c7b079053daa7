package dcerpc

import (
	"fmt"

	"github.com/mapid/mapid/auth"
)

// connectVerifierSize is the length of the verifier that old clients send at connect level and expect back.
const connectVerifierSize = 16

// guard is how the fragments of one request or response are protected, [MS-RPCE] 3.3.1.5.2.
type guard struct {
	id         uint32
	service    auth.Service
	level      auth.Level
	protector  auth.Protector // unused at connect level
	headerSign bool           // header and trailer are covered too
}

// signatureSize is the length of the token behind each fragment.
func (g *guard) signatureSize() int {
	if g.level <= auth.LevelConnect {
		return connectVerifierSize
	}
	return g.protector.SignatureSize(g.level)
}

// newGuards returns how an established context protects: without and with header signing agreed. Made once, so that
// protecting allocates nothing. NTLM's session security covers header and trailer whether that was agreed or not:
// Windows, Samba and impacket all sign the whole PDU.
func newGuards(id uint32, service auth.Service, level auth.Level, mech auth.Context) [2]guard {
	g := guard{id: id, service: service, level: level, protector: mech}
	signed := g
	signed.headerSign = true
	if mech.Identity().Mechanism == auth.ServiceNTLM {
		g = signed
	}
	return [2]guard{g, signed}
}

// room is how much stub fits into one fragment whose stub begins at offset stub: a multiple of 16, so that only the
// last fragment is padded.
func (g *guard) room(fragment, stub int) int {
	return (fragment - stub - secTrailerSize - g.signatureSize()) &^ 15
}

// protect finishes the fragment b[start:], whose stub begins at b[stub]: padding, trailer, lengths and token. Only
// the growth of b allocates.
func (g *guard) protect(b []byte, start, stub int) ([]byte, error) {
	pad := -(len(b) - stub) & 15
	for range pad {
		b = append(b, 0)
	}
	trailer := len(b)
	b = appendTrailer(b, SecTrailer{
		Type: uint8(g.service), Level: uint8(g.level), PadLength: uint8(pad), ContextID: g.id,
	})
	token := len(b)
	sig := g.signatureSize()
	for range sig {
		b = append(b, 0)
	}
	setLengths(b[start:], sig)
	if g.level <= auth.LevelConnect {
		b[token] = 1
		return b, nil
	}
	var head, tail []byte
	if g.headerSign {
		head, tail = b[start:stub], b[trailer:token]
	}
	var err error
	if g.level == auth.LevelPrivacy {
		err = g.protector.Seal(b[token:], head, b[stub:trailer], tail)
	} else {
		err = g.protector.Sign(b[token:], head, b[stub:trailer], tail)
	}
	if err != nil {
		return b, fmt.Errorf("dcerpc: protect: %w", err)
	}
	return b, nil
}

// unprotect checks and decrypts one fragment in place: its stub, padding included, is pdu[stub:end], its token ends
// the PDU. At connect level nothing is verified.
func (g *guard) unprotect(pdu []byte, stub, end int) error {
	if g.level <= auth.LevelConnect {
		return nil
	}
	token := end + secTrailerSize
	if len(pdu) <= token {
		return auth.ErrBadSignature
	}
	var head, tail []byte
	if g.headerSign {
		head, tail = pdu[:stub], pdu[end:token]
	}
	if g.level == auth.LevelPrivacy {
		return g.protector.Unseal(pdu[token:], head, pdu[stub:end], tail)
	}
	return g.protector.Verify(pdu[token:], head, pdu[stub:end], tail)
}
