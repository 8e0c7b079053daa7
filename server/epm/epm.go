// Package epm is the endpoint mapper: it tells clients on which port an interface of this server is reached,
// [C706] appendix O and [MS-RPCE] 2.2.1.2. It knows what the RPC server's registry knows and nothing else, so an
// interface that is not served cannot be advertised.
package epm

import (
	"net"
	"net/netip"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// ID is the endpoint mapper's interface.
var ID = dcerpc.SyntaxID{UUID: ndr.MustUUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), Major: 3}

// Statuses of the endpoint mapper, [C706] appendix O and [MS-RPCE] 2.2.1.2.
const (
	statusOK            uint32 = 0
	statusCantPerform   uint32 = 0x000006D8 // EPT_S_CANT_PERFORM_OP
	statusNoMemory      uint32 = 0x16C9A012
	statusNotRegistered uint32 = 0x16C9A0D6
)

// Limits of the interface definition.
const (
	maxResults    = 500  // range of max_towers and max_ents
	maxTower      = 2000 // octets of a tower that is read
	maxAnnotation = 63   // without its NUL
	maxLookups    = 64   // unfinished look-ups one client group may keep open
)

// Advertise is what clients are told instead of the real address, where a translation of addresses or a container
// stands between.
type Advertise struct {
	// Host is the address; the zero value is the address the client came to.
	Host netip.Addr
	// Ports are published ports by the endpoint's name; a missing or 0 port is the real one.
	Ports map[string]uint16
}

// Options of a Mapper.
type Options struct {
	// Entries is the registry: what the server offers now.
	Entries func() []dcerpc.Entry
	// Advertise is asked at each call, so that a change is seen at once; nil advertises the real addresses.
	Advertise func() Advertise
}

// Mapper is the endpoint mapper.
type Mapper struct {
	entries   func() []dcerpc.Entry
	advertise func() Advertise
}

// New returns an endpoint mapper.
func New(o Options) *Mapper {
	if o.Advertise == nil {
		o.Advertise = func() Advertise { return Advertise{} }
	}
	return &Mapper{entries: o.Entries, advertise: o.Advertise}
}

// Interface is what to register at the endpoint mapper's endpoint. It asks nobody for authentication.
func (m *Mapper) Interface() *dcerpc.Interface {
	return &dcerpc.Interface{
		ID: ID, Name: "epm", Annotation: "Endpoint Mapper",
		Ops: map[uint16]dcerpc.Op{
			0: {Name: "ept_insert", Run: refuse},
			1: {Name: "ept_delete", Run: refuse},
			2: {Name: "ept_lookup", Run: m.lookup},
			3: {Name: "ept_map", Run: m.mapTower},
			4: {Name: "ept_lookup_handle_free", Run: lookupHandleFree},
			5: {Name: "ept_inq_object", Run: inqObject},
			6: {Name: "ept_mgmt_delete", Run: refuse},
		},
	}
}

// entry is one interface as a client is told of it.
type entry struct {
	id         dcerpc.SyntaxID
	annotation string
	tower      []byte
}

// list returns what a caller may learn, the endpoint mapper itself left out: clients know where it is.
func (m *Mapper) list(call *dcerpc.Call) []entry {
	policy := m.advertise()
	host := policy.Host
	if !host.IsValid() {
		host = localAddress(call.Local)
	}
	var list []entry
	for _, e := range m.entries() {
		if e.Interface.ID == ID || e.Endpoint.Transport() != dcerpc.TransportTCP {
			continue
		}
		port := e.Port
		if p := policy.Ports[e.Endpoint.Name()]; p != 0 {
			port = p
		}
		note := e.Interface.Annotation
		list = append(list, entry{
			id: e.Interface.ID, annotation: note[:min(len(note), maxAnnotation)],
			tower: tcpTower(e.Interface.ID, port, host),
		})
	}
	return list
}

// localAddress is the address the client came to.
func localAddress(hostport string) netip.Addr {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// writeTower writes the twr_t that a pointer stands for: a conformant structure.
func writeTower(w *ndr.Writer, octets []byte) {
	w.U32(uint32(len(octets)))
	w.U32(uint32(len(octets)))
	w.Bytes(octets)
}

// readTower reads a [ptr] to a twr_t; nil is a NULL pointer.
func readTower(r *ndr.Reader) []byte {
	if !r.Pointer() {
		return nil
	}
	size := r.U32()
	n := r.Count(r.U32(), maxTower, 1)
	if r.Err() == nil && uint32(n) != size {
		r.Fail(ndr.ErrBound)
	}
	return r.Bytes(n)
}

// readUUID reads a [ptr] to a UUID; the zero value stands for NULL too.
func readUUID(r *ndr.Reader) ndr.UUID {
	if !r.Pointer() {
		return ndr.UUID{}
	}
	return r.UUID()
}
