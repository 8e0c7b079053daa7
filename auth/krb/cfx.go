package krb

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the encryption types are defined over SHA-1
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/crypto/common"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// Key usages of [RFC4121] 2.
const (
	usageAcceptorSeal  = 22
	usageAcceptorSign  = 23
	usageInitiatorSeal = 24
	usageInitiatorSign = 25
)

// Token identifiers and flags of [RFC4121] 4.2.
const (
	tokenMIC  = 0x0404
	tokenWrap = 0x0504

	flagSentByAcceptor = 0x01
	flagSealed         = 0x02
	flagAcceptorSubkey = 0x04
)

// Lengths of tokens with AES keys. A Wrap token in DCE style is rotated so that the ciphertext of the data is left
// where the data was, and everything else stands in the token: header, encrypted filler and header, code, confounder.
const (
	cfxHeaderSize = 16
	cfxMACSize    = 12
	cfxFiller     = 16 // EC: also where the data fills its blocks
	cfxRotation   = 28 // RRC, [MS-KILE] 3.4.5.4.1
	cfxWrapSize   = cfxHeaderSize + cfxFiller + cfxRotation + aes.BlockSize
	cfxMICSize    = cfxHeaderSize + cfxMACSize
)

// cfx is one direction of a session with an AES key, [RFC4121] 4.2. The keys are derived once, and messages are worked on
// where they are, so that nothing is allocated per message.
type cfx struct {
	flags byte      // that a sender of this direction sets on all tokens
	rand  io.Reader // of confounders

	cts        *cts
	seal, sign hash.Hash // HMAC under the keys for the integrity of Wrap and of MIC tokens

	// Scratch, here because what a hash.Hash is handed escapes.
	confounder [aes.BlockSize]byte
	header     [cfxHeaderSize]byte
	tail       [tailMax]byte
	sum        [sha1.Size]byte
	slow       []byte // a message whose filler is not of the usual length
}

// newCFX derives the keys of the direction in which the server sends, or the client.
func newCFX(key types.EncryptionKey, fromServer, acceptorSubkey bool, rand io.Reader) (*cfx, error) {
	e, err := crypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, fmt.Errorf("krb: %w", err)
	}
	c := &cfx{rand: rand}
	seal, sign := uint32(usageInitiatorSeal), uint32(usageInitiatorSign)
	if fromServer {
		seal, sign = usageAcceptorSeal, usageAcceptorSign
		c.flags |= flagSentByAcceptor
	}
	if acceptorSubkey {
		c.flags |= flagAcceptorSubkey
	}
	var derived [3][]byte
	for i, usage := range [][]byte{common.GetUsageKe(seal), common.GetUsageKi(seal), common.GetUsageKc(sign)} {
		if derived[i], err = e.DeriveKey(key.KeyValue, usage); err != nil {
			return nil, fmt.Errorf("krb: derive key: %w", err)
		}
	}
	if c.cts, err = newCTS(derived[0]); err != nil {
		return nil, fmt.Errorf("krb: %w", err)
	}
	c.seal, c.sign = hmac.New(sha1.New, derived[1]), hmac.New(sha1.New, derived[2])
	return c, nil
}

func (c *cfx) wrapSize() int { return cfxWrapSize }
func (c *cfx) micSize() int  { return cfxMICSize }

// code computes an HMAC over a message and what is put around it, into c.sum.
func (c *cfx) code(mac hash.Hash, before, header, data, trailer, filler, token []byte) {
	mac.Reset()
	mac.Write(before)
	mac.Write(header)
	mac.Write(data)
	mac.Write(trailer)
	mac.Write(filler)
	mac.Write(token)
	mac.Sum(c.sum[:0])
}

// wrap implements protection.
func (c *cfx) wrap(seq uint64, sig, header, data, trailer []byte) error {
	if _, err := io.ReadFull(c.rand, c.confounder[:]); err != nil {
		return fmt.Errorf("krb: confounder: %w", err)
	}
	h := c.header[:]
	binary.BigEndian.PutUint16(h, tokenWrap)
	h[2], h[3] = c.flags|flagSealed, 0xFF
	binary.BigEndian.PutUint16(h[4:], cfxFiller)
	binary.BigEndian.PutUint16(h[6:], 0) // the rotation is not covered
	binary.BigEndian.PutUint64(h[8:], seq)

	rest := len(data) & (aes.BlockSize - 1)
	tail := c.tail[:rest+cfxFiller+cfxHeaderSize]
	copy(tail, data[len(data)-rest:])
	filler := tail[rest : rest+cfxFiller]
	for i := range filler {
		filler[i] = 0xFF
	}
	copy(tail[rest+cfxFiller:], h)
	c.code(c.seal, c.confounder[:], header, data, trailer, filler, h)
	c.cts.encrypt(c.confounder[:], data, tail)
	copy(data[len(data)-rest:], tail[:rest])

	binary.BigEndian.PutUint16(h[6:], cfxRotation)
	copy(sig, h)
	copy(sig[cfxHeaderSize:], tail[rest:])
	copy(sig[cfxHeaderSize+cfxFiller+cfxHeaderSize:], c.sum[:cfxMACSize])
	copy(sig[cfxWrapSize-aes.BlockSize:], c.confounder[:])
	return nil
}

// unwrap implements protection. Any filler is accepted: one client is known that only fills the last block.
func (c *cfx) unwrap(sig, header, data, trailer []byte) (uint64, error) {
	if len(sig) < cfxHeaderSize+cfxRotation+aes.BlockSize {
		return 0, auth.ErrBadSignature
	}
	ec := int(binary.BigEndian.Uint16(sig[4:]))
	if binary.BigEndian.Uint16(sig) != tokenWrap || sig[2] != c.flags|flagSealed || sig[3] != 0xFF ||
		binary.BigEndian.Uint16(sig[6:]) != cfxRotation || len(sig) != cfxHeaderSize+ec+cfxRotation+aes.BlockSize {
		return 0, auth.ErrBadSignature
	}
	mac := sig[cfxHeaderSize+ec+cfxHeaderSize:][:cfxMACSize]
	var filler, inner []byte
	copy(c.confounder[:], sig[len(sig)-aes.BlockSize:])
	if ec == cfxFiller {
		rest := len(data) & (aes.BlockSize - 1)
		tail := c.tail[:rest+cfxFiller+cfxHeaderSize]
		copy(tail, data[len(data)-rest:])
		copy(tail[rest:], sig[cfxHeaderSize:])
		c.cts.decrypt(c.confounder[:], data, tail)
		copy(data[len(data)-rest:], tail[:rest])
		filler, inner = tail[rest:rest+cfxFiller], tail[rest+cfxFiller:]
	} else {
		m := append(append(append(c.slow[:0], c.confounder[:]...), data...), sig[cfxHeaderSize:cfxHeaderSize+ec+cfxHeaderSize]...)
		split := (len(m) - 2*aes.BlockSize) &^ (aes.BlockSize - 1)
		c.cts.decrypt(nil, m[:split], m[split:])
		c.slow = m
		copy(c.confounder[:], m)
		copy(data, m[aes.BlockSize:])
		filler, inner = m[aes.BlockSize+len(data):][:ec], m[len(m)-cfxHeaderSize:]
	}
	h := c.header[:]
	copy(h, sig)
	h[6], h[7] = 0, 0
	c.code(c.seal, c.confounder[:], header, data, trailer, filler, h)
	inner[6], inner[7] = 0, 0 // senders are known that encrypt the header with its rotation
	if subtle.ConstantTimeCompare(c.sum[:cfxMACSize], mac)&subtle.ConstantTimeCompare(inner, h) != 1 {
		return 0, auth.ErrBadSignature
	}
	return binary.BigEndian.Uint64(h[8:]), nil
}

// micHeader makes the header of a MIC token in c.header.
func (c *cfx) micHeader(seq uint64) []byte {
	h := c.header[:]
	binary.BigEndian.PutUint16(h, tokenMIC)
	h[2] = c.flags
	for i := 3; i < 8; i++ {
		h[i] = 0xFF
	}
	binary.BigEndian.PutUint64(h[8:], seq)
	return h
}

// mic implements protection.
func (c *cfx) mic(seq uint64, sig, header, data, trailer []byte) {
	h := c.micHeader(seq)
	c.code(c.sign, nil, header, data, trailer, nil, h)
	copy(sig, h)
	copy(sig[cfxHeaderSize:], c.sum[:cfxMACSize])
}

// verify implements protection.
func (c *cfx) verify(sig, header, data, trailer []byte) (uint64, error) {
	if len(sig) != cfxMICSize {
		return 0, auth.ErrBadSignature
	}
	seq := binary.BigEndian.Uint64(sig[8:])
	h := c.micHeader(seq)
	c.code(c.sign, nil, header, data, trailer, nil, h)
	if subtle.ConstantTimeCompare(c.sum[:cfxMACSize], sig[cfxHeaderSize:])&
		subtle.ConstantTimeCompare(h, sig[:cfxHeaderSize]) != 1 {
		return 0, auth.ErrBadSignature
	}
	return seq, nil
}
