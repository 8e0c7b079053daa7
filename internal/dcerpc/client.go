package dcerpc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// ClientOptions of a Client. The zero value is what a Windows client does at connect level.
type ClientOptions struct {
	Fragment    int    // largest fragment offered and sent; 0 = MaxFragment
	StubPart    int    // largest part of a stub in one request fragment; 0 = what fits
	HeaderSign  bool   // ask for header signing
	Multiplex   bool   // ask for several calls in flight on this connection
	Group       uint32 // association group to join; 0 starts one
	AlterLegs   bool   // send the last token by alter_context even if rpc_auth_3 would do
	Verifier    bool   // put a verifier on connect-level requests, as old clients do
	Verify      bool   // put a verification trailer behind the stub of authenticated requests
	MaxResponse int    // bytes of one response's stub; 0 = 64 MiB
	Features    uint16 // bind-time features to offer; 0 = none
}

// Client is the client's side of one connection, for tests and the client commands. Calls may run in parallel if
// multiplexing was agreed.
type Client struct {
	nc net.Conn
	o  ClientOptions

	write sync.Mutex // held while a request is numbered, protected and written
	buf   []byte     // guarded by write

	mu         sync.Mutex // guards what follows
	lastCall   uint32
	group      uint32
	fragment   int
	headerSign bool
	multiplex  bool
	address    string
	transfer   map[uint16]SyntaxID // abstract syntax by presentation context
	security   []*ClientSecurity
	waiting    map[uint32]chan reply
	ended      error // why the connection is over

	done chan struct{} // closed when the reader has returned
}

// reply is one answered PDU, or a response put together.
type reply struct {
	pdu  *PDU
	stub []byte
}

// ClientSecurity is one security context of a client.
type ClientSecurity struct {
	ID    uint32
	Level auth.Level
	Mech  auth.Context // an initiator

	service auth.Service
	guards  [2]guard // without and with header signing agreed
}

// NewClientSecurity returns a context that is not established yet. service is what the trailer names.
func NewClientSecurity(id uint32, service auth.Service, level auth.Level, mech auth.Context) *ClientSecurity {
	return &ClientSecurity{ID: id, Level: level, Mech: mech, service: service}
}

func (s *ClientSecurity) guard(headerSign bool) *guard {
	if headerSign {
		return &s.guards[1]
	}
	return &s.guards[0]
}

// Errors of a client.
var (
	ErrClosed   = errors.New("dcerpc: connection is closed")
	ErrNotBound = errors.New("dcerpc: presentation context was not accepted")
)

// BindError is a bind that was refused.
type BindError struct{ Reason NakReason }

// Error names the reason's number.
func (e *BindError) Error() string {
	return fmt.Sprintf("dcerpc: bind refused with reason %d", e.Reason)
}

// NewClient takes a connection over and starts to read from it.
func NewClient(nc net.Conn, o ClientOptions) *Client {
	if o.Fragment == 0 {
		o.Fragment = MaxFragment
	}
	if o.MaxResponse == 0 {
		o.MaxResponse = 64 << 20
	}
	c := &Client{
		nc: nc, o: o, fragment: o.Fragment,
		transfer: make(map[uint16]SyntaxID), waiting: make(map[uint32]chan reply), done: make(chan struct{}),
	}
	go c.read()
	return c
}

// Close closes the connection and waits for the reader.
func (c *Client) Close() error {
	err := c.nc.Close()
	<-c.done
	return err
}

// Group returns the association group the server put this connection in; 0 before Bind.
func (c *Client) Group() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.group
}

// HeaderSign reports whether the server agreed to header signing.
func (c *Client) HeaderSign() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.headerSign
}

// Address returns the secondary address of the bind_ack: the server's port in decimal.
func (c *Client) Address() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.address
}

// Bind sends the bind and runs every leg of security, which may be nil. A refused bind is a *BindError, a refused
// presentation context only a result. Contexts are numbered by their place in the list unless they bring an ID.
func (c *Client) Bind(ctx context.Context, security *ClientSecurity, contexts ...PresContext) ([]PresResult, error) {
	return c.negotiate(ctx, TypeBind, security, contexts)
}

// Alter is Bind for contexts added later.
func (c *Client) Alter(ctx context.Context, security *ClientSecurity, contexts ...PresContext) ([]PresResult, error) {
	return c.negotiate(ctx, TypeAlterContext, security, contexts)
}

// Offer is a presentation context in NDR 2.0.
func Offer(id uint16, abstract SyntaxID) PresContext {
	return PresContext{ID: id, Abstract: abstract, Transfers: []SyntaxID{NDR20}}
}

func (c *Client) negotiate(
	ctx context.Context, typ PacketType, s *ClientSecurity, contexts []PresContext,
) (results []PresResult, err error) {
	offered := contexts
	if typ == TypeBind && c.o.Features != 0 {
		feature := SyntaxID{Major: 1}
		copy(feature.UUID[:], featurePrefix[:])
		feature.UUID[8], feature.UUID[9] = byte(c.o.Features), byte(c.o.Features>>8)
		offered = append(contexts[:len(contexts):len(contexts)], PresContext{
			ID: 0xFFFE, Abstract: contexts[0].Abstract, Transfers: []SyntaxID{feature},
		})
	}
	var token []byte
	var done bool
	if s != nil {
		if token, done, err = s.Mech.Step(ctx, nil); err != nil {
			return nil, err
		}
	}
	callID := c.nextCall()
	for leg := 0; ; leg++ {
		ack, err := c.exchange(ctx, c.bindPDU(typ, callID, s, token, offered))
		if err != nil {
			return nil, err
		}
		if leg == 0 {
			results = c.accept(typ, contexts, ack)
		}
		if s == nil || done && len(ack.Token) == 0 {
			break
		}
		if token, done, err = s.Mech.Step(ctx, ack.Token); err != nil {
			return nil, err
		}
		if len(token) == 0 {
			break
		}
		if leg == maxLegs {
			return nil, errLegs
		}
		if done && !c.o.AlterLegs {
			return results, c.finish(s, c.bindPDU(TypeAuth3, callID, s, token, nil))
		}
		typ = TypeAlterContext
	}
	if s != nil {
		c.addSecurity(s)
	}
	return results, nil
}

// addSecurity makes an established context usable.
func (c *Client) addSecurity(s *ClientSecurity) {
	s.guards = newGuards(s.ID, s.service, s.Level, s.Mech)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.security = append(c.security, s)
}

// finish sends rpc_auth_3, which has no answer.
func (c *Client) finish(s *ClientSecurity, p *PDU) error {
	c.write.Lock()
	defer c.write.Unlock()
	if _, err := c.nc.Write(p.Encode()); err != nil {
		return err
	}
	c.addSecurity(s)
	return nil
}

func (c *Client) bindPDU(typ PacketType, callID uint32, s *ClientSecurity, token []byte, list []PresContext) *PDU {
	p := &PDU{Header: Header{Type: typ, Flags: flagsWhole, CallID: callID}}
	if typ == TypeAuth3 {
		p.Body = &Empty{Pad: 4}
	} else {
		p.Body = &Bind{MaxXmit: uint16(c.o.Fragment), MaxRecv: uint16(c.o.Fragment), Contexts: list}
	}
	if typ == TypeBind {
		p.Body.(*Bind).Group = c.o.Group
		if c.o.HeaderSign {
			p.Flags |= FlagHeaderSign
		}
		if c.o.Multiplex {
			p.Flags |= FlagMultiplex
		}
	}
	if s != nil {
		p.Trailer = &SecTrailer{Type: uint8(s.service), Level: uint8(s.Level), ContextID: s.ID}
		p.Token = token
	}
	return p
}

// accept keeps what a bind_ack or alter_context_resp agreed to.
func (c *Client) accept(typ PacketType, contexts []PresContext, p *PDU) []PresResult {
	ack := p.Body.(*BindAck)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.group = ack.Group
	if typ == TypeBind {
		c.address = ack.Address
		c.fragment = min(int(ack.MaxRecv), c.o.Fragment)
		c.headerSign = p.Flags&FlagHeaderSign != 0
		c.multiplex = p.Flags&FlagMultiplex != 0
	}
	for i, r := range ack.Results {
		if i < len(contexts) && r.Result == ResultAccept {
			c.transfer[contexts[i].ID] = contexts[i].Abstract
		}
	}
	return ack.Results
}

func (c *Client) nextCall() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastCall++
	return c.lastCall
}

// expect registers a call that waits for an answer.
func (c *Client) expect(callID uint32) (chan reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended != nil {
		return nil, c.ended
	}
	ch := make(chan reply, 1)
	c.waiting[callID] = ch
	return ch, nil
}

// exchange sends a bind or alter_context and returns the answer.
func (c *Client) exchange(ctx context.Context, p *PDU) (*PDU, error) {
	ch, err := c.expect(p.CallID)
	if err != nil {
		return nil, err
	}
	c.write.Lock()
	_, err = c.nc.Write(p.Encode())
	c.write.Unlock()
	if err != nil {
		return nil, err
	}
	r, err := c.await(ctx, p.CallID, ch)
	if err != nil {
		return nil, err
	}
	switch b := r.pdu.Body.(type) {
	case *BindAck:
		return r.pdu, nil
	case *BindNak:
		return nil, &BindError{Reason: b.Reason}
	case *FaultBody:
		return nil, &Fault{Status: b.Status}
	}
	return nil, malformed("unexpected " + r.pdu.Type.String())
}

// await waits for the answer of a call.
func (c *Client) await(ctx context.Context, callID uint32, ch chan reply) (reply, error) {
	select {
	case r, ok := <-ch:
		if !ok {
			c.mu.Lock()
			defer c.mu.Unlock()
			return reply{}, c.ended
		}
		return r, nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.waiting, callID)
		c.mu.Unlock()
		return reply{}, ctx.Err()
	}
}

// CallRequest is one call with everything that can be chosen about it.
type CallRequest struct {
	Context   uint16 // presentation context
	Opnum     uint16
	Object    ndr.UUID // zero = none
	Stub      []byte   // not changed
	Security  *ClientSecurity
	Maybe     bool // the server shall not answer
	Anonymous bool // no security context even if there is one
}

// Call calls an operation over the first security context, or none if there is none, and returns the response's
// stub. A fault is a *Fault. If ctx ends first the server is told to cancel the call and to forget it.
func (c *Client) Call(ctx context.Context, presentation, opnum uint16, stub []byte) ([]byte, error) {
	return c.Do(ctx, CallRequest{Context: presentation, Opnum: opnum, Stub: stub})
}

// Do is Call with every choice. A call that is not to be answered returns nil.
func (c *Client) Do(ctx context.Context, r CallRequest) ([]byte, error) {
	c.mu.Lock()
	_, known := c.transfer[r.Context]
	if r.Security == nil && !r.Anonymous && len(c.security) > 0 {
		r.Security = c.security[0]
	}
	c.mu.Unlock()
	if !known {
		return nil, ErrNotBound
	}
	callID := c.nextCall()
	ch, err := c.expect(callID)
	if err != nil {
		return nil, err
	}
	if r.Maybe {
		c.mu.Lock()
		delete(c.waiting, callID)
		c.mu.Unlock()
		return nil, c.sendRequest(callID, &r)
	}
	if err := c.sendRequest(callID, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrClosed, err)
	}
	answer, err := c.await(ctx, callID, ch)
	if err != nil {
		if ctx.Err() != nil {
			_ = c.abandon(callID)
		}
		return nil, err
	}
	if f, ok := answer.pdu.Body.(*FaultBody); ok {
		return nil, &Fault{Status: f.Status}
	}
	if _, ok := answer.pdu.Body.(*Response); !ok {
		return nil, malformed("unexpected " + answer.pdu.Type.String())
	}
	return answer.stub, nil
}

// abandon cancels a call nobody waits for any more.
func (c *Client) abandon(callID uint32) error {
	c.write.Lock()
	defer c.write.Unlock()
	b := (&PDU{Header: Header{Type: TypeCancel, Flags: flagsWhole, CallID: callID}, Body: &Empty{}}).Encode()
	b = append(b, (&PDU{Header: Header{Type: TypeOrphaned, Flags: flagsWhole, CallID: callID}, Body: &Empty{}}).Encode()...)
	_, err := c.nc.Write(b)
	return err
}

// read hands answers to those who wait for them until the connection ends.
func (c *Client) read() {
	defer close(c.done)
	err := c.readAll()
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		err = ErrClosed
	}
	c.nc.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = err
	for id, ch := range c.waiting {
		close(ch)
		delete(c.waiting, id)
	}
}

func (c *Client) readAll() error {
	in := bufio.NewReaderSize(c.nc, readBuffer)
	parts := make(map[uint32][]byte) // responses of which not all fragments have arrived
	for {
		head, err := in.Peek(headerSize)
		if err != nil {
			return err
		}
		h, err := parseHeader(head)
		if err != nil {
			return err
		}
		b := make([]byte, h.FragLength)
		if _, err := io.ReadFull(in, b); err != nil {
			return err
		}
		p, err := DecodePDU(b)
		if err != nil {
			return err
		}
		r, ok := p.Body.(*Response)
		if !ok {
			if p.Type == TypeShutdown {
				return ErrClosed
			}
			c.answer(reply{pdu: p})
			continue
		}
		part, err := c.unprotect(p, b, r)
		if err != nil {
			return err
		}
		stub := append(parts[p.CallID], part...)
		if len(stub) > c.o.MaxResponse {
			return malformed("response is too large")
		}
		parts[p.CallID] = stub
		if p.Flags&FlagLast != 0 {
			delete(parts, p.CallID)
			c.answer(reply{pdu: p, stub: stub})
		}
	}
}

// unprotect checks one response fragment and returns its part of the stub.
func (c *Client) unprotect(p *PDU, b []byte, r *Response) ([]byte, error) {
	if p.Trailer == nil {
		return r.Stub, nil
	}
	end := requestSize + len(r.Stub)
	c.mu.Lock()
	var g *guard
	for _, s := range c.security {
		if s.ID == p.Trailer.ContextID {
			g = s.guard(c.headerSign)
		}
	}
	c.mu.Unlock()
	if g == nil || int(p.Trailer.PadLength) > len(r.Stub) {
		return nil, malformed("security trailer of a response")
	}
	if err := g.unprotect(b, requestSize, end); err != nil {
		return nil, err
	}
	return r.Stub[:len(r.Stub)-int(p.Trailer.PadLength)], nil
}

// answer hands an answer over; one that nobody waits for is dropped.
func (c *Client) answer(r reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.waiting[r.pdu.CallID]; ch != nil {
		delete(c.waiting, r.pdu.CallID)
		ch <- r
	}
}
