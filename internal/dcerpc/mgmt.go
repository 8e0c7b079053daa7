package dcerpc

import (
	"context"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// MgmtID is the management interface, which every endpoint has, [C706] appendix Q.
var MgmtID = SyntaxID{UUID: ndr.MustUUID("afa8bd80-7d8a-11c9-bef4-08002b102989"), Major: 1}

// Win32 statuses of the management operations.
const (
	mgmtAccessDenied  uint32 = 5
	mgmtUnknownAuthn  uint32 = 0x000006D3 // RPC_S_UNKNOWN_AUTHN_SERVICE
	mgmtBufferTooLong uint32 = 0x0000007A // ERROR_INSUFFICIENT_BUFFER
)

// mgmt returns the management interface of an endpoint.
func (s *Server) mgmt(e *Endpoint) *Interface {
	return &Interface{ID: MgmtID, Name: "mgmt", Ops: map[uint16]Op{
		0: {Name: "inq_if_ids", Run: func(_ context.Context, call *Call) ([]byte, error) { return e.inqIfIDs(), nil }},
		1: {Name: "inq_stats", Run: s.inqStats},
		2: {Name: "is_server_listening", Run: isServerListening},
		3: {Name: "stop_server_listening", Run: stopServerListening},
		4: {Name: "inq_princ_name", Run: s.inqPrincName},
	}}
}

// inqIfIDs answers rpc__mgmt_inq_if_ids: a pointer to a vector of pointers to the interfaces served here, without
// the management interface, and a status.
func (e *Endpoint) inqIfIDs() []byte {
	list := e.Interfaces()
	var w ndr.Writer
	w.Pointer(true)
	w.U32(uint32(len(list))) // max_count of the conformant struct
	w.U32(uint32(len(list)))
	for range list {
		w.Pointer(true)
	}
	for _, i := range list {
		w.UUID(i.ID.UUID)
		w.U16(i.ID.Major)
		w.U16(i.ID.Minor)
	}
	w.U32(0)
	return w.Stub()
}

// inqStats answers rpc__mgmt_inq_stats. Windows has four counters; a caller that has room for fewer gets fewer.
func (s *Server) inqStats(_ context.Context, call *Call) ([]byte, error) {
	r := call.Reader()
	room := r.U32() // C706 sends this count alone, Samba's interface a second word that says the same
	if err := r.Err(); err != nil {
		return nil, err
	}
	counters := []uint32{
		s.stats.callsIn.Load(), s.stats.callsOut.Load(), s.stats.pdusIn.Load(), s.stats.pdusOut.Load(),
	}
	counters = counters[:min(room, uint32(len(counters)))]
	var w ndr.Writer
	w.U32(uint32(len(counters)))
	w.U32(uint32(len(counters)))
	for _, n := range counters {
		w.U32(n)
	}
	w.U32(0)
	return w.Stub(), nil
}

// isServerListening answers rpc__mgmt_is_server_listening: status, then true.
func isServerListening(context.Context, *Call) ([]byte, error) {
	var w ndr.Writer
	w.U32(0)
	w.U32(1)
	return w.Stub(), nil
}

// stopServerListening answers rpc__mgmt_stop_server_listening: nobody may.
func stopServerListening(context.Context, *Call) ([]byte, error) {
	var w ndr.Writer
	w.U32(mgmtAccessDenied)
	return w.Stub(), nil
}

// inqPrincName answers rpc__mgmt_inq_princ_name: the server's name for an authentication service, as far as the
// caller's buffer has room for it.
func (s *Server) inqPrincName(_ context.Context, call *Call) ([]byte, error) {
	r := call.Reader()
	service, size := r.U32(), r.U32()
	if err := r.Err(); err != nil {
		return nil, err
	}
	name, status := "", uint32(0)
	if service <= 0xFF && s.principal != nil && s.mechanisms[auth.Service(service)] != nil {
		name = s.principal(auth.Service(service))
	}
	switch {
	case name == "":
		status = mgmtUnknownAuthn
	case uint64(len(name)+1) > uint64(size):
		name, status = "", mgmtBufferTooLong
	}
	var w ndr.Writer
	w.U32(size)
	if size == 0 {
		w.Varying(0)
	} else {
		w.Varying(len(name) + 1)
		w.Bytes(append([]byte(name), 0))
	}
	w.U32(status)
	return w.Stub(), nil
}
