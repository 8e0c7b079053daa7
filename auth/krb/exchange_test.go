package krb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// accounts knows alice by her principal and by one alias, and dora, who is disabled.
type accounts struct{}

func (accounts) Account(_ context.Context, domain, user string) (auth.Account, error) {
	switch strings.ToLower(domain + `\` + user) {
	case `mapid.test\alice`, `mapid\alice`, `\a.adams@mapid.test`:
		return auth.Account{Name: "alice", Enabled: true}, nil
	case `mapid.test\dora`:
		return auth.Account{Name: "dora"}, nil
	case `\broken@mapid.test`:
		return auth.Account{}, errBroken
	}
	return auth.Account{}, auth.ErrUnknownAccount
}

var errBroken = errors.New("the directory is away")

var testNow = time.Date(2026, 1, 2, 3, 4, 5, 678000, time.UTC)

const service = "exchangeMDB/exch01.mapid.test"

// testKeytab holds keys of every type, in two versions.
func testKeytab() *Keytab {
	k := &Keytab{}
	for version := uint32(2); version <= 3; version++ {
		for _, etype := range []int32{AES128, AES256, RC4, 19, 20} {
			for _, name := range []string{service, "host/exch01.mapid.test"} {
				sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", name, version, etype))
				k.keys = append(k.keys, serviceKey{principal: name, realm: "MAPID.TEST", version: version,
					key: types.EncryptionKey{KeyType: etype, KeyValue: sum[:keySize(etype)]}})
			}
		}
	}
	return k
}

func testMechanism(t testing.TB) auth.Mechanism {
	t.Helper()
	return New(Options{
		Keytab: testKeytab(), Accounts: accounts{}, Services: Services("EXCH01", "exch01.mapid.test"),
		Now: func() time.Time { return testNow },
	})
}

// ticket makes alice's ticket, changed by change.
func ticket(t testing.TB, change func(*TicketOptions)) *Ticket {
	t.Helper()
	o := TicketOptions{Client: "alice", Service: service, Start: testNow.Add(-time.Hour), End: testNow.Add(time.Hour)}
	if change != nil {
		change(&o)
	}
	k, err := testKeytab().Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// exchange runs both sides; change may alter a token of the client, by number.
func exchange(t testing.TB, client, server auth.Context, change func(int, []byte) []byte) error {
	t.Helper()
	var token []byte
	var clientDone, serverDone bool
	var err error
	for leg := 0; !clientDone || !serverDone; leg++ {
		if leg > 3 {
			t.Fatal("no end")
		}
		if !clientDone {
			if token, clientDone, err = client.Step(t.Context(), token); err != nil {
				return fmt.Errorf("client: %w", err)
			}
		}
		if !serverDone {
			if change != nil {
				token = change(leg, token)
			}
			if token, serverDone, err = server.Step(t.Context(), token); err != nil {
				return err
			}
		}
	}
	return nil
}

// protect sends messages of every size around the block size, sealed and signed.
func protect(t *testing.T, from, to auth.Context) {
	t.Helper()
	header, trailer := []byte("header of the PDU"), []byte("trailer.")
	for size := range 70 {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i + size)
		}
		want := bytes.Clone(data)
		sig := make([]byte, from.SignatureSize(auth.LevelPrivacy))
		if err := from.Seal(sig, header, data, trailer); err != nil {
			t.Fatal(err)
		}
		if size > 8 && bytes.Equal(data, want) {
			t.Fatal("sealing left the data in clear")
		}
		if err := to.Unseal(sig, header, data, trailer); err != nil || !bytes.Equal(data, want) {
			t.Fatalf("%d bytes: unsealed %x, %v", size, data, err)
		}
		sig = make([]byte, from.SignatureSize(auth.LevelIntegrity))
		if err := errors.Join(from.Sign(sig, nil, data, nil), to.Verify(sig, nil, data, nil)); err != nil {
			t.Fatalf("%d bytes: signed, %v", size, err)
		}
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES256, AES128, RC4} {
		for _, c := range []struct {
			name string
			o    InitiatorOptions
			t    func(*TicketOptions)
			as   string
		}{
			{name: "DCEStyle"},
			{name: "DCEStyleWithoutSubkey", o: InitiatorOptions{NoSubkey: true}},
			{name: "DCEStyleUnordered", o: InitiatorOptions{Unordered: true}},
			{name: "Standard", o: InitiatorOptions{Standard: true}},
			{name: "StandardOneSided", o: InitiatorOptions{Standard: true, OneSided: true}},
			{name: "OneSidedWithoutSubkey", o: InitiatorOptions{Standard: true, OneSided: true, NoSubkey: true}},
			{name: "OldKey", t: func(o *TicketOptions) { o.KeyVersion = 0 }},
			{name: "SHA2Ticket", t: func(o *TicketOptions) { o.KeyType = 20 }},
			{name: "OtherTicketType", t: func(o *TicketOptions) { o.KeyType = AES128 + AES256 - min(o.KeyType, AES256) }},
			{name: "ServiceOfTheAccountInAnotherCase", as: "EXCHANGERFR/Exch01.MAPID.test"},
			{name: "KeytabNameInAnotherCase", as: "ExchangeMDB/EXCH01.mapid.test"},
			{name: "ShortHostName", as: "exchangeAB/exch01"},
			{name: "SkewWithinLimits", o: InitiatorOptions{Now: func() time.Time { return testNow.Add(-299 * time.Second) }}},
		} {
			t.Run(etypeName(etype)+c.name, func(t *testing.T) {
				t.Parallel()
				o := c.o
				o.Ticket = ticket(t, func(to *TicketOptions) {
					to.KeyType, to.SessionType = etype, etype
					if c.t != nil {
						c.t(to)
					}
				})
				if c.as != "" {
					o.Ticket = o.Ticket.Named(c.as)
				}
				if o.Now == nil {
					o.Now = func() time.Time { return testNow }
				}
				client, server := NewInitiator(o), testMechanism(t).Accept()
				if err := exchange(t, client, server, nil); err != nil {
					t.Fatal(err)
				}
				id := server.Identity()
				if id.Account != "alice" || id.Claimed != "alice@MAPID.TEST" || id.Mechanism != auth.ServiceKerberos ||
					id.KeyBits != keySize(etype)*8 {
					t.Errorf("identity %+v", id)
				}
				protect(t, client, server)
				protect(t, server, client)
				list := []byte("list of mechanisms")
				for _, d := range [][2]auth.Context{{client, server}, {server, client}} {
					mic, err := d[0].(auth.MICer).MIC(list)
					if err != nil || d[1].(auth.MICer).VerifyMIC(list, mic) != nil {
						t.Errorf("MIC: %v", err)
					}
				}
				if _, _, err := server.Step(t.Context(), nil); !errors.Is(err, auth.ErrBadToken) {
					t.Errorf("a finished context goes on: %v", err)
				}
			})
		}
	}
}

func TestAccountsByName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		client, realm string
		want          error
		account       string
	}{
		{client: "alice", account: "alice"},
		{client: "a.adams", account: "alice"},
		{client: "a.adams@mapid.test", account: "alice"},
		{client: "mallory", want: auth.ErrUnknownAccount},
		{client: "host/alice", want: auth.ErrUnknownAccount},
		{client: "dora", want: auth.ErrDisabled},
		{client: "broken", want: errBroken},
		{client: "alice", realm: "OTHER.TEST", want: auth.ErrUnknownAccount},
		{client: "a.adams@mapid.test", realm: "OTHER.TEST", want: auth.ErrUnknownAccount},
	} {
		tk := ticket(t, func(o *TicketOptions) { o.Client, o.ClientRealm = c.client, c.realm })
		server := testMechanism(t).Accept()
		err := exchange(t, NewInitiator(InitiatorOptions{Ticket: tk, Now: func() time.Time { return testNow }}), server, nil)
		if !errors.Is(err, c.want) || server.Identity().Account != c.account || !strings.HasPrefix(server.Identity().Claimed, c.client+"@") {
			t.Errorf("%s@%s: %+v, %v", c.client, c.realm, server.Identity(), err)
		}
	}
}

func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) func() time.Time { return func() time.Time { return testNow.Add(d) } }
	flip := func(leg, from int) func(int, []byte) []byte {
		return func(n int, b []byte) []byte {
			if n == leg {
				b[len(b)-from] ^= 1
			}
			return b
		}
	}
	for _, c := range []struct {
		name   string
		ticket func(*TicketOptions)
		as     string
		client InitiatorOptions
		change func(int, []byte) []byte
		code   int32
		says   string // what the operator reads
	}{
		{name: "WrongService", as: "http/exch01.mapid.test", code: errorcode.KRB_AP_ERR_NOT_US, says: "http/exch01.mapid.test@MAPID.TEST"},
		{name: "WrongHost", as: "exchangeMDB/exch02.mapid.test", code: errorcode.KRB_AP_ERR_NOT_US, says: "add the principal"},
		{name: "UnknownKeyVersion", ticket: func(o *TicketOptions) { o.KeyVersion = 4 }, code: errorcode.KRB_AP_ERR_BADKEYVER,
			says: "needs key version 4, and the keytab holds"},
		{name: "OtherPassword", ticket: func(o *TicketOptions) { o.KeyVersion = 2 }, code: errorcode.KRB_AP_ERR_MODIFIED,
			says: "does not hold the password"},
		{name: "Expired", ticket: func(o *TicketOptions) { o.End = testNow.Add(-6 * time.Minute) },
			code: errorcode.KRB_AP_ERR_TKT_EXPIRED, says: "klist purge"},
		{name: "NotYetValid", ticket: func(o *TicketOptions) { o.Start = testNow.Add(6 * time.Minute) },
			code: errorcode.KRB_AP_ERR_TKT_NYV, says: "set the clocks"},
		{name: "Invalid", ticket: func(o *TicketOptions) { o.Invalid = true }, code: errorcode.KRB_AP_ERR_TKT_NYV},
		{name: "ClockAhead", client: InitiatorOptions{Now: at(301 * time.Second)}, code: errorcode.KRB_AP_ERR_SKEW,
			says: "5m1s ahead of this server's"},
		{name: "ClockBehind", client: InitiatorOptions{Now: at(-301 * time.Second)}, code: errorcode.KRB_AP_ERR_SKEW,
			says: "5m1s behind this server's"},
		{name: "SHA2Session", ticket: func(o *TicketOptions) { o.SessionType = 20 }, code: errorcode.KDC_ERR_ETYPE_NOSUPP,
			says: "aes256-cts-hmac-sha384-192"},
		{name: "AuthenticatorChanged", change: flip(0, 1), code: errorcode.KRB_AP_ERR_BAD_INTEGRITY, says: "authenticator"},
		{name: "ThirdLegChanged", change: flip(1, 1), code: errorcode.KRB_AP_ERR_BAD_INTEGRITY, says: "AP-REP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := c.client
			if o.Ticket = ticket(t, c.ticket); c.as != "" {
				o.Ticket = o.Ticket.Named(c.as)
			}
			if o.Now == nil {
				o.Now = at(0)
			}
			server := testMechanism(t).Accept()
			err := exchange(t, NewInitiator(o), server, c.change)
			var e *Error
			if !errors.As(err, &e) || e.Code != c.code || !strings.Contains(err.Error(), c.says) || !errors.Is(err, auth.ErrBadTicket) {
				t.Fatalf("got %v", err)
			}
			if server.Identity().Account != "" || server.SignatureSize(auth.LevelPrivacy) != 0 ||
				server.Seal(nil, nil, nil, nil) == nil || server.Verify(nil, nil, nil, nil) == nil {
				t.Error("a refused context protects messages")
			}
			if _, _, err := server.Step(t.Context(), nil); !errors.Is(err, auth.ErrBadToken) {
				t.Errorf("a refused context goes on: %v", err)
			}
		})
	}
}

// TestRefusalTellsTheClient expects a KRB-ERROR, in a frame where the request had one.
func TestRefusalTellsTheClient(t *testing.T) {
	t.Parallel()
	for _, standard := range []bool{false, true} {
		o := InitiatorOptions{Ticket: ticket(t, nil), Standard: standard, Now: func() time.Time { return testNow.Add(time.Hour) }}
		err := exchange(t, NewInitiator(o), testMechanism(t).Accept(), nil)
		var told auth.Explained
		if !errors.As(err, &told) {
			t.Fatalf("got %v", err)
		}
		message, framed, err := unframe(told.Token(), tagError, idError)
		if err != nil || framed != standard {
			t.Fatalf("framed %v, %v", framed, err)
		}
		var e messages.KRBError
		if err := e.Unmarshal(message); err != nil {
			t.Fatal(err)
		}
		if e.ErrorCode != errorcode.KRB_AP_ERR_SKEW || !e.STime.Equal(testNow.Truncate(time.Second)) || e.Susec != 678 ||
			e.Realm != "MAPID.TEST" || e.SName.PrincipalNameString() != service || e.EText != "" {
			t.Errorf("%+v", e)
		}
		client := NewInitiator(o)
		if _, _, err := client.Step(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		var heard *Error
		if _, _, err := client.Step(t.Context(), told.Token()); !errors.As(err, &heard) || heard.Code != errorcode.KRB_AP_ERR_SKEW {
			t.Errorf("the client understands %v", err)
		}
	}
	var told auth.Explained
	if _, _, err := testMechanism(t).Accept().Step(t.Context(), []byte{0x6E, 0}); errors.As(err, &told) {
		t.Errorf("nonsense is answered with %x", told.Token())
	}
}

func TestReplayIsRefused(t *testing.T) {
	t.Parallel()
	mech := testMechanism(t)
	client := NewInitiator(InitiatorOptions{Ticket: ticket(t, nil), Now: func() time.Time { return testNow }})
	token, _, err := client.Step(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := mech.Accept().Step(t.Context(), bytes.Clone(token)); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if _, _, err := mech.Accept().Step(t.Context(), token); !errors.As(err, &e) || e.Code != errorcode.KRB_AP_ERR_REPEAT {
		t.Errorf("the second time: %v", err)
	}
}

func TestReplayCacheForgets(t *testing.T) {
	t.Parallel()
	c := replayCache{keep: 10 * time.Minute}
	see := func(after time.Duration, what string) bool {
		seen, full := c.seen(testNow.Add(after), []byte(what))
		return seen && !full
	}
	for n, s := range []struct {
		after time.Duration
		what  string
		want  bool
	}{
		{0, "a", false}, {time.Minute, "a", true}, {9 * time.Minute, "b", false}, {11 * time.Minute, "a", true},
		{19 * time.Minute, "b", true}, {21 * time.Minute, "c", false}, {22 * time.Minute, "a", false},
		{90 * time.Minute, "c", false},
	} {
		if got := see(s.after, s.what); got != s.want {
			t.Errorf("step %d: %q seen: %v", n, s.what, got)
		}
	}
	if len(c.young)+len(c.old) > 2 {
		t.Errorf("%d entries are kept", len(c.young)+len(c.old))
	}
}

// TestSequence expects messages in order where the client asked for it, and else not.
func TestSequence(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES256, RC4} {
		for _, unordered := range []bool{false, true} {
			client := NewInitiator(InitiatorOptions{
				Ticket: ticket(t, func(o *TicketOptions) { o.KeyType = etype }), Unordered: unordered,
				Now: func() time.Time { return testNow },
			})
			server := testMechanism(t).Accept()
			if err := exchange(t, client, server, nil); err != nil {
				t.Fatal(err)
			}
			var sigs [3][]byte
			for n := range sigs {
				sigs[n] = make([]byte, client.SignatureSize(auth.LevelIntegrity))
				if err := client.Sign(sigs[n], nil, []byte("data"), nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := server.Verify(sigs[0], nil, []byte("data"), nil); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{0, 2} { // again, and one skipped
				err := server.Verify(sigs[n], nil, []byte("data"), nil)
				if errors.Is(err, auth.ErrBadSignature) == unordered {
					t.Errorf("%s unordered %v message %d: %v", etypeName(etype), unordered, n, err)
				}
			}
			if err := client.Verify(sigs[1], nil, []byte("data"), nil); !errors.Is(err, auth.ErrBadSignature) {
				t.Errorf("own message: %v", err)
			}
		}
	}
}

func TestEveryBitIsProtected(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES256, AES128, RC4} {
		for _, seal := range []bool{true, false} {
			client := NewInitiator(InitiatorOptions{
				Ticket: ticket(t, func(o *TicketOptions) { o.KeyType = etype }), Now: func() time.Time { return testNow },
			})
			server := testMechanism(t).Accept()
			if err := exchange(t, client, server, nil); err != nil {
				t.Fatal(err)
			}
			level, send, receive := auth.LevelIntegrity, client.Sign, server.Verify
			if seal {
				level, send, receive = auth.LevelPrivacy, client.Seal, server.Unseal
			}
			size := client.SignatureSize(level)
			good := append(make([]byte, size), "headsome data, more than a blocktail"...)
			split := func(b []byte) (sig, h, d, tr []byte) {
				return b[:size], b[size : size+4], b[size+4 : len(b)-4], b[len(b)-4:]
			}
			if err := send(split(good)); err != nil {
				t.Fatal(err)
			}
			for bit := range len(good) * 8 {
				b := bytes.Clone(good)
				b[bit/8] ^= 1 << (bit % 8)
				if err := receive(split(b)); !errors.Is(err, auth.ErrBadSignature) {
					t.Fatalf("%s seal %v: bit %d changed: %v", etypeName(etype), seal, bit, err)
				}
			}
			if err := receive(split(good)); err != nil {
				t.Errorf("%s seal %v: unchanged: %v", etypeName(etype), seal, err)
			}
		}
	}
}
