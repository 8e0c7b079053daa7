// Package krb is the Kerberos security mechanism, [RFC4120] with [MS-KILE]: an acceptor that opens tickets with the keys
// of a keytab, an initiator for clients and tests, and the message security both share, in the form DCE/RPC needs.
// Messages, their encryption and keytabs are gokrb5's, behind length checks and a guard against its panics; what it
// lacks, the AP-REP, the tokens of [RFC4121] and [RFC4757] in DCE style and the replay cache, is here.
package krb

import (
	"crypto/rand"
	"io"
	"strings"
	"time"

	"github.com/mapid/mapid/auth"
)

// DefaultMaxSkew is how far the clocks of client and server may be apart, [RFC4120] 1.6.
const DefaultMaxSkew = 5 * time.Minute

// Options configure an acceptor. Keytab and Accounts are required.
type Options struct {
	Keytab   *Keytab
	Accounts auth.Accounts
	// Services are principals, service/host, whose tickets are accepted although the keytab does not name them: the
	// keys of a service account serve all its names. They compare without case. Principals of the keytab need not
	// be repeated. Services builds the usual list.
	Services []string

	MaxSkew time.Duration    // 0 means DefaultMaxSkew
	Now     func() time.Time // nil means time.Now
	Rand    io.Reader        // nil means crypto/rand
}

// Services returns the service principals an Exchange server answers to, under each of the host's names.
func Services(hosts ...string) []string {
	var list []string
	for _, class := range []string{"exchangeMDB", "exchangeRFR", "exchangeAB", "host"} {
		for _, h := range hosts {
			list = append(list, class+"/"+h)
		}
	}
	return list
}

// New returns the Kerberos mechanism for a server. Contexts of one mechanism share a replay cache. It panics if
// o.Keytab or o.Accounts is nil.
func New(o Options) auth.Mechanism {
	if o.Keytab == nil || o.Accounts == nil {
		panic("krb: no keytab or no accounts")
	}
	if o.MaxSkew == 0 {
		o.MaxSkew = DefaultMaxSkew
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	m := &mechanism{Options: o, services: make(map[string]bool)}
	for _, s := range o.Services {
		m.services[strings.ToLower(s)] = true
	}
	m.replays.keep = 2 * o.MaxSkew
	return m
}

type mechanism struct {
	Options
	services map[string]bool // in lower case
	replays  replayCache
}

// Service returns auth.ServiceKerberos.
func (m *mechanism) Service() auth.Service { return auth.ServiceKerberos }

// Accept starts the server's side of a context.
func (m *mechanism) Accept() auth.Context { return &acceptor{mech: m} }
