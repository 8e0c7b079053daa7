// Package dcerpc is the server's side, and for tests and client commands the client's side, of connection-oriented
// DCE/RPC: PDUs, fragments, security contexts, associations and calls, [C706] and [MS-RPCE]. It knows no interface;
// interfaces know no PDU.
package dcerpc

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// SyntaxID names an abstract or transfer syntax.
type SyntaxID struct {
	UUID         ndr.UUID
	Major, Minor uint16
}

// Interface is what a server offers under one abstract syntax. It is not changed after it was registered.
type Interface struct {
	ID         SyntaxID
	Name       string // for logs, traces and metrics: emsmdb, asyncemsmdb, nspi, rfr, epm, mgmt
	Annotation string // shown by the endpoint mapper
	Ops        map[uint16]Op

	// Services are the authentication services that may be used in a bind to this interface; others are refused
	// as not recognised. nil accepts every service the server has.
	Services []auth.Service
	// MinLevel refuses calls below it with access denied; 0 accepts calls without authentication.
	MinLevel auth.Level
}

// Op is one operation. Run gets the request's stub and returns the response's. An error that is a *Fault is sent
// as it is; an ndr error becomes RPC_X_BAD_STUB_DATA; any other error is logged and becomes a generic fault.
// A Run that blocks must return when ctx ends.
type Op struct {
	Name string
	// Parks says that Run usually waits for something to happen, so that it gets a goroutine of its own at once.
	Parks bool
	Run   func(ctx context.Context, call *Call) ([]byte, error)
}

// Call is one request on its way through an Op.
type Call struct {
	auth.Caller
	Interface *Interface
	Opnum     uint16
	CallID    uint32
	Object    ndr.UUID // zero if the request carries none
	Stub      []byte   // owned by the call
	BigEndian bool
	Assoc     *Association
}

// Reader returns an NDR reader over the request's stub in the caller's byte order.
func (c *Call) Reader() *ndr.Reader {
	if c.BigEndian {
		return ndr.NewBigEndianReader(c.Stub)
	}
	return ndr.NewReader(c.Stub)
}

// Fault is an error that is answered by a fault PDU with that status and leaves the connection usable.
type Fault struct {
	Status Status
}

// Error names the status.
func (f *Fault) Error() string { return "dcerpc: fault " + f.Status.String() }

// Status is the status of a fault PDU: an NCA status or a Win32 error.
type Status uint32

// Fault statuses, [C706] appendix E, [MS-RPCE] 2.2.2.8 and Win32.
const (
	StatusAccessDenied     Status = 0x00000005
	StatusCallCancelled    Status = 0x1C00000D // nca_s_fault_cancel
	StatusNoCallActive     Status = 0x000006BD
	StatusOutOfResources   Status = 0x000006D9
	StatusBadStubData      Status = 0x000006F7
	StatusSecPkgError      Status = 0x00000721
	StatusInvalidTag       Status = 0x1C000006
	StatusInvalidBound     Status = 0x1C000007
	StatusUnspecified      Status = 0x1C000012 // nca_s_fault_unspec
	StatusContextMismatch  Status = 0x1C00001A
	StatusRemoteNoMemory   Status = 0x1C00001B
	StatusUnsupportedLevel Status = 0x1C00001D
	StatusOpRange          Status = 0x1C010002
	StatusUnknownInterface Status = 0x1C010003
	StatusProtocolError    Status = 0x1C01000B
	StatusServerTooBusy    Status = 0x1C010014
)

// String returns the name and the number.
func (s Status) String() string {
	if n, ok := statusNames[s]; ok {
		return fmt.Sprintf("%s (0x%08X)", n, uint32(s))
	}
	return fmt.Sprintf("0x%08X", uint32(s))
}

var statusNames = map[Status]string{
	StatusAccessDenied: "access_denied", StatusCallCancelled: "nca_s_fault_cancel",
	StatusNoCallActive: "rpc_s_no_call_active", StatusOutOfResources: "rpc_s_out_of_resources",
	StatusBadStubData: "rpc_x_bad_stub_data", StatusSecPkgError: "rpc_s_sec_pkg_error",
	StatusInvalidTag: "nca_s_fault_invalid_tag", StatusInvalidBound: "nca_s_fault_invalid_bound",
	StatusUnspecified: "nca_s_fault_unspec", StatusContextMismatch: "nca_s_fault_context_mismatch",
	StatusRemoteNoMemory: "nca_s_fault_remote_no_memory", StatusUnsupportedLevel: "nca_s_unsupported_authn_level",
	StatusOpRange: "nca_s_op_rng_error", StatusUnknownInterface: "nca_s_unk_if",
	StatusProtocolError: "nca_s_proto_error", StatusServerTooBusy: "nca_s_server_too_busy",
}
