// Package auth is the contract between the security mechanisms and whoever carries their tokens: DCE/RPC today,
// HTTP later. It imports nothing of the project.
package auth

import (
	"context"
	"errors"
	"fmt"
)

// Service is an RPC authentication service number, [MS-RPCE] 2.2.1.1.7.
type Service uint8

// Authentication services.
const (
	ServiceNone      Service = 0
	ServiceNegotiate Service = 9
	ServiceNTLM      Service = 10
	ServiceKerberos  Service = 16
)

// String returns the name used in the configuration: none, negotiate, ntlm, kerberos.
func (s Service) String() string {
	switch s {
	case ServiceNone:
		return "none"
	case ServiceNegotiate:
		return "negotiate"
	case ServiceNTLM:
		return "ntlm"
	case ServiceKerberos:
		return "kerberos"
	}
	return fmt.Sprintf("service %d", uint8(s))
}

// Level is an RPC authentication level, [MS-RPCE] 2.2.1.1.8.
type Level uint8

// Authentication levels. Call is treated as Packet, and Packet is protected like Integrity.
const (
	LevelNone      Level = 1
	LevelConnect   Level = 2
	LevelCall      Level = 3
	LevelPacket    Level = 4
	LevelIntegrity Level = 5
	LevelPrivacy   Level = 6
)

// String returns none, connect, call, packet, integrity or privacy.
func (l Level) String() string {
	switch l {
	case LevelNone:
		return "none"
	case LevelConnect:
		return "connect"
	case LevelCall:
		return "call"
	case LevelPacket:
		return "packet"
	case LevelIntegrity:
		return "integrity"
	case LevelPrivacy:
		return "privacy"
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// Identity is who a finished context belongs to.
type Identity struct {
	Account   string  // canonical account name, as the accounts know it; never empty
	Claimed   string  // the name as the client gave it, for logs
	Mechanism Service // ServiceNTLM or ServiceKerberos: what proved it, under Negotiate too
	KeyBits   int     // strength of the session key: 40, 56, 128 or 256
}

// Caller is what a service may know of the connection a call came over, whatever the transport.
type Caller struct {
	Identity  Identity
	Service   Service // as negotiated on the connection: ServiceNegotiate hides what is inside
	Level     Level
	Transport string // "ncacn_ip_tcp"
	Local     string // address the client came to, host:port
	Remote    string // the client's address, host:port
	Conn      uint64 // number of the connection, for logs and traces
	Call      uint32 // number of the call on it, likewise
}

// Authenticated reports whether somebody proved who they are.
func (c Caller) Authenticated() bool { return c.Identity.Account != "" }

// Refusals. They are for the log; a client is never told which one it was, but for what Explained says.
var (
	ErrUnknownAccount = errors.New("auth: unknown account")
	ErrDisabled       = errors.New("auth: account is disabled")
	ErrWrongPassword  = errors.New("auth: wrong password")
	ErrAnonymous      = errors.New("auth: anonymous logon is not allowed")
	ErrBadToken       = errors.New("auth: malformed token")
	ErrBadMIC         = errors.New("auth: message integrity code is missing or wrong")
	ErrPolicy         = errors.New("auth: refused by policy")
	ErrBadTicket      = errors.New("auth: ticket is not acceptable")
	ErrBadSignature   = errors.New("auth: signature or sequence number is wrong")
)

// Explained is an error of Step with an answer that tells the peer what it was, in the mechanism's own words. The
// context is dead all the same; who carries tokens sends it where an answer is due.
type Explained interface {
	error
	Token() []byte
}

// Account is what verification needs of an account: no password in clear.
type Account struct {
	Name    string // canonical
	Enabled bool
	NTHash  [16]byte // MD4 of the password in UTF-16LE
}

// Accounts finds accounts by the names that clients give.
type Accounts interface {
	// Account finds an account by domain and user as they stand in an NTLM message: DOMAIN and alice, empty and
	// alice, or empty and alice@mapid.test. Names compare without case; an unknown domain is not a reason to
	// refuse. It returns ErrUnknownAccount if there is none.
	Account(ctx context.Context, domain, user string) (Account, error)
}

// Mechanism makes contexts of one security mechanism. It is safe for concurrent use.
type Mechanism interface {
	Service() Service
	// Accept starts the server's side of a context.
	Accept() Context
}

// Context is one security context while it is set up and afterwards. It is not safe for concurrent use but for
// this: once done, one goroutine may protect while another unprotects.
type Context interface {
	// Step consumes the peer's token and returns the answer, which may be empty. done reports that the context is
	// established; a returned token must still be sent then. After an error the context is dead. A nil token
	// starts an initiator.
	Step(ctx context.Context, token []byte) (out []byte, done bool, err error)
	// Identity is valid once done. After a refusal it may carry the name the client claimed, and nothing else.
	Identity() Identity
	Protector
}

// Protector signs and seals messages in the way DCE/RPC needs: data is what is sealed; header and trailer are
// covered by the signature only and are nil if header signing was not agreed. Each call consumes one sequence
// number of its direction. No method allocates in the steady state.
type Protector interface {
	// SignatureSize is the exact length of the token at that level: LevelPacket, LevelIntegrity or LevelPrivacy. It
	// is 0 if the context was not negotiated strong enough for the level: refuse it then.
	SignatureSize(level Level) int
	// Seal encrypts data in place and writes the token into sig, which has SignatureSize bytes.
	Seal(sig, header, data, trailer []byte) error
	// Unseal decrypts data in place and checks sig. It returns ErrBadSignature if sig does not fit.
	Unseal(sig, header, data, trailer []byte) error
	// Sign writes the token into sig and leaves data alone.
	Sign(sig, header, data, trailer []byte) error
	// Verify checks sig and leaves data alone.
	Verify(sig, header, data, trailer []byte) error
}

// MICer is what SPNEGO needs of an inner context to protect its list of mechanisms.
type MICer interface {
	// MIC returns the integrity code over b.
	MIC(b []byte) ([]byte, error)
	// VerifyMIC checks the peer's integrity code over b.
	VerifyMIC(b, mic []byte) error
	// WantsMIC reports whether both sides are expected to exchange a mechListMIC even if nobody demanded one.
	WantsMIC() bool
	// MICsDone is called after the codes were exchanged: NTLM starts its RC4 states anew then.
	MICsDone()
}
