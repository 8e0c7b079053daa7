package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/trace"
)

// PDU types.
const (
	pduRequest  = 0
	pduResponse = 2
	pduFault    = 3
	pduBind     = 11
	pduAuth3    = 16
)

// conn is one RPC connection as an onlooker sees it.
type conn struct {
	id       uint64
	peers    trace.Peers
	halves   [2]half // by trace.Direction
	keys     *Keys
	emit     func(trace.Event) error
	note     func(conn uint64, text string)
	security map[uint32]*security
	rops     *operations
	failed   error
	ended    int // sides that closed
}

// security is one security context of a connection.
type security struct {
	level    auth.Level
	observer ntlm.Observer
	keys     *ntlm.Observed
	unknown  bool // it can't be opened
}

// segment joins one segment and shows the PDUs it completes.
func (c *conn) segment(s segment, toServer bool) error {
	dir := directionOf(toServer)
	c.halves[dir].take(s, func(at time.Time, pdu []byte) {
		if c.failed == nil {
			c.failed = c.pdu(at, dir, pdu)
		}
	})
	return c.failed
}

func (c *conn) pdu(at time.Time, dir trace.Direction, wire []byte) error {
	wire = bytes.Clone(wire)
	if err := c.emit(trace.Event{Kind: trace.Wire, Time: at, Conn: c.id, Dir: dir, Bytes: wire}); err != nil {
		return err
	}
	if wire[4]&0x10 == 0 { // nobody opens big-endian calls here; they are shown as they are
		return c.emit(trace.Event{Kind: trace.Clear, Time: at, Conn: c.id, Dir: dir, Bytes: wire})
	}
	clear := c.open(at, dir, bytes.Clone(wire))
	if clear == nil {
		return nil
	}
	if err := c.emit(trace.Event{Kind: trace.Clear, Time: at, Conn: c.id, Dir: dir, Bytes: clear}); err != nil {
		return err
	}
	return c.rops.pdu(at, dir, clear)
}

// open returns a PDU without its protection, or nil if it can't be opened.
func (c *conn) open(at time.Time, dir trace.Direction, p []byte) []byte {
	size, authLen := len(p), int(binary.LittleEndian.Uint16(p[10:]))
	if authLen == 0 {
		return p
	}
	at0 := size - authLen - 8
	if at0 < 16 {
		return p
	}
	trailer, token := p[at0:at0+8], p[at0+8:]
	id := binary.LittleEndian.Uint32(trailer[4:])
	switch {
	case p[2] >= pduBind && p[2] <= pduAuth3:
		c.learn(at, dir, id, auth.Level(trailer[1]), token)
		return cut(p, at0)
	case p[2] != pduRequest && p[2] != pduResponse:
		return cut(p, at0)
	}
	head := 24
	if p[2] == pduRequest && p[3]&0x80 != 0 {
		head = 40
	}
	end := at0 - int(trailer[2])
	if head > at0 || end < head {
		return p
	}
	s := c.security[id]
	if auth.Level(trailer[1]) < auth.LevelPacket {
		return cut(p, end)
	}
	if s == nil || s.unknown || s.keys == nil {
		c.lose(s, id, "its beginning is missing or its password is not known")
		return nil
	}
	if err := s.keys.Open(dir == trace.ToServer, auth.Level(trailer[1]), token, p[head:at0]); err != nil {
		c.lose(s, id, err.Error())
		return nil
	}
	return cut(p, end)
}

// lose tells once that a security context can't be opened.
func (c *conn) lose(s *security, id uint32, why string) {
	if s == nil {
		s = &security{}
		if len(c.security) < 64 {
			c.security[id] = s
		}
	}
	if !s.unknown {
		s.unknown = true
		c.note(c.id, fmt.Sprintf("protected calls of %s can't be opened: %s", c.peers.Client, why))
	}
}

// learn follows the legs of a security context.
func (c *conn) learn(at time.Time, dir trace.Direction, id uint32, level auth.Level, token []byte) {
	s := c.security[id]
	if s == nil {
		if len(c.security) >= 64 {
			return
		}
		s = &security{}
		c.security[id] = s
	}
	s.level = level
	start := bytes.Index(token, []byte("NTLMSSP\x00"))
	if start < 0 || len(token) < start+12 {
		return
	}
	message := token[start:]
	switch binary.LittleEndian.Uint32(message[8:]) {
	case 2:
		if err := s.observer.Challenge(message); err != nil {
			c.lose(s, id, err.Error())
		}
	case 3:
		_, user, err := ntlm.Claims(message)
		if err != nil {
			c.lose(s, id, err.Error())
			return
		}
		for _, h := range c.keys.of(user) {
			if s.keys, err = s.observer.Authenticate(message, h); err == nil {
				c.failed = c.emit(trace.Event{Kind: trace.Authenticated, Time: at, Conn: c.id, Peers: &c.peers, User: user})
				c.rops.user = user
				return
			}
		}
		if s.level >= auth.LevelPacket {
			c.lose(s, id, fmt.Sprintf("no key fits user %q", user))
		}
		c.rops.user = user
	}
}

// cut drops what stands behind end and mends the lengths.
func cut(p []byte, end int) []byte {
	p = p[:end]
	binary.LittleEndian.PutUint16(p[8:], uint16(end))
	binary.LittleEndian.PutUint16(p[10:], 0)
	return p
}
