package dcerpc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
)

// maxLegs bounds the tokens a client may send to set up one security context; no mechanism needs more than four.
const maxLegs = 8

type securityState uint8

const (
	securityLegs securityState = iota // tokens are being exchanged
	securityReady
	securityDead // authentication failed where the protocol has no answer: the next request learns of it
)

// security is one security context of a connection, [MS-RPCE] 3.3.1.5.4.
type security struct {
	id      uint32 // auth_context_id, chosen by the client, opaque
	service auth.Service
	level   auth.Level
	mech    auth.Context
	state   securityState
	legs    int
	caller  auth.Caller
	guards  [2]guard // without and with header signing agreed

	// verifier says whether connect-level requests carry a verifier; the first one decides for all answers.
	verifierKnown, verifier bool
}

// guard returns how this context protects. Header signing belongs to the connection and may be agreed late.
func (s *security) guard(headerSign bool) *guard {
	if headerSign {
		return &s.guards[1]
	}
	return &s.guards[0]
}

// securityTable are the security contexts of one connection, owned by its reader.
type securityTable struct {
	list    []*security
	connect *security // what a request without a token belongs to: the connect-level context, while it is the only kind
	strong  bool      // a context of packet level or better was used
}

func (t *securityTable) find(id uint32) *security {
	for _, s := range t.list {
		if s.id == id {
			return s
		}
	}
	return nil
}

// dead reports whether an authentication failed that the client has not been told of.
func (t *securityTable) dead() bool {
	for _, s := range t.list {
		if s.state == securityDead {
			return true
		}
	}
	return false
}

// unfinished reports whether tokens are being exchanged.
func (t *securityTable) unfinished() bool {
	for _, s := range t.list {
		if s.state == securityLegs {
			return true
		}
	}
	return false
}

// Refusals of a security context, told apart by what the client gets.
var (
	errService = errors.New("dcerpc: authentication service is not offered here")
	errLevel   = errors.New("dcerpc: authentication level is not usable")
	errLimit   = errors.New("dcerpc: too many security contexts")
	errLegs    = errors.New("dcerpc: authentication does not come to an end")
	errNoSeal  = errors.New("dcerpc: session security cannot protect at the level asked for")
)

// newSecurity begins a security context for what a trailer asks; the interfaces are those of the same PDU.
func (c *conn) newSecurity(t SecTrailer, accepted []*Interface) (*security, error) {
	s := &security{id: t.ContextID, service: auth.Service(t.Type), level: auth.Level(t.Level)}
	if s.level < auth.LevelConnect || s.level > auth.LevelPrivacy {
		return s, errLevel
	}
	m := c.srv.mechanisms[s.service]
	if m == nil {
		return s, errService
	}
	for _, i := range accepted {
		if !i.accepts(s.service) {
			return s, errService
		}
	}
	if len(c.security.list) >= c.srv.limits.Load().Security {
		return s, errLimit
	}
	s.mech = m.Accept()
	return s, nil
}

// step gives the client's token to a context and returns the answer. A panic of a mechanism is its refusal. A refusal
// that the mechanism explains to the client is an answer: the context is dead, and the next request learns of it.
func (c *conn) step(ctx context.Context, s *security, token []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in authentication", zap.Any("err", p), zap.Stack("stack"))
			out, err = nil, auth.ErrBadToken
		}
		if err != nil {
			var told auth.Explained
			if errors.As(err, &told) {
				out = told.Token()
			}
			if err = c.refused(s, err); len(out) > 0 {
				err = nil
			}
		}
	}()
	if s.legs++; s.legs > maxLegs {
		return nil, errLegs
	}
	out, done, err := s.mech.Step(ctx, token)
	if done || err != nil {
		c.pause(ctx, s.mech.Identity().Claimed, err)
	}
	if err != nil {
		return nil, err
	}
	if !done {
		return out, nil
	}
	if s.level == auth.LevelPrivacy && s.mech.SignatureSize(s.level) == 0 {
		return nil, errNoSeal
	}
	s.state = securityReady
	s.guards = newGuards(s.id, s.service, s.level, s.mech)
	s.caller = c.caller()
	s.caller.Identity, s.caller.Service, s.caller.Level = s.mech.Identity(), s.service, s.level
	return out, nil
}

// pause keeps the outcome of an authentication from the client for as long as the server's options say. Only this
// connection waits.
func (c *conn) pause(ctx context.Context, claimed string, outcome error) {
	if c.srv.pause == nil {
		return
	}
	d := c.srv.pause(c.remote, claimed, outcome)
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// established makes a finished context known.
func (c *conn) established(s *security) {
	if s.level == auth.LevelConnect && !c.security.strong {
		c.security.connect = s
	}
	c.authenticated(s, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.Security = append(c.state.Security, SecurityInfo{
		Service: s.service, Level: s.level, Identity: s.caller.Identity,
	})
}

// refusedError is the end of a connection over an authentication that failed, which the log knows already.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// errTold ends the connection of a client whose last token was refused where nothing could be answered.
var errTold = &refusedError{errors.New("dcerpc: authentication had failed")}

// refused ends a security context and tells the log why, once. A client never learns the reason.
func (c *conn) refused(s *security, err error) error {
	s.state = securityDead
	user := ""
	if s.mech != nil {
		user = s.mech.Identity().Claimed
	}
	c.log.Warn("authentication refused", zap.String("user", user),
		zap.Error(fmt.Errorf("%s at %s from %s: %w", s.service, s.level, c.remote, err)))
	c.authenticated(s, err)
	return &refusedError{err}
}

// authenticated tells the hooks how the setting up of a context ended.
func (c *conn) authenticated(s *security, err error) {
	if f := c.srv.hooks.Authenticated; f != nil {
		f(AuthResult{
			Conn: c.id, Remote: c.remote, Service: s.service, Level: s.level, Identity: s.caller.Identity, Err: err,
		})
	}
}

// caller is what is known of the client without any authentication.
func (c *conn) caller() auth.Caller {
	return auth.Caller{
		Level: auth.LevelNone, Transport: c.ep.transport, Local: c.local, Remote: c.remote, Conn: c.id,
	}
}

// updateDeadline says until when the next PDU has to arrive: soon while binding or authenticating.
func (c *conn) updateDeadline() {
	if c.bound && !c.security.unfinished() {
		c.deadline = time.Time{}
	} else if c.deadline.IsZero() {
		c.deadline = time.Now().Add(c.srv.limits.Load().Handshake)
	}
}
