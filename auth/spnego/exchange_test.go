package spnego

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"github.com/mapid/mapid/auth"
)

// fake is a mechanism of a fixed number of legs, for the negotiation around it. Tokens are its name and the number
// of the leg; its code is its name and the length of what it covers.
type fake struct {
	service auth.Service
	legs    int // tokens the server sees
	wants   bool
	noMIC   bool
	noSign  bool
}

func (f *fake) Service() auth.Service { return f.service }
func (f *fake) Accept() auth.Context  { return f.context() }

func (f *fake) context() auth.Context {
	c := &fakeContext{fake: f, Protector: unready{}}
	if f.noMIC {
		return struct{ auth.Context }{c}
	}
	return c
}

type fakeContext struct {
	*fake
	auth.Protector
	seen  int
	reset int
}

func (c *fakeContext) Identity() auth.Identity {
	return auth.Identity{Account: "alice", Mechanism: c.service}
}

func (c *fakeContext) token(n int) []byte { return fmt.Appendf(nil, "%s leg %d", c.service, n) }

// Step plays either side: a nil first token makes it the client. The server is silent on its last leg.
func (c *fakeContext) Step(_ context.Context, token []byte) ([]byte, bool, error) {
	if c.seen++; c.seen > c.legs+1 {
		return nil, false, auth.ErrBadToken
	}
	if token == nil { // the client starts
		c.seen = 0
		return c.token(1), c.legs == 1, nil
	}
	var leg int
	var name string
	if _, err := fmt.Sscanf(string(token), "%s leg %d", &name, &leg); err != nil || name != c.service.String() {
		return nil, false, auth.ErrBadToken
	}
	if leg == c.legs*2-1 {
		return nil, true, nil
	}
	return c.token(leg + 1), leg+1 == c.legs*2-1, nil
}

func (c *fakeContext) MIC(b []byte) ([]byte, error) {
	return fmt.Appendf(nil, "%s code over %x", c.service, b), nil
}

func (c *fakeContext) VerifyMIC(b, mic []byte) error {
	if want, _ := c.MIC(b); !bytes.Equal(want, mic) {
		return auth.ErrBadMIC
	}
	return nil
}

func (c *fakeContext) SignatureSize(auth.Level) int {
	if c.noSign {
		return 0
	}
	return 16
}

func (c *fakeContext) WantsMIC() bool { return c.wants }
func (c *fakeContext) MICsDone()      { c.reset++ }

// step is one token of an exchange: who sends it and what it must look like.
type step struct {
	client bool
	state  negState
	mech   string
	token  string
	mic    bool
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	ntlm, krb := &fake{service: auth.ServiceNTLM, legs: 2}, &fake{service: auth.ServiceKerberos, legs: 2}
	ntlmMIC := &fake{service: auth.ServiceNTLM, legs: 2, wants: true}
	connect := &fake{service: auth.ServiceNTLM, legs: 2, noSign: true}
	once := &fake{service: auth.ServiceKerberos, legs: 1}
	bare := &fake{service: auth.ServiceKerberos, legs: 1, noMIC: true}
	for _, c := range []struct {
		name   string
		server auth.Mechanism
		offers []*fake
		want   []step
		mech   auth.Service
	}{
		{"FirstChoice", New(ntlm), []*fake{ntlm}, []step{
			{false, acceptIncomplete, oidNTLMSSP, "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", false},
			{false, acceptCompleted, "", "", false},
		}, auth.ServiceNTLM},
		{"FirstChoiceWithCodes", New(ntlmMIC), []*fake{ntlmMIC}, []step{
			{false, acceptIncomplete, oidNTLMSSP, "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", true},
			{false, acceptCompleted, "", "", true},
		}, auth.ServiceNTLM},
		{"FirstChoicePassedOver", New(ntlm), []*fake{krb, ntlm}, []step{
			{false, requestMIC, oidNTLMSSP, "", false},
			{true, acceptIncomplete, "", "ntlm leg 1", false},
			{false, acceptIncomplete, "", "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", true},
			{false, acceptCompleted, "", "", true},
		}, auth.ServiceNTLM},
		{"PassedOverWithoutSigning", New(connect), []*fake{krb, connect}, []step{
			{false, requestMIC, oidNTLMSSP, "", false},
			{true, acceptIncomplete, "", "ntlm leg 1", false},
			{false, acceptIncomplete, "", "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", false},
			{false, acceptCompleted, "", "", false},
		}, auth.ServiceNTLM},
		{"ClientsOrder", New(ntlm, krb), []*fake{krb, ntlm}, []step{
			{false, acceptIncomplete, oidMSKRB5, "kerberos leg 2", false},
			{true, acceptIncomplete, "", "kerberos leg 3", false},
			{false, acceptCompleted, "", "", false},
		}, auth.ServiceKerberos},
		{"ServersOrder", NewServerOrder(ntlm, krb), []*fake{krb, ntlm}, []step{
			{false, requestMIC, oidNTLMSSP, "", false},
			{true, acceptIncomplete, "", "ntlm leg 1", false},
			{false, acceptIncomplete, "", "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", true},
			{false, acceptCompleted, "", "", true},
		}, auth.ServiceNTLM},
		{"ServerWantsCodesAndClientDoesNot", New(ntlmMIC), []*fake{ntlm}, []step{
			{false, acceptIncomplete, oidNTLMSSP, "ntlm leg 2", false},
			{true, acceptIncomplete, "", "ntlm leg 3", false},
			{false, acceptIncomplete, "", "", true},
			{true, acceptIncomplete, "", "", true},
			{false, acceptCompleted, "", "", false},
		}, auth.ServiceNTLM},
		{"OneLeg", New(once), []*fake{once}, []step{
			{false, acceptCompleted, oidMSKRB5, "", false},
		}, auth.ServiceKerberos},
		{"OneLegWithoutCodes", New(bare), []*fake{bare}, []step{
			{false, acceptCompleted, oidMSKRB5, "", false},
		}, auth.ServiceKerberos},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var offers []Offer
			for _, f := range c.offers {
				offers = append(offers, Offer{f.service, f.context()})
			}
			client, server := NewInitiator(offers...), c.server.Accept()
			token, done, err := client.Step(t.Context(), nil)
			if err != nil || done {
				t.Fatalf("the offer: done %v, %v", done, err)
			}
			var serverDone bool
			for n, want := range c.want {
				if want.client {
					token, _, err = client.Step(t.Context(), token)
				} else {
					token, serverDone, err = server.Step(t.Context(), token)
				}
				if err != nil {
					t.Fatalf("step %d: %v", n, err)
				}
				var got respToken
				if err := got.decode(token); err != nil {
					t.Fatalf("step %d: %v", n, err)
				}
				if got.state != want.state || string(got.mech) != want.mech || string(got.token) != want.token ||
					(got.mic != nil) != want.mic {
					t.Fatalf("step %d: state %d mech %x token %q mic %q", n, got.state, got.mech, got.token, got.mic)
				}
			}
			if out, done, err := client.Step(t.Context(), token); err != nil || !done || len(out) > 0 || !serverDone {
				t.Fatalf("the end: client done %v, %v; server done %v", done, err, serverDone)
			}
			if id := server.Identity(); id.Account != "alice" || id.Mechanism != c.mech {
				t.Errorf("identity %+v", id)
			}
			if _, _, err := server.Step(t.Context(), token); !errors.Is(err, auth.ErrBadToken) {
				t.Errorf("a finished negotiation goes on: %v", err)
			}
		})
	}
}

// TestRequestMIC is the answer a Windows server was seen to give to a client that prefers Kerberos and gets NTLM.
func TestRequestMIC(t *testing.T) {
	t.Parallel()
	server := New(&fake{service: auth.ServiceNTLM, legs: 2}).Accept()
	offer := initToken{mechTypes: encodeMechTypes([]string{oidMSKRB5, oidKRB5, oidNTLMSSP}), mechToken: []byte("n\x82 AP-REQ")}
	out, done, err := server.Step(t.Context(), offer.encode())
	want, _ := hex.DecodeString("A1153013A0030A0103A10C060A2B06010401823702020A")
	if err != nil || done || !bytes.Equal(out, want) {
		t.Fatalf("got %X, done %v, %v", out, done, err)
	}
}

// TestEchoesTheClientsSpelling expects back the identifier that stood in the client's list.
func TestEchoesTheClientsSpelling(t *testing.T) {
	t.Parallel()
	krb := &fake{service: auth.ServiceKerberos, legs: 2}
	for _, oid := range []string{oidMSKRB5, oidKRB5} {
		offer := initToken{mechTypes: encodeMechTypes([]string{oid, oidNTLMSSP}), mechToken: []byte("kerberos leg 1")}
		out, _, err := New(krb).Accept().Step(t.Context(), offer.encode())
		var got respToken
		if err != nil || got.decode(out) != nil || string(got.mech) != oid || string(got.token) != "kerberos leg 2" {
			t.Errorf("offered %x, got %x, %v", oid, out, err)
		}
	}
}

// TestOfferWithoutToken is taken, and the mechanism starts with the client's next token.
func TestOfferWithoutToken(t *testing.T) {
	t.Parallel()
	server := New(&fake{service: auth.ServiceNTLM, legs: 2}).Accept()
	offer := initToken{mechTypes: encodeMechTypes([]string{oidNTLMSSP})}
	out, done, err := server.Step(t.Context(), offer.encode())
	var got respToken
	if err != nil || done || got.decode(out) != nil || got.state != acceptIncomplete || got.token != nil {
		t.Fatalf("got %X, done %v, %v", out, done, err)
	}
	out, _, err = server.Step(t.Context(), (&respToken{state: stateAbsent, token: []byte("ntlm leg 1")}).encode())
	if err != nil || got.decode(out) != nil || string(got.token) != "ntlm leg 2" {
		t.Fatalf("got %X, %v", out, err)
	}
}

// TestRawMechanism passes a mechanism that comes without negotiation through in both directions.
func TestRawMechanism(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		token []byte
		want  auth.Service
	}{
		{"NTLM", []byte("NTLMSSP\x00\x01\x00\x00\x00"), auth.ServiceNTLM},
		{"BareAPReq", []byte{0x6E, 0x03, 1, 2, 3}, auth.ServiceKerberos},
		{"FramedAPReq", append([]byte{0x60, 0x0D, 0x06, 0x09}, oidKRB5+"\x01\x00"...), auth.ServiceKerberos},
		{"SPNEGO", []byte{0x60, 0x08, 0x06, 0x06, 0x2B, 0x06, 1, 5, 5, 2}, auth.ServiceNone},
		{"Empty", nil, auth.ServiceNone},
	} {
		if got := rawService(c.token); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	inner := &echo{}
	server := New(inner).Accept()
	for n := range 3 {
		token := fmt.Appendf(nil, "NTLMSSP\x00 leg %d", n)
		out, done, err := server.Step(t.Context(), token)
		if err != nil || !bytes.Equal(out, token) || done != (n == 2) {
			t.Fatalf("leg %d: %q, done %v, %v", n, out, done, err)
		}
	}
	if _, _, err := New().Accept().Step(t.Context(), []byte("NTLMSSP\x00")); !errors.Is(err, auth.ErrPolicy) {
		t.Errorf("a mechanism that is not offered: %v", err)
	}
}

// talkative is a mechanism that refuses and says why.
type talkative struct{ echo }

type explained struct{ error }

func (e explained) Unwrap() error { return e.error }
func (explained) Token() []byte   { return []byte("the reason") }

func (k *talkative) Accept() auth.Context { return k }
func (k *talkative) Step(context.Context, []byte) ([]byte, bool, error) {
	return nil, false, fmt.Errorf("refused: %w", explained{auth.ErrBadTicket})
}

// TestMechanismsReasonIsPassedOn wraps what a mechanism tells the client, unless nothing was negotiated.
func TestMechanismsReasonIsPassedOn(t *testing.T) {
	t.Parallel()
	offer := (&initToken{mechTypes: encodeMechTypes([]string{oidNTLMSSP}), mechToken: []byte("x")}).encode()
	var told auth.Explained
	_, _, err := New(&talkative{}).Accept().Step(t.Context(), offer)
	if !errors.As(err, &told) || !errors.Is(err, auth.ErrBadTicket) {
		t.Fatalf("got %v", err)
	}
	var got respToken
	if err := got.decode(told.Token()); err != nil || got.state != reject || string(got.token) != "the reason" {
		t.Errorf("negotiated: %+v, %v", got, err)
	}
	_, _, err = New(&talkative{}).Accept().Step(t.Context(), []byte("NTLMSSP\x00"))
	if !errors.As(err, &told) || string(told.Token()) != "the reason" {
		t.Errorf("raw: %v", err)
	}
}

// echo is a mechanism that answers what it gets, three times.
type echo struct {
	unready
	legs int
}

func (e *echo) Service() auth.Service   { return auth.ServiceNTLM }
func (e *echo) Accept() auth.Context    { return &echo{} }
func (e *echo) Identity() auth.Identity { return auth.Identity{} }
func (e *echo) Step(_ context.Context, token []byte) ([]byte, bool, error) {
	e.legs++
	return token, e.legs == 3, nil
}

// forever is a mechanism that never ends.
type forever struct{ echo }

func (f *forever) Accept() auth.Context { return f }
func (f *forever) Step(_ context.Context, token []byte) ([]byte, bool, error) {
	return token, false, nil
}

func TestEndlessLegsAreRefused(t *testing.T) {
	t.Parallel()
	for _, raw := range []bool{true, false} {
		server := New(&forever{}).Accept()
		token := []byte("NTLMSSP\x00")
		if !raw {
			token = (&initToken{mechTypes: encodeMechTypes([]string{oidNTLMSSP}), mechToken: token}).encode()
		}
		var err error
		legs := 0
		for ; err == nil && legs < 100; legs++ {
			_, _, err = server.Step(t.Context(), token)
			if !raw {
				token = (&respToken{state: acceptIncomplete, token: []byte("more")}).encode()
			}
		}
		if !errors.Is(err, auth.ErrBadToken) || legs != maxLegs+1 {
			t.Errorf("raw %v: %d legs, %v", raw, legs, err)
		}
	}
}

func TestNegotiationRefused(t *testing.T) {
	t.Parallel()
	offer := (&initToken{mechTypes: encodeMechTypes([]string{oidNTLMSSP}), mechToken: []byte("ntlm leg 1")}).encode()
	passedOver := (&initToken{mechTypes: encodeMechTypes([]string{oidKRB5, oidNTLMSSP}), mechToken: []byte("x")}).encode()
	resp := func(r respToken) []byte { return r.encode() }
	good := []byte("ntlm code over " + hex.EncodeToString(encodeMechTypes([]string{oidNTLMSSP})))
	for _, c := range []struct {
		name   string
		wants  bool
		noMIC  bool
		tokens [][]byte
		want   error
	}{
		{"NoCommonMechanism", false, false, [][]byte{(&initToken{mechTypes: encodeMechTypes([]string{oidKRB5})}).encode()}, auth.ErrPolicy},
		{"EmptyList", false, false, [][]byte{(&initToken{mechTypes: encodeMechTypes(nil)}).encode()}, auth.ErrBadToken},
		{"RespFirst", false, false, [][]byte{resp(respToken{token: []byte("ntlm leg 1")})}, auth.ErrBadToken},
		{"InitAgain", false, false, [][]byte{offer, offer}, auth.ErrBadToken},
		{"Reject", false, false, [][]byte{offer, resp(respToken{state: reject})}, auth.ErrBadToken},
		{"MechanismRefuses", false, false, [][]byte{offer, resp(respToken{token: []byte("nonsense")})}, auth.ErrBadToken},
		{"WrongCode", false, false, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3"), mic: []byte("x")})}, auth.ErrBadMIC},
		{"EmptyCode", false, false, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3"), mic: []byte{}})}, auth.ErrBadMIC},
		{"EarlyCode", false, false, [][]byte{passedOver, resp(respToken{token: []byte("ntlm leg 1"), mic: good})}, auth.ErrBadToken},
		{"CodeNobodyCanCheck", false, true, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3"), mic: good})}, auth.ErrBadMIC},
		{"CodeOverAnotherList", false, false, [][]byte{passedOver, resp(respToken{token: []byte("ntlm leg 1")}),
			resp(respToken{token: []byte("ntlm leg 3"), mic: good})}, auth.ErrBadMIC},
		{"OwedCodeMissing", true, false, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3")}), resp(respToken{})}, auth.ErrBadMIC},
		{"OwedCodeWrong", true, false, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3")}),
			resp(respToken{mic: []byte("x")})}, auth.ErrBadMIC},
		{"OwedCodeWithToken", true, false, [][]byte{offer, resp(respToken{token: []byte("ntlm leg 3")}),
			resp(respToken{token: []byte("x"), mic: good})}, auth.ErrBadMIC},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := New(&fake{service: auth.ServiceNTLM, legs: 2, wants: c.wants, noMIC: c.noMIC}).Accept()
			for n, token := range c.tokens[:len(c.tokens)-1] {
				if _, done, err := server.Step(t.Context(), token); err != nil || done {
					t.Fatalf("token %d: done %v, %v", n, done, err)
				}
			}
			out, done, err := server.Step(t.Context(), c.tokens[len(c.tokens)-1])
			if !errors.Is(err, c.want) || done || out != nil {
				t.Fatalf("got %X, done %v, %v; want %v", out, done, err, c.want)
			}
			if _, _, err := server.Step(t.Context(), offer); !errors.Is(err, auth.ErrBadToken) {
				t.Errorf("a refused negotiation goes on: %v", err)
			}
			if server.SignatureSize(auth.LevelPrivacy) != 0 || server.Seal(nil, nil, nil, nil) == nil ||
				server.Unseal(nil, nil, nil, nil) == nil || server.Sign(nil, nil, nil, nil) == nil ||
				server.Verify(nil, nil, nil, nil) == nil {
				t.Error("a refused negotiation protects messages")
			}
		})
	}
}
