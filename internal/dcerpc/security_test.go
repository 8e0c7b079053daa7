package dcerpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/auth"
)

func toyOptions() Options {
	return Options{Mechanisms: []auth.Mechanism{toy{service: auth.ServiceKerberos}}}
}

// TestSecurityLevels calls with stubs of many sizes, in fragments of many sizes, at every level.
func TestSecurityLevels(t *testing.T) {
	t.Parallel()
	levels := []auth.Level{auth.LevelConnect, auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy}
	for _, level := range levels {
		for _, headerSign := range []bool{false, true} {
			for _, part := range []int{0, 1, 7, 16, 1000} {
				for _, alter := range []bool{false, true} {
					o := ClientOptions{HeaderSign: headerSign, StubPart: part, AlterLegs: alter, Verify: true, Fragment: 2048}
					t.Run(fmt.Sprintf("%s/%+v", level, o), func(t *testing.T) {
						t.Parallel()
						w := newWorld(t, toyOptions())
						c := w.client(o, toySecurity(0x000BA250, level, "alice"))
						if c.HeaderSign() != headerSign {
							t.Errorf("header signing = %v", c.HeaderSign())
						}
						for _, n := range []int{0, 1, 3, 4, 15, 16, 17, 100, 1915, 1983, 1984, 1985, 9000} {
							if part > 0 && n > 300*part {
								continue
							}
							want := pattern(n)
							got, err := c.Call(t.Context(), 0, opEcho, want)
							if err != nil {
								t.Fatalf("%d bytes: %v", n, err)
							}
							want = append(want, make([]byte, -n&3)...) // in front of the verification trailer
							if !bytes.Equal(got, want) {
								t.Fatalf("%d bytes came back as %d others", n, len(got))
							}
						}
						// Faults are not protected and use up no sequence number.
						var fault *Fault
						if _, err := c.Call(t.Context(), 0, opFault, nil); !errors.As(err, &fault) {
							t.Fatalf("fault: %v", err)
						}
						if _, err := c.Call(t.Context(), 0, opEcho, nil); err != nil {
							t.Fatalf("after a fault: %v", err)
						}
					})
				}
			}
		}
	}
}

// TestSecurityCaller shows what an operation learns of who calls.
func TestSecurityCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	c := w.client(ClientOptions{Multiplex: true}, toySecurity(7, auth.LevelPrivacy, "alice"))
	go func() { _, _ = c.Call(t.Context(), 0, opPark, nil) }()
	call := <-w.parked
	want := auth.Caller{
		Identity:  auth.Identity{Account: "alice", Claimed: "alice", Mechanism: auth.ServiceKerberos, KeyBits: 128},
		Service:   auth.ServiceKerberos,
		Level:     auth.LevelPrivacy,
		Transport: TransportTCP, Local: "pipe", Remote: "pipe", Conn: 1, Call: 2,
	}
	if diff := cmp.Diff(want, call.Caller); diff != "" {
		t.Errorf("caller (-want +got):\n%s", diff)
	}
	info := w.server.Connections()
	if len(info) != 1 {
		t.Fatalf("connections: %+v", info)
	}
	security := []SecurityInfo{{Service: auth.ServiceKerberos, Level: auth.LevelPrivacy, Identity: want.Identity}}
	if diff := cmp.Diff(security, info[0].Security); diff != "" || info[0].Pending != 1 || info[0].Calls != 1 {
		t.Errorf("connection %+v\n%s", info[0], diff)
	}
	if diff := cmp.Diff([]string{"echo"}, info[0].Interfaces); diff != "" {
		t.Errorf("interfaces:\n%s", diff)
	}
}

// session is a peer with an established toy context, to send single protected PDUs.
type session struct {
	*peer
	security *ClientSecurity
}

// newSession establishes a context at a level with rpc_auth_3 and returns the connection.
func newSession(t *testing.T, w *world, flags Flags, level auth.Level, user string) *session {
	t.Helper()
	s := &session{peer: w.peer(), security: toySecurity(7, level, user)}
	s.leg(TypeBind, flags)
	if u := s.recv(); u.Type != TypeBindAck {
		t.Fatalf("bind: %+v", u)
	}
	s.leg(TypeAuth3, 0)
	return s
}

// leg sends the next token of the context.
func (s *session) leg(typ PacketType, flags Flags) {
	s.t.Helper()
	var answer []byte
	if typ != TypeBind {
		answer = []byte("challenge")
	}
	token, _, err := s.security.Mech.Step(s.t.Context(), answer)
	if err != nil {
		s.t.Fatal(err)
	}
	p := bindPDU(typ, 1, flags, offer(0, echoID, NDR20))
	if typ == TypeAuth3 {
		p.Body = &Empty{Pad: 4}
	}
	p.Trailer = &SecTrailer{Type: uint8(s.security.service), Level: uint8(s.security.Level), ContextID: s.security.ID}
	p.Token = token
	s.security.guards = newGuards(s.security.ID, s.security.service, s.security.Level, s.security.Mech)
	s.send(p)
}

// protected returns a request PDU that is protected as the context wants it.
func (s *session) protected(callID uint32, flags Flags, headerSign bool, stub []byte) []byte {
	s.t.Helper()
	b := requestPDU(callID, flags, opEcho, stub).Encode()
	b, err := s.security.guard(headerSign).protect(b, 0, requestSize)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// TestSecurityEveryBit flips each bit of a protected request in turn and looks at what reaches an operation: nothing
// if the header is covered, and if it is not, nothing but the stub as it was sent.
func TestSecurityEveryBit(t *testing.T) {
	t.Parallel()
	for _, level := range []auth.Level{auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy} {
		for _, headerSign := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", level, headerSign), func(t *testing.T) {
				t.Parallel()
				flipEveryBit(t, level, headerSign)
			})
		}
	}
}

func flipEveryBit(t *testing.T, level auth.Level, headerSign bool) {
	stub := []byte("seventeen bytes!!")
	var calls []*Call // read when the connection has ended
	closed := make(chan struct{}, 1)
	o := toyOptions()
	o.Limits = DefaultLimits()
	o.Limits.PDU = 20 * time.Millisecond // some bits make the PDU longer than what follows
	o.Hooks = Hooks{
		CallDone:   func(r CallResult) { calls = append(calls, r.Call) },
		ConnClosed: func(ConnInfo, error) { closed <- struct{}{} },
	}
	w := newWorld(t, o)
	for opnum := range w.echo.Ops {
		w.echo.Ops[opnum] = w.echo.Ops[opEcho]
	}
	flags := Flags(0)
	if headerSign {
		flags = FlagHeaderSign
	}
	reached := 0
	for bit, size := 0, 1; bit < size*8; bit++ {
		s := newSession(t, w, flags, level, "alice")
		b := s.protected(2, flagsWhole, headerSign, stub)
		size = len(b)
		b[bit/8] ^= 1 << (bit % 8)
		s.sendRaw(b)
		go func() { _, _ = s.nc.Write(bindPDU(TypeAlterContext, 3, flags, offer(0, echoID, NDR20)).Encode()) }()
		for u := s.next(); u != nil && u.Type != TypeAlterResp; {
			u = s.next()
		}
		s.nc.Close()
		<-closed
		for _, k := range calls {
			reached++
			if headerSign || !bytes.Equal(k.Stub, stub) && !bytes.HasPrefix(k.Stub, stub) {
				t.Errorf("bit %d of byte %d: opnum %d was called with %q", bit%8, bit/8, k.Opnum, k.Stub)
			}
		}
		calls = nil
	}
	if !headerSign && reached == 0 {
		t.Error("nothing was called though the header is not covered: the test does not reach the server")
	}
}

// TestSecurityFailures breaks the rules of security contexts on connections that have one.
func TestSecurityFailures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		level auth.Level
		send  func(s *session)
		want  Status
		flags Flags
	}{
		{"Replay", auth.LevelIntegrity, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			s.sendRaw(b)
			s.recv()
			s.sendRaw(b)
		}, StatusSecPkgError, 0},
		{"Skipped", auth.LevelIntegrity, func(s *session) {
			s.protected(2, flagsWhole, false, nil)
			s.sendRaw(s.protected(3, flagsWhole, false, nil))
		}, StatusSecPkgError, 0},
		{"NoToken", auth.LevelIntegrity, func(s *session) {
			s.send(requestPDU(2, flagsWhole, opEcho, nil))
		}, StatusAccessDenied, 0},
		{"NoTokenInSecondFragment", auth.LevelIntegrity, func(s *session) {
			s.sendRaw(s.protected(2, FlagFirst, false, []byte("first")))
			s.send(requestPDU(2, FlagLast, opEcho, nil))
		}, StatusProtocolError, 0},
		{"EmptyToken", auth.LevelIntegrity, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			b = b[:len(b)-19]
			setLengths(b, 1)
			s.sendRaw(b)
		}, StatusSecPkgError, 0},
		{"OtherLevel", auth.LevelIntegrity, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			b[len(b)-27] = byte(auth.LevelConnect)
			s.sendRaw(b)
		}, StatusAccessDenied, 0},
		{"OtherService", auth.LevelConnect, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			b[len(b)-24] = byte(auth.ServiceNTLM)
			s.sendRaw(b)
		}, StatusAccessDenied, 0},
		{"OtherContext", auth.LevelIntegrity, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			b[len(b)-24]++
			s.sendRaw(b)
		}, StatusAccessDenied, 0},
		{"PadTooLong", auth.LevelIntegrity, func(s *session) {
			b := s.protected(2, flagsWhole, false, nil)
			b[len(b)-26] = 1
			s.sendRaw(b)
		}, StatusProtocolError, 0},
		{"AnotherAuth3", auth.LevelIntegrity, func(s *session) {
			p := bindPDU(TypeAuth3, 2, 0)
			p.Body = &Empty{Pad: 4}
			p.Trailer = &SecTrailer{Type: 16, Level: 5, ContextID: 7}
			p.Token = []byte("proof of bob")
			s.send(p)
		}, StatusProtocolError, FlagDidNotExecute},
		{"AuthenticateAgain", auth.LevelIntegrity, func(s *session) {
			p := bindPDU(TypeAlterContext, 2, 0, offer(0, echoID, NDR20))
			p.Trailer = &SecTrailer{Type: 16, Level: 5, ContextID: 7}
			p.Token = []byte("hello")
			s.send(p)
		}, StatusAccessDenied, FlagDidNotExecute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, newWorld(t, toyOptions()), 0, tt.level, "alice")
			tt.send(s)
			u := s.recv()
			f, ok := u.Body.(*FaultBody)
			if !ok || f.Status != tt.want || u.Flags != flagsWhole|tt.flags || u.AuthLength != 0 {
				t.Errorf("answer %+v %+v, want %s", u.Header, u.Body, tt.want)
			}
			s.ended()
		})
	}
}

// TestAuthenticationRefused shows what a client learns when it is refused, by the leg in which that happens.
func TestAuthenticationRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		user string
		typ  PacketType // of the last leg
		want Status
	}{
		{"WrongPasswordInAlterContext", "mallory", TypeAlterContext, StatusAccessDenied},
		{"BadMICInAlterContext", "forger", TypeAlterContext, StatusSecPkgError},
		{"PanicInAlterContext", "panic", TypeAlterContext, StatusAccessDenied},
		{"WrongPasswordInAuth3", "mallory", TypeAuth3, StatusAccessDenied},
		{"BadMICInAuth3", "forger", TypeAuth3, StatusAccessDenied},
		{"PanicInAuth3", "panic", TypeAuth3, StatusAccessDenied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var results []AuthResult
			o := toyOptions()
			o.Hooks.Authenticated = func(r AuthResult) { results = append(results, r) }
			w := newWorld(t, o)
			s := &session{peer: w.peer(), security: toySecurity(7, auth.LevelIntegrity, tt.user)}
			s.leg(TypeBind, 0)
			s.recv()
			s.leg(tt.typ, 0)
			if tt.typ == TypeAuth3 { // nothing is answered: the next request learns of it
				s.sendRaw(s.protected(2, flagsWhole, false, nil))
			}
			u := s.recv()
			if f, ok := u.Body.(*FaultBody); !ok || f.Status != tt.want {
				t.Errorf("answer %+v, want %s", u.Body, tt.want)
			}
			s.ended()
			if len(results) != 1 || results[0].Err == nil || results[0].Identity.Account != "" {
				t.Errorf("authentication results %+v, want one refusal", results)
			}
		})
	}
}

// TestAuthenticationUnfinished sends requests while tokens are still being exchanged.
func TestAuthenticationUnfinished(t *testing.T) {
	t.Parallel()
	for _, token := range []bool{false, true} {
		t.Run(fmt.Sprint(token), func(t *testing.T) {
			t.Parallel()
			s := &session{peer: newWorld(t, toyOptions()).peer(), security: toySecurity(7, auth.LevelConnect, "alice")}
			s.leg(TypeBind, 0)
			s.recv()
			if token {
				s.sendRaw(s.protected(2, flagsWhole, false, nil))
			} else {
				s.send(requestPDU(2, flagsWhole, opEcho, nil))
			}
			u := s.recv()
			f, ok := u.Body.(*FaultBody)
			if !ok || f.Status != StatusProtocolError || u.Flags != flagsWhole|FlagDidNotExecute {
				t.Errorf("answer %+v", u)
			}
			s.ended()
		})
	}
}

// TestSecurityLegChanges changes what must stay the same between the legs of one context.
func TestSecurityLegChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(p *PDU)
		want   Status
	}{
		{"Level", func(p *PDU) { p.Trailer.Level = 6 }, StatusAccessDenied},
		{"Service", func(p *PDU) { p.Trailer.Type = 9 }, StatusSecPkgError},
		{"NoService", func(p *PDU) { p.Trailer.Type = 0 }, StatusAccessDenied},
		{"Interface", func(p *PDU) { p.Body.(*Bind).Contexts[0].Abstract = otherID }, StatusProtocolError},
		{"PadLength", func(p *PDU) { p.Trailer.PadLength = 255 }, StatusProtocolError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &session{peer: newWorld(t, toyOptions()).peer(), security: toySecurity(7, auth.LevelIntegrity, "alice")}
			s.leg(TypeBind, 0)
			s.recv()
			p := bindPDU(TypeAlterContext, 2, 0, offer(0, echoID, NDR20))
			p.Trailer = &SecTrailer{Type: 16, Level: 5, ContextID: 7}
			p.Token = []byte("proof of alice")
			tt.change(p)
			s.send(p)
			u := s.recv()
			if f, ok := u.Body.(*FaultBody); !ok || f.Status != tt.want || u.Flags != flagsWhole|FlagDidNotExecute {
				t.Errorf("answer %+v, want %s", u, tt.want)
			}
			s.ended()
		})
	}
}

// TestAuth3PadLength shows the odd status that Windows has for a trailer of rpc_auth_3 that claims padding.
func TestAuth3PadLength(t *testing.T) {
	t.Parallel()
	s := &session{peer: newWorld(t, toyOptions()).peer(), security: toySecurity(7, auth.LevelIntegrity, "alice")}
	s.leg(TypeBind, 0)
	s.recv()
	p := bindPDU(TypeAuth3, 2, 0)
	p.Body = &Empty{Pad: 4}
	p.Trailer, p.Token = &SecTrailer{Type: 16, Level: 5, PadLength: 1, ContextID: 7}, []byte("proof of alice")
	s.send(p)
	if f, ok := s.recv().Body.(*FaultBody); !ok || f.Status != StatusRemoteNoMemory {
		t.Errorf("answer %+v", f)
	}
	s.ended()
}

// TestSealingUnavailable asks for privacy of a context that can only sign.
func TestSealingUnavailable(t *testing.T) {
	t.Parallel()
	o := Options{Mechanisms: []auth.Mechanism{toy{service: auth.ServiceKerberos, unsealed: true}}}
	s := &session{peer: newWorld(t, o).peer(), security: toySecurity(7, auth.LevelPrivacy, "alice")}
	s.leg(TypeBind, 0)
	s.recv()
	s.leg(TypeAlterContext, 0)
	if f, ok := s.recv().Body.(*FaultBody); !ok || f.Status != StatusSecPkgError {
		t.Errorf("answer %+v", f)
	}
	s.ended()
}

// TestAuth3CannotAnswer finishes by rpc_auth_3 a mechanism that has a last word to say.
func TestAuth3CannotAnswer(t *testing.T) {
	t.Parallel()
	o := Options{Mechanisms: []auth.Mechanism{toy{service: auth.ServiceKerberos, answers: true}}}
	s := newSession(t, newWorld(t, o), 0, auth.LevelIntegrity, "alice")
	s.sendRaw(s.protected(2, flagsWhole, false, nil))
	if f, ok := s.recv().Body.(*FaultBody); !ok || f.Status != StatusAccessDenied {
		t.Errorf("answer %+v", f)
	}
	s.ended()
}

// TestAlterRespWithoutToken shows the trailer that comes with the answer to a last leg: it is there, and auth_length
// does not count it.
func TestAlterRespWithoutToken(t *testing.T) {
	t.Parallel()
	s := &session{peer: newWorld(t, toyOptions()).peer(), security: toySecurity(7, auth.LevelIntegrity, "alice")}
	s.leg(TypeBind, 0)
	s.recv()
	s.leg(TypeAlterContext, 0)
	b := s.nextRaw()
	trailer := b[len(b)-secTrailerSize:]
	if PacketType(b[2]) != TypeAlterResp || binary.LittleEndian.Uint16(b[10:]) != 0 {
		t.Fatalf("answer %x", b)
	}
	if want := appendTrailer(nil, SecTrailer{Type: 16, Level: 5, ContextID: 7}); !bytes.Equal(trailer, want) {
		t.Errorf("trailer %x, want %x", trailer, want)
	}
}

// TestConnectVerifier shows who gets a verifier with an answer at connect level: clients whose first request had one.
func TestConnectVerifier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		requests []bool // with a verifier
		want     []bool
	}{
		{"OldClient", []bool{true, true}, []bool{true, true}},
		{"OldClientLeavesItOut", []bool{true, false, true}, []bool{true, false, true}},
		{"NewClient", []bool{false, false}, []bool{false, false}},
		{"NewClientPutsItIn", []bool{false, true}, []bool{false, false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, newWorld(t, toyOptions()), 0, auth.LevelConnect, "alice")
			for i, verifier := range tt.requests {
				if verifier {
					s.sendRaw(s.protected(uint32(i+2), flagsWhole, false, []byte("stub")))
				} else {
					s.send(requestPDU(uint32(i+2), flagsWhole, opEcho, []byte("stub")))
				}
				u := s.recv()
				r, ok := u.Body.(*Response)
				if !ok || !bytes.HasPrefix(r.Stub, []byte("stub")) || r.AllocHint != 4 {
					t.Fatalf("answer %+v", u.Body)
				}
				if got := u.AuthLength > 0; got != tt.want[i] {
					t.Errorf("request %d: verifier = %v, want %v", i, got, tt.want[i])
				}
				if tt.want[i] {
					want := append([]byte{1}, make([]byte, 15)...)
					if !bytes.Equal(u.Token, want) || u.FragLength != 64 || u.Trailer.PadLength != 12 {
						t.Errorf("verifier %x in %d bytes, pad %d", u.Token, u.FragLength, u.Trailer.PadLength)
					}
				}
			}
		})
	}
}

// TestSecuritySeveralContexts uses three contexts on one connection in turn, set up at bind and by alter_context.
func TestSecuritySeveralContexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	c := w.client(ClientOptions{Features: 1}, toySecurity(0xFFFFFFF0, auth.LevelPrivacy, "alice"))
	bob, carol := toySecurity(1, auth.LevelIntegrity, "bob"), toySecurity(2, auth.LevelPrivacy, "carol")
	for _, s := range []*ClientSecurity{bob, carol} {
		if _, err := c.Alter(t.Context(), s, Offer(0, echoID)); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		for _, s := range []*ClientSecurity{nil, carol, bob} { // nil is the first
			stub, err := c.Do(t.Context(), CallRequest{Opnum: opEcho, Stub: []byte("who"), Security: s})
			if err != nil || string(stub) != "who" {
				t.Fatalf("%v: %q, %v", s, stub, err)
			}
		}
	}
	if n := len(w.server.Connections()[0].Security); n != 3 {
		t.Errorf("%d security contexts are known", n)
	}
}

// TestSecurityContextLimit sets up contexts until the server has enough.
func TestSecurityContextLimit(t *testing.T) {
	t.Parallel()
	o := toyOptions()
	o.Limits = DefaultLimits()
	o.Limits.Security = 3
	c := newWorld(t, o).client(ClientOptions{}, nil)
	for i := range uint32(3) {
		if _, err := c.Alter(t.Context(), toySecurity(i, auth.LevelIntegrity, "alice"), Offer(0, echoID)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Alter(t.Context(), toySecurity(9, auth.LevelIntegrity, "alice"), Offer(0, echoID))
	var fault *Fault
	if !errors.As(err, &fault) || fault.Status != StatusProtocolError {
		t.Errorf("one more: %v", err)
	}
}

// TestSecurityEndlessLegs repeats a leg for ever on a mechanism that never finishes.
func TestSecurityEndlessLegs(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{Mechanisms: []auth.Mechanism{endless{}}}).peer()
	var last *PDU
	for i := range maxLegs + 1 {
		typ := TypeAlterContext
		if i == 0 {
			typ = TypeBind
		}
		b := bindPDU(typ, uint32(i), 0, offer(0, echoID, NDR20))
		b.Trailer, b.Token = &SecTrailer{Type: 16, Level: 5}, []byte("more")
		p.send(b)
		last = p.recv()
	}
	if f, ok := last.Body.(*FaultBody); !ok || f.Status != StatusAccessDenied {
		t.Errorf("after %d legs: %+v", maxLegs+1, last.Body)
	}
	p.ended()
}

// TestMinLevel shows an interface that asks for more than the connection has.
func TestMinLevel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	w.echo.MinLevel = auth.LevelPrivacy
	var fault *Fault

	weak := w.client(ClientOptions{}, toySecurity(1, auth.LevelConnect, "alice"))
	if _, err := weak.Call(t.Context(), 0, opEcho, nil); !errors.As(err, &fault) || fault.Status != StatusAccessDenied {
		t.Errorf("connect level: %v", err)
	}
	if _, err := weak.Call(t.Context(), 0, opEcho, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("connection of a weak client goes on: %v", err)
	}

	signing := w.client(ClientOptions{}, toySecurity(1, auth.LevelIntegrity, "alice"))
	for range 2 { // the connection stays
		if _, err := signing.Call(t.Context(), 0, opEcho, nil); !errors.As(err, &fault) || fault.Status != StatusAccessDenied {
			t.Errorf("integrity: %v", err)
		}
	}
	strong := w.client(ClientOptions{}, toySecurity(1, auth.LevelPrivacy, "alice"))
	if _, err := strong.Call(t.Context(), 0, opEcho, nil); err != nil {
		t.Errorf("privacy: %v", err)
	}
}

// TestHeaderSignLate agrees to header signing by an alter_context without any token.
func TestHeaderSignLate(t *testing.T) {
	t.Parallel()
	s := newSession(t, newWorld(t, toyOptions()), 0, auth.LevelIntegrity, "alice")
	s.sendRaw(s.protected(2, flagsWhole, false, []byte("before")))
	if u := s.recv(); u.Type != TypeResponse {
		t.Fatalf("before: %+v", u.Body)
	}
	s.send(bindPDU(TypeAlterContext, 3, FlagHeaderSign, offer(0, echoID, NDR20)))
	if u := s.recv(); u.Flags != flagsWhole|FlagHeaderSign {
		t.Fatalf("alter: %+v", u)
	}
	s.sendRaw(s.protected(4, flagsWhole, true, []byte("after")))
	b := s.nextRaw()
	if PacketType(b[2]) != TypeResponse {
		t.Fatalf("after: %x", b)
	}
	// The first answer was not checked, so catch up with its number first.
	s.security.Mech.(*toyContext).recv.seq++
	if err := s.security.guard(true).unprotect(b, requestSize, len(b)-secTrailerSize-20); err != nil {
		t.Errorf("answer: %v", err)
	}
}

// TestAnonymousBesideSecurity calls without a token on a connection that was bound without one and has a context too.
func TestAnonymousBesideSecurity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	c := w.client(ClientOptions{}, nil)
	if _, err := c.Alter(t.Context(), toySecurity(1, auth.LevelPrivacy, "alice"), Offer(0, echoID)); err != nil {
		t.Fatal(err)
	}
	for _, anonymous := range []bool{true, false, true} {
		if _, err := c.Do(t.Context(), CallRequest{Opnum: opEcho, Anonymous: anonymous}); err != nil {
			t.Errorf("anonymous %v: %v", anonymous, err)
		}
	}
}
