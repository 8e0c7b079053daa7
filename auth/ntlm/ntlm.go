// Package ntlm is the NT LAN Manager security mechanism, [MS-NLMP]: an acceptor for servers, an initiator for clients,
// and the message security both share afterwards. It speaks NTLMv2 with extended session security; NTLMv1 with
// extended session security is a policy, anything older is refused.
package ntlm

import (
	"crypto/rand"
	"io"
	"time"

	//lint:ignore SA1019 the protocol is defined over MD4
	"golang.org/x/crypto/md4"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// MICPolicy says what an acceptor wants of the message integrity code of the AUTHENTICATE_MESSAGE. A code that a
// client announces is checked under every policy, and one that is announced and missing is refused.
type MICPolicy uint8

// Policies for the message integrity code.
const (
	// MICAuto gives clients a timestamp, which asks them for a code, and takes those that cannot make one.
	MICAuto MICPolicy = iota
	// MICAlways refuses clients that send none.
	MICAlways
	// MICNever gives clients no timestamp, as servers before Windows Vista did, so that none has a reason to send one.
	MICNever
)

// DefaultMaxLifetime is how far the time in an NTLMv2 response may be from the server's: MaxLifetime of
// [MS-NLMP] 3.1.1.1.
const DefaultMaxLifetime = 36 * time.Hour

// Options configure an acceptor. Accounts is required; everything else has a usable zero value.
type Options struct {
	Accounts auth.Accounts

	NetBIOSDomain   string // NetBIOS name of the domain: MAPID
	NetBIOSComputer string // NetBIOS name of this server: EXCH01
	DNSDomain       string // mapid.test; left out of the challenge when empty
	DNSComputer     string // exch01.mapid.test; left out when empty
	DNSTree         string // DNS name of the forest; left out when empty
	Standalone      bool   // the target is the server itself and not its domain

	AllowV1    bool      // accept NTLMv1 with extended session security
	Require128 bool      // refuse clients that do not negotiate 128-bit keys
	RequireMIC MICPolicy // what to do about clients without a message integrity code

	// MaxLifetime bounds the age of an NTLMv2 response; 0 means DefaultMaxLifetime.
	MaxLifetime time.Duration
	// Version is shown to clients for their traces; the zero value shows 6.1.7601.
	Version Version

	Now  func() time.Time // nil means time.Now
	Rand io.Reader        // nil means crypto/rand
}

// New returns the NTLM mechanism for a server. It panics if o.Accounts is nil.
func New(o Options) auth.Mechanism {
	if o.Accounts == nil {
		panic("ntlm: no accounts")
	}
	if o.MaxLifetime == 0 {
		o.MaxLifetime = DefaultMaxLifetime
	}
	if o.Version == (Version{}) {
		o.Version = Version{Major: 6, Minor: 1, Build: 7601}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	m := &mechanism{Options: o}
	// The hash stands in for unknown accounts, so that they cost what a wrong password costs.
	if _, err := io.ReadFull(rand.Reader, m.decoy[:]); err != nil {
		panic("ntlm: no randomness: " + err.Error())
	}
	return m
}

type mechanism struct {
	Options
	decoy [16]byte
}

// Service returns auth.ServiceNTLM.
func (m *mechanism) Service() auth.Service { return auth.ServiceNTLM }

// Accept starts the server's side of a context.
func (m *mechanism) Accept() auth.Context { return &acceptor{mech: m} }

// NTHash returns what is stored of a password and what verification needs of it: MD4 over the password in UTF-16LE,
// NTOWFv1 of [MS-NLMP] 3.3.1.
func NTHash(password string) [16]byte {
	var w wire.Writer
	w.UTF16(password)
	return md4Sum(w.Bytes())
}

func md4Sum(b []byte) (sum [16]byte) {
	h := md4.New()
	h.Write(b)
	h.Sum(sum[:0])
	return sum
}
