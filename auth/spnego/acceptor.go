package spnego

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/mapid/mapid/auth"
)

// acceptor is the server's side of one negotiation, [MS-SPNG] 3.2 and [RFC4178] 5.
type acceptor struct {
	negotiated
	mech      *mechanism
	raw       bool // the client speaks the mechanism without negotiation
	needMIC   bool // the client's first choice was passed over, so it must prove what it had offered
	awaitsMIC bool // everything is done but for the client's code
}

var _ auth.Context = (*acceptor)(nil)

// Step implements auth.Context.
func (a *acceptor) Step(ctx context.Context, token []byte) (out []byte, done bool, err error) {
	if err := a.leg(); err != nil {
		return nil, false, err
	}
	switch {
	case a.raw:
		out, err = a.step(ctx, token)
		done = err == nil && a.innerDone
	case a.inner == nil:
		out, done, err = a.first(ctx, token)
	default:
		out, done, err = a.next(ctx, token)
	}
	if err != nil {
		a.dead = true
		return nil, false, a.explain(err)
	}
	if done {
		a.finish()
	}
	return out, done, nil
}

// rejected is a refusal that the mechanism explains to the client, in the negotiation's wrapping.
type rejected struct {
	error
	token []byte
}

func (r *rejected) Unwrap() error { return r.error }
func (r *rejected) Token() []byte { return r.token }

// explain wraps what a mechanism has to say about its refusal.
func (a *acceptor) explain(err error) error {
	var told auth.Explained
	if a.raw || !errors.As(err, &told) || len(told.Token()) == 0 {
		return err
	}
	return &rejected{err, (&respToken{state: reject, token: told.Token()}).encode()}
}

// first answers the client's offer.
func (a *acceptor) first(ctx context.Context, token []byte) ([]byte, bool, error) {
	if s := rawService(token); s != auth.ServiceNone {
		mech := a.mech.find(s)
		if mech == nil {
			return nil, false, fmt.Errorf("%w: %s is not offered", auth.ErrPolicy, s)
		}
		a.raw, a.inner = true, mech.Accept()
		out, err := a.step(ctx, token)
		return out, err == nil && a.innerDone, err
	}
	var in initToken
	if err := in.decode(token); err != nil {
		return nil, false, err
	}
	choice, err := a.mech.choose(&in)
	if err != nil {
		return nil, false, err
	}
	a.inner = choice.mech.Accept()
	a.mechTypes = bytes.Clone(in.mechTypes)
	answer := respToken{state: acceptIncomplete, mech: choice.oid}
	if !choice.preferred {
		a.needMIC = true
		answer.state = requestMIC
		return answer.encode(), false, nil
	}
	if in.mechToken == nil {
		return answer.encode(), false, nil
	}
	if answer.token, err = a.step(ctx, in.mechToken); err != nil {
		return nil, false, err
	}
	return a.answer(&answer, in.mic)
}

// next goes on with the mechanism that was agreed on.
func (a *acceptor) next(ctx context.Context, token []byte) (_ []byte, _ bool, err error) {
	var in respToken
	if err := in.decode(token); err != nil {
		return nil, false, err
	}
	if in.state == reject {
		return nil, false, fmt.Errorf("%w: the client rejects the negotiation", auth.ErrBadToken)
	}
	answer := respToken{state: acceptIncomplete}
	if a.awaitsMIC {
		if len(in.token) > 0 || in.mic == nil {
			return nil, false, fmt.Errorf("%w: the client owes a mechListMIC", auth.ErrBadMIC)
		}
		return a.answer(&answer, in.mic)
	}
	if answer.token, err = a.step(ctx, in.token); err != nil {
		return nil, false, err
	}
	return a.answer(&answer, in.mic)
}

// answer completes the answer to a token the mechanism has seen: mic is the code that came with it, or nil.
func (a *acceptor) answer(answer *respToken, mic []byte) (_ []byte, done bool, err error) {
	if len(answer.token) == 0 {
		answer.token = nil
	}
	if !a.innerDone {
		if mic != nil {
			return nil, false, fmt.Errorf("%w: mechListMIC before the mechanism is done", auth.ErrBadToken)
		}
		return answer.encode(), false, nil
	}
	if mic != nil {
		if err := a.verify(mic); err != nil {
			return nil, false, err
		}
	}
	if (a.micSeen || a.wantsMIC()) && !a.micMade {
		if answer.mic, err = a.mic(); err != nil {
			return nil, false, err
		}
	}
	if a.micMade && !a.micSeen {
		a.awaitsMIC = true
		return answer.encode(), false, nil
	}
	answer.state = acceptCompleted
	return answer.encode(), true, nil
}

// wantsMIC says whether the codes must be exchanged although the client did not start it. Where no signing was
// negotiated, as at connect level, clients do not expect a code and end the exchange over one.
func (a *acceptor) wantsMIC() bool {
	m := a.micer()
	return m != nil && (a.needMIC && a.inner.SignatureSize(auth.LevelIntegrity) > 0 || m.WantsMIC())
}

// choice is the outcome of a negotiation.
type choice struct {
	mech      auth.Mechanism
	oid       []byte // as it stands in the client's list: it expects its own spelling back
	preferred bool   // the client's first choice, for which its token was made
}

// choose agrees on a mechanism.
func (m *mechanism) choose(in *initToken) (choice, error) {
	var best choice
	rank := len(m.mechs)
	oids := in.oids()
	for i := 0; ; i++ {
		oid, ok, err := oids.next()
		if err != nil {
			return choice{}, bad("list of mechanisms", err)
		}
		if !ok {
			break
		}
		for r, mech := range m.mechs[:rank] {
			if mech.Service() == serviceOf(oid) {
				best, rank = choice{mech, bytes.Clone(oid), i == 0}, r
				break
			}
		}
		if best.mech != nil && !m.serverOrder {
			rank = 0 // the list is still read to its end: it must be well-formed
		}
	}
	if best.mech == nil {
		return choice{}, fmt.Errorf("%w: the client offers no mechanism that is offered here", auth.ErrPolicy)
	}
	return best, nil
}
