package dcerpc

import (
	"slices"
	"sync/atomic"

	"github.com/mapid/mapid/auth"
)

// Transports.
const (
	TransportTCP = "ncacn_ip_tcp"
)

// Endpoint is one place where a server's interfaces are reached, such as all the addresses of one TCP port. Its
// connections share association groups among themselves and with no other endpoint.
type Endpoint struct {
	name      string
	transport string
	mgmt      *Interface
	port      atomic.Uint32
	offers    atomic.Pointer[[]*Interface] // replaced as a whole
}

// Name is what the endpoint is called in logs: epm, emsmdb, nspi.
func (e *Endpoint) Name() string { return e.name }

// Transport is its protocol sequence.
func (e *Endpoint) Transport() string { return e.transport }

// Port is the TCP port it listens on; 0 while it does not listen.
func (e *Endpoint) Port() uint16 { return uint16(e.port.Load()) }

// SetPort tells the registry that the endpoint listens, or with 0 that it does not any more.
func (e *Endpoint) SetPort(port uint16) { e.port.Store(uint32(port)) }

// Interfaces returns what is reached here, the management interface left out, in the order of registration.
func (e *Endpoint) Interfaces() []*Interface {
	if p := e.offers.Load(); p != nil {
		return *p
	}
	return nil
}

// find returns the interface for an abstract syntax: same UUID and major version, and at least the minor version,
// [C706] 12.6.4.3.
func (e *Endpoint) find(s SyntaxID) *Interface {
	for _, i := range e.Interfaces() {
		if i.ID.UUID == s.UUID && i.ID.Major == s.Major && i.ID.Minor >= s.Minor {
			return i
		}
	}
	return nil
}

// Entry is one interface at one endpoint that listens.
type Entry struct {
	Interface *Interface
	Endpoint  *Endpoint
	Port      uint16
}

// Entries returns every interface that can be reached now, in the order of registration: what the endpoint mapper
// may tell. The management interface, which is everywhere, is left out.
func (s *Server) Entries() []Entry {
	s.mu.Lock()
	endpoints := slices.Clone(s.endpoints)
	s.mu.Unlock()
	var list []Entry
	for _, e := range endpoints {
		port := e.Port()
		if port == 0 {
			continue
		}
		for _, i := range e.Interfaces() {
			list = append(list, Entry{Interface: i, Endpoint: e, Port: port})
		}
	}
	return list
}

// NewEndpoint adds an endpoint with the management interface on it. It is not advertised until SetPort.
func (s *Server) NewEndpoint(name, transport string) *Endpoint {
	e := &Endpoint{name: name, transport: transport}
	e.mgmt = s.mgmt(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endpoints = append(s.endpoints, e)
	return e
}

// Register offers an interface at an endpoint of this server. Connections that are bound already are not touched.
func (s *Server) Register(i *Interface, e *Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append(slices.Clone(e.Interfaces()), i)
	e.offers.Store(&list)
}

// accepts reports whether a bind to i may use an authentication service.
func (i *Interface) accepts(s auth.Service) bool {
	return i.Services == nil || slices.Contains(i.Services, s)
}
