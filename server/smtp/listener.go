package smtp

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

// listener hands out connections that the server knows of, as many as it may have.
type listener struct {
	net.Listener
	server *Server
}

// Accept returns the next connection that there is room for. One too many is told so and closed, RFC 5321 3.1.
func (l *listener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: nc, server: l.server}
		switch full, draining := l.server.admit(c); {
		case draining:
			nc.Close()
		case full:
			nc.SetWriteDeadline(time.Now().Add(time.Second))
			fmt.Fprintf(nc, "421 4.3.2 %s has too many connections, try again later\r\n", l.server.opts.Hostname)
			nc.Close()
		default:
			return c, nil
		}
	}
}

func (s *Server) admit(c *conn) (full, draining bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= s.opts.MaxConnections || s.draining {
		return true, s.draining
	}
	s.conns[c] = struct{}{}
	return false, false
}

// conn is a connection until it is closed.
type conn struct {
	net.Conn
	server *Server
	busy   bool // a mail is transferred; guarded by server.mu
	ended  atomic.Bool
}

// Read notes that the client has nothing more to say: the library takes a last chunk for whole when it ends too early.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		c.ended.Store(true)
	}
	return n, err
}

// Close gives the place back.
func (c *conn) Close() error {
	c.server.mu.Lock()
	delete(c.server.conns, c)
	c.server.mu.Unlock()
	return c.Conn.Close()
}

// SetReadDeadline gives a client that transfers nothing no more time once the server ends. It is told so as if it had
// been silent for too long.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.server.draining && !c.busy {
		t = time.Unix(1, 0)
	}
	return c.Conn.SetReadDeadline(t)
}

// hurry ends the wait for the next command.
func (c *conn) hurry() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if !c.busy {
		c.Conn.SetReadDeadline(time.Unix(1, 0)) // one that is closed needs none
	}
}

// transfer says whether a mail is transferred. It returns false if the server ends, and none must begin.
func (c *conn) transfer(busy bool) bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.busy = busy && !c.server.draining
	return !c.server.draining
}

// connections returns what is open.
func (s *Server) connections() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.conns))
}
