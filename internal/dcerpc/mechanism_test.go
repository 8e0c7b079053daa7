package dcerpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

var echoID = dcerpc.SyntaxID{UUID: ndr.MustUUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1}

type oneAccount struct{}

func (oneAccount) Account(_ context.Context, _, user string) (auth.Account, error) {
	if user != "alice" {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	return auth.Account{Name: "alice", Enabled: true, NTHash: ntlm.NTHash("Password1!")}, nil
}

// newServer returns a server that knows NTLM and Negotiate, and an endpoint with an operation that answers the
// caller's account and the stub.
func newServer(t testing.TB) (*dcerpc.Server, *dcerpc.Endpoint) {
	m := ntlm.New(ntlm.Options{Accounts: oneAccount{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})
	s := dcerpc.NewServer(dcerpc.Options{
		Logger:     zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)),
		Mechanisms: []auth.Mechanism{m, spnego.New(m)},
	})
	e := s.NewEndpoint("test", dcerpc.TransportTCP)
	s.Register(&dcerpc.Interface{ID: echoID, Name: "echo", Ops: map[uint16]dcerpc.Op{
		0: {Name: "echo", Run: func(_ context.Context, c *dcerpc.Call) ([]byte, error) {
			return append([]byte(c.Identity.Account+" "), c.Stub...), nil
		}},
	}}, e)
	return s, e
}

// newClient connects to a server over memory.
func newClient(t testing.TB, s *dcerpc.Server, e *dcerpc.Endpoint, o dcerpc.ClientOptions) *dcerpc.Client {
	a, b := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ServeConn(context.Background(), e, b)
	}()
	c := dcerpc.NewClient(a, o)
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return c
}

// initiator returns the client's side of a service.
func initiator(service auth.Service, password string) auth.Context {
	m := ntlm.NewInitiator(ntlm.InitiatorOptions{Domain: "MAPID", User: "alice", Hash: ntlm.NTHash(password)})
	if service == auth.ServiceNegotiate {
		return spnego.NewInitiator(spnego.Offer{Service: auth.ServiceNTLM, Context: m})
	}
	return m
}

// TestMechanisms calls over the real mechanisms at every level and in every shape of legs.
func TestMechanisms(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		for level := auth.LevelConnect; level <= auth.LevelPrivacy; level++ {
			if level == auth.LevelCall {
				continue // refused on connections
			}
			for _, headerSign := range []bool{false, true} {
				for _, alter := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s/sign=%v/alter=%v", service, level, headerSign, alter)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						s, e := newServer(t)
						c := newClient(t, s, e, dcerpc.ClientOptions{
							HeaderSign: headerSign, AlterLegs: alter || service == auth.ServiceNegotiate, Verify: level >= auth.LevelPacket,
						})
						security := dcerpc.NewClientSecurity(0xBA250, service, level, initiator(service, "Password1!"))
						if _, err := c.Bind(t.Context(), security, dcerpc.Offer(0, echoID)); err != nil {
							t.Fatal(err)
						}
						for _, n := range []int{0, 4, 16, 20000} {
							want := append([]byte("alice "), make([]byte, n)...)
							got, err := c.Call(t.Context(), 0, 0, make([]byte, n))
							if err != nil || !bytes.Equal(got, want) {
								t.Fatalf("%d bytes: %d came back, %v", n, len(got), err)
							}
						}
						info := s.Connections()[0].Security
						if len(info) != 1 || info[0].Service != service || info[0].Level != level ||
							info[0].Identity.Account != "alice" || info[0].Identity.KeyBits != 128 {
							t.Errorf("security contexts %+v", info)
						}
					})
				}
			}
		}
	}
}

// TestPitfallAlsoWrongPasswordIsRefused shows that a client with a wrong password gets no further than its first call.
func TestPitfallAlsoWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		t.Run(service.String(), func(t *testing.T) {
			t.Parallel()
			s, e := newServer(t)
			c := newClient(t, s, e, dcerpc.ClientOptions{})
			security := dcerpc.NewClientSecurity(1, service, auth.LevelPrivacy, initiator(service, "wrong"))
			_, err := c.Bind(t.Context(), security, dcerpc.Offer(0, echoID))
			if err == nil {
				_, err = c.Call(t.Context(), 0, 0, nil)
			}
			var fault *dcerpc.Fault
			if !errors.As(err, &fault) || fault.Status != dcerpc.StatusAccessDenied {
				t.Errorf("err = %v, want access denied", err)
			}
		})
	}
}
