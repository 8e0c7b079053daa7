package ntlm

import (
	"fmt"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// signature opens every message, [MS-NLMP] 2.2.1.
const signature = "NTLMSSP\x00"

// Message types, [MS-NLMP] 2.2.1.
const (
	typeNegotiate    = 1
	typeChallenge    = 2
	typeAuthenticate = 3
)

// Version is the VERSION structure, [MS-NLMP] 2.2.2.10. It is informative only.
type Version struct {
	Major, Minor uint8
	Build        uint16
}

// revisionW2K3 is NTLMSSP_REVISION_W2K3, the only revision there is.
const revisionW2K3 = 0x0F

func (v Version) encode(w *wire.Writer) {
	w.U8(v.Major)
	w.U8(v.Minor)
	w.U16(v.Build)
	w.Zero(3)
	w.U8(revisionW2K3)
}

func (v *Version) decode(r *wire.Reader) {
	v.Major, v.Minor, v.Build = r.U8(), r.U8(), r.U16()
	r.Skip(4)
}

// field is the length, capacity and offset by which a message refers to its payload.
type field struct {
	len, offset int
}

func readField(r *wire.Reader) field {
	n := int(r.U16())
	r.Skip(2) // MaxLen, ignored on receipt
	return field{n, int(r.U32())}
}

// of returns the bytes that f refers to in message; an empty field may point anywhere.
func (f field) of(r *wire.Reader, message []byte) []byte {
	if f.len == 0 || r.Err() != nil {
		return nil
	}
	if f.offset > len(message) || f.len > len(message)-f.offset {
		r.Fail(wire.ErrShort)
		return nil
	}
	return message[f.offset : f.offset+f.len : f.offset+f.len]
}

// payload lays out the variable parts of a message behind its fixed part.
type payload struct {
	w     *wire.Writer
	fixed int // length of the fixed part
	data  []byte
}

// field writes a reference to b and keeps b for flush. Windows gives empty fields an offset, too.
func (p *payload) field(b []byte) {
	p.w.U16(uint16(len(b)))
	p.w.U16(uint16(len(b)))
	p.w.U32(uint32(p.fixed + len(p.data)))
	p.data = append(p.data, b...)
}

func (p *payload) flush() { p.w.Put(p.data) }

// header reads the signature and the type.
func header(r *wire.Reader, want uint32) {
	if string(r.Take(8)) != signature {
		r.Failf("no NTLMSSP signature")
	}
	if t := r.U32(); r.Err() == nil && t != want {
		r.Failf("message type %d where %d was expected", t, want)
	}
}

func malformed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s: %w", auth.ErrBadToken, what, err)
}

// text decodes a name in the character set the flags chose. Names in an OEM code page nobody announces are taken
// only where all code pages agree.
func (f Flags) text(r *wire.Reader, b []byte) string {
	if f.has(NegotiateUnicode) {
		if len(b)%2 != 0 {
			r.Failf("odd length of a Unicode name")
		}
		return wire.DecodeUTF16(b)
	}
	for _, c := range b {
		if c >= 0x80 {
			r.Failf("OEM name outside of ASCII")
			return ""
		}
	}
	return string(b)
}

func (f Flags) encodeText(s string) []byte {
	if !f.has(NegotiateUnicode) {
		return []byte(s)
	}
	var w wire.Writer
	w.UTF16(s)
	return w.Bytes()
}

// NegotiateMessage is the client's first message, [MS-NLMP] 2.2.1.1.
type NegotiateMessage struct {
	Flags       Flags
	Domain      string // OEM bytes; sent if NegotiateOEMDomainSupplied is set
	Workstation string // OEM bytes; sent if NegotiateOEMWorkstationSupplied is set
	Version     Version
}

// Encode returns the message's bytes. Names longer than 65,535 bytes are not representable and must not be given.
func (m *NegotiateMessage) Encode() []byte {
	var w wire.Writer
	w.PutString(signature)
	w.U32(typeNegotiate)
	w.U32(uint32(m.Flags))
	p := payload{w: &w, fixed: 32}
	if m.Flags.has(NegotiateVersion) {
		p.fixed = 40
	}
	p.field([]byte(m.Domain))
	p.field([]byte(m.Workstation))
	if m.Flags.has(NegotiateVersion) {
		m.Version.encode(&w)
	}
	p.flush()
	return w.Bytes()
}

// Decode reads the message. Clients are known that send nothing behind the flags. Errors are auth.ErrBadToken.
func (m *NegotiateMessage) Decode(b []byte) error {
	*m = NegotiateMessage{}
	r := wire.NewReader(b)
	header(r, typeNegotiate)
	m.Flags = Flags(r.U32())
	if r.Err() != nil || r.Len() < 16 {
		return malformed("NEGOTIATE_MESSAGE", r.Err())
	}
	domain, workstation := readField(r), readField(r)
	if m.Flags.has(NegotiateOEMDomainSupplied) {
		m.Domain = string(domain.of(r, b))
	}
	if m.Flags.has(NegotiateOEMWorkstationSupplied) {
		m.Workstation = string(workstation.of(r, b))
	}
	if m.Flags.has(NegotiateVersion) && r.Len() >= 8 {
		m.Version.decode(r)
	}
	return malformed("NEGOTIATE_MESSAGE", r.Err())
}

// ChallengeMessage is the server's answer, [MS-NLMP] 2.2.1.2.
type ChallengeMessage struct {
	TargetName      string
	Flags           Flags
	ServerChallenge [8]byte
	TargetInfo      []byte // AV pairs as they stand on the wire; nil if there are none
	Version         Version
}

// Encode returns the message's bytes.
func (m *ChallengeMessage) Encode() []byte {
	var w wire.Writer
	w.PutString(signature)
	w.U32(typeChallenge)
	p := payload{w: &w, fixed: 48}
	if m.Flags.has(NegotiateVersion) {
		p.fixed = 56
	}
	p.field(m.Flags.encodeText(m.TargetName))
	w.U32(uint32(m.Flags))
	w.Put(m.ServerChallenge[:])
	w.Zero(8)
	p.field(m.TargetInfo)
	if m.Flags.has(NegotiateVersion) {
		m.Version.encode(&w)
	}
	p.flush()
	return w.Bytes()
}

// Decode reads the message; TargetInfo aliases b. Errors are auth.ErrBadToken.
func (m *ChallengeMessage) Decode(b []byte) error {
	*m = ChallengeMessage{}
	r := wire.NewReader(b)
	header(r, typeChallenge)
	target := readField(r)
	m.Flags = Flags(r.U32())
	copy(m.ServerChallenge[:], r.Take(8))
	// Servers older than Windows 2000 end here.
	if r.Err() == nil && r.Len() >= 16 {
		r.Skip(8)
		m.TargetInfo = readField(r).of(r, b)
		if m.Flags.has(NegotiateVersion) && r.Len() >= 8 {
			m.Version.decode(r)
		}
	}
	m.TargetName = m.Flags.text(r, target.of(r, b))
	return malformed("CHALLENGE_MESSAGE", r.Err())
}

// micOffset and micEnd delimit the MIC of an AUTHENTICATE_MESSAGE that has one.
const micOffset, micEnd = 72, 88

// AuthenticateMessage is the client's second message, [MS-NLMP] 2.2.1.3.
type AuthenticateMessage struct {
	LMResponse  []byte
	NTResponse  []byte
	Domain      string
	User        string
	Workstation string
	SessionKey  []byte // EncryptedRandomSessionKey
	Flags       Flags
	Version     Version // zero unless NegotiateVersion is set
	HasMIC      bool    // there is room for MIC before the payload
	MIC         [16]byte
}

// Encode returns the message's bytes, with the payload in the order Windows uses.
func (m *AuthenticateMessage) Encode() []byte {
	var w wire.Writer
	w.PutString(signature)
	w.U32(typeAuthenticate)
	p := payload{w: &w, fixed: 64}
	switch {
	case m.HasMIC:
		p.fixed = micEnd
	case m.Flags.has(NegotiateVersion):
		p.fixed = micOffset
	}
	domain, user := m.Flags.encodeText(m.Domain), m.Flags.encodeText(m.User)
	workstation := m.Flags.encodeText(m.Workstation)
	// The names come first in the payload but the responses first among the fields.
	names := len(domain) + len(user) + len(workstation)
	reference := func(n, at int) {
		w.U16(uint16(n))
		w.U16(uint16(n))
		w.U32(uint32(p.fixed + at))
	}
	reference(len(m.LMResponse), names)
	reference(len(m.NTResponse), names+len(m.LMResponse))
	p.field(domain)
	p.field(user)
	p.field(workstation)
	reference(len(m.SessionKey), names+len(m.LMResponse)+len(m.NTResponse))
	w.U32(uint32(m.Flags))
	if p.fixed >= micOffset {
		if m.Flags.has(NegotiateVersion) {
			m.Version.encode(&w)
		} else {
			w.Zero(8)
		}
	}
	if m.HasMIC {
		w.Put(m.MIC[:])
	}
	p.flush()
	w.Put(m.LMResponse)
	w.Put(m.NTResponse)
	w.Put(m.SessionKey)
	return w.Bytes()
}

// Decode reads the message; byte slices alias b. Version and MIC exist only where the payload leaves room for them:
// clients before Windows 2000 and Vista start it earlier. Errors are auth.ErrBadToken.
func (m *AuthenticateMessage) Decode(b []byte) error {
	*m = AuthenticateMessage{}
	r := wire.NewReader(b)
	header(r, typeAuthenticate)
	var f [6]field
	for i := range f {
		f[i] = readField(r)
	}
	m.Flags = Flags(r.U32())
	start := len(b) // of the payload
	for _, f := range f {
		if f.len > 0 {
			start = min(start, f.offset)
		}
	}
	if start >= micOffset && m.Flags.has(NegotiateVersion) {
		m.Version.decode(r)
	}
	if start >= micEnd {
		m.HasMIC = true
		copy(m.MIC[:], b[micOffset:])
	}
	m.LMResponse, m.NTResponse, m.SessionKey = f[0].of(r, b), f[1].of(r, b), f[5].of(r, b)
	m.Domain, m.User = m.Flags.text(r, f[2].of(r, b)), m.Flags.text(r, f[3].of(r, b))
	m.Workstation = m.Flags.text(r, f[4].of(r, b))
	return malformed("AUTHENTICATE_MESSAGE", r.Err())
}
