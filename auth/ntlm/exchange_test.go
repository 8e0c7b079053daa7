package ntlm

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
)

// accounts is a fixed set of accounts by bare name.
type accounts map[string]auth.Account

func (a accounts) Account(_ context.Context, _, user string) (auth.Account, error) {
	name, _, _ := strings.Cut(strings.ToLower(user), "@")
	if acc, ok := a[name]; ok {
		return acc, nil
	}
	return auth.Account{}, auth.ErrUnknownAccount
}

var testNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func testOptions() Options {
	return Options{
		Accounts: accounts{
			"alice": {Name: "alice", Enabled: true, NTHash: NTHash("Password1!")},
			"dora":  {Name: "dora", NTHash: NTHash("Password1!")},
			"zoë":   {Name: "zoë", Enabled: true, NTHash: NTHash("Pässwörd")},
		},
		NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01", DNSDomain: "mapid.test", DNSComputer: "exch01.mapid.test",
		Now: func() time.Time { return testNow },
	}
}

func alice(level auth.Level) InitiatorOptions {
	return InitiatorOptions{
		Domain: "MAPID", User: "alice", Hash: NTHash("Password1!"), Workstation: "WS01", Level: level,
		TargetName: "exchangeMDB/exch01.mapid.test", Now: func() time.Time { return testNow },
	}
}

// exchange runs both sides; change may alter the client's last message before the server sees it.
func exchange(t *testing.T, server, client auth.Context, change func([]byte) []byte) error {
	t.Helper()
	ctx := t.Context()
	n, done, err := client.Step(ctx, nil)
	if err != nil || done {
		t.Fatalf("client's first step: done %v, %v", done, err)
	}
	c, done, err := server.Step(ctx, n)
	if err != nil || done {
		t.Fatalf("server's first step: done %v, %v", done, err)
	}
	a, done, err := client.Step(ctx, c)
	if err != nil || !done {
		t.Fatalf("client's second step: done %v, %v", done, err)
	}
	if change != nil {
		a = change(a)
	}
	out, done, err := server.Step(ctx, a)
	if err == nil && (!done || len(out) != 0) {
		t.Fatalf("server's second step: done %v, %d bytes", done, len(out))
	}
	return err
}

func TestExchangeAccepted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		client  func(*InitiatorOptions)
		server  func(*Options)
		bits    int
		claimed string
		mic     bool
	}{
		{name: "Plain", bits: 128, claimed: `MAPID\alice`, mic: true},
		{name: "UserPrincipalName", client: func(o *InitiatorOptions) { o.Domain, o.User = "", "alice@mapid.test" },
			bits: 128, claimed: "alice@mapid.test", mic: true},
		{name: "EmptyDomain", client: func(o *InitiatorOptions) { o.Domain = "" }, bits: 128, claimed: "alice", mic: true},
		{name: "UnknownDomain", client: func(o *InitiatorOptions) { o.Domain = "OTHER" }, bits: 128, claimed: `OTHER\alice`,
			mic: true},
		{name: "UserInOtherCase", client: func(o *InitiatorOptions) { o.User = "aLiCe" }, bits: 128, claimed: `MAPID\aLiCe`,
			mic: true},
		{name: "NonASCIIUser", client: func(o *InitiatorOptions) { o.User, o.Hash = "zoë", NTHash("Pässwörd") }, bits: 128,
			claimed: `MAPID\zoë`, mic: true},
		{name: "WithoutMIC", client: func(o *InitiatorOptions) { o.NoMIC = true }, bits: 128, claimed: `MAPID\alice`},
		{name: "WithoutTimestamp", server: func(o *Options) { o.RequireMIC = MICNever }, bits: 128, claimed: `MAPID\alice`},
		{name: "MICRequired", server: func(o *Options) { o.RequireMIC = MICAlways }, bits: 128, claimed: `MAPID\alice`,
			mic: true},
		{name: "Weak56", client: func(o *InitiatorOptions) { o.Drop = Negotiate128 },
			server: func(o *Options) { o.Require128 = false }, bits: 56, claimed: `MAPID\alice`, mic: true},
		{name: "Weak40", client: func(o *InitiatorOptions) { o.Drop = Negotiate128 | Negotiate56 },
			server: func(o *Options) { o.Require128 = false }, bits: 40, claimed: `MAPID\alice`, mic: true},
		{name: "WithoutKeyExchange", client: func(o *InitiatorOptions) { o.Drop = NegotiateKeyExch }, bits: 128,
			claimed: `MAPID\alice`, mic: true},
		{name: "V1WithSessionSecurity", client: func(o *InitiatorOptions) { o.V1 = true },
			server: func(o *Options) { o.AllowV1 = true }, bits: 128, claimed: `MAPID\alice`},
		{name: "Standalone", server: func(o *Options) { o.Standalone = true }, bits: 128, claimed: `MAPID\alice`, mic: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			so, co := testOptions(), alice(auth.LevelPrivacy)
			so.Require128 = true
			if c.server != nil {
				c.server(&so)
			}
			if c.client != nil {
				c.client(&co)
			}
			server, client := New(so).Accept(), NewInitiator(co)
			if err := exchange(t, server, client, nil); err != nil {
				t.Fatal(err)
			}
			id := server.Identity()
			if strings.ToLower(strings.SplitN(co.User, "@", 2)[0]) != id.Account || id.Claimed != c.claimed ||
				id.KeyBits != c.bits || id.Mechanism != auth.ServiceNTLM {
				t.Errorf("identity %+v", id)
			}
			if got := server.(auth.MICer).WantsMIC(); got != c.mic {
				t.Errorf("WantsMIC is %v", got)
			}
			for range 3 {
				checkSealed(t, client, server)
				checkSealed(t, server, client)
				checkSigned(t, client, server)
				checkSigned(t, server, client)
			}
		})
	}
}

func checkSealed(t *testing.T, from, to auth.Protector) {
	t.Helper()
	header, data, trailer := []byte("header"), []byte("the stub and its padding"), []byte("trailer")
	sig := make([]byte, from.SignatureSize(auth.LevelPrivacy))
	b := bytes.Clone(data)
	if err := from.Seal(sig, header, b, trailer); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(b, data) {
		t.Fatal("sealing left the data in clear")
	}
	if err := to.Unseal(sig, header, b, trailer); err != nil || !bytes.Equal(b, data) {
		t.Fatalf("unsealed %q, %v", b, err)
	}
}

func checkSigned(t *testing.T, from, to auth.Protector) {
	t.Helper()
	data := []byte("the stub and its padding")
	sig := make([]byte, from.SignatureSize(auth.LevelIntegrity))
	if err := from.Sign(sig, nil, data, nil); err != nil {
		t.Fatal(err)
	}
	if err := to.Verify(sig, nil, data, nil); err != nil {
		t.Fatal(err)
	}
}

func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		client func(*InitiatorOptions)
		server func(*Options)
		change func([]byte) []byte
		want   error
	}{
		{name: "WrongPassword", client: func(o *InitiatorOptions) { o.Hash = NTHash("password1!") }, want: auth.ErrWrongPassword},
		{name: "UnknownAccount", client: func(o *InitiatorOptions) { o.User = "mallory" }, want: auth.ErrUnknownAccount},
		{name: "GuestIsUnknown", client: func(o *InitiatorOptions) { o.User, o.Hash = "Guest", NTHash("") },
			want: auth.ErrUnknownAccount},
		{name: "Disabled", client: func(o *InitiatorOptions) { o.User = "dora" }, want: auth.ErrDisabled},
		{name: "DisabledAndWrongPassword", client: func(o *InitiatorOptions) { o.User, o.Hash = "dora", NTHash("x") },
			want: auth.ErrWrongPassword},
		{name: "EmptyUser", client: func(o *InitiatorOptions) { o.User = "" }, want: auth.ErrAnonymous},
		{name: "Only56", client: func(o *InitiatorOptions) { o.Drop = Negotiate128 }, want: auth.ErrPolicy},
		{name: "V1", client: func(o *InitiatorOptions) { o.V1 = true }, want: auth.ErrPolicy},
		{name: "NoMICWhereRequired", client: func(o *InitiatorOptions) { o.NoMIC = true },
			server: func(o *Options) { o.RequireMIC = MICAlways }, want: auth.ErrBadMIC},
		{name: "OldResponse", client: func(o *InitiatorOptions) {
			o.Now = func() time.Time { return testNow.Add(-37 * time.Hour) }
		}, server: func(o *Options) { o.RequireMIC = MICNever }, want: auth.ErrPolicy},
		{name: "ResponseFromTheFuture", client: func(o *InitiatorOptions) {
			o.Now = func() time.Time { return testNow.Add(37 * time.Hour) }
		}, server: func(o *Options) { o.RequireMIC = MICNever }, want: auth.ErrPolicy},
		{name: "MICChanged", change: func(b []byte) []byte { b[micOffset] ^= 1; return b }, want: auth.ErrBadMIC},
		{name: "FlagsChanged", change: func(b []byte) []byte { b[60] ^= byte(NegotiateSeal); return b }, want: auth.ErrBadMIC},
		{name: "MICCutOut", change: cutMIC, want: auth.ErrBadMIC},
		{name: "FlagsNotOffered", change: func(b []byte) []byte { b[60] |= byte(NegotiateLMKey); return b },
			want: auth.ErrBadToken},
		{name: "AnonymousFlag", change: func(b []byte) []byte { b[61] |= byte(NegotiateAnonymous >> 8); return b },
			want: auth.ErrAnonymous},
		{name: "CutShort", change: func(b []byte) []byte { return b[:len(b)-1] }, want: auth.ErrBadToken},
		{name: "Empty", change: func([]byte) []byte { return nil }, want: auth.ErrBadToken},
		{name: "FirstMessageAgain", change: func([]byte) []byte {
			return (&NegotiateMessage{Flags: NegotiateUnicode}).Encode()
		}, want: auth.ErrBadToken},
		{name: "SessionKeyMissing", change: func(b []byte) []byte {
			return recode(b, func(m *AuthenticateMessage) { m.SessionKey = nil })
		}, want: auth.ErrBadToken},
		{name: "NoResponses", change: func(b []byte) []byte {
			return recode(b, func(m *AuthenticateMessage) { m.NTResponse, m.LMResponse = nil, nil })
		}, want: auth.ErrBadToken},
		{name: "LMAlone", change: func(b []byte) []byte {
			return recode(b, func(m *AuthenticateMessage) { m.NTResponse, m.LMResponse = nil, make([]byte, 24) })
		}, want: auth.ErrWrongPassword},
		{name: "V1WithoutSessionSecurity", server: func(o *Options) { o.AllowV1 = true }, change: func(b []byte) []byte {
			return recode(b, func(m *AuthenticateMessage) {
				m.Flags &^= NegotiateExtendedSessionSecurity
				m.NTResponse, m.LMResponse = make([]byte, 24), make([]byte, 24)
			})
		}, want: auth.ErrPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			so, co := testOptions(), alice(auth.LevelPrivacy)
			so.Require128 = true
			if c.server != nil {
				c.server(&so)
			}
			if c.client != nil {
				c.client(&co)
			}
			server := New(so).Accept()
			err := exchange(t, server, NewInitiator(co), c.change)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if id := server.Identity(); id.Account != "" {
				t.Errorf("a refused context has an account: %+v", id)
			}
			if n := server.SignatureSize(auth.LevelPrivacy); n != 0 {
				t.Errorf("a refused context would protect messages with %d bytes", n)
			}
			if _, _, err := server.Step(t.Context(), nil); !errors.Is(err, auth.ErrBadToken) {
				t.Errorf("a refused context goes on: %v", err)
			}
		})
	}
}

// recode decodes a message, changes it and encodes it again.
func recode(b []byte, change func(*AuthenticateMessage)) []byte {
	var m AuthenticateMessage
	if err := m.Decode(b); err != nil {
		panic(err)
	}
	change(&m)
	return m.Encode()
}

// cutMIC takes the code out of a message whose response announces it.
func cutMIC(b []byte) []byte {
	return recode(b, func(m *AuthenticateMessage) { m.HasMIC = false })
}

// TestUnknownAccountCostsTheSame compares the work of a wrong password with that of an unknown account. Time is noisy
// on a shared machine, so it counts allocations: every hash makes some.
func TestUnknownAccountCostsTheSame(t *testing.T) {
	mech := New(testOptions())
	work := func(user string) float64 {
		return testing.AllocsPerRun(50, func() {
			o := alice(auth.LevelConnect)
			o.User, o.Hash = user, NTHash("wrong")
			client, server := NewInitiator(o), mech.Accept()
			n, _, _ := client.Step(t.Context(), nil)
			c, _, _ := server.Step(t.Context(), n)
			a, _, _ := client.Step(t.Context(), c)
			if _, _, err := server.Step(t.Context(), a); err == nil {
				t.Error("let in")
			}
		})
	}
	if known, unknown := work("alice"), work("malia"); known != unknown {
		t.Errorf("%v allocations for a wrong password, %v for an unknown account", known, unknown)
	}
}
