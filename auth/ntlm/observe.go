package ntlm

import (
	"encoding/binary"
	"fmt"

	"github.com/mapid/mapid/auth"
)

// Observed opens, from outside, what two parties said under the protection of an exchange whose messages and password
// hash are known. It is for the offline reading of captures and proves nothing about who sent what.
type Observed struct {
	fromClient, fromServer direction
	sealed                 bool
}

// Observer follows the messages of one exchange as an onlooker sees them.
type Observer struct {
	nonce [8]byte
	seen  bool
}

// Challenge takes the CHALLENGE_MESSAGE.
func (o *Observer) Challenge(message []byte) error {
	var m ChallengeMessage
	if err := m.Decode(message); err != nil {
		return err
	}
	o.nonce, o.seen = m.ServerChallenge, true
	return nil
}

// Claims returns the domain and the user named in an AUTHENTICATE_MESSAGE.
func Claims(message []byte) (domain, user string, err error) {
	var m AuthenticateMessage
	if err := m.Decode(message); err != nil {
		return "", "", err
	}
	return m.Domain, m.User, nil
}

// Authenticate takes the AUTHENTICATE_MESSAGE and the hash of the user's password. It returns auth.ErrWrongPassword if
// the hash does not fit.
func (o *Observer) Authenticate(message []byte, ntHash [16]byte) (*Observed, error) {
	if !o.seen {
		return nil, fmt.Errorf("%w: the challenge was not seen", auth.ErrBadToken)
	}
	var in AuthenticateMessage
	if err := in.Decode(message); err != nil {
		return nil, err
	}
	any := acceptor{mech: &mechanism{Options: Options{AllowV1: true}}} // policies bind servers, not onlookers
	p, err := any.readProof(&in)
	if err != nil {
		return nil, err
	}
	base, ok := p.verify(ntHash, &in, o.nonce)
	if !ok {
		return nil, auth.ErrWrongPassword
	}
	exported, err := exportedKey(&in, base)
	if err != nil {
		return nil, err
	}
	var out Observed
	if in.Flags.has(NegotiateExtendedSessionSecurity) {
		out.fromClient.init(in.Flags, exported, clientSigning, clientSealing)
		out.fromServer.init(in.Flags, exported, serverSigning, serverSealing)
		out.sealed = true
	}
	return &out, nil
}

// Open decrypts data in place for LevelPrivacy and keeps step for the other levels. Messages of one direction must be
// given in order, each once. That a first message has number 1 shows that Negotiate protected its list of mechanisms
// before, after which the key stream began anew.
func (o *Observed) Open(fromClient bool, level auth.Level, sig, data []byte) error {
	if !o.sealed || len(sig) != signatureSize {
		return auth.ErrBadSignature
	}
	d := &o.fromServer
	if fromClient {
		d = &o.fromClient
	}
	seq := binary.LittleEndian.Uint32(sig[12:])
	if d.seq == 0 && seq == 1 {
		d.seq = 1
	}
	if seq != d.seq {
		return fmt.Errorf("%w: message %d, expected %d", auth.ErrBadSignature, seq, d.seq)
	}
	if level == auth.LevelPrivacy {
		d.seal.XORKeyStream(data, data)
	}
	var discard [signatureSize]byte
	d.token(discard[:])
	return nil
}
