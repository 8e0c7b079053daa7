package krb

import (
	"fmt"
	"io"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// protection makes or checks the per-message tokens of one direction under one kind of key.
type protection interface {
	// wrapSize and micSize are the lengths of the tokens with and without encryption.
	wrapSize() int
	micSize() int
	// wrap encrypts data in place and writes the token into sig.
	wrap(seq uint64, sig, header, data, trailer []byte) error
	// unwrap decrypts data in place, checks the token and returns its sequence number.
	unwrap(sig, header, data, trailer []byte) (seq uint64, err error)
	mic(seq uint64, sig, header, data, trailer []byte)
	verify(sig, header, data, trailer []byte) (seq uint64, err error)
}

// session is the message security of an established context, [RFC4121] 4.2 and [RFC4757] 7 in the form of [MS-KILE]
// 3.4.5.4. The two directions share nothing that is written.
type session struct {
	ready            bool
	server           bool
	aes              bool
	bits             int
	ordered          bool // sequence numbers are checked: the client asked for it
	signOnly         bool // the client did not ask for confidentiality
	send, recv       protection
	sendSeq, recvSeq uint64
}

// keys are what the exchange left behind.
type keys struct {
	base           types.EncryptionKey // what messages are protected with
	acceptorSubkey bool                // base is the server's subkey, and tokens say so
	sendSeq        uint64
	recvSeq        uint64
	ordered        bool
	signOnly       bool
}

// establish derives the message keys.
func (s *session) establish(k keys, server bool, rand io.Reader) (err error) {
	switch k.base.KeyType {
	case etypeID.AES128_CTS_HMAC_SHA1_96, etypeID.AES256_CTS_HMAC_SHA1_96:
		if s.send, err = newCFX(k.base, server, k.acceptorSubkey, rand); err != nil {
			return err
		}
		if s.recv, err = newCFX(k.base, !server, k.acceptorSubkey, rand); err != nil {
			return err
		}
		s.aes = true
	case etypeID.RC4_HMAC:
		s.send, s.recv = newArcfour(k.base.KeyValue, server, rand), newArcfour(k.base.KeyValue, !server, rand)
	default:
		return checkSessionKey(k.base)
	}
	s.server, s.bits, s.ordered, s.signOnly = server, 8*len(k.base.KeyValue), k.ordered, k.signOnly
	s.sendSeq, s.recvSeq = k.sendSeq, k.recvSeq
	s.ready = true
	return nil
}

// SignatureSize implements auth.Protector; it is 0 while the context is not established, and for privacy if the client
// did not ask for that.
func (s *session) SignatureSize(level auth.Level) int {
	switch {
	case !s.ready, level == auth.LevelPrivacy && s.signOnly:
		return 0
	case level == auth.LevelPrivacy:
		return s.send.wrapSize()
	}
	return s.send.micSize()
}

var errUnready = fmt.Errorf("%w: the security context is not established", auth.ErrPolicy)

// Seal implements auth.Protector.
func (s *session) Seal(sig, header, data, trailer []byte) error {
	if !s.ready {
		return errUnready
	}
	if len(sig) != s.send.wrapSize() {
		return auth.ErrBadSignature
	}
	if err := s.send.wrap(s.sendSeq, sig, header, data, trailer); err != nil {
		return err
	}
	s.sendSeq++
	return nil
}

// Sign implements auth.Protector.
func (s *session) Sign(sig, header, data, trailer []byte) error {
	if !s.ready {
		return errUnready
	}
	if len(sig) != s.send.micSize() {
		return auth.ErrBadSignature
	}
	s.send.mic(s.sendSeq, sig, header, data, trailer)
	s.sendSeq++
	return nil
}

// Unseal implements auth.Protector.
func (s *session) Unseal(sig, header, data, trailer []byte) error {
	if !s.ready {
		return errUnready
	}
	seq, err := s.recv.unwrap(sig, header, data, trailer)
	if err != nil {
		return err
	}
	return s.next(seq)
}

// Verify implements auth.Protector.
func (s *session) Verify(sig, header, data, trailer []byte) error {
	if !s.ready {
		return errUnready
	}
	seq, err := s.recv.verify(sig, header, data, trailer)
	if err != nil {
		return err
	}
	return s.next(seq)
}

// next checks the sequence number of a message whose token fits.
func (s *session) next(seq uint64) error {
	if s.ordered && seq != s.recvSeq {
		return auth.ErrBadSignature
	}
	s.recvSeq++
	return nil
}

// MIC implements auth.MICer. It takes a sequence number like any message.
func (s *session) MIC(b []byte) ([]byte, error) {
	sig := make([]byte, s.SignatureSize(auth.LevelIntegrity))
	return sig, s.Sign(sig, nil, b, nil)
}

// VerifyMIC implements auth.MICer. Errors are auth.ErrBadMIC.
func (s *session) VerifyMIC(b, mic []byte) error {
	if s.Verify(mic, nil, b, nil) != nil {
		return auth.ErrBadMIC
	}
	return nil
}

// WantsMIC implements auth.MICer. Windows clients with an AES key protect their list of mechanisms, and so does ours. A
// server does not insist on it where its client's first choice was taken: clients are known that send none.
func (s *session) WantsMIC() bool { return s.ready && s.aes && !s.server }

// MICsDone implements auth.MICer; nothing starts anew.
func (s *session) MICsDone() {}
