package dcerpc

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// Operations of the interface under test.
const (
	opEcho uint16 = iota
	opPark        // waits for the end of its context
	opFail
	opPanic
	opBadStub
	opFault
	opObject // answers the request's object
	opNewHandle
	opUseHandle
	opCloseHandle
	opBig // answers as many bytes as the stub says
)

var (
	echoID  = SyntaxID{UUID: ndr.MustUUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1, Minor: 2}
	otherID = SyntaxID{UUID: ndr.MustUUID("12345778-1234-abcd-ef00-0123456789ac"), Major: 1}
)

// world is a server with one endpoint and an interface whose operations show what the server does with calls.
type world struct {
	t        *testing.T
	server   *Server
	endpoint *Endpoint
	echo     *Interface
	parked   chan *Call  // a call that began to wait
	rundowns chan string // what was run down
}

func newWorld(t *testing.T, o Options) *world {
	t.Helper()
	if o.Logger == nil {
		o.Logger = zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel+1))
	}
	w := &world{
		t: t, server: NewServer(o), parked: make(chan *Call, 16), rundowns: make(chan string, 16),
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = w.server.Shutdown(ctx)
	})
	w.endpoint = w.server.NewEndpoint("test", TransportTCP)
	w.echo = &Interface{ID: echoID, Name: "echo", Ops: w.ops()}
	w.server.Register(w.echo, w.endpoint)
	w.server.Register(&Interface{ID: otherID, Name: "other", Ops: w.ops()}, w.endpoint)
	w.endpoint.SetPort(1032)
	return w
}

func (w *world) ops() map[uint16]Op {
	return map[uint16]Op{
		opEcho: {Name: "echo", Run: func(_ context.Context, c *Call) ([]byte, error) { return c.Stub, nil }},
		opPark: {Name: "park", Run: func(ctx context.Context, c *Call) ([]byte, error) {
			w.parked <- c
			<-ctx.Done()
			return nil, ctx.Err()
		}},
		opFail:  {Name: "fail", Run: func(context.Context, *Call) ([]byte, error) { return nil, errors.New("disk on fire") }},
		opPanic: {Name: "panic", Run: func(context.Context, *Call) ([]byte, error) { panic("broken") }},
		opBadStub: {Name: "badstub", Run: func(_ context.Context, c *Call) ([]byte, error) {
			r := c.Reader()
			r.U32()
			return nil, r.Err()
		}},
		opFault: {Name: "fault", Run: func(context.Context, *Call) ([]byte, error) {
			return nil, &Fault{Status: StatusOutOfResources}
		}},
		opObject: {Name: "object", Run: func(_ context.Context, c *Call) ([]byte, error) { return c.Object[:], nil }},
		opNewHandle: {Name: "newhandle", Run: func(_ context.Context, c *Call) ([]byte, error) {
			name := string(c.Stub)
			var nw ndr.Writer
			nw.ContextHandle(c.Assoc.NewHandle(c.Caller, name, func() { w.rundowns <- name }))
			return nw.Stub(), nil
		}},
		opUseHandle: {Name: "usehandle", Run: func(_ context.Context, c *Call) ([]byte, error) {
			v, err := c.Assoc.Handle(c.Caller, c.Reader().ContextHandle())
			if err != nil {
				return nil, err
			}
			return []byte(v.(string)), nil
		}},
		opCloseHandle: {Name: "closehandle", Run: func(_ context.Context, c *Call) ([]byte, error) {
			v, err := c.Assoc.CloseHandle(c.Caller, c.Reader().ContextHandle())
			if err != nil {
				return nil, err
			}
			return []byte(v.(string)), nil
		}},
		opBig: {Name: "big", Run: func(_ context.Context, c *Call) ([]byte, error) {
			return pattern(int(c.Reader().U32())), nil
		}},
	}
}

// pattern is a stub in which a lost or doubled part shows.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

// pipe serves one end of a connection and returns the other.
func (w *world) pipe() net.Conn {
	w.t.Helper()
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.server.ServeConn(w.t.Context(), w.endpoint, server)
	}()
	w.t.Cleanup(func() {
		client.Close()
		<-done
	})
	return client
}

// peer connects a client that sends and receives single PDUs.
func (w *world) peer() *peer { return &peer{t: w.t, nc: w.pipe()} }

// client connects and binds.
func (w *world) client(o ClientOptions, s *ClientSecurity) *Client {
	w.t.Helper()
	c := NewClient(w.pipe(), o)
	w.t.Cleanup(func() { c.Close() })
	results, err := c.Bind(w.t.Context(), s, Offer(0, echoID))
	if err != nil || results[0].Result != ResultAccept {
		w.t.Fatalf("bind: %v, %v", results, err)
	}
	return c
}

// toySecurity returns the client's side of a toy context.
func toySecurity(id uint32, level auth.Level, user string) *ClientSecurity {
	m := toy{service: auth.ServiceKerberos}
	return NewClientSecurity(id, m.service, level, m.initiator(user))
}

// peer is a client that sends and receives single PDUs.
type peer struct {
	t  *testing.T
	nc net.Conn
}

func (p *peer) send(u *PDU) {
	p.t.Helper()
	p.sendRaw(u.Encode())
}

func (p *peer) sendRaw(b []byte) {
	p.t.Helper()
	if _, err := p.nc.Write(b); err != nil {
		p.t.Fatalf("write: %v", err)
	}
}

// recv returns the next PDU.
func (p *peer) recv() *PDU {
	p.t.Helper()
	u := p.next()
	if u == nil {
		p.t.Fatal("connection ended")
	}
	return u
}

// next returns the next PDU, or nil at the end of the connection.
func (p *peer) next() *PDU {
	p.t.Helper()
	b := p.nextRaw()
	if b == nil {
		return nil
	}
	u, err := DecodePDU(b)
	if err != nil {
		p.t.Fatalf("decode: %v", err)
	}
	return u
}

func (p *peer) nextRaw() []byte {
	p.t.Helper()
	b := make([]byte, headerSize)
	if _, err := io.ReadFull(p.nc, b); err != nil {
		return nil
	}
	h, err := parseHeader(b)
	if err != nil {
		p.t.Fatalf("header: %v", err)
	}
	b = append(b, make([]byte, int(h.FragLength)-headerSize)...)
	if _, err := io.ReadFull(p.nc, b[headerSize:]); err != nil {
		p.t.Fatalf("rest of PDU: %v", err)
	}
	return b
}

// ended fails the test unless the server closed the connection.
func (p *peer) ended() {
	p.t.Helper()
	if u := p.next(); u != nil {
		p.t.Fatalf("connection goes on with %+v", u)
	}
}

// bind binds without authentication and returns the answer.
func (p *peer) bind(flags Flags, contexts ...PresContext) *PDU {
	p.t.Helper()
	p.send(bindPDU(TypeBind, 1, flags, contexts...))
	u := p.recv()
	if u.Type != TypeBindAck {
		p.t.Fatalf("bind answered by %+v", u)
	}
	return u
}

func bindPDU(typ PacketType, callID uint32, flags Flags, contexts ...PresContext) *PDU {
	return &PDU{
		Header: Header{Type: typ, Flags: flagsWhole | flags, CallID: callID},
		Body:   &Bind{MaxXmit: MaxFragment, MaxRecv: MaxFragment, Contexts: contexts},
	}
}

func requestPDU(callID uint32, flags Flags, opnum uint16, stub []byte) *PDU {
	return &PDU{
		Header: Header{Type: TypeRequest, Flags: flags, CallID: callID},
		Body:   &Request{AllocHint: uint32(len(stub)), Opnum: opnum, Stub: stub},
	}
}
