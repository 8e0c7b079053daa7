package app

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapiclient"
)

// endless is a client's context that always has one token more.
type endless struct {
	auth.Context
	legs int
}

func (e *endless) Step(context.Context, []byte) ([]byte, bool, error) {
	e.legs++
	return []byte("NTLMSSP\x00\x01\x00\x00\x00\x07\x82\x08\xa2\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), false, nil
}

// TestHalfOpenConnectionsEnd: connections that say nothing, and those that stop amid a log-on, are closed in time, and
// others are served meanwhile.
func TestHalfOpenConnectionsEnd(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) { o.Config.Limits.HandshakeTimeout = config.Duration(time.Second) })
	var silent []net.Conn
	for range 50 {
		nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Addresses().Servers[0].EMSMDB[0])
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		silent = append(silent, nc)
	}
	half, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Addresses().Servers[0].EMSMDB[0])
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	bind := &dcerpc.PDU{
		Header: dcerpc.Header{Type: dcerpc.TypeBind, CallID: 1, Flags: dcerpc.FlagFirst | dcerpc.FlagLast},
		Body: &dcerpc.Bind{MaxXmit: 5840, MaxRecv: 5840, Contexts: []dcerpc.PresContext{
			dcerpc.Offer(0, mapiclient.EMSMDB),
		}},
		Trailer: &dcerpc.SecTrailer{Type: uint8(auth.ServiceNTLM), Level: uint8(auth.LevelPrivacy), ContextID: 1},
	}
	bind.Token, _, _ = new(endless).Step(t.Context(), nil)
	if _, err := half.Write(bind.Encode()); err != nil {
		t.Fatal(err)
	}
	r.mustConnect(r.client(nil))
	for _, nc := range append(silent, half) {
		nc.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.Copy(io.Discard, nc); err != nil && !errors.Is(err, net.ErrClosed) {
			if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
				t.Fatal("a half-open connection stays")
			}
		}
	}
}

// TestEndlessLegsEnd: a log-on that never comes to its end is refused.
func TestEndlessLegsEnd(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", r.Addresses().Servers[0].EMSMDB[0])
	if err != nil {
		t.Fatal(err)
	}
	c := dcerpc.NewClient(nc, dcerpc.ClientOptions{})
	defer c.Close()
	mech := new(endless)
	if _, err := c.Bind(t.Context(), dcerpc.NewClientSecurity(1, auth.ServiceNTLM, auth.LevelPrivacy, mech), dcerpc.Offer(0, mapiclient.EMSMDB)); err == nil {
		t.Error("bound")
	}
	if mech.legs > 10 {
		t.Errorf("%d legs were taken", mech.legs)
	}
}

// TestThousandsOfContexts: presentation contexts beyond the limit are rejected one by one, and the connection goes on.
func TestThousandsOfContexts(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	c, err := r.bind(mapiclient.NSPI, nil)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 1
	for id := uint16(1); id < 3000; id++ {
		results, err := c.RPC().Alter(t.Context(), nil, dcerpc.Offer(id, mapiclient.NSPI))
		if err != nil {
			t.Fatal(err)
		}
		if results[0].Result == dcerpc.ResultAccept {
			accepted++
		}
	}
	if limit := dcerpc.DefaultLimits().Contexts; accepted != limit {
		t.Errorf("%d contexts were taken, want %d", accepted, limit)
	}
	if _, err := c.OpenBook(t.Context(), mapiclient.Stat{CodePage: 1252}); err != nil {
		t.Error(err)
	}
}

// TestMaximumConnectionsIsLive: sessions beyond it are refused as too busy, those that are on stay.
func TestMaximumConnectionsIsLive(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	on := r.mustConnect(r.client(nil))
	r.must("PATCH", "/api/v1/rpc-client-access", `{"maximum_connections":1}`, nil)
	var fault *dcerpc.Fault
	if _, err := r.connect(r.client(nil)); !errors.As(err, &fault) || fault.Status != dcerpc.StatusServerTooBusy {
		t.Errorf("the second: %v, want server too busy", err)
	}
	if n := len(r.subjects(on, "alice")); n < 25 {
		t.Errorf("the first reads %d subjects", n)
	}
	r.must("PATCH", "/api/v1/rpc-client-access", `{"maximum_connections":null}`, nil)
	r.mustConnect(r.client(nil))
}

// TestFiveHundredBindsAtOnce: none fails.
func TestFiveHundredBindsAtOnce(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab = file })
	services := []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate, auth.ServiceKerberos}
	tickets := make([]*mapiclient.Options, 500)
	for i := range tickets {
		o := r.client(func(o *mapiclient.Options) {
			if o.Service = services[i%3]; i%3 == 2 || i%6 == 1 {
				o.Ticket = issue(t, kdc, "alice", nil)
			}
		})
		tickets[i] = &o
	}
	var mu sync.Mutex
	var failures []error
	var all sync.WaitGroup
	for _, o := range tickets {
		all.Go(func() {
			c, err := mapiclient.Dial(t.Context(), *o, mapiclient.EMSMDB)
			if err == nil { // rpc_auth_3 has no answer: only a call tells that it was taken
				t.Cleanup(func() { c.Close() })
				_, err = c.Call(t.Context(), mapiclient.EMSMDB, 0, nil)
				if fault, ok := errors.AsType[*dcerpc.Fault](err); ok && fault.Status == dcerpc.StatusOpRange {
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			failures = append(failures, err)
		})
	}
	all.Wait()
	if len(failures) > 0 {
		t.Errorf("%d of 500 failed, the first: %v", len(failures), failures[0])
	}
	weak := func(i dcerpc.ConnInfo) bool { return i.Endpoint == endpointEMSMDB && len(i.Security) != 1 }
	if slices.ContainsFunc(r.servers[0].rpc.Connections(), weak) {
		t.Error("a connection without its security context")
	}
}
