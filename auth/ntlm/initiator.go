package ntlm

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// InitiatorOptions configure the client's side of a context. Only User and Hash are required.
type InitiatorOptions struct {
	Domain      string // empty for a log-on with a user principal name
	User        string
	Hash        [16]byte // NTHash of the password
	Workstation string
	TargetName  string     // SPN of the server, told to it in the response; may be empty
	Level       auth.Level // what the context is for; 0 means auth.LevelPrivacy

	V1    bool  // answer with NTLMv1 with extended session security
	NoMIC bool  // send no integrity code, as clients before Windows Vista
	Drop  Flags // flags not to be negotiated, to look like a weaker client

	Now  func() time.Time // nil means time.Now
	Rand io.Reader        // nil means crypto/rand
}

// NewInitiator returns the client's side of a context. Its first Step takes a nil token.
func NewInitiator(o InitiatorOptions) auth.Context {
	if o.Level == 0 {
		o.Level = auth.LevelPrivacy
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &initiator{options: o}
}

// initiator is the client's side of one context, [MS-NLMP] 3.1.
type initiator struct {
	session
	options   InitiatorOptions
	state     state
	requested Flags
	negotiate []byte
}

var (
	_ auth.Context = (*initiator)(nil)
	_ auth.MICer   = (*initiator)(nil)
)

// Identity returns the client itself, once the exchange is over.
func (i *initiator) Identity() auth.Identity {
	if i.state != stateDone {
		return auth.Identity{}
	}
	name := claimed(&AuthenticateMessage{Domain: i.options.Domain, User: i.options.User})
	return auth.Identity{Account: i.options.User, Claimed: name, Mechanism: auth.ServiceNTLM, KeyBits: i.flags.keyBits()}
}

// Step implements auth.Context: nil in, NEGOTIATE_MESSAGE out; CHALLENGE_MESSAGE in, AUTHENTICATE_MESSAGE out.
func (i *initiator) Step(_ context.Context, token []byte) ([]byte, bool, error) {
	switch i.state {
	case stateStart:
		if len(token) > 0 {
			i.state = stateDead
			return nil, false, fmt.Errorf("%w: NTLM starts with the client", auth.ErrBadToken)
		}
		i.state = stateChallenged
		return i.greet(), false, nil
	case stateChallenged:
		i.state = stateDead
		out, err := i.answer(token)
		if err != nil {
			return nil, false, err
		}
		i.state = stateDone
		return out, true, nil
	}
	return nil, false, fmt.Errorf("%w: NTLM message after the end of the exchange", auth.ErrBadToken)
}

// greet makes the NEGOTIATE_MESSAGE, [MS-NLMP] 3.1.5.1.1.
func (i *initiator) greet() []byte {
	f := NegotiateUnicode | RequestTarget | NegotiateNTLM | NegotiateAlwaysSign | NegotiateExtendedSessionSecurity |
		NegotiateTargetInfo | NegotiateVersion | Negotiate128 | Negotiate56
	switch i.options.Level {
	case auth.LevelPrivacy:
		f |= NegotiateSign | NegotiateSeal | NegotiateKeyExch
	case auth.LevelPacket, auth.LevelCall, auth.LevelIntegrity:
		f |= NegotiateSign | NegotiateKeyExch
	}
	i.requested = f &^ i.options.Drop
	m := NegotiateMessage{Flags: i.requested, Version: Version{Major: 10, Build: 19041}}
	i.negotiate = m.Encode()
	return i.negotiate
}

// answer makes the AUTHENTICATE_MESSAGE, [MS-NLMP] 3.1.5.1.2.
func (i *initiator) answer(token []byte) ([]byte, error) {
	var in ChallengeMessage
	if err := in.Decode(token); err != nil {
		return nil, err
	}
	keep := i.requested & (in.Flags | NegotiateVersion)
	if need := i.requested & (NegotiateUnicode | NegotiateExtendedSessionSecurity | NegotiateSign | NegotiateSeal |
		NegotiateKeyExch); !keep.has(need) {
		return nil, fmt.Errorf("%w: the server does not offer flags 0x%08X", auth.ErrPolicy, uint32(need&^keep))
	}
	out := AuthenticateMessage{
		Domain: i.options.Domain, User: i.options.User, Workstation: i.options.Workstation,
		Flags: keep, Version: Version{Major: 10, Build: 19041},
	}
	key, err := i.respond(&out, &in)
	if err != nil {
		return nil, err
	}
	exported := key
	if keep.has(NegotiateKeyExch) {
		if _, err := io.ReadFull(i.options.Rand, exported[:]); err != nil {
			return nil, fmt.Errorf("ntlm: session key: %w", err)
		}
		sealed := rc4k(key, exported[:])
		out.SessionKey = sealed[:]
	}
	b := out.Encode()
	if out.HasMIC {
		mic := messageMIC(exported, i.negotiate, token, b)
		copy(b[micOffset:], mic[:])
		i.usedMIC = true
	}
	i.establish(keep, exported, false)
	return b, nil
}

// respond fills in the responses to the challenge and returns the key exchange key.
func (i *initiator) respond(out *AuthenticateMessage, in *ChallengeMessage) (key [16]byte, err error) {
	var nonce [8]byte
	if _, err := io.ReadFull(i.options.Rand, nonce[:]); err != nil {
		return key, fmt.Errorf("ntlm: client challenge: %w", err)
	}
	if i.options.V1 {
		out.LMResponse = append(nonce[:], make([]byte, 16)...)
		nt := desl(i.options.Hash, ntlm2SessionChallenge(in.ServerChallenge, out.LMResponse))
		out.NTResponse = nt[:]
		base := md4Sum(i.options.Hash[:])
		return hmacMD5(base[:], in.ServerChallenge[:], nonce[:]), nil
	}
	v2 := ntowfv2(i.options.Hash, i.options.User, i.options.Domain)
	client := clientChallenge{Time: fileTime(i.options.Now()), Challenge: nonce}
	stamped := false
	if len(in.TargetInfo) > 0 {
		if err := client.Pairs.Decode(wire.NewReader(in.TargetInfo)); err != nil {
			return key, malformed("AV pairs", err)
		}
		var stamp []byte
		if stamp, stamped = client.Pairs.get(MsvAvTimestamp); stamped {
			if len(stamp) != 8 {
				return key, fmt.Errorf("%w: timestamp of %d bytes", auth.ErrBadToken, len(stamp))
			}
			client.Time = wire.NewReader(stamp).U64()
			if !i.options.NoMIC {
				out.HasMIC = true
				client.Pairs = client.Pairs.set(MsvAvFlags, []byte{avFlagMIC, 0, 0, 0})
			}
		}
		client.Pairs = client.Pairs.set(MsvAvChannelBindings, make([]byte, 16)).
			name(MsvAvTargetName, i.options.TargetName)
	}
	var w wire.Writer
	client.encode(&w)
	proof := hmacMD5(v2[:], in.ServerChallenge[:], w.Bytes())
	out.NTResponse = append(bytes.Clone(proof[:]), w.Bytes()...)
	// A server that sends a timestamp gets no LMv2 response, [MS-NLMP] 3.1.5.1.2.
	out.LMResponse = make([]byte, sizeV1)
	if !stamped {
		lm := hmacMD5(v2[:], in.ServerChallenge[:], nonce[:])
		out.LMResponse = append(append(out.LMResponse[:0], lm[:]...), nonce[:]...)
	}
	return hmacMD5(v2[:], proof[:]), nil
}
