package krb

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // the encryption type is defined over MD5
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/mapid/mapid/auth"
)

// Salts of [RFC4757] 7: the usage numbers of Microsoft's checksum.
const (
	saltWrap = 13
	saltMIC  = 15
)

// Frames and headers of tokens with RC4 keys: the framing of [RFC2743] 3.1 around Kerberos' identifier, whose length
// does not count the data in DCE style, and the head of the token of [RFC4757] 7.2 and 7.3.
const (
	arcfourFrame   = "\x06\x09\x2A\x86\x48\x86\xF7\x12\x01\x02\x02"
	arcfourWrapTag = "\x60\x2B" + arcfourFrame + "\x02\x01\x11\x00\x10\x00\xFF\xFF"
	arcfourMICTag  = "\x60\x23" + arcfourFrame + "\x01\x01\x11\x00\xFF\xFF\xFF\xFF"

	arcfourTagSize  = len(arcfourWrapTag)
	arcfourHead     = 8 // of the tag, what the checksum covers
	arcfourMICSize  = arcfourTagSize + 8 + 8
	arcfourWrapSize = arcfourMICSize + 8
)

// arcfour is one direction of a session with an RC4 key, [RFC4757] 7. Every message has keys of its own, but their
// parents are derived once; nothing is allocated per message.
type arcfour struct {
	fromServer bool
	rand       io.Reader // of confounders

	signing    hash.Hash // HMAC under the key of checksums
	sequencing hash.Hash // HMAC under the parent of the keys that hide sequence numbers
	sealing    hash.Hash // HMAC under the parent of the keys that encrypt
	digest     hash.Hash

	// Scratch, here because what a hash.Hash is handed escapes.
	stream     rc4
	word       [4]byte
	head       [arcfourHead]byte
	seq        [8]byte
	confounder [8]byte
	sum        [md5.Size]byte
	key        [md5.Size]byte
}

func hmacMD5(key []byte, data []byte) []byte {
	h := hmac.New(md5.New, key)
	h.Write(data)
	return h.Sum(nil)
}

// newArcfour derives the keys of the direction in which the server sends, or the client.
func newArcfour(key []byte, fromServer bool, rand io.Reader) *arcfour {
	var zero [4]byte
	flipped := make([]byte, len(key))
	for i, b := range key {
		flipped[i] = b ^ 0xF0
	}
	return &arcfour{
		fromServer: fromServer, rand: rand, digest: md5.New(),
		signing:    hmac.New(md5.New, hmacMD5(key, []byte("signaturekey\x00"))),
		sequencing: hmac.New(md5.New, hmacMD5(key, zero[:])),
		sealing:    hmac.New(md5.New, hmacMD5(flipped, zero[:])),
	}
}

func (a *arcfour) wrapSize() int { return arcfourWrapSize }
func (a *arcfour) micSize() int  { return arcfourMICSize }

// checksum computes SGN_CKSUM into a.sum.
func (a *arcfour) checksum(salt uint32, tag string, confounder, header, data, trailer []byte) {
	binary.LittleEndian.PutUint32(a.word[:], salt)
	copy(a.head[:], tag[arcfourTagSize-arcfourHead:])
	a.digest.Reset()
	a.digest.Write(a.word[:])
	a.digest.Write(a.head[:])
	a.digest.Write(confounder)
	a.digest.Write(header)
	a.digest.Write(data)
	a.digest.Write(trailer)
	a.derive(a.signing, a.digest.Sum(a.sum[:0]), a.sum[:0])
}

// derive computes an HMAC of in into out.
func (a *arcfour) derive(mac hash.Hash, in, out []byte) []byte {
	mac.Reset()
	mac.Write(in)
	return mac.Sum(out)
}

// hide encrypts or decrypts the sequence number in a.seq under a key made of the checksum.
func (a *arcfour) hide(checksum []byte) {
	a.stream.init(a.derive(a.sequencing, checksum, a.key[:0]))
	a.stream.xor(a.seq[:])
}

// direction is what stands behind the sequence number.
func (a *arcfour) direction() uint32 {
	if a.fromServer {
		return 0xFFFFFFFF
	}
	return 0
}

// seal starts the key stream for a message with the sequence number in a.seq.
func (a *arcfour) seal() {
	copy(a.word[:], a.seq[:4])
	a.stream.init(a.derive(a.sealing, a.word[:], a.key[:0]))
}

// number puts a sequence number into a.seq.
func (a *arcfour) number(seq uint64) {
	binary.BigEndian.PutUint32(a.seq[:], uint32(seq))
	binary.BigEndian.PutUint32(a.seq[4:], a.direction())
}

// wrap implements protection.
func (a *arcfour) wrap(seq uint64, sig, header, data, trailer []byte) error {
	if _, err := io.ReadFull(a.rand, a.confounder[:]); err != nil {
		return fmt.Errorf("krb: confounder: %w", err)
	}
	a.checksum(saltWrap, arcfourWrapTag, a.confounder[:], header, data, trailer)
	a.number(seq)
	a.seal()
	a.stream.xor(a.confounder[:])
	a.stream.xor(data)
	a.token(sig, arcfourWrapTag)
	copy(sig[arcfourMICSize:], a.confounder[:])
	return nil
}

// token writes tag, hidden sequence number and checksum.
func (a *arcfour) token(sig []byte, tag string) {
	a.hide(a.sum[:8])
	copy(sig, tag)
	copy(sig[arcfourTagSize:], a.seq[:])
	copy(sig[arcfourTagSize+8:], a.sum[:8])
}

// open reads the sequence number of a token into a.seq; it is not to be trusted before the checksum was compared.
func (a *arcfour) open(sig []byte, tag string) bool {
	copy(a.seq[:], sig[arcfourTagSize:])
	copy(a.sum[:8], sig[arcfourTagSize+8:])
	a.hide(a.sum[:8])
	return string(sig[:arcfourTagSize]) == tag && binary.BigEndian.Uint32(a.seq[4:]) == a.direction()
}

// unwrap implements protection.
func (a *arcfour) unwrap(sig, header, data, trailer []byte) (uint64, error) {
	if len(sig) != arcfourWrapSize || !a.open(sig, arcfourWrapTag) {
		return 0, auth.ErrBadSignature
	}
	a.seal()
	copy(a.confounder[:], sig[arcfourMICSize:])
	a.stream.xor(a.confounder[:])
	a.stream.xor(data)
	return a.compare(saltWrap, arcfourWrapTag, sig, a.confounder[:], header, data, trailer)
}

// compare checks the checksum of a token that was opened.
func (a *arcfour) compare(salt uint32, tag string, sig, confounder, header, data, trailer []byte) (uint64, error) {
	a.checksum(salt, tag, confounder, header, data, trailer)
	if subtle.ConstantTimeCompare(a.sum[:8], sig[arcfourTagSize+8:arcfourMICSize]) != 1 {
		return 0, auth.ErrBadSignature
	}
	return uint64(binary.BigEndian.Uint32(a.seq[:])), nil
}

// mic implements protection.
func (a *arcfour) mic(seq uint64, sig, header, data, trailer []byte) {
	a.checksum(saltMIC, arcfourMICTag, nil, header, data, trailer)
	a.number(seq)
	a.token(sig, arcfourMICTag)
}

// verify implements protection.
func (a *arcfour) verify(sig, header, data, trailer []byte) (uint64, error) {
	if len(sig) != arcfourMICSize || !a.open(sig, arcfourMICTag) {
		return 0, auth.ErrBadSignature
	}
	return a.compare(saltMIC, arcfourMICTag, sig, nil, header, data, trailer)
}

// rc4 is the cipher with a key that can be changed in place, which crypto/rc4 lacks.
type rc4 struct {
	s    [256]uint32
	i, j uint8
}

func (c *rc4) init(key []byte) {
	for i := range c.s {
		c.s[i] = uint32(i)
	}
	var j uint8
	for i := range c.s {
		j += uint8(c.s[i]) + key[i%len(key)]
		c.s[i], c.s[j] = c.s[j], c.s[i]
	}
	c.i, c.j = 0, 0
}

func (c *rc4) xor(b []byte) {
	i, j := c.i, c.j
	for k := range b {
		i++
		x := c.s[i]
		j += uint8(x)
		y := c.s[j]
		c.s[i], c.s[j] = y, x
		b[k] ^= uint8(c.s[uint8(x+y)])
	}
	c.i, c.j = i, j
}
