package emsmdb

import (
	"slices"

	"github.com/mapid/mapid/internal/profile"
)

// Policy is what an administrator changes while the server runs, as Set-RpcClientAccess does. The next connect obeys
// it; sessions that are on stay on. A Policy is not changed after it was stored.
type Policy struct {
	// EncryptionRequired refuses connects below packet privacy, [MS-OXCRPC] 3.1.4.1.
	EncryptionRequired bool
	// Blocked are client versions that are refused with ecClientVerDisallowed.
	Blocked []VersionRange
	// MaximumConnections bounds the sessions of all users together; 0 is no bound.
	MaximumConnections int
	// Compression and XOR say when answers are compressed and obfuscated, within what the client allows.
	Compression, XOR Switch
	// Strict makes a ROP without a handler an error in the log; Unimplemented counts them either way.
	Strict bool
	// PushAnyAddress has UDP notifications sent to whatever address a client names, not only to its own.
	PushAnyAddress bool
}

// Switch is a setting that may be left to the server.
type Switch uint8

// Values of a Switch.
const (
	Auto Switch = iota
	On
	Off
)

func (p *Policy) blocks(v profile.Version) bool {
	return slices.ContainsFunc(p.Blocked, func(r VersionRange) bool { return r.Contains(v) })
}
