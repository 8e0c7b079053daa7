package rpctcp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

var echoID = dcerpc.SyntaxID{UUID: ndr.MustUUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1}

// options returns what it takes to listen for a server with one interface.
func options(t *testing.T, addresses ...string) Options {
	t.Helper()
	s := dcerpc.NewServer(dcerpc.Options{Logger: zaptest.NewLogger(t)})
	e := s.NewEndpoint("test", dcerpc.TransportTCP)
	s.Register(&dcerpc.Interface{ID: echoID, Name: "echo", Ops: map[uint16]dcerpc.Op{
		0: {Name: "echo", Run: func(_ context.Context, c *dcerpc.Call) ([]byte, error) { return []byte(c.Local), nil }},
	}}, e)
	return Options{Logger: zaptest.NewLogger(t), Server: s, Endpoint: e, Addresses: addresses}
}

// serve runs a listener until the test ends.
func serve(t *testing.T, l *Listener) {
	t.Helper()
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(done)
		l.Serve(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

// ask calls the operation at an address and returns the address the server saw.
func ask(t *testing.T, address string) string {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := dcerpc.NewClient(nc, dcerpc.ClientOptions{})
	defer c.Close()
	if _, err := c.Bind(t.Context(), nil, dcerpc.Offer(0, echoID)); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil || c.Address() != port {
		t.Errorf("secondary address %q, want %s", c.Address(), port)
	}
	stub, err := c.Call(t.Context(), 0, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(stub)
}

func TestListenSeveralAddresses(t *testing.T) {
	t.Parallel()
	o := options(t, "127.0.0.1", "127.0.0.2", "::1")
	if six, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		o.Addresses = o.Addresses[:2] // a machine without IPv6
	} else {
		six.Close()
	}
	l, err := Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l)
	if l.Port() != o.Endpoint.Port() || l.Port() < DefaultRange.First || l.Port() > DefaultRange.Last {
		t.Errorf("port %d, the registry says %d", l.Port(), o.Endpoint.Port())
	}
	if n := len(l.Addrs()); n != len(o.Addresses) {
		t.Errorf("%d addresses", n)
	}
	for _, a := range o.Addresses {
		address := net.JoinHostPort(a, strconv.Itoa(int(l.Port())))
		if got := ask(t, address); got != address {
			t.Errorf("client of %s came to %s", address, got)
		}
	}
}

// TestListenEverywhere listens on both families by one address.
func TestListenEverywhere(t *testing.T) {
	t.Parallel()
	o := options(t, "::")
	l, err := Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l)
	ask(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(int(l.Port()))))
}

// TestListenAllOrNothing shows that one address that is taken keeps the port from being used at all.
func TestListenAllOrNothing(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp4", "127.0.0.4:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	o := options(t, "127.0.0.3", "127.0.0.4")
	o.Port = uint16(taken.Addr().(*net.TCPAddr).Port)
	if _, err := Listen(t.Context(), o); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("err = %v, want address in use", err)
	}
	if o.Endpoint.Port() != 0 {
		t.Error("the registry knows a port that nobody listens on")
	}
	free, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.3", strconv.Itoa(int(o.Port))))
	if err != nil {
		t.Fatalf("the other address was kept: %v", err)
	}
	free.Close()
}

// TestListenRange looks for a port in a range in which all but one are taken, on one of two addresses.
func TestListenRange(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp4", "127.0.0.6:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := uint16(taken.Addr().(*net.TCPAddr).Port)
	o := options(t, "127.0.0.5", "127.0.0.6")
	o.Range = Range{First: port, Last: port}
	if _, err := Listen(t.Context(), o); !errors.Is(err, ErrNoPort) {
		t.Errorf("full range: %v", err)
	}
	for _, r := range []Range{{First: 6000, Last: 6063}, {First: 5, Last: 4}} {
		o.Range = r
		if _, err := Listen(t.Context(), o); !errors.Is(err, ErrNoPort) {
			t.Errorf("range %v: %v", r, err)
		}
	}
	o.Addresses = []string{"192.0.2.1"} // not an address of this machine: no use to try other ports
	o.Range = Range{}
	if _, err := Listen(t.Context(), o); err == nil || errors.Is(err, ErrNoPort) {
		t.Errorf("foreign address: %v", err)
	}
}

// TestCloseKeepsConnections stops accepting; who is connected stays until the server's own end.
func TestCloseKeepsConnections(t *testing.T) {
	t.Parallel()
	o := options(t, "127.0.0.1")
	l, err := Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addrs()[0].String()
	served := make(chan struct{})
	go func() {
		defer close(served)
		l.Serve(context.Background())
	}()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := dcerpc.NewClient(nc, dcerpc.ClientOptions{})
	defer c.Close()
	if _, err := c.Bind(t.Context(), nil, dcerpc.Offer(0, echoID)); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if o.Endpoint.Port() != 0 {
		t.Error("a port that is closed is still advertised")
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("a closed port takes connections")
	}
	if _, err := c.Call(t.Context(), 0, 0, nil); err != nil {
		t.Errorf("open connection: %v", err)
	}
	if err := o.Server.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	<-served
	if _, err := c.Call(t.Context(), 0, 0, nil); !errors.Is(err, dcerpc.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestFaultArrives shows that the last answer reaches a client that has sent more than was read: closing at once would
// reset the connection and throw the answer away.
func TestFaultArrives(t *testing.T) {
	t.Parallel()
	l, err := Listen(t.Context(), options(t, "127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, l)
	for range 20 {
		nc, err := net.Dial("tcp", l.Addrs()[0].String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Write(make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 64)
		n, err := nc.Read(b)
		if err != nil || n != 32 || dcerpc.PacketType(b[2]) != dcerpc.TypeFault {
			t.Fatalf("read %x, %v", b[:n], err)
		}
		nc.Close()
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"127.0.0.1": "tcp4", "0.0.0.0": "tcp4", "::1": "tcp6", "::": "tcp", "localhost": "tcp",
		netip.MustParseAddr("fe80::1%lo").String(): "tcp6",
	} {
		if got := network(address); got != want {
			t.Errorf("network(%s) = %s, want %s", address, got, want)
		}
	}
}
