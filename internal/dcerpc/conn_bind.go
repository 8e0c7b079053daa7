package dcerpc

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// Transfer syntaxes.
var (
	// NDR20 is the one transfer syntax this package speaks, [C706] appendix I.
	NDR20 = SyntaxID{UUID: ndr.MustUUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), Major: 2}
	// ndr64 is refused where it is offered, [MS-RPCE] 2.2.5.
	ndr64 = SyntaxID{UUID: ndr.MustUUID("71710533-beba-4937-8319-b5dbef9ccc36"), Major: 1}
	// featurePrefix begins the UUID of bind-time feature negotiation, [MS-RPCE] 2.2.2.14; a bitmask follows.
	featurePrefix = [8]byte{0x2C, 0x1C, 0xB7, 0x6C, 0x12, 0x98, 0x40, 0x45}
)

// Bind-time features, [MS-RPCE] 2.2.2.14. Both are what this server does anyway.
const (
	featureSecurityMultiplex uint16 = 0x0001
	featureKeepOnOrphan      uint16 = 0x0002

	supportedFeatures = featureSecurityMultiplex | featureKeepOnOrphan
)

// features returns the bitmask if a presentation context is an offer of bind-time features.
func (p *PresContext) features() (uint16, bool) {
	if len(p.Transfers) == 0 {
		return 0, false
	}
	s := p.Transfers[0]
	if s.Major != 1 || s.Minor != 0 || [8]byte(s.UUID[:8]) != featurePrefix {
		return 0, false
	}
	return uint16(s.UUID[8]) | uint16(s.UUID[9])<<8, true
}

// badPadLength reports an auth_pad_length that the PDU cannot hold. In PDUs without a stub it has no other use.
func badPadLength(p *PDU) bool {
	return p.Trailer != nil &&
		int(p.Trailer.PadLength) > max(0, int(p.FragLength)-requestSize-secTrailerSize-int(p.AuthLength))
}

// bind answers a bind, [C706] 12.6.4.3 and [MS-RPCE] 3.3.1.5.1.
func (c *conn) bind(ctx context.Context, h Header, pdu []byte) error {
	if c.bound {
		return c.nak(h, NakUnspecified, errors.New("second bind"))
	}
	p, err := DecodePDU(pdu)
	if err == nil && badPadLength(p) {
		err = malformed("auth_pad_length")
	}
	if err != nil {
		return c.nak(h, NakVersion, err)
	}
	c.clearBind(p)
	body := p.Body.(*Bind)
	results, accepted, err := c.negotiate(body.Contexts)
	if err != nil {
		return c.nak(h, NakUnspecified, err)
	}
	assoc := c.srv.groups.join(body.Group, c.ep)
	if assoc == nil {
		return c.nak(h, NakUnspecified, fmt.Errorf("no association group %d", body.Group))
	}
	c.mu.Lock()
	c.assoc = assoc // left again when the connection ends, refused or not
	c.state.Group = assoc.id
	c.mu.Unlock()

	c.headerSign = h.Flags&FlagHeaderSign != 0
	c.multiplex = h.Flags&FlagMultiplex != 0
	c.anonymous = p.Trailer == nil
	m := max(min(body.MaxXmit, body.MaxRecv), minFragment)
	c.fragment = int(min(m, MaxFragment) &^ 7)

	ack := &PDU{
		Header: Header{
			Type: TypeBindAck, CallID: h.CallID, Flags: flagsWhole | h.Flags&(FlagHeaderSign|FlagMultiplex),
		},
		Body: c.ack(c.port(), results),
	}
	if p.Trailer != nil {
		if err := c.bindSecurity(ctx, p, ack, accepted); err != nil {
			return c.nak(h, nakReason(err), err)
		}
	}
	c.bound = true
	c.updateDeadline()
	return c.sendPDU(ack)
}

// nakReason tells what a client learns of a security context that is refused at once.
func nakReason(err error) NakReason {
	switch {
	case errors.Is(err, errLevel):
		return NakUnspecified
	case errors.Is(err, errService):
		return NakAuthType
	}
	return NakChecksum
}

// bindSecurity runs the first leg of a security context and puts the answer into ack.
func (c *conn) bindSecurity(ctx context.Context, p, ack *PDU, accepted []*Interface) error {
	s, err := c.newSecurity(*p.Trailer, accepted)
	if err == nil && s.level == auth.LevelCall {
		err = errLevelCall
	}
	if err != nil {
		return c.refused(s, err)
	}
	token, err := c.step(ctx, s, p.Token)
	if err != nil {
		return err
	}
	c.security.list = append(c.security.list, s)
	if s.state == securityReady {
		c.established(s)
	}
	ack.Trailer = &SecTrailer{Type: p.Trailer.Type, Level: p.Trailer.Level, ContextID: s.id}
	ack.Token = token
	return nil
}

// errLevelCall refuses call level, which connection-oriented clients raise to packet by themselves; Windows answers
// "invalid checksum".
var errLevelCall = fmt.Errorf("dcerpc: level %s on a connection", auth.LevelCall)

// alter answers an alter_context: new presentation contexts, a leg of a security context, or both.
func (c *conn) alter(ctx context.Context, h Header, pdu []byte) error {
	reject := func(status Status, why error) error {
		return c.end(h.CallID, 0, status, FlagDidNotExecute, why)
	}
	p, err := DecodePDU(pdu)
	switch {
	case err != nil:
		return reject(StatusProtocolError, err)
	case !c.bound:
		return reject(StatusProtocolError, errors.New("alter_context before bind"))
	case badPadLength(p):
		return reject(StatusProtocolError, errors.New("auth_pad_length"))
	case p.Trailer != nil && p.Trailer.Type == uint8(auth.ServiceNone):
		return reject(StatusAccessDenied, errors.New("token without an authentication service"))
	}
	c.clearBind(p)
	results, accepted, err := c.negotiate(p.Body.(*Bind).Contexts)
	if err != nil {
		return reject(StatusProtocolError, err)
	}
	if h.Flags&FlagHeaderSign != 0 {
		c.write.Lock()
		c.headerSign = true
		c.write.Unlock()
	}
	resp := &PDU{
		Header: Header{Type: TypeAlterResp, CallID: h.CallID, Flags: flagsWhole | h.Flags&FlagHeaderSign},
		Body:   c.ack("", results),
	}
	if p.Trailer != nil {
		if status, err := c.alterSecurity(ctx, p, resp, accepted); err != nil {
			return reject(status, err)
		}
	}
	c.updateDeadline()
	return c.sendPDU(resp)
}

// alterSecurity runs one leg of a security context, an old or a new one, and returns what to tell the client if it
// is refused.
func (c *conn) alterSecurity(ctx context.Context, p, resp *PDU, accepted []*Interface) (Status, error) {
	t := *p.Trailer
	s := c.security.find(t.ContextID)
	switch {
	case s == nil:
		if err := c.bindSecurity(ctx, p, resp, accepted); errors.Is(err, errLimit) {
			return StatusProtocolError, err
		} else if err != nil {
			return StatusAccessDenied, err
		}
		return 0, nil
	case s.state != securityLegs:
		return StatusAccessDenied, errors.New("security context is finished already")
	case t.Type != uint8(s.service):
		return StatusSecPkgError, errors.New("security context changed its service")
	case t.Level != uint8(s.level):
		return StatusAccessDenied, errors.New("security context changed its level")
	}
	token, err := c.step(ctx, s, p.Token)
	switch {
	case errors.Is(err, auth.ErrBadMIC), errors.Is(err, errNoSeal):
		return StatusSecPkgError, err
	case err != nil:
		return StatusAccessDenied, err
	}
	if s.state == securityReady {
		c.established(s)
	}
	// Without a token the trailer is sent all the same and auth_length is 0, as Windows does.
	resp.Trailer = &SecTrailer{Type: t.Type, Level: t.Level, ContextID: s.id}
	resp.Token = token
	return 0, nil
}

// auth3 takes the last leg of a security context, [MS-RPCE] 2.2.2.5.5. It has no answer: a refusal is told to the
// next request.
func (c *conn) auth3(ctx context.Context, h Header, pdu []byte) error {
	reject := func(status Status, why error) error {
		return c.end(h.CallID, 0, status, FlagDidNotExecute, why)
	}
	p, err := DecodePDU(pdu)
	switch {
	case err != nil:
		return reject(StatusProtocolError, err)
	case !c.bound || p.Trailer == nil:
		return reject(StatusProtocolError, errors.New("rpc_auth_3 without bind or token"))
	case badPadLength(p):
		return reject(StatusRemoteNoMemory, errors.New("auth_pad_length"))
	}
	t := *p.Trailer
	s := c.security.find(t.ContextID)
	if s == nil || s.state != securityLegs || t.Type != uint8(s.service) || t.Level != uint8(s.level) {
		return reject(StatusProtocolError, errors.New("rpc_auth_3 for no unfinished security context"))
	}
	token, err := c.step(ctx, s, p.Token)
	if err == nil && s.state != securityDead && (s.state != securityReady || len(token) > 0) {
		// The mechanism has more to say and rpc_auth_3 no way to say it.
		err = c.refused(s, errLegs)
	}
	if err == nil && s.state == securityReady {
		c.established(s)
	}
	c.updateDeadline()
	return nil
}

// ack builds the common part of bind_ack and alter_context_resp.
func (c *conn) ack(address string, results []PresResult) *BindAck {
	return &BindAck{
		MaxXmit: uint16(c.fragment), MaxRecv: uint16(c.fragment), Group: c.assoc.id, Address: address, Results: results,
	}
}

// negotiate answers the presentation contexts of one bind or alter_context, in order, and returns the interfaces it
// accepted. An error means the list breaks the protocol.
func (c *conn) negotiate(offers []PresContext) (results []PresResult, accepted []*Interface, err error) {
	if len(offers) == 0 {
		return nil, nil, errors.New("no presentation context")
	}
	featuresSeen := false
	results = make([]PresResult, len(offers))
	for i := range offers {
		o := &offers[i]
		if len(o.Transfers) == 0 {
			return nil, nil, errors.New("presentation context without transfer syntax")
		}
		if mask, ok := o.features(); ok {
			if featuresSeen {
				return nil, nil, errors.New("bind-time features twice")
			}
			featuresSeen = true
			c.features = mask & supportedFeatures
			results[i] = PresResult{Result: ResultNegotiateAck, Reason: c.features}
			continue
		}
		iface, reason, err := c.negotiateOne(o, accepted)
		switch {
		case err != nil:
			return nil, nil, err
		case iface == nil:
			results[i] = PresResult{Result: ResultProviderReject, Reason: reason}
		default:
			results[i] = PresResult{Result: ResultAccept, Transfer: NDR20}
			accepted = append(accepted, iface)
		}
	}
	return results, accepted, nil
}

// negotiateOne accepts one presentation context by returning its interface, or rejects it for a reason. Like Windows
// it takes an interface once per PDU: accepted lists those it took.
func (c *conn) negotiateOne(o *PresContext, accepted []*Interface) (*Interface, uint16, error) {
	has20, has64 := slices.Contains(o.Transfers, NDR20), slices.Contains(o.Transfers, ndr64)
	old, known := c.contexts[o.ID]
	iface := old.iface
	switch {
	case known && old.abstract != o.Abstract:
		return nil, 0, errors.New("presentation context changed its interface")
	case known && has64 && !old.offeredNDR64:
		return nil, 0, errors.New("presentation context changed its transfer syntax")
	case !known:
		if iface = c.find(o.Abstract); iface == nil {
			return nil, ReasonAbstractSyntax, nil
		}
	}
	switch {
	case !has20 || slices.Contains(accepted, iface):
		return nil, ReasonTransferSyntax, nil
	case known:
		return iface, 0, nil
	case len(c.contexts) >= c.srv.limits.Load().Contexts:
		return nil, ReasonLocalLimit, nil
	}
	if c.contexts == nil {
		c.contexts = make(map[uint16]presentation)
	}
	c.contexts[o.ID] = presentation{iface: iface, abstract: o.Abstract, offeredNDR64: has64}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.state.Interfaces, iface.Name) {
		c.state.Interfaces = append(c.state.Interfaces, iface.Name)
	}
	return iface, 0, nil
}

// find returns the interface for an abstract syntax at this endpoint, the management interface included.
func (c *conn) find(s SyntaxID) *Interface {
	if s == MgmtID {
		return c.ep.mgmt
	}
	return c.ep.find(s)
}

// clearBind shows a bind or alter_context without its token.
func (c *conn) clearBind(p *PDU) {
	if c.srv.hooks.Clear == nil {
		return
	}
	q := PDU{Header: p.Header, Body: p.Body}
	c.clear(Inbound, q.Encode())
}
