package ntlm

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// state is how far an exchange has come.
type state uint8

const (
	stateStart state = iota
	stateChallenged
	stateDone
	stateDead
)

// acceptor is the server's side of one context, [MS-NLMP] 3.2.
type acceptor struct {
	session
	mech  *mechanism
	state state

	negotiate []byte // the messages as they were on the wire, for the integrity code
	challenge []byte
	offered   Flags
	nonce     [8]byte
	pairs     AVPairs // what the challenge told of the target

	identity auth.Identity
}

var (
	_ auth.Context = (*acceptor)(nil)
	_ auth.MICer   = (*acceptor)(nil)
)

// Identity returns who the context belongs to. After a refusal only Claimed is set, to the name the client gave.
func (a *acceptor) Identity() auth.Identity { return a.identity }

// Step implements auth.Context: NEGOTIATE_MESSAGE in, CHALLENGE_MESSAGE out; AUTHENTICATE_MESSAGE in, nothing out.
func (a *acceptor) Step(ctx context.Context, token []byte) ([]byte, bool, error) {
	switch a.state {
	case stateStart:
		out, err := a.greet(token)
		if err != nil {
			a.state = stateDead
			return nil, false, err
		}
		a.state = stateChallenged
		return out, false, nil
	case stateChallenged:
		a.state = stateDead
		if err := a.authenticate(ctx, token); err != nil {
			return nil, false, err
		}
		a.negotiate, a.challenge, a.pairs = nil, nil, nil
		a.state = stateDone
		return nil, true, nil
	}
	return nil, false, fmt.Errorf("%w: NTLM message after the end of the exchange", auth.ErrBadToken)
}

// greet answers a NEGOTIATE_MESSAGE, [MS-NLMP] 3.2.5.1.1.
func (a *acceptor) greet(token []byte) ([]byte, error) {
	var in NegotiateMessage
	if err := in.Decode(token); err != nil {
		return nil, err
	}
	if in.Flags&(NegotiateUnicode|NegotiateOEM) == 0 {
		return nil, fmt.Errorf("%w: NEGOTIATE_MESSAGE allows no character set", auth.ErrBadToken)
	}
	if in.Flags.has(NegotiateDatagram) {
		return nil, fmt.Errorf("%w: connectionless NTLM", auth.ErrPolicy)
	}
	if _, err := io.ReadFull(a.mech.Rand, a.nonce[:]); err != nil {
		return nil, fmt.Errorf("ntlm: server challenge: %w", err)
	}
	flags := in.Flags&supported | NegotiateNTLM | NegotiateTargetInfo | NegotiateVersion
	if flags.has(NegotiateUnicode) {
		flags &^= NegotiateOEM
	}
	a.pairs = a.mech.targetInfo()
	out := ChallengeMessage{ServerChallenge: a.nonce, Version: a.mech.Version}
	out.TargetName, flags = a.mech.target(flags)
	out.Flags = flags
	var w wire.Writer
	a.pairs.Encode(&w)
	out.TargetInfo = w.Bytes()

	a.offered = flags
	a.negotiate = bytes.Clone(token)
	a.challenge = out.Encode()
	return a.challenge, nil
}

// target is the name of the challenge and the flag that says what it names.
func (m *mechanism) target(flags Flags) (string, Flags) {
	if m.Standalone {
		return m.NetBIOSComputer, flags | TargetTypeServer
	}
	return m.NetBIOSDomain, flags | TargetTypeDomain
}

// targetInfo lists the attributes in the order in which Windows sends them.
func (m *mechanism) targetInfo() AVPairs {
	domain := m.NetBIOSDomain
	if m.Standalone {
		domain = m.NetBIOSComputer
	}
	l := AVPairs{}.name(MsvAvNbDomainName, domain).
		name(MsvAvNbComputerName, m.NetBIOSComputer).
		name(MsvAvDNSDomainName, m.DNSDomain).
		name(MsvAvDNSComputerName, m.DNSComputer).
		name(MsvAvDNSTreeName, m.DNSTree)
	if m.RequireMIC != MICNever {
		l = append(l, AVPair{MsvAvTimestamp, appendFileTime(m.Now())})
	}
	return l
}

// authenticate judges an AUTHENTICATE_MESSAGE, [MS-NLMP] 3.2.5.1.2.
func (a *acceptor) authenticate(ctx context.Context, token []byte) error {
	var in AuthenticateMessage
	if err := in.Decode(token); err != nil {
		return err
	}
	a.identity = auth.Identity{Claimed: claimed(&in)}
	if err := a.checkFlags(in.Flags); err != nil {
		return err
	}
	if in.Flags.has(NegotiateAnonymous) || in.User == "" {
		return auth.ErrAnonymous
	}
	proof, err := a.readProof(&in)
	if err != nil {
		return err
	}

	account, lookup := a.mech.Accounts.Account(ctx, in.Domain, in.User)
	if lookup != nil && !errors.Is(lookup, auth.ErrUnknownAccount) {
		return fmt.Errorf("ntlm: looking up %q: %w", a.identity.Claimed, lookup)
	}
	hash := account.NTHash
	if lookup != nil {
		hash = a.mech.decoy // the same work as for a known account, and nothing matches it
	}
	base, ok := proof.verify(hash, &in, a.nonce)
	switch {
	case lookup != nil:
		return lookup
	case !ok:
		return auth.ErrWrongPassword
	case !account.Enabled:
		return auth.ErrDisabled
	}
	if err := a.checkClientChallenge(proof); err != nil {
		return err
	}
	exported, err := exportedKey(&in, base)
	if err != nil {
		return err
	}
	if err := a.checkMIC(token, &in, proof, exported); err != nil {
		return err
	}
	a.identity.Account = account.Name
	a.identity.Mechanism = auth.ServiceNTLM
	a.identity.KeyBits = in.Flags.keyBits()
	a.establish(in.Flags, exported, true)
	return nil
}

// claimed is the name as the client gave it.
func claimed(in *AuthenticateMessage) string {
	if in.Domain == "" {
		return in.User
	}
	return in.Domain + `\` + in.User
}

// checkFlags refuses a client that claims more than it was offered, and one that is weaker than the policy allows.
func (a *acceptor) checkFlags(f Flags) error {
	if f&(NegotiateUnicode|NegotiateOEM) != a.offered&(NegotiateUnicode|NegotiateOEM) {
		return fmt.Errorf("%w: AUTHENTICATE_MESSAGE changes the character set", auth.ErrBadToken)
	}
	if extra := f & security &^ a.offered; extra != 0 {
		return fmt.Errorf("%w: AUTHENTICATE_MESSAGE sets flags 0x%08X that were not offered", auth.ErrBadToken, uint32(extra))
	}
	if a.mech.Require128 && !f.has(Negotiate128) {
		return fmt.Errorf("%w: the client does not negotiate 128-bit keys", auth.ErrPolicy)
	}
	return nil
}

// proof is the part of an AUTHENTICATE_MESSAGE that shows knowledge of the password.
type proof struct {
	kind   proofKind
	client clientChallenge // of NTLMv2
}

type proofKind uint8

const (
	proofV2   proofKind = iota // NTLMv2
	proofLMv2                  // LMv2 alone
	proofV1                    // NTLMv1 with extended session security
)

// sizeV1 is the length of a response of NTLMv1, and of LMv1 and LMv2.
const sizeV1 = 24

// readProof finds out which response the client sent and refuses the kinds that are too weak.
func (a *acceptor) readProof(in *AuthenticateMessage) (proof, error) {
	var p proof
	switch n := len(in.NTResponse); {
	case n > sizeV1:
		if n < 16+clientChallengeMin {
			return p, fmt.Errorf("%w: NT response of %d bytes", auth.ErrBadToken, n)
		}
		return p, malformed("NTLMv2_CLIENT_CHALLENGE", p.client.decode(in.NTResponse[16:]))
	case n == 0 && len(in.LMResponse) == sizeV1:
		p.kind = proofLMv2
		return p, nil
	case n == 0:
		return p, fmt.Errorf("%w: neither an NT nor an LMv2 response", auth.ErrBadToken)
	case n < sizeV1 || len(in.LMResponse) != sizeV1:
		return p, fmt.Errorf("%w: responses of %d and %d bytes", auth.ErrBadToken, n, len(in.LMResponse))
	case !in.Flags.has(NegotiateExtendedSessionSecurity):
		return p, fmt.Errorf("%w: NTLMv1 without extended session security", auth.ErrPolicy)
	case !a.mech.AllowV1:
		return p, fmt.Errorf("%w: NTLMv1 is off", auth.ErrPolicy)
	}
	p.kind = proofV1
	return p, nil
}

// verify checks the response against the password's hash and returns the key exchange key, [MS-NLMP] 3.3 and 3.4.5.1.
func (p *proof) verify(ntHash [16]byte, in *AuthenticateMessage, nonce [8]byte) (key [16]byte, ok bool) {
	switch p.kind {
	case proofV2:
		return verifyV2(ntHash, in, in.NTResponse[:16], nonce[:], in.NTResponse[16:])
	case proofLMv2:
		return verifyV2(ntHash, in, in.LMResponse[:16], nonce[:], in.LMResponse[16:])
	}
	want := desl(ntHash, ntlm2SessionChallenge(nonce, in.LMResponse))
	base := md4Sum(ntHash[:])
	key = hmacMD5(base[:], nonce[:], in.LMResponse[:8])
	return key, subtle.ConstantTimeCompare(want[:], in.NTResponse) == 1
}

// verifyV2 tries the domain as it was sent, in upper case, and none: clients are known that hash another form than
// they send. All three are always computed, so that time does not tell which fits.
func verifyV2(ntHash [16]byte, in *AuthenticateMessage, got, nonce, blob []byte) (key [16]byte, ok bool) {
	for _, domain := range [...]string{in.Domain, upper(in.Domain), ""} {
		v2 := ntowfv2(ntHash, in.User, domain)
		want := hmacMD5(v2[:], nonce, blob)
		base := hmacMD5(v2[:], got)
		if subtle.ConstantTimeCompare(want[:], got) == 1 {
			key, ok = base, true
		}
	}
	return key, ok
}

// checkClientChallenge demands that an NTLMv2 response is fresh and was made for this challenge: what the challenge
// told of the target must have come back, and the response's proof covers it.
func (a *acceptor) checkClientChallenge(p proof) error {
	if p.kind != proofV2 {
		return nil
	}
	for _, sent := range a.pairs {
		if got, ok := p.client.Pairs.get(sent.ID); !ok || !bytes.Equal(got, sent.Value) {
			return fmt.Errorf("%w: AV pair %d of the challenge came back missing or changed", auth.ErrBadToken, sent.ID)
		}
	}
	now := fileTime(a.mech.Now())
	if age := max(now, p.client.Time) - min(now, p.client.Time); age > uint64(a.mech.MaxLifetime/100) {
		return fmt.Errorf("%w: the time of the NTLMv2 response is off by more than %s", auth.ErrPolicy, a.mech.MaxLifetime)
	}
	return nil
}

// exportedKey is ExportedSessionKey of [MS-NLMP] 3.2.5.1.2.
func exportedKey(in *AuthenticateMessage, keyExchange [16]byte) ([16]byte, error) {
	if !in.Flags.has(NegotiateKeyExch) {
		return keyExchange, nil
	}
	if len(in.SessionKey) != 16 {
		return [16]byte{}, fmt.Errorf("%w: session key of %d bytes", auth.ErrBadToken, len(in.SessionKey))
	}
	return rc4k(keyExchange, in.SessionKey), nil
}

// checkMIC checks the integrity code over the three messages, [MS-NLMP] 3.2.5.1.2.
func (a *acceptor) checkMIC(token []byte, in *AuthenticateMessage, p proof, exported [16]byte) error {
	announced := p.client.Pairs.flags()&avFlagMIC != 0
	switch {
	case !announced && a.mech.RequireMIC == MICAlways:
		return fmt.Errorf("%w: the client announces none", auth.ErrBadMIC)
	case !announced:
		return nil
	case !in.HasMIC:
		return fmt.Errorf("%w: announced, and there is none", auth.ErrBadMIC)
	}
	want := messageMIC(exported, a.negotiate, a.challenge, token)
	if subtle.ConstantTimeCompare(want[:], in.MIC[:]) != 1 {
		return fmt.Errorf("%w: it does not fit the messages", auth.ErrBadMIC)
	}
	a.usedMIC = true
	return nil
}

// messageMIC is the integrity code over the three messages, the last one with zeros where the code stands.
func messageMIC(exported [16]byte, negotiate, challenge, authenticate []byte) [16]byte {
	var zero [micEnd - micOffset]byte
	return hmacMD5(exported[:], negotiate, challenge, authenticate[:micOffset], zero[:], authenticate[micEnd:])
}
