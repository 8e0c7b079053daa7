package dcerpc

import (
	"context"
	"errors"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// assembly is a request of which not all fragments have arrived.
type assembly struct {
	callID   uint32
	context  uint16
	opnum    uint16
	object   ndr.UUID
	big      bool
	maybe    bool
	mirror   bool // fragments carry a connect-level verifier
	iface    *Interface
	abstract SyntaxID
	security *security // nil = no authentication
	stub     []byte    // plain, without padding
	skip     bool      // answered by a fault already: the rest is only swallowed
}

// fragment is one request PDU, its fixed parts read.
type fragment struct {
	Header
	context, opnum uint16
	hint           uint32
	object         ndr.UUID
	trailer        SecTrailer
	pdu            []byte
	stub, end      int // where the stub begins, and where trailer or PDU end it
}

// parseFragment reads a request PDU without allocating.
func parseFragment(h Header, pdu []byte) (f fragment, err error) {
	f = fragment{Header: h, pdu: pdu, stub: requestSize, end: len(pdu)}
	if h.Flags&FlagObject != 0 {
		f.stub += objectSize
	}
	if h.AuthLength > 0 {
		f.trailer, f.end, _ = parseTrailer(&h, pdu)
		// Older peers pad to 4 only; nobody pads to less.
		if f.end&3 != 0 {
			return f, malformed("trailer is not aligned")
		}
	}
	if f.end < f.stub {
		return f, malformed("short request")
	}
	o := h.order()
	f.hint, f.context, f.opnum = o.Uint32(pdu[16:]), o.Uint16(pdu[20:]), o.Uint16(pdu[22:])
	if h.Flags&FlagObject != 0 {
		r := ndr.NewReader(pdu[requestSize:f.stub])
		if h.BigEndian {
			r = ndr.NewBigEndianReader(pdu[requestSize:f.stub])
		}
		f.object = r.UUID()
	}
	// Nobody pads to more than 16; without header signing the length is not covered by any signature.
	if int(f.trailer.PadLength) > min(f.end-f.stub, 15) {
		return f, malformed("auth_pad_length")
	}
	return f, nil
}

// request takes one fragment of a request, [C706] 12.6.4.9 and [MS-RPCE] 3.3.3.5.
func (c *conn) request(ctx context.Context, h Header, pdu []byte) error {
	if !c.bound {
		return c.protocolError(h.CallID, 0, 0, "request before bind")
	}
	if len(pdu) > c.maxReceive() {
		return c.protocolError(h.CallID, 0, 0, "fragment is too large")
	}
	f, err := parseFragment(h, pdu)
	if err != nil {
		return c.protocolError(h.CallID, 0, 0, err.Error())
	}
	if c.partial == nil {
		if err := c.begin(&f); err != nil || c.partial == nil {
			return err
		}
	} else if err := c.proceed(&f); err != nil {
		return err
	}
	a := c.partial
	if !a.skip {
		a.stub = append(a.stub, pdu[f.stub:f.end-int(f.trailer.PadLength)]...)
	}
	if len(a.stub) > c.srv.limits.Load().Request {
		c.partial = nil
		return c.end(a.callID, a.context, StatusAccessDenied, 0, errors.New("request is too large"))
	}
	if f.Flags&FlagLast == 0 {
		return nil
	}
	c.partial = nil
	if a.skip {
		return nil
	}
	return c.dispatch(ctx, a)
}

func (c *conn) maxReceive() int {
	if n := c.srv.limits.Load().MaxReceiveRequest; n > 0 {
		return n
	}
	return MaxFragment
}

// begin takes the first fragment of a request: it finds the presentation and the security context and leaves a new
// assembly in c.partial, unless the request was answered by a fault.
func (c *conn) begin(f *fragment) error {
	first := f.Flags&FlagFirst != 0
	switch {
	case !first && !c.multiplex:
		return c.protocolError(f.CallID, 0, 0, "first fragment is missing")
	case first && f.Flags&FlagPendingCancel != 0:
		return c.end(f.CallID, 0, StatusNoCallActive, FlagDidNotExecute, errors.New("request is cancelled already"))
	case first && c.inTheWay(f.CallID):
		return c.protocolError(f.CallID, 0, 0, "another call is not answered yet")
	}
	p, known := c.contexts[f.context]
	if !known {
		if err := c.sendFault(f.CallID, 0, StatusUnknownInterface, FlagDidNotExecute); err != nil || !first {
			return err
		}
	}
	s, err := c.securityOf(f)
	if err != nil {
		return err
	}
	a := &assembly{
		callID: f.CallID, context: f.context, opnum: f.opnum, object: f.object, big: f.BigEndian,
		maybe: f.Flags&FlagMaybe != 0, mirror: f.AuthLength > 0, iface: p.iface, abstract: p.abstract,
		security: s, skip: !known,
	}
	if !c.unprotect(a, f) {
		return c.end(f.CallID, f.context, StatusSecPkgError, 0, errors.New("signature of a request is wrong"))
	}
	switch {
	case !first:
		return c.protocolError(f.CallID, f.context, 0, "first fragment is missing")
	case uint64(f.hint) > uint64(c.srv.limits.Load().Request) && f.Flags&FlagLast == 0:
		return c.end(f.CallID, f.context, StatusAccessDenied, 0, errors.New("request is too large"))
	}
	if n := f.end - f.stub; n > 0 && f.Flags&FlagLast != 0 {
		a.stub = make([]byte, 0, n)
	}
	c.partial = a
	return nil
}

// proceed checks a further fragment of the request that is being received and unprotects it.
func (c *conn) proceed(f *fragment) error {
	a := c.partial
	if f.CallID != a.callID {
		if c.multiplex {
			return c.protocolError(f.CallID, 0, 0, "fragments of two requests are mixed")
		}
		return c.protocolError(a.callID, a.context, 0, "fragments of two requests are mixed")
	}
	switch {
	case (f.AuthLength > 0) != a.mirror, f.BigEndian != a.big:
		return c.protocolError(a.callID, a.context, 0, "fragments of one request differ")
	case !c.unprotect(a, f):
		return c.end(a.callID, a.context, StatusSecPkgError, 0, errors.New("signature of a request is wrong"))
	case f.Flags&FlagFirst != 0:
		return c.protocolError(a.callID, a.context, 0, "two first fragments")
	}
	return nil
}

// securityOf finds the security context of a first fragment, [MS-RPCE] 3.3.1.5.4. nil means none.
func (c *conn) securityOf(f *fragment) (*security, error) {
	denied := func(why string) (*security, error) {
		return nil, c.end(f.CallID, f.context, StatusAccessDenied, 0, errors.New(why))
	}
	if c.security.dead() {
		return nil, c.end(f.CallID, f.context, StatusAccessDenied, 0, errTold)
	}
	if f.AuthLength == 0 {
		switch {
		case c.security.connect != nil:
			return c.security.connect, nil
		case c.anonymous:
			return nil, nil
		case c.security.unfinished():
			return nil, c.protocolError(f.CallID, 0, FlagDidNotExecute, "authentication is not finished")
		}
		return denied("request without a token")
	}
	s := c.security.find(f.trailer.ContextID)
	switch {
	case s == nil || uint8(s.service) != f.trailer.Type || uint8(s.level) != f.trailer.Level:
		return denied("request without a valid security context")
	case s.state == securityLegs:
		return nil, c.protocolError(f.CallID, 0, FlagDidNotExecute, "authentication is not finished")
	case s.level >= auth.LevelPacket:
		c.security.strong, c.security.connect = true, nil
	}
	return s, nil
}

// unprotect checks and decrypts one fragment in place. At connect level nothing is verified.
func (c *conn) unprotect(a *assembly, f *fragment) bool {
	s := a.security
	if s != nil && !s.verifierKnown {
		s.verifierKnown, s.verifier = true, f.AuthLength > 0
	}
	if s == nil || s.level < auth.LevelPacket {
		c.clearRequest(f)
		return true
	}
	if s.guard(c.headerSign).unprotect(f.pdu, f.stub, f.end) != nil {
		return false
	}
	c.clearRequest(f)
	return true
}

// clearRequest shows a fragment without what protects it.
func (c *conn) clearRequest(f *fragment) {
	if !c.srv.watched() {
		return
	}
	if f.AuthLength == 0 {
		c.clear(Inbound, f.pdu)
		return
	}
	// The lengths are those of a PDU without its trailer while the hook looks at it.
	b, o := f.pdu[:f.end-int(f.trailer.PadLength)], f.order()
	var sent [4]byte
	copy(sent[:], b[8:])
	o.PutUint16(b[8:], uint16(len(b)))
	o.PutUint16(b[10:], 0)
	c.clear(Inbound, b)
	copy(b[8:], sent[:])
}

// dispatch starts a request that has arrived in full.
func (c *conn) dispatch(ctx context.Context, a *assembly) error {
	k := &inflight{
		Call: Call{
			Caller: c.caller(), Interface: a.iface, Opnum: a.opnum, CallID: a.callID, Object: a.object,
			Stub: a.stub, BigEndian: a.big, Assoc: c.assoc,
		},
		context: a.context, security: a.security, maybe: a.maybe, started: time.Now(),
	}
	if a.security != nil {
		k.Caller = a.security.caller
		k.mirror = a.mirror && a.security.verifier
	}
	k.Caller.Call = a.callID
	c.srv.stats.callsIn.Add(1)
	refuse := func(status Status, flags Flags) error {
		c.done(k, status, nil)
		if a.maybe {
			return nil
		}
		return c.sendFault(a.callID, a.context, status, flags)
	}
	var err error
	if k.Stub, err = c.checkVerification(a); err != nil {
		return refuse(StatusAccessDenied, FlagDidNotExecute)
	}
	if k.Level < a.iface.MinLevel || !a.iface.accepts(k.Service) && a.security != nil {
		if !c.security.strong {
			c.done(k, StatusAccessDenied, nil)
			return c.end(a.callID, a.context, StatusAccessDenied, FlagDidNotExecute, errors.New("authentication is too weak"))
		}
		return refuse(StatusAccessDenied, FlagDidNotExecute)
	}
	op, ok := a.iface.Ops[a.opnum]
	if !ok {
		return refuse(StatusOpRange, FlagDidNotExecute)
	}
	k.op = op
	if c.srv.draining.Load() {
		return refuse(StatusServerTooBusy, FlagDidNotExecute)
	}
	if err := c.start(ctx, k); err != nil {
		return refuse(StatusServerTooBusy, FlagDidNotExecute)
	}
	return nil
}
