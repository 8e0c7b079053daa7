package dcerpc

import (
	"time"

	"github.com/mapid/mapid/auth"
)

// Hooks are told what a server does; every field may be nil, which costs one comparison. They run on the goroutine
// that serves the connection or the call, so they must be quick, and must not keep the bytes they are shown.
type Hooks struct {
	// ConnOpened and ConnClosed frame a connection. err is nil if the client closed it, or it was shut down.
	ConnOpened func(ConnInfo)
	ConnClosed func(info ConnInfo, err error)
	// Active says whether Wire and Clear want to see requests and their answers now; they see binds and the like in
	// any case. It is asked for each PDU, so that watching nobody looks at costs next to nothing. nil = always.
	Active func() bool
	// Wire sees every PDU as it came and goes. A response of several fragments is shown at once.
	Wire func(conn uint64, dir Direction, pdus []byte)
	// Clear sees every PDU after it was unsealed and before it is sealed: without security trailer, padding and
	// token, with the lengths that belong to that.
	Clear func(conn uint64, dir Direction, pdu []byte)
	// Authenticated sees the end of every security context that was begun.
	Authenticated func(AuthResult)
	// CallDone sees every request that reached an operation or was refused in its place, before it is answered.
	CallDone func(CallResult)
}

// Direction tells the server's view of a PDU.
type Direction uint8

// Directions.
const (
	Inbound Direction = iota
	Outbound
)

// AuthResult is the end of setting up one security context.
type AuthResult struct {
	Conn     uint64
	Remote   string
	Service  auth.Service
	Level    auth.Level
	Identity auth.Identity // zero if refused
	Err      error         // why it was refused, for the operator only
}

// CallResult is the end of one call.
type CallResult struct {
	Call   *Call
	Op     string // the operation's name; empty if the operation number is not served
	Status Status // 0 = it was answered by a response
	Err    error  // what led to the fault, if that is more than the status
	Dur    time.Duration
}

// ConnInfo is what can be told of a connection.
type ConnInfo struct {
	ID         uint64
	Endpoint   string // name of the endpoint
	Transport  string
	Local      string
	Remote     string
	Opened     time.Time
	LastCall   time.Time // when the last request arrived; zero if none has
	Calls      uint64    // requests that arrived
	Pending    int       // calls in flight
	Group      uint32    // association group; 0 while not bound
	Interfaces []string  // names of the interfaces bound
	Security   []SecurityInfo
}

// SecurityInfo is one established security context of a connection.
type SecurityInfo struct {
	Service  auth.Service
	Level    auth.Level
	Identity auth.Identity
}
