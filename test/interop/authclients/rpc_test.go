package authclients

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/server/rpctcp"
)

// echoID is the interface that Samba's test client knows; EchoData is its operation 1.
var echoID = dcerpc.SyntaxID{UUID: ndr.MustUUID("60a15ec5-4de8-11d7-a637-005056a20182"), Major: 1}

const opEchoData = 1

// callers hands over who called.
type callers chan auth.Caller

// echoServer serves the echo interface over TCP until the test ends, and returns its port and who called.
func echoServer(t *testing.T, mechs ...auth.Mechanism) (uint16, callers) {
	t.Helper()
	who := make(callers, 64)
	log := zaptest.NewLogger(t)
	server := dcerpc.NewServer(dcerpc.Options{Logger: log, Mechanisms: mechs})
	endpoint := server.NewEndpoint("echo", dcerpc.TransportTCP)
	server.Register(&dcerpc.Interface{ID: echoID, Name: "echo", MinLevel: auth.LevelConnect, Ops: map[uint16]dcerpc.Op{
		opEchoData: {Name: "EchoData", Run: func(_ context.Context, call *dcerpc.Call) ([]byte, error) {
			who <- call.Caller
			n := int(binary.LittleEndian.Uint32(call.Stub))
			return bytes.Clone(call.Stub[4 : 8+n]), nil
		}},
	}}, endpoint)
	l, err := rpctcp.Listen(t.Context(), rpctcp.Options{
		Logger: log, Server: server, Endpoint: endpoint, Addresses: []string{"127.0.0.1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan struct{})
	go func() { defer close(served); l.Serve(ctx) }()
	t.Cleanup(func() { cancel(); l.Close(); <-served })
	return l.Port(), who
}

// judge reads a script's verdict and compares the caller the server saw.
func judge(t *testing.T, p *program, who callers, want auth.Caller) {
	t.Helper()
	l, err := p.read()
	if err != nil || l.word != "accepted" {
		t.Fatalf("%v %s, %v", l.word, l.text, err)
	}
	for len(who) > 0 {
		got := <-who
		if got.Identity.Account != "alice" || got.Level != want.Level || got.Service != want.Service ||
			got.Identity.Mechanism != want.Identity.Mechanism {
			t.Errorf("caller %+v", got)
		}
	}
}

// everything is a server with all mechanisms that need no ticket.
func everything(t *testing.T) []auth.Mechanism {
	t.Helper()
	m := mechanism(t, "ntlmssp", time.Now(), nil)
	return []auth.Mechanism{m, spnego.New(m)}
}

// caller is what the server should know of a client.
func caller(s, mech auth.Service, l auth.Level) auth.Caller {
	return auth.Caller{Service: s, Level: l, Identity: auth.Identity{Mechanism: mech}}
}

// sambaLevels are the names Samba's binding strings have for the levels.
var sambaLevels = map[auth.Level]string{
	auth.LevelConnect: "connect", auth.LevelPacket: "packet", auth.LevelIntegrity: "sign", auth.LevelPrivacy: "seal",
}

var levels = []auth.Level{auth.LevelConnect, auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy}

// impacketLevels are the levels impacket speaks: at packet level it forgets the tokens of its requests.
var impacketLevels = []auth.Level{auth.LevelConnect, auth.LevelIntegrity, auth.LevelPrivacy}

func TestInteropRPCSambaNTLM(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		for _, level := range levels {
			t.Run(service.String()+"_"+level.String(), func(t *testing.T) {
				t.Parallel()
				port, who := echoServer(t, everything(t)...)
				option := map[auth.Service]string{auth.ServiceNTLM: "ntlm", auth.ServiceNegotiate: "spnego"}[service]
				p := start(t, "samba.dcerpc.echo", "rpc_samba.py", strconv.Itoa(int(port)), sambaLevels[level]+","+option, "0",
					"MAPID", "alice", "Password1!")
				judge(t, p, who, caller(service, auth.ServiceNTLM, level))
			})
		}
	}
}

func TestInteropRPCImpacketNTLM(t *testing.T) {
	t.Parallel()
	for _, level := range impacketLevels {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			port, who := echoServer(t, everything(t)...)
			p := start(t, "impacket.dcerpc", "rpc_impacket.py", strconv.Itoa(int(port)), "10", strconv.Itoa(int(level)),
				"MAPID", "alice", "Password1!")
			judge(t, p, who, caller(auth.ServiceNTLM, auth.ServiceNTLM, level))
		})
	}
}

// TestInteropRPCRefused is what clients make of a refusal: none of them gets through, and none hangs.
func TestInteropRPCRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, module, script, options, flag, user, password string }{
		{"SambaNTLMWrongPassword", "samba.dcerpc.echo", "rpc_samba.py", "seal,ntlm", "0", "alice", "wrong"},
		{"SambaNegotiateUnknownAccount", "samba.dcerpc.echo", "rpc_samba.py", "sign,spnego", "0", "mallory", "Password1!"},
		{"ImpacketWrongPassword", "impacket.dcerpc", "rpc_impacket.py", "10", "6", "alice", "wrong"},
		{"ImpacketPacketWithoutToken", "impacket.dcerpc", "rpc_impacket.py", "10", "4", "alice", "Password1!"},
		{"ImpacketConnectWrongPassword", "impacket.dcerpc", "rpc_impacket.py", "10", "2", "alice", "wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			port, who := echoServer(t, everything(t)...)
			p := start(t, c.module, c.script, strconv.Itoa(int(port)), c.options, c.flag, "MAPID", c.user, c.password)
			l, err := p.read()
			if err != nil || l.word != "refused" || len(who) > 0 {
				t.Fatalf("%s %s, %v; %d calls", l.word, l.text, err, len(who))
			}
			if strings.Contains(strings.ToLower(l.text), "password") || strings.Contains(l.text, "unknown account") {
				t.Errorf("the client was told why: %s", l.text)
			}
		})
	}
}

// initiator returns our client's side.
func initiator(service auth.Service, level auth.Level) auth.Context {
	c := ntlm.NewInitiator(ntlm.InitiatorOptions{
		Domain: "MAPID", User: "alice", Hash: ntlm.NTHash("Password1!"), Level: level,
	})
	if service == auth.ServiceNegotiate {
		return spnego.NewInitiator(spnego.Offer{Service: auth.ServiceNTLM, Context: c})
	}
	return c
}

func TestRPCOurClientNTLM(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		for _, level := range levels {
			t.Run(service.String()+"_"+level.String(), func(t *testing.T) {
				t.Parallel()
				port, who := echoServer(t, everything(t)...)
				for _, headerSign := range []bool{false, true} {
					if err := echo(t.Context(), port, service, level, initiator(service, level), headerSign); err != nil {
						t.Fatal(err)
					}
				}
				for len(who) > 0 {
					if got := <-who; got.Level != level || got.Service != service || got.Identity.Account != "alice" {
						t.Errorf("caller %+v", got)
					}
				}
			})
		}
	}
}

// echo calls the server with our client.
func echo(ctx context.Context, port uint16, service auth.Service, level auth.Level, mech auth.Context, headerSign bool) (err error) {
	nc, err := (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	client := dcerpc.NewClient(nc, dcerpc.ClientOptions{HeaderSign: headerSign})
	defer func() { err = errors.Join(err, client.Close()) }()
	security := dcerpc.NewClientSecurity(4711, service, level, mech)
	if _, err := client.Bind(ctx, security, dcerpc.Offer(0, echoID)); err != nil {
		return err
	}
	for _, n := range []int{0, 1, 15, 16, 5792, 20000, 1} {
		stub := binary.LittleEndian.AppendUint32(nil, uint32(n))
		stub = binary.LittleEndian.AppendUint32(stub, uint32(n))
		stub = append(stub, bytes.Repeat([]byte{byte(n)}, n)...)
		out, err := client.Call(ctx, 0, opEchoData, stub)
		if err != nil {
			return fmt.Errorf("%d bytes: %w", n, err)
		}
		if !bytes.Equal(out, stub[4:]) {
			return fmt.Errorf("other data came back for %d bytes", n)
		}
	}
	return nil
}
