package emsmdb

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// sockaddr writes a sockaddr_in or sockaddr_in6.
func sockaddr(to netip.AddrPort) []byte {
	if to.Addr().Is4() {
		b := make([]byte, 16)
		b[0] = 2
		binary.BigEndian.PutUint16(b[2:], to.Port())
		copy(b[4:], to.Addr().AsSlice())
		return b
	}
	b := make([]byte, 28)
	b[0] = 23
	binary.BigEndian.PutUint16(b[2:], to.Port())
	copy(b[8:], to.Addr().AsSlice())
	return b
}

func TestRegisterPush(t *testing.T) {
	t.Parallel()
	const v4, v6 = "192.0.2.10:40000", "[2001:db8::10]:40000"
	for _, tt := range []struct {
		name, profile, remote, to string
		any                       bool
		context                   int
		want                      error
	}{
		{name: "OwnIPv4", profile: "exchange2007", remote: v4, to: "192.0.2.10:2500", context: 8},
		{name: "Exchange2003", profile: "exchange2003", remote: v4, to: "192.0.2.10:2500", context: 8},
		{name: "OwnIPv6", profile: "exchange2007", remote: v6, to: "[2001:db8::10]:2500", context: 16},
		{name: "OwnOnADualSocket", profile: "exchange2007", remote: "[::ffff:192.0.2.10]:40000", to: "192.0.2.10:2500"},
		{name: "OwnWithAZone", profile: "exchange2007", remote: "[fe80::1%eth0]:40000", to: "[fe80::1]:2500"},
		{name: "Foreign", profile: "exchange2007", remote: v4, to: "192.0.2.11:2500", context: 8, want: mapi.ErrAccessDenied},
		{name: "ForeignFamily", profile: "exchange2007", remote: v4, to: "[2001:db8::10]:2500", want: mapi.ErrAccessDenied},
		{name: "ForeignAllowed", profile: "exchange2007", remote: v4, to: "192.0.2.11:2500", any: true},
		{name: "MulticastNeverAllowed", profile: "exchange2007", remote: v4, to: "224.0.0.1:2500", any: true, want: mapi.ErrInvalidParameter},
		{name: "PortZero", profile: "exchange2007", remote: v4, to: "192.0.2.10:0", want: mapi.ErrInvalidParameter},
		{name: "NobodyKnowsWhere", profile: "exchange2007", remote: "pipe", to: "192.0.2.10:2500", want: mapi.ErrAccessDenied},
		{name: "ContextTooLong", profile: "exchange2007", remote: v4, to: "192.0.2.10:2500", context: 17, want: mapi.ErrTooBig},
		{name: "Exchange2010", profile: "exchange2010-sp1", remote: v4, to: "192.0.2.10:2500", want: mapi.ErrNoSupport},
		{name: "Exchange2013", profile: "exchange2013", remote: v4, to: "192.0.2.10:2500", want: mapi.ErrNoSupport},
		{name: "Exchange2016", profile: "exchange2016", remote: v4, to: "192.0.2.10:2500", want: mapi.ErrNoSupport},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, ses := waiting(t, tt.profile)
			s.push.send = func(netip.AddrPort, []byte) error { return nil }
			s.opts.Policy.Store(&Policy{PushAnyAddress: tt.any})
			caller := waiter
			caller.Remote = tt.remote
			h, err := s.RegisterPush(t.Context(), caller, ses.id, &PushRequest{
				Context: make([]byte, tt.context), Address: sockaddr(netip.MustParseAddrPort(tt.to)),
			})
			if !errors.Is(err, tt.want) || (err == nil) != (h != 0) {
				t.Errorf("%s: %d, %v, want %v", tt.name, h, err, tt.want)
			}
			s.Kill(ses.id)
			s.push.close()
		})
	}
}

// fetch is an Execute without ROPs.
func fetch(t *testing.T, s *Service, ses *session) {
	t.Helper()
	if _, err := s.exec.Run(context.Background(), ses.state, exec.Input{Payload: []byte{2, 0}, Max: 1000}); err != nil {
		t.Error(err)
	}
}

// TestPushRepeats: a datagram goes out when something becomes pending, and every minute until all is fetched, [MS-OXCNOTIF]
// 3.1.5.4.
func TestPushRepeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, "exchange2007")
		start := time.Now()
		var sent []time.Duration
		s.push.send = func(to netip.AddrPort, payload []byte) error {
			if to.String() != "192.0.2.10:2500" || string(payload) != "12345678" {
				t.Errorf("%q to %v", payload, to)
			}
			sent = append(sent, time.Since(start))
			return errors.New("lost") // which changes nothing
		}
		caller := waiter
		caller.Remote = "192.0.2.10:40000"
		req := &PushRequest{Context: []byte("12345678"), Address: sockaddr(netip.MustParseAddrPort("192.0.2.10:2500"))}
		for range 3 { // the last one counts
			if _, err := s.RegisterPush(t.Context(), caller, ses.id, req); err != nil {
				t.Fatal(err)
			}
		}
		at := func(after time.Duration) { <-time.After(time.Until(start.Add(after))); synctest.Wait() }
		at(10 * time.Second)
		happen(ses)
		at(20 * time.Second)
		happen(ses) // nothing was fetched: the client knows
		at(140 * time.Second)
		fetch(t, s, ses)
		at(200 * time.Second)
		happen(ses)
		at(201 * time.Second)
		fetch(t, s, ses)
		at(202 * time.Second)
		happen(ses)
		at(203 * time.Second)
		s.Kill(ses.id)
		at(400 * time.Second)
		s.push.close()
		var want []time.Duration
		for _, seconds := range []int{10, 70, 130, 200, 202} {
			want = append(want, time.Duration(seconds)*time.Second)
		}
		if !slices.Equal(sent, want) {
			t.Errorf("datagrams after %v, want %v", sent, want)
		}
	})
}

// TestPushReachesASocket sends real datagrams over both families: exactly what the client wanted back, [MS-OXCNOTIF]
// 3.1.5.4, vector P20.
func TestPushReachesASocket(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "::1"} {
		conn, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		s, ses := waiting(t, "exchange2007")
		caller := waiter
		caller.Remote = net.JoinHostPort(host, "40000")
		to := conn.LocalAddr().(*net.UDPAddr).AddrPort()
		want := []byte{1, 2, 3, 4, 5, 6, 7, 8}
		if _, err := s.RegisterPush(t.Context(), caller, ses.id, &PushRequest{Context: want, Address: sockaddr(to)}); err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		happen(ses)
		got := make([]byte, 100)
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, _, err := conn.ReadFrom(got)
		if err != nil || !slices.Equal(got[:n], want) {
			t.Errorf("%s: %x, %v", host, got[:n], err)
		}
		s.Kill(ses.id)
		s.push.close()
	}
}

func TestAsyncConnectOfAPushedClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, "exchange2007")
		s.push.send = func(netip.AddrPort, []byte) error { return nil }
		caller := waiter
		caller.Remote = "192.0.2.10:40000"
		if _, err := s.RegisterPush(t.Context(), caller, ses.id, &PushRequest{Address: sockaddr(netip.MustParseAddrPort("192.0.2.10:1"))}); err != nil {
			t.Fatal(err)
		}
		if err := s.AsyncConnect(t.Context(), waiter, ses.id); !errors.Is(err, mapi.ErrRejected) {
			t.Errorf("AsyncConnect: %v", err)
		}
		s.Kill(ses.id)
		s.push.close()
	})
}
