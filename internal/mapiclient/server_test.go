package mapiclient_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"net"
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/server/epm"
)

// accounts are those of the tests: alice, Password1!.
type accounts struct{}

func (accounts) Account(_ context.Context, _, user string) (auth.Account, error) {
	if !strings.EqualFold(user, "alice") {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	return auth.Account{Name: "alice", Enabled: true, NTHash: ntlm.NTHash("Password1!")}, nil
}

// world is an RPC server with an endpoint mapper on port 135 of a host that only the tests know, and whatever
// interfaces a test adds on port 1032.
type world struct {
	t         *testing.T
	server    *dcerpc.Server
	endpoints map[string]*dcerpc.Endpoint
}

const storeAddress = "exch01:1032"

func newWorld(t *testing.T) *world {
	t.Helper()
	mechanism := ntlm.New(ntlm.Options{Accounts: accounts{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	s := dcerpc.NewServer(dcerpc.Options{Logger: zaptest.NewLogger(t), Mechanisms: []auth.Mechanism{mechanism, spnego.New(mechanism)}})
	t.Cleanup(func() { _ = s.Shutdown(context.WithoutCancel(t.Context())) })
	w := &world{t, s, map[string]*dcerpc.Endpoint{
		"exch01:135": s.NewEndpoint("epm", dcerpc.TransportTCP), storeAddress: s.NewEndpoint("emsmdb", dcerpc.TransportTCP),
	}}
	advertise := func() epm.Advertise { return epm.Advertise{} }
	s.Register(epm.New(epm.Options{Entries: s.Entries, Advertise: advertise}).Interface(), w.endpoints["exch01:135"])
	w.endpoints["exch01:135"].SetPort(135)
	w.endpoints[storeAddress].SetPort(1032)
	return w
}

// serve adds an interface whose operations are these.
func (w *world) serve(id dcerpc.SyntaxID, ops map[uint16]dcerpc.Op) {
	w.server.Register(&dcerpc.Interface{ID: id, Name: "test", Ops: ops}, w.endpoints[storeAddress])
}

// dial connects to an address of the world.
func (w *world) dial(ctx context.Context, _, address string) (net.Conn, error) {
	e := w.endpoints[address]
	if e == nil {
		return nil, &net.OpError{Op: "dial", Err: net.UnknownNetworkError(address)}
	}
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.server.ServeConn(context.WithoutCancel(ctx), e, addressed{server})
	}()
	w.t.Cleanup(func() {
		client.Close()
		<-done
	})
	return client, nil
}

// addressed is a pipe with the addresses of a TCP connection: the mapper tells clients the one they came to.
type addressed struct{ net.Conn }

func (addressed) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:135"))
}

func (addressed) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.9:40000"))
}

// options go straight to the store's address, without authentication.
func (w *world) options() mapiclient.Options {
	return mapiclient.Options{Address: storeAddress, Dial: w.dial}
}

func (w *world) connect(id dcerpc.SyntaxID) *mapiclient.Conn {
	w.t.Helper()
	c, err := mapiclient.Dial(w.t.Context(), w.options(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	return c
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// replay is an operation that expects a request of exactly these bytes and answers with others.
func replay(t *testing.T, name, request, response string) dcerpc.Op {
	want, answer := unhex(t, request), unhex(t, response)
	return dcerpc.Op{Name: name, Run: func(_ context.Context, call *dcerpc.Call) ([]byte, error) {
		if !bytes.Equal(call.Stub, want) {
			t.Errorf("%s sent\n%x, want\n%x", name, call.Stub, want)
		}
		return answer, nil
	}}
}
