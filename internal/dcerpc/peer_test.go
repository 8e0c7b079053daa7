package dcerpc

import (
	"io"
	"net"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/ndr"
)

// peer is a client that sends and receives single PDUs.
type peer struct {
	t  *testing.T
	nc net.Conn
}

// newServer returns a server whose options default to a test logger.
func newServer(t *testing.T, o Options) *Server {
	t.Helper()
	if o.Logger == nil {
		o.Logger = zaptest.NewLogger(t)
	}
	s := NewServer(o)
	t.Cleanup(func() { _ = s.Shutdown(t.Context()) })
	return s
}

// connect serves one end of a connection and returns the other.
func connect(t *testing.T, s *Server, e *Endpoint) *peer {
	t.Helper()
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ServeConn(t.Context(), e, server)
	}()
	t.Cleanup(func() {
		client.Close()
		<-done
	})
	return &peer{t: t, nc: client}
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

// recv returns the next PDU, or nil at the end of the connection.
func (p *peer) recv() *PDU {
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
	u, err := DecodePDU(b)
	if err != nil {
		p.t.Fatalf("decode: %v", err)
	}
	return u
}

func bindPDU(callID uint32, flags Flags, abstract SyntaxID) *PDU {
	return &PDU{
		Header: Header{Type: TypeBind, Flags: flagsWhole | flags, CallID: callID},
		Body: &Bind{
			MaxXmit: MaxFragment, MaxRecv: MaxFragment,
			Contexts: []PresContext{{ID: 0, Abstract: abstract, Transfers: []SyntaxID{NDR20}}},
		},
	}
}

func requestPDU(callID uint32, opnum uint16, stub []byte) *PDU {
	return &PDU{
		Header: Header{Type: TypeRequest, Flags: flagsWhole, CallID: callID},
		Body:   &Request{AllocHint: uint32(len(stub)), Opnum: opnum, Stub: stub},
	}
}

var echoID = SyntaxID{UUID: ndr.MustUUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1}
