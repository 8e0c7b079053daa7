package spnego

import (
	"context"
	"fmt"

	"github.com/mapid/mapid/auth"
)

// Offer is a mechanism a client offers: its service and the client's side of its context.
type Offer struct {
	Service auth.Service
	Context auth.Context
}

// NewInitiator returns the client's side of a negotiation over offers, of which the first is the preferred one. Its
// first Step takes a nil token. It panics if there are no offers or if one has no object identifier.
func NewInitiator(offers ...Offer) auth.Context {
	i := &initiator{offers: offers, negotiated: negotiated{Protector: unready{}}}
	var oids []string
	for _, o := range offers {
		l := oidsOf(o.Service)
		if len(l) == 0 {
			panic("spnego: no object identifier for " + o.Service.String())
		}
		oids = append(oids, l...)
	}
	if len(oids) == 0 {
		panic("spnego: nothing to offer")
	}
	i.mechTypes = encodeMechTypes(oids)
	return i
}

// initiator is the client's side of one negotiation, [MS-SPNG] 3.1 and [RFC4178] 5.
type initiator struct {
	negotiated
	offers  []Offer
	agreed  bool // the server named the mechanism
	needMIC bool // the server demanded the codes, or did not take the first offer
}

var _ auth.Context = (*initiator)(nil)

// Step implements auth.Context. The context is done when the server says so.
func (i *initiator) Step(ctx context.Context, token []byte) (out []byte, done bool, err error) {
	if err := i.leg(); err != nil {
		return nil, false, err
	}
	if i.inner == nil {
		out, err = i.first(ctx, token)
	} else {
		out, done, err = i.next(ctx, token)
	}
	if err != nil {
		i.dead = true
		return nil, false, err
	}
	if done {
		i.finish()
	}
	return out, done, nil
}

// first makes the offer with the token of the preferred mechanism.
func (i *initiator) first(ctx context.Context, token []byte) ([]byte, error) {
	if len(token) > 0 {
		return nil, fmt.Errorf("%w: the negotiation starts with the client", auth.ErrBadToken)
	}
	i.inner = i.offers[0].Context
	out := initToken{mechTypes: i.mechTypes}
	var err error
	if out.mechToken, err = i.step(ctx, nil); err != nil {
		return nil, err
	}
	return out.encode(), nil
}

// next digests an answer of the server.
func (i *initiator) next(ctx context.Context, token []byte) (_ []byte, _ bool, err error) {
	var in respToken
	if err := in.decode(token); err != nil {
		return nil, false, err
	}
	if in.state == reject {
		if len(in.token) > 0 && !i.innerDone { // the mechanism may know what it says
			if _, err := i.step(ctx, in.token); err != nil {
				return nil, false, fmt.Errorf("the server rejects the negotiation: %w", err)
			}
		}
		return nil, false, fmt.Errorf("%w: the server rejects the negotiation", auth.ErrPolicy)
	}
	out := respToken{state: acceptIncomplete}
	switched, err := i.agree(&in)
	switch {
	case err != nil:
		return nil, false, err
	case switched:
		out.token, err = i.step(ctx, nil)
	case !i.innerDone:
		out.token, err = i.step(ctx, in.token)
	case len(in.token) > 0:
		err = fmt.Errorf("%w: token for a mechanism that is done", auth.ErrBadToken)
	}
	if err != nil {
		return nil, false, err
	}
	if len(out.token) == 0 {
		out.token = nil
	}
	return i.answer(&in, &out)
}

// agree takes note of the mechanism the server chose and reports whether it is not the one started with.
func (i *initiator) agree(in *respToken) (switched bool, err error) {
	if in.state == requestMIC {
		i.needMIC = true
	}
	if i.agreed {
		return false, nil
	}
	i.agreed = true
	if in.mech == nil {
		return false, nil
	}
	for n, o := range i.offers {
		if o.Service != serviceOf(in.mech) {
			continue
		}
		if n == 0 {
			return false, nil
		}
		i.inner, i.innerDone, i.needMIC = o.Context, false, true
		return true, nil
	}
	return false, fmt.Errorf("%w: the server chose a mechanism that was not offered", auth.ErrBadToken)
}

// answer exchanges the codes once the mechanism is done, and completes the answer.
func (i *initiator) answer(in, out *respToken) (_ []byte, done bool, err error) {
	if !i.innerDone {
		if in.state == acceptCompleted || in.mic != nil {
			return nil, false, fmt.Errorf("%w: the server ends before the mechanism is done", auth.ErrBadToken)
		}
		return out.encode(), false, nil
	}
	if in.mic != nil {
		if err := i.verify(in.mic); err != nil {
			return nil, false, err
		}
	}
	m := i.micer()
	need := i.needMIC && m != nil && i.inner.SignatureSize(auth.LevelIntegrity) > 0
	wants := need || i.micSeen || m != nil && m.WantsMIC()
	if in.state == acceptCompleted {
		if out.token != nil {
			return nil, false, fmt.Errorf("%w: the server ends before the mechanism is done", auth.ErrBadToken)
		}
		if (need || i.micMade) && !i.micSeen || i.micSeen && !i.micMade {
			return nil, false, fmt.Errorf("%w: the server ends without a mechListMIC", auth.ErrBadMIC)
		}
		return nil, true, nil
	}
	if wants && !i.micMade {
		if out.mic, err = i.mic(); err != nil {
			return nil, false, err
		}
	}
	return out.encode(), false, nil
}
