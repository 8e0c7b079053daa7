// Package rpctcp accepts ncacn_ip_tcp connections, one port on any number of addresses, and hands them to the RPC
// server, [MS-RPCE] 2.1.1.1.
package rpctcp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/dcerpc"
)

// Range is where a free port is looked for.
type Range struct {
	First, Last uint16
}

// DefaultRange is what the project's configuration says when it says nothing.
var DefaultRange = Range{First: 59531, Last: 60554}

// Ports that analysers take for X11: traffic on them is shown as something else, so they are never chosen.
const (
	x11First = 6000
	x11Last  = 6063
)

// ErrNoPort reports that no port of the range is free on every address.
var ErrNoPort = errors.New("rpctcp: no free port in the range")

// Options of a Listener.
type Options struct {
	Logger    *zap.Logger
	Server    *dcerpc.Server
	Endpoint  *dcerpc.Endpoint
	Addresses []string // hosts without port; "::" is every address of both families
	Port      uint16   // 0 = a free one of Range
	Range     Range    // zero value = DefaultRange
}

// Listener is one port on some addresses.
type Listener struct {
	log    *zap.Logger
	server *dcerpc.Server
	ep     *dcerpc.Endpoint
	port   uint16
	socks  []net.Listener

	accepting sync.WaitGroup // one goroutine per address
	serving   sync.WaitGroup // one goroutine per connection
}

// Listen opens the port on every address, or on none, and tells the endpoint. Connections wait until Serve.
func Listen(ctx context.Context, o Options) (*Listener, error) {
	if o.Range == (Range{}) {
		o.Range = DefaultRange
	}
	l := &Listener{log: o.Logger.Named("rpctcp"), server: o.Server, ep: o.Endpoint}
	var err error
	if o.Port != 0 {
		l.socks, err = listenAll(ctx, o.Addresses, o.Port)
		l.port = o.Port
	} else {
		l.socks, l.port, err = listenFree(ctx, o.Addresses, o.Range)
	}
	if err != nil {
		return nil, err
	}
	o.Endpoint.SetPort(l.port)
	return l, nil
}

// listenFree tries the ports of a range from a random one on, since a port that was used a moment ago may still be
// known to a client.
func listenFree(ctx context.Context, addresses []string, r Range) ([]net.Listener, uint16, error) {
	if r.First == 0 || r.Last < r.First {
		return nil, 0, fmt.Errorf("%w %d-%d", ErrNoPort, r.First, r.Last)
	}
	n := int(r.Last-r.First) + 1
	start := rand.IntN(n)
	for i := range n {
		port := r.First + uint16((start+i)%n)
		if port >= x11First && port <= x11Last {
			continue
		}
		socks, err := listenAll(ctx, addresses, port)
		switch {
		case err == nil:
			return socks, port, nil
		case !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EACCES):
			return nil, 0, err
		}
	}
	return nil, 0, fmt.Errorf("%w %d-%d", ErrNoPort, r.First, r.Last)
}

// listenAll opens one port on every address or on none.
func listenAll(ctx context.Context, addresses []string, port uint16) (socks []net.Listener, err error) {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 2 * time.Minute, Interval: 30 * time.Second, Count: 4,
	}}
	for _, a := range addresses {
		s, err := config.Listen(ctx, network(a), net.JoinHostPort(a, strconv.Itoa(int(port))))
		if err != nil {
			for _, s := range socks {
				s.Close()
			}
			return nil, fmt.Errorf("rpctcp: %w", err)
		}
		socks = append(socks, s)
	}
	return socks, nil
}

// network keeps an address of one family from opening the other one too; only "::" and names may have both.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	switch {
	case err != nil || a == netip.IPv6Unspecified():
		return "tcp"
	case a.Is4():
		return "tcp4"
	}
	return "tcp6"
}

// Port returns the port.
func (l *Listener) Port() uint16 { return l.port }

// Addrs returns what is listened on.
func (l *Listener) Addrs() []net.Addr {
	list := make([]net.Addr, len(l.socks))
	for i, s := range l.socks {
		list[i] = s.Addr()
	}
	return list
}

// Serve accepts connections until Close or until ctx ends, which ends the connections too. It returns when every
// connection has ended.
func (l *Listener) Serve(ctx context.Context) {
	stop := context.AfterFunc(ctx, l.Close)
	defer stop()
	for _, s := range l.socks {
		l.accepting.Add(1)
		go l.accept(ctx, s)
	}
	l.accepting.Wait()
	l.serving.Wait()
}

// Close stops accepting and takes the port out of the registry. Connections go on.
func (l *Listener) Close() {
	l.ep.SetPort(0)
	for _, s := range l.socks {
		s.Close()
	}
}

// Bounds of the pause after a failed accept, which is nearly always a lack of file descriptors.
const (
	minPause = 5 * time.Millisecond
	maxPause = time.Second
)

// accept serves the connections of one address.
func (l *Listener) accept(ctx context.Context, s net.Listener) {
	defer l.accepting.Done()
	pause := time.Duration(0)
	for {
		nc, err := s.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if pause == 0 {
				l.log.Error("accept failed, trying again", zap.Error(fmt.Errorf("%s: %w", s.Addr(), err)))
			}
			pause = min(max(2*pause, minPause), maxPause)
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			continue
		}
		pause = 0
		l.serving.Add(1)
		go func() {
			defer l.serving.Done()
			l.server.ServeConn(ctx, l.ep, nc)
		}()
	}
}
