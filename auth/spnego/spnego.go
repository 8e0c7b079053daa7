// Package spnego is the Negotiate mechanism, [RFC4178] with [MS-SPNG]: the peers agree on one of the mechanisms it is
// given, and the mechanism's own context does the rest.
package spnego

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/auth"
)

// maxLegs bounds the tokens of one exchange. Kerberos in DCE style that was not the client's first choice, with codes
// exchanged one after the other, takes four of each side.
const maxLegs = 8

// New returns the Negotiate mechanism over mechs, which are told apart by their Service. The client's order decides.
func New(mechs ...auth.Mechanism) auth.Mechanism { return &mechanism{mechs: mechs} }

// NewServerOrder is New where the order of mechs decides, and the client's order is only its offer.
func NewServerOrder(mechs ...auth.Mechanism) auth.Mechanism {
	return &mechanism{mechs: mechs, serverOrder: true}
}

type mechanism struct {
	mechs       []auth.Mechanism
	serverOrder bool
}

// Service returns auth.ServiceNegotiate.
func (m *mechanism) Service() auth.Service { return auth.ServiceNegotiate }

// Accept starts the server's side of a context.
func (m *mechanism) Accept() auth.Context {
	return &acceptor{mech: m, negotiated: negotiated{Protector: unready{}}}
}

// find returns the mechanism for a service, or nil.
func (m *mechanism) find(s auth.Service) auth.Mechanism {
	for _, mech := range m.mechs {
		if s != auth.ServiceNone && mech.Service() == s {
			return mech
		}
	}
	return nil
}

// negotiated is what both sides keep of the mechanism that was agreed on. Once the exchange is over, message
// protection goes straight to it.
type negotiated struct {
	auth.Protector
	inner     auth.Context
	innerDone bool
	mechTypes []byte // the client's list, byte by byte: what the codes cover
	micMade   bool
	micSeen   bool
	legs      int
	dead      bool // finished or refused: no further token is taken
}

// Identity returns what the agreed mechanism knows.
func (n *negotiated) Identity() auth.Identity {
	if n.inner == nil {
		return auth.Identity{}
	}
	return n.inner.Identity()
}

// micer returns the agreed mechanism's side of the integrity code, or nil if it has none.
func (n *negotiated) micer() auth.MICer {
	m, _ := n.inner.(auth.MICer)
	return m
}

// verify checks the peer's code over the list of mechanisms.
func (n *negotiated) verify(mic []byte) error {
	m := n.micer()
	if m == nil || n.micSeen {
		return fmt.Errorf("%w: a mechListMIC that nobody can check", auth.ErrBadMIC)
	}
	if err := m.VerifyMIC(n.mechTypes, mic); err != nil {
		return fmt.Errorf("mechListMIC: %w", err)
	}
	n.micSeen = true
	return nil
}

// mic makes our code.
func (n *negotiated) mic() ([]byte, error) {
	m := n.micer()
	if m == nil {
		return nil, fmt.Errorf("%w: the mechanism cannot protect the negotiation", auth.ErrPolicy)
	}
	mic, err := m.MIC(n.mechTypes)
	if err != nil {
		return nil, fmt.Errorf("mechListMIC: %w", err)
	}
	n.micMade = true
	return mic, nil
}

// finish hands message protection to the agreed mechanism.
func (n *negotiated) finish() {
	if n.micMade && n.micSeen {
		n.micer().MICsDone()
	}
	n.Protector = n.inner
	n.mechTypes = nil
	n.dead = true
}

// leg counts a received token.
func (n *negotiated) leg() error {
	if n.legs++; n.dead || n.legs > maxLegs {
		n.dead = true
		return fmt.Errorf("%w: token after the end of the exchange", auth.ErrBadToken)
	}
	return nil
}

// step gives the agreed mechanism a token.
func (n *negotiated) step(ctx context.Context, token []byte) ([]byte, error) {
	out, done, err := n.inner.Step(ctx, token)
	n.innerDone = done
	return out, err
}

// unready protects nothing: the exchange is not over.
type unready struct{}

var errUnready = fmt.Errorf("%w: the security context is not established", auth.ErrPolicy)

func (unready) SignatureSize(auth.Level) int   { return 0 }
func (unready) Seal(_, _, _, _ []byte) error   { return errUnready }
func (unready) Unseal(_, _, _, _ []byte) error { return errUnready }
func (unready) Sign(_, _, _, _ []byte) error   { return errUnready }
func (unready) Verify(_, _, _, _ []byte) error { return errUnready }
