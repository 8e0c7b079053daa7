package admin

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// parked lets a bounded number of requests wait or stream at a time, all routes together; one more is told to come
// again. Shutdown ends their contexts.
func (s *Server) parked(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
			if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil { // it has no body to come
				s.fail(w, r, err)
				return
			}
			ctx, stop := context.WithCancel(r.Context())
			defer stop()
			defer context.AfterFunc(s.base, stop)()
			next(w, r.WithContext(ctx))
		default:
			w.Header().Set("Retry-After", "1")
			s.fail(w, r, problemf(http.StatusServiceUnavailable, "%d requests are waiting or streaming already (limits.admin_streams)", cap(s.slots)))
		}
	}
}

// limited closes connections over a limit as they come.
type limited struct {
	net.Listener
	slots chan struct{}
}

// Accept returns the next connection within the limit.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.slots <- struct{}{}:
			return &limitedConn{Conn: c, free: sync.OnceFunc(func() { <-l.slots })}, nil
		default:
			c.Close()
		}
	}
}

// limitedConn gives its place back once.
type limitedConn struct {
	net.Conn
	free func()
}

// Close implements net.Conn.
func (c *limitedConn) Close() error {
	c.free()
	return c.Conn.Close()
}
