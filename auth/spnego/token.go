package spnego

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/mapid/mapid/auth"
)

// negState is NegTokenResp's verdict, [RFC4178] 4.2.2.
type negState int

const (
	stateAbsent      negState = -1
	acceptCompleted  negState = 0
	acceptIncomplete negState = 1
	reject           negState = 2
	requestMIC       negState = 3
)

// Object identifiers, without tag and length.
const (
	oidSPNEGO  = "\x2B\x06\x01\x05\x05\x02"
	oidMSKRB5  = "\x2A\x86\x48\x82\xF7\x12\x01\x02\x02" // Kerberos as Windows 2000 misspelt it and all Windows list it first
	oidKRB5    = "\x2A\x86\x48\x86\xF7\x12\x01\x02\x02"
	oidNTLMSSP = "\x2B\x06\x01\x04\x01\x82\x37\x02\x02\x0A"
)

// serviceOf returns the mechanism behind an object identifier, or auth.ServiceNone.
func serviceOf(oid []byte) auth.Service {
	switch string(oid) {
	case oidMSKRB5, oidKRB5:
		return auth.ServiceKerberos
	case oidNTLMSSP:
		return auth.ServiceNTLM
	}
	return auth.ServiceNone
}

// oidsOf returns the identifiers under which a mechanism is offered, as Windows does.
func oidsOf(s auth.Service) []string {
	switch s {
	case auth.ServiceKerberos:
		return []string{oidMSKRB5, oidKRB5}
	case auth.ServiceNTLM:
		return []string{oidNTLMSSP}
	}
	return nil
}

func explicit(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }

var errDER = errors.New("not the DER of this token")

// initToken is NegTokenInit, [RFC4178] 4.2.1, and NegTokenInit2, [MS-SPNG] 2.2.1. Slices alias the token.
type initToken struct {
	mechTypes []byte // the SEQUENCE OF OID with tag and length, as it was received: what the mechListMIC covers
	mechToken []byte // nil if absent
	mic       []byte // nil if absent
}

// decode reads the first token of an exchange with its [RFC2743] 3.1 framing.
func (t *initToken) decode(b []byte) error {
	*t = initToken{}
	in, framed, oid, choice, body := cryptobyte.String(b), cryptobyte.String(nil), cryptobyte.String(nil),
		cryptobyte.String(nil), cryptobyte.String(nil)
	if !in.ReadASN1(&framed, asn1.Tag(0).Constructed()|0x40) || !in.Empty() ||
		!framed.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || string(oid) != oidSPNEGO ||
		!framed.ReadASN1(&choice, explicit(0)) || !framed.Empty() ||
		!choice.ReadASN1(&body, asn1.SEQUENCE) || !choice.Empty() {
		return bad("NegTokenInit", errDER)
	}
	var list, flags, hints cryptobyte.String
	var hasFlags, hasHints bool
	if !body.ReadASN1(&list, explicit(0)) {
		return bad("NegTokenInit", errors.New("no list of mechanisms"))
	}
	t.mechTypes = list
	oids := t.oids()
	if _, ok, err := oids.next(); err != nil || !ok {
		return bad("NegTokenInit", errors.New("the list of mechanisms is empty or broken"))
	}
	if !body.ReadOptionalASN1(&flags, &hasFlags, explicit(1)) || !optionalOctets(&body, &t.mechToken, 2) {
		return bad("NegTokenInit", errDER)
	}
	// [3] is the code of RFC 4178, or the hints of NegTokenInit2, which nobody needs.
	if body.PeekASN1Tag(explicit(3)) {
		peek := body
		if !peek.ReadASN1(&hints, explicit(3)) {
			return bad("NegTokenInit", errDER)
		}
		if hasHints = hints.PeekASN1Tag(asn1.SEQUENCE); hasHints {
			body = peek
		}
	}
	number := uint8(3)
	if hasHints {
		number = 4
	}
	if !optionalOctets(&body, &t.mic, number) || !body.Empty() {
		return bad("NegTokenInit", errDER)
	}
	return nil
}

// oids iterates over the list of mechanisms.
func (t *initToken) oids() oidList {
	var l oidList
	s := cryptobyte.String(t.mechTypes)
	l.broken = !s.ReadASN1(&l.rest, asn1.SEQUENCE) || !s.Empty()
	return l
}

type oidList struct {
	rest   cryptobyte.String
	broken bool
}

// next returns the next identifier; ok is false after the last one.
func (l *oidList) next() (oid []byte, ok bool, err error) {
	if l.broken {
		return nil, false, errDER
	}
	if l.rest.Empty() {
		return nil, false, nil
	}
	var s cryptobyte.String
	if !l.rest.ReadASN1(&s, asn1.OBJECT_IDENTIFIER) {
		l.broken = true
		return nil, false, errDER
	}
	return s, true, nil
}

// optionalOctets reads an OCTET STRING in an optional context-specific field; absent leaves out nil.
func optionalOctets(s *cryptobyte.String, out *[]byte, number uint8) bool {
	var outer, inner cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&outer, &present, explicit(number)) {
		return false
	}
	if !present {
		return true
	}
	if !outer.ReadASN1(&inner, asn1.OCTET_STRING) || !outer.Empty() {
		return false
	}
	*out = inner
	if *out == nil {
		*out = []byte{}
	}
	return true
}

// encode returns the token with its framing.
func (t *initToken) encode() []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.Tag(0).Constructed()|0x40, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oidSPNEGO)) })
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(t.mechTypes) })
				addOctets(b, 2, t.mechToken)
				addOctets(b, 3, t.mic)
			})
		})
	})
	return b.BytesOrPanic()
}

// encodeMechTypes returns the DER of a list of mechanisms.
func encodeMechTypes(oids []string) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, oid := range oids {
			b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oid)) })
		}
	})
	return b.BytesOrPanic()
}

func addOctets(b *cryptobyte.Builder, number uint8, octets []byte) {
	if octets == nil {
		return
	}
	b.AddASN1(explicit(number), func(b *cryptobyte.Builder) { b.AddASN1OctetString(octets) })
}

// respToken is NegTokenResp, [RFC4178] 4.2.2. Slices alias the token.
type respToken struct {
	state negState // stateAbsent if the peer left it out
	mech  []byte   // object identifier; nil if absent
	token []byte   // nil if absent
	mic   []byte   // nil if absent
}

func (t *respToken) decode(b []byte) error {
	*t = respToken{state: stateAbsent}
	in := cryptobyte.String(b)
	var choice, body, field cryptobyte.String
	var present bool
	if !in.ReadASN1(&choice, explicit(1)) || !in.Empty() || !choice.ReadASN1(&body, asn1.SEQUENCE) || !choice.Empty() ||
		!body.ReadOptionalASN1(&field, &present, explicit(0)) {
		return bad("NegTokenResp", errDER)
	}
	if present {
		var v int
		if !field.ReadASN1Enum(&v) || !field.Empty() || v < 0 || v > int(requestMIC) {
			return bad("NegTokenResp", errors.New("unknown state"))
		}
		t.state = negState(v)
	}
	if !body.ReadOptionalASN1(&field, &present, explicit(1)) {
		return bad("NegTokenResp", errDER)
	}
	if present {
		var oid cryptobyte.String
		if !field.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !field.Empty() || oid.Empty() {
			return bad("NegTokenResp", errDER)
		}
		t.mech = oid
	}
	if !optionalOctets(&body, &t.token, 2) || !optionalOctets(&body, &t.mic, 3) || !body.Empty() {
		return bad("NegTokenResp", errDER)
	}
	return nil
}

func (t *respToken) encode() []byte {
	var b cryptobyte.Builder
	b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			if t.state != stateAbsent {
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(t.state)) })
			}
			if t.mech != nil {
				b.AddASN1(explicit(1), func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(t.mech) })
				})
			}
			addOctets(b, 2, t.token)
			addOctets(b, 3, t.mic)
		})
	})
	return b.BytesOrPanic()
}

func bad(what string, err error) error { return fmt.Errorf("%w: %s: %w", auth.ErrBadToken, what, err) }

// rawService recognises a token of a mechanism that came without negotiation: clients are known that send one under
// the Negotiate service. It returns auth.ServiceNone for everything else.
func rawService(token []byte) auth.Service {
	const krbAPReq = 0x6E // [APPLICATION 14]
	switch {
	case bytes.HasPrefix(token, []byte("NTLMSSP\x00")):
		return auth.ServiceNTLM
	case len(token) > 0 && token[0] == krbAPReq:
		return auth.ServiceKerberos
	}
	in := cryptobyte.String(token)
	var framed, oid cryptobyte.String
	if in.ReadASN1(&framed, asn1.Tag(0).Constructed()|0x40) && framed.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) {
		return serviceOf(oid)
	}
	return auth.ServiceNone
}
