package dcerpc

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/mapid/mapid/auth"
)

// toy is a security mechanism for tests: hello, challenge, proof with the account's name, an optional final answer.
// Its messages are sealed by a key stream that runs on, as NTLM's is, so that every skipped or swapped fragment shows.
type toy struct {
	service  auth.Service
	answers  bool // the server's last token is not empty
	unsealed bool // cannot do privacy
}

func (m toy) Service() auth.Service { return m.service }

func (m toy) Accept() auth.Context { return &toyContext{toy: m, server: true} }

// initiator is the client's side; a user called mallory is refused.
func (m toy) initiator(user string) auth.Context { return &toyContext{toy: m, user: user} }

type toyContext struct {
	toy
	server     bool
	user       string
	leg        int
	send, recv toyDirection
}

type toyDirection struct {
	mac    hash.Hash
	seq    uint32
	stream uint32
	sum    [sha256.Size]byte
	word   [4]byte
}

func (c *toyContext) Step(_ context.Context, token []byte) (out []byte, done bool, err error) {
	c.leg++
	switch {
	case !c.server && c.leg == 1:
		return []byte("hello"), false, nil
	case !c.server && c.leg == 2 && string(token) == "challenge":
		c.establish()
		return []byte("proof of " + c.user), !c.answers, nil
	case !c.server && c.leg == 3 && string(token) == "welcome" && c.answers:
		return nil, true, nil
	case c.server && c.leg == 1 && string(token) == "hello":
		return []byte("challenge"), false, nil
	case c.server && c.leg == 2 && bytes.HasPrefix(token, []byte("proof of ")):
		c.user = string(token[len("proof of "):])
		switch c.user {
		case "mallory":
			return nil, false, auth.ErrWrongPassword
		case "panic":
			panic("mechanism broke")
		case "forger":
			return nil, false, auth.ErrBadMIC
		}
		c.establish()
		if c.answers {
			out = []byte("welcome")
		}
		return out, true, nil
	}
	return nil, false, fmt.Errorf("%w: leg %d", auth.ErrBadToken, c.leg)
}

func (c *toyContext) establish() {
	c.send.mac = hmac.New(sha256.New, []byte(c.user))
	c.recv.mac = hmac.New(sha256.New, []byte(c.user))
}

func (c *toyContext) Identity() auth.Identity {
	if c.send.mac == nil {
		return auth.Identity{Claimed: c.user}
	}
	return auth.Identity{Account: c.user, Claimed: c.user, Mechanism: auth.ServiceKerberos, KeyBits: 128}
}

func (c *toyContext) SignatureSize(level auth.Level) int {
	if c.unsealed && level == auth.LevelPrivacy {
		return 0
	}
	return 20
}

func (d *toyDirection) crypt(data []byte) {
	for i := range data {
		d.stream = d.stream*1664525 + 1013904223
		data[i] ^= byte(d.stream >> 24)
	}
}

func (d *toyDirection) sign(sig, header, data, trailer []byte) {
	binary.LittleEndian.PutUint32(d.word[:], d.seq)
	d.seq++
	d.mac.Reset()
	d.mac.Write(d.word[:])
	d.mac.Write(header)
	d.mac.Write(data)
	d.mac.Write(trailer)
	copy(sig, d.mac.Sum(d.sum[:0]))
}

func (d *toyDirection) verify(sig, header, data, trailer []byte) error {
	var want [20]byte
	d.sign(want[:], header, data, trailer)
	if !hmac.Equal(want[:], sig) {
		return auth.ErrBadSignature
	}
	return nil
}

func (c *toyContext) Seal(sig, header, data, trailer []byte) error {
	c.send.sign(sig, header, data, trailer)
	c.send.crypt(data)
	return nil
}

func (c *toyContext) Unseal(sig, header, data, trailer []byte) error {
	c.recv.crypt(data)
	return c.recv.verify(sig, header, data, trailer)
}

func (c *toyContext) Sign(sig, header, data, trailer []byte) error {
	c.send.sign(sig, header, data, trailer)
	return nil
}

func (c *toyContext) Verify(sig, header, data, trailer []byte) error {
	return c.recv.verify(sig, header, data, trailer)
}

// endless is a mechanism that always wants one more token.
type endless struct{ toyContext }

func (endless) Service() auth.Service { return auth.ServiceKerberos }
func (endless) Accept() auth.Context  { return &endless{} }

func (e *endless) Step(context.Context, []byte) ([]byte, bool, error) {
	return []byte("more"), false, nil
}
