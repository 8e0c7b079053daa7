package dcerpc

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
)

// Limits bound what clients can make a server hold. They can be changed while it runs; connections read them when
// they need them.
type Limits struct {
	Connections       int           // connections served at once; one more is refused with a bind_nak
	Calls             int           // calls in flight per connection; one more is answered server too busy
	Contexts          int           // presentation contexts per connection
	Security          int           // security contexts per connection
	Request           int           // bytes of one request's stub, all fragments together
	PDU               time.Duration // from the first byte of a PDU to its last, and between the fragments of a request
	Handshake         time.Duration // from accepting to the bind, and for the legs of one security context
	Idle              time.Duration // without a call in flight and without a PDU; 0 = for ever
	Write             time.Duration // for a client to take an answer
	MaxReceiveRequest int           // largest request fragment; 0 = MaxFragment
}

// DefaultLimits returns the limits of a server that was told none. The request limit and the fragment size are what
// Windows has; it closes no idle connection, so the idle limit is long.
func DefaultLimits() Limits {
	return Limits{
		Connections: 65536,
		Calls:       64,
		Contexts:    128,
		Security:    16,
		Request:     4 << 20,
		PDU:         30 * time.Second,
		Handshake:   time.Minute,
		Idle:        2 * time.Hour,
		Write:       time.Minute,
	}
}

// Options of a Server. Logger is required, the rest has defaults.
type Options struct {
	Logger     *zap.Logger
	Mechanisms []auth.Mechanism // one per service; none = unauthenticated connections only
	Limits     Limits           // zero value = DefaultLimits
	Hooks      Hooks
	FirstConn  uint64 // connections are numbered from here on, so that several servers can share a trace
	// Principal names the server for an authentication service, as mgmt's inq_princ_name tells it:
	// exchangeMDB/host. nil or "" = the service has no name.
	Principal func(auth.Service) string
	// Pause says how long the outcome of an authentication, good or bad, is kept from the client that tried. claimed is
	// who it said it was, empty if that could not be read. nil = it is told at once.
	Pause func(remote, claimed string, err error) time.Duration
}

// Server serves DCE/RPC connections of any transport. Its endpoints share nothing but limits and mechanisms.
type Server struct {
	log        *zap.Logger
	mechanisms map[auth.Service]auth.Mechanism
	hooks      Hooks
	principal  func(auth.Service) string
	pause      func(remote, claimed string, err error) time.Duration
	limits     atomic.Pointer[Limits]
	groups     groups
	stats      stats
	pdus       sync.Pool // *[]byte for one inbound PDU
	replies    sync.Pool // *[]byte for all fragments of an answer

	base     context.Context // ends every call; the one context that is kept, as the life of the server itself
	stop     context.CancelFunc
	draining atomic.Bool
	serving  sync.WaitGroup // connections being served

	mu        sync.Mutex // guards what follows
	endpoints []*Endpoint
	conns     map[uint64]*conn
	lastConn  uint64
	closed    bool
}

// stats are the counters of mgmt's inq_stats.
type stats struct {
	callsIn, callsOut, pdusIn, pdusOut atomic.Uint32
}

// ErrServerClosed reports that a connection was not served because the server is shut down.
var ErrServerClosed = errors.New("dcerpc: server is shut down")

// NewServer returns a server without endpoints.
func NewServer(o Options) *Server {
	s := &Server{
		log:        o.Logger.Named("dcerpc"),
		mechanisms: make(map[auth.Service]auth.Mechanism),
		hooks:      o.Hooks,
		principal:  o.Principal,
		pause:      o.Pause,
		conns:      make(map[uint64]*conn),
		lastConn:   o.FirstConn,
	}
	s.base, s.stop = context.WithCancel(context.Background())
	for _, m := range o.Mechanisms {
		s.mechanisms[m.Service()] = m
	}
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	s.SetLimits(o.Limits)
	s.pdus.New = func() any { return new(make([]byte, 0, MaxFragment)) }
	s.replies.New = func() any { return new(make([]byte, 0, MaxFragment)) }
	return s
}

// SetLimits changes the limits; connections that are over a new one are not closed.
func (s *Server) SetLimits(l Limits) { s.limits.Store(&l) }

// Limits returns the limits in force.
func (s *Server) Limits() Limits { return *s.limits.Load() }

// ServeConn serves one connection of an endpoint until the client closes it, breaks the protocol, or the server or
// ctx ends; then it closes the connection. Context handles of the association group are run down before it returns
// if this was its last connection. What went wrong is logged, not returned.
func (s *Server) ServeConn(ctx context.Context, e *Endpoint, nc net.Conn) {
	c, err := s.open(e, nc)
	if err != nil {
		nc.Close()
		return
	}
	defer s.serving.Done()
	c.serve(ctx)
}

// extraConnections, and an eighth of the limit, is how many connections over the limit are listened to until their bind
// can be refused; beyond that they are closed unheard.
const extraConnections = 16

var errTooManyConnections = errors.New("dcerpc: too many connections")

// open registers a connection.
func (s *Server) open(e *Endpoint, nc net.Conn) (*conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrServerClosed
	}
	limit := s.Limits().Connections
	if len(s.conns) >= limit+limit/8+extraConnections {
		return nil, errTooManyConnections
	}
	s.lastConn++
	c := newConn(s, e, nc, s.lastConn)
	c.overLimit = len(s.conns) >= limit
	s.conns[c.id] = c
	s.serving.Add(1)
	return c, nil
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c.id)
}

// Connections tells what is connected now, in no order.
func (s *Server) Connections() []ConnInfo {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for _, c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	list := make([]ConnInfo, len(conns))
	for i, c := range conns {
		list[i] = c.info()
	}
	return list
}

// Shutdown ends the server: new connections and new calls are refused, calls in flight may finish until ctx ends and
// are cancelled then, every client is told with a shutdown PDU, connections are closed and their handles run down.
// It returns ctx's error if calls had to be cancelled.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.draining.Store(true)
	conns := make([]*conn, 0, len(s.conns))
	for _, c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.nc.SetReadDeadline(time.Unix(1, 0)) // the reader looks at draining whenever it set a deadline of its own
	}
	done := make(chan struct{})
	go func() { // ends with this call, which waits for it
		s.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
		s.stop()
		return nil
	case <-ctx.Done():
	}
	s.stop()
	for _, c := range conns {
		c.nc.Close()
	}
	<-done
	return ctx.Err()
}
