package emsmdb

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// maxPushContext is how many bytes a client may want to get back in a datagram, [MS-OXCRPC] 3.1.4.5.
const maxPushContext = 16

// PushRequest is where a client wants to be told that there is something to fetch, [MS-OXCRPC] 3.1.4.5.
type PushRequest struct {
	Context []byte // the payload of the datagrams
	Address []byte // a sockaddr_in or sockaddr_in6
}

// RegisterPush has a datagram sent whenever notifications become pending in a session, and again as long as they are,
// [MS-OXCNOTIF] 3.1.5.4. A later registration replaces an earlier one; the session's end ends it. Datagrams go to the
// host that the client connects from and to no other, unless the policy says otherwise: else anybody could have the
// server send them to anybody. It returns the handle of the registration.
func (s *Service) RegisterPush(_ context.Context, caller auth.Caller, id SessionID, req *PushRequest) (uint32, error) {
	ses, err := s.session(caller, id)
	if err != nil {
		return 0, err
	}
	to, err := s.pushTarget(caller, req)
	if err == nil {
		err = s.push.open(to.Addr().Is4())
	}
	if err != nil {
		ses.log.Info("push notification refused", zap.Error(err), zap.Stringer("to", to), zap.String("remote", caller.Remote))
		return 0, err
	}
	t := &pushTarget{to: to, context: req.Context, stop: make(chan struct{})}
	if !ses.register(t) || !s.push.start() {
		return 0, mapi.ErrExiting
	}
	go func() {
		defer s.push.running.Done()
		s.push.serve(ses, t, s.opts.Profile.EMSMDB.PushInterval)
	}()
	return uint32(ses.index), nil
}

// pushTarget checks a registration.
func (s *Service) pushTarget(caller auth.Caller, req *PushRequest) (netip.AddrPort, error) {
	if len(req.Context) > maxPushContext {
		return netip.AddrPort{}, mapi.ErrTooBig
	}
	to, ok := readSockaddr(req.Address)
	if !ok || to.Port() == 0 || to.Addr().IsMulticast() {
		return to, mapi.ErrInvalidParameter
	}
	if !s.opts.Profile.EMSMDB.Push {
		return to, mapi.ErrNoSupport
	}
	remote, err := netip.ParseAddrPort(caller.Remote)
	if err != nil {
		return to, mapi.ErrAccessDenied // nobody knows where the client is
	}
	from := remote.Addr().Unmap()
	switch {
	case to.Addr() == from.WithZone(""):
		return netip.AddrPortFrom(from, to.Port()), nil
	case s.policy().PushAnyAddress:
		return to, nil
	}
	return to, mapi.ErrAccessDenied
}

// readSockaddr reads a sockaddr_in or sockaddr_in6: the family is little-endian, the port big-endian.
func readSockaddr(b []byte) (netip.AddrPort, bool) {
	const inet, inet6 = 2, 23
	if len(b) < 2 {
		return netip.AddrPort{}, false
	}
	switch family := binary.LittleEndian.Uint16(b); {
	case family == inet && len(b) == 16:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[2:])), true
	case family == inet6 && len(b) == 28:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])).Unmap(), binary.BigEndian.Uint16(b[2:])), true
	}
	return netip.AddrPort{}, false
}

// pushTarget is a session's registration.
type pushTarget struct {
	to      netip.AddrPort
	context []byte
	stop    chan struct{} // closed when another one takes its place
}

// register makes t the session's registration, unless the session has ended.
func (s *session) register(t *pushTarget) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil {
		return false
	}
	if s.push != nil {
		close(s.push.stop)
	}
	s.push = t
	return true
}

// pusher sends datagrams.
type pusher struct {
	log     *zap.Logger
	running sync.WaitGroup // of serve

	mu     sync.Mutex        // guards what follows
	conns  [2]net.PacketConn // for IPv4 and IPv6, opened when they are needed first
	closed bool
	// send replaces the sockets.
	send func(to netip.AddrPort, payload []byte) error
}

// open makes the socket for a family. One that this host does not have is ErrNoSupport.
func (p *pusher) open(v4 bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	network, at := "udp6", 1
	if v4 {
		network, at = "udp4", 0
	}
	if p.closed || p.conns[at] != nil || p.send != nil {
		return nil
	}
	conn, err := net.ListenPacket(network, ":0")
	if err != nil {
		p.log.Warn("no socket for push notifications", zap.String("network", network), zap.Error(err))
		return mapi.ErrNoSupport
	}
	p.conns[at] = conn
	return nil
}

// start counts one more serve, unless no more may begin.
func (p *pusher) start() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.running.Add(1)
	}
	return !p.closed
}

// close ends sending. The sessions must have ended.
func (p *pusher) close() {
	p.mu.Lock()
	p.closed = true
	for _, c := range p.conns {
		if c != nil {
			_ = c.Close()
		}
	}
	p.mu.Unlock()
	p.running.Wait()
}

// serve tells one registration of what is pending until it is replaced or its session ends.
func (p *pusher) serve(ses *session, t *pushTarget, interval time.Duration) {
	queue := ses.state.Queue()
	again := time.NewTimer(interval)
	defer again.Stop()
	told, at := false, uint64(0)
	for {
		pending, drained, shut, changed := queue.Look()
		if shut {
			return
		}
		if pending && (!told || at != drained) {
			p.datagram(t)
			told, at = true, drained
			again.Reset(interval)
		}
		select {
		case <-changed:
		case <-again.C:
			told = false // it is said again if it is still so
		case <-t.stop:
			return
		case <-ses.done:
			return
		}
	}
}

// datagram sends one datagram. It may get lost on its way, and so it may here.
func (p *pusher) datagram(t *pushTarget) {
	p.mu.Lock()
	conn, send := p.conns[1], p.send
	if t.to.Addr().Is4() {
		conn = p.conns[0]
	}
	p.mu.Unlock()
	var err error
	switch {
	case send != nil:
		err = send(t.to, t.context)
	case conn != nil:
		_, err = conn.WriteTo(t.context, net.UDPAddrFromAddrPort(t.to))
	}
	if err != nil {
		p.log.Debug("datagram not sent", zap.Stringer("to", t.to), zap.Error(err))
	}
}
