package ntlm

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // NTLM is defined over MD5
	"crypto/rc4" //nolint:gosec // NTLM is defined over RC4
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/mapid/mapid/auth"
)

// signatureSize is the length of NTLMSSP_MESSAGE_SIGNATURE, [MS-NLMP] 2.2.2.9.2.
const signatureSize = 16

// direction is the state of one direction of a session with extended session security.
type direction struct {
	mac     hash.Hash // HMAC-MD5 under the signing key, used again for each message
	seal    *rc4.Cipher
	sealKey [16]byte
	seq     uint32
	keyExch bool
	sum     [md5.Size]byte // scratch, here because what a hash.Hash is handed escapes
	word    [4]byte        // likewise
}

func (d *direction) init(flags Flags, exported [16]byte, signing, sealing string) {
	key := signKey(exported, signing)
	d.mac = hmac.New(md5.New, key[:])
	d.sealKey = sealKey(flags, exported, sealing)
	d.keyExch = flags.has(NegotiateKeyExch)
	d.rewind()
}

// rewind starts the key stream anew and leaves the sequence number.
func (d *direction) rewind() {
	c, err := rc4.NewCipher(d.sealKey[:])
	if err != nil {
		panic("ntlm: " + err.Error()) // the length is right
	}
	d.seal = c
}

// checksum computes the unencrypted checksum of the next message into d.sum, MAC of [MS-NLMP] 3.4.4.2.
func (d *direction) checksum(header, data, trailer []byte) {
	d.mac.Reset()
	binary.LittleEndian.PutUint32(d.word[:], d.seq)
	d.mac.Write(d.word[:])
	if len(header) > 0 {
		d.mac.Write(header)
	}
	d.mac.Write(data)
	if len(trailer) > 0 {
		d.mac.Write(trailer)
	}
	d.mac.Sum(d.sum[:0])
}

// token writes the signature of the message whose checksum was computed last and moves to the next sequence number.
func (d *direction) token(sig []byte) {
	if d.keyExch {
		d.seal.XORKeyStream(d.sum[:8], d.sum[:8])
	}
	binary.LittleEndian.PutUint32(sig, 1)
	copy(sig[4:12], d.sum[:8])
	binary.LittleEndian.PutUint32(sig[12:], d.seq)
	d.seq++
}

// check compares a received signature with the one of the message whose checksum was computed last.
func (d *direction) check(sig []byte) error {
	var want [signatureSize]byte
	d.token(want[:])
	if subtle.ConstantTimeCompare(want[:], sig) != 1 {
		return auth.ErrBadSignature
	}
	return nil
}

// session is the message security of an established context, [MS-NLMP] 3.4, in the way [MS-RPCE] 2.2.2.11 uses it.
// The two directions share nothing that is written, so one goroutine may send while another receives.
type session struct {
	flags      Flags
	ready      bool // the exchange is over and extended session security was agreed
	usedMIC    bool // the client's last message carried a code
	send, recv direction
}

// establish derives the keys. Without extended session security there is no message security at all.
func (s *session) establish(flags Flags, exported [16]byte, server bool) {
	s.flags = flags
	if !flags.has(NegotiateExtendedSessionSecurity) {
		return
	}
	fromClient, fromServer := &s.send, &s.recv
	if server {
		fromClient, fromServer = fromServer, fromClient
	}
	fromClient.init(flags, exported, clientSigning, clientSealing)
	fromServer.init(flags, exported, serverSigning, serverSealing)
	s.ready = true
}

// SignatureSize returns 16, or 0 if the session was not negotiated strong enough for that level.
func (s *session) SignatureSize(level auth.Level) int {
	need := NegotiateSign | NegotiateSeal // one of them will do
	if level == auth.LevelPrivacy {
		need = NegotiateSeal
	}
	if !s.ready || s.flags&need == 0 {
		return 0
	}
	return signatureSize
}

// usable says whether sig has the right size for the session and the level.
func (s *session) usable(level auth.Level, sig []byte) error {
	switch n := s.SignatureSize(level); {
	case n == 0:
		return fmt.Errorf("%w: the session does not allow level %s", auth.ErrPolicy, level)
	case n != len(sig):
		return auth.ErrBadSignature
	}
	return nil
}

// Seal implements auth.Protector, GSS_WrapEx of [MS-NLMP] 3.4.6. The data goes through the key stream before the
// checksum does, and the checksum covers the data in clear.
func (s *session) Seal(sig, header, data, trailer []byte) error {
	if err := s.usable(auth.LevelPrivacy, sig); err != nil {
		return err
	}
	s.send.checksum(header, data, trailer)
	s.send.seal.XORKeyStream(data, data)
	s.send.token(sig)
	return nil
}

// Unseal implements auth.Protector, GSS_UnwrapEx of [MS-NLMP] 3.4.7.
func (s *session) Unseal(sig, header, data, trailer []byte) error {
	if err := s.usable(auth.LevelPrivacy, sig); err != nil {
		return err
	}
	s.recv.seal.XORKeyStream(data, data)
	s.recv.checksum(header, data, trailer)
	return s.recv.check(sig)
}

// Sign implements auth.Protector, GSS_GetMICEx of [MS-NLMP] 3.4.8.
func (s *session) Sign(sig, header, data, trailer []byte) error {
	if err := s.usable(auth.LevelIntegrity, sig); err != nil {
		return err
	}
	s.send.checksum(header, data, trailer)
	s.send.token(sig)
	return nil
}

// Verify implements auth.Protector, GSS_VerifyMICEx of [MS-NLMP] 3.4.9.
func (s *session) Verify(sig, header, data, trailer []byte) error {
	if err := s.usable(auth.LevelIntegrity, sig); err != nil {
		return err
	}
	s.recv.checksum(header, data, trailer)
	return s.recv.check(sig)
}

// MIC implements auth.MICer. Clients that only set ALWAYS_SIGN protect their list of mechanisms too, so this does not
// ask for NegotiateSign.
func (s *session) MIC(b []byte) ([]byte, error) {
	if !s.ready {
		return nil, fmt.Errorf("%w: the session has no keys to sign with", auth.ErrPolicy)
	}
	sig := make([]byte, signatureSize)
	s.send.checksum(nil, b, nil)
	s.send.token(sig)
	return sig, nil
}

// VerifyMIC implements auth.MICer. Errors are auth.ErrBadMIC.
func (s *session) VerifyMIC(b, mic []byte) error {
	if !s.ready || len(mic) != signatureSize {
		return auth.ErrBadMIC
	}
	s.recv.checksum(nil, b, nil)
	if s.recv.check(mic) != nil {
		return auth.ErrBadMIC
	}
	return nil
}

// WantsMIC implements auth.MICer: a client new enough to protect its last message protects its list of mechanisms.
func (s *session) WantsMIC() bool { return s.ready && s.usedMIC && s.flags.has(NegotiateSign) }

// MICsDone implements auth.MICer: the key streams start anew and the sequence numbers go on, [MS-SPNG] 3.3.5.1.
func (s *session) MICsDone() {
	if s.ready {
		s.send.rewind()
		s.recv.rewind()
	}
}
