package ntlm

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/wire"
)

// TestNegotiateMessageShapes are messages of clients of different ages, put together from the table of
// [MS-NLMP] 2.2.1.1.
func TestNegotiateMessageShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, bytes string
		want        NegotiateMessage
	}{
		{"OnlyFlags", "4e544c4d53535000 01000000 07820000", NegotiateMessage{Flags: 0x8207}},
		{"FieldsWithoutVersion", "4e544c4d53535000 01000000 07b20800 05000500 24000000 04000400 20000000" +
			"57533031 4d41504944", NegotiateMessage{Flags: 0x8b207, Domain: "MAPID", Workstation: "WS01"}},
		{"Version", "4e544c4d53535000 01000000 978208e2 0000000000000000 0000000000000000 0a00614a0000000f",
			NegotiateMessage{Flags: 0xe2088297, Version: Version{10, 0, 19041}}},
		{"NamesNotSupplied", "4e544c4d53535000 01000000 07820000 ffffffffffffffff ffffffffffffffff",
			NegotiateMessage{Flags: 0x8207}},
	} {
		var m NegotiateMessage
		if err := m.Decode(unhex(c.bytes)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if d := cmp.Diff(c.want, m); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestMessagesRefused(t *testing.T) {
	t.Parallel()
	decode := map[string]func([]byte) error{
		"negotiate":    func(b []byte) error { return new(NegotiateMessage).Decode(b) },
		"challenge":    func(b []byte) error { return new(ChallengeMessage).Decode(b) },
		"authenticate": func(b []byte) error { return new(AuthenticateMessage).Decode(b) },
	}
	for _, c := range []struct{ name, kind, bytes string }{
		{"Empty", "negotiate", ""},
		{"Signature", "negotiate", "4e544c4d53535001 01000000 07820000"},
		{"Type", "negotiate", "4e544c4d53535000 02000000 07820000"},
		{"DomainBeyondTheEnd", "negotiate", "4e544c4d53535000 01000000 07920000 05000500 24000000 0000000000000000 41"},
		{"Empty", "challenge", ""},
		{"NoChallenge", "challenge", "4e544c4d53535000 02000000 0000000000000000 01000000"},
		{"OddTargetName", "challenge", "4e544c4d53535000 02000000 0100010010000000 01000000 0102030405060708"},
		{"OEMNameOutsideOfASCII", "challenge", "4e544c4d53535000 02000000 010001001f000000 02000000 01020304050607ff"},
		{"TargetInfoBeyondTheEnd", "challenge", "4e544c4d53535000 02000000 0000000000000000 01000000 0102030405060708" +
			"0000000000000000 ffff00000000ffff"},
		{"Empty", "authenticate", ""},
		{"OffsetOverflows", "authenticate", "4e544c4d53535000 03000000 0000000000000000 ffffffffffffffff 0000000000000000" +
			"0000000000000000 0000000000000000 0000000000000000 01000000"},
	} {
		if err := decode[c.kind](unhex(c.bytes)); !errors.Is(err, auth.ErrBadToken) {
			t.Errorf("%s %s: %v", c.kind, c.name, err)
		}
	}
}

func TestAVPairs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, bytes string
		n           int
		ok          bool
	}{
		{"OnlyTerminator", "00000000", 0, true},
		{"TwoAndTrailingBytes", "01000200 4100 06000400 02000000 00000000 ffff", 2, true},
		{"Empty", "", 0, false},
		{"Unterminated", "01000200 4100", 0, false},
		{"CutShort", "01000200 41", 0, false},
		{"TerminatorWithValue", "00000100 41", 0, false},
	} {
		var l AVPairs
		if err := l.Decode(wire.NewReader(unhex(c.bytes))); (err == nil) != c.ok || c.ok && len(l) != c.n {
			t.Errorf("%s: %d pairs, %v", c.name, len(l), err)
		}
	}
}

// TestEmptyAVPairsAreRefused covers responses whose list is missing or ends early: parsers are known that crashed.
func TestEmptyAVPairsAreRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int{16 + clientChallengeMin - 1, 16 + clientChallengeMin, 16 + clientChallengeMin + 3, 25} {
		server := New(testOptions()).Accept()
		err := exchange(t, server, NewInitiator(alice(auth.LevelPrivacy)), func(b []byte) []byte {
			return recode(b, func(m *AuthenticateMessage) { m.NTResponse = m.NTResponse[:n] })
		})
		if !errors.Is(err, auth.ErrBadToken) {
			t.Errorf("NT response of %d bytes: %v", n, err)
		}
	}
}

// fuzzMessage is what the three messages have in common for the fuzz tests.
type fuzzMessage interface {
	Encode() []byte
	Decode([]byte) error
}

// checkFuzz asserts that what can be decoded says the same after encoding and decoding it, and that no more is kept
// than the bytes can hold.
func checkFuzz[M any, P interface {
	*M
	fuzzMessage
}](t *testing.T, b []byte) {
	before := bytes.Clone(b)
	m, again := P(new(M)), P(new(M))
	if err := m.Decode(b); err != nil {
		if !errors.Is(err, auth.ErrBadToken) {
			t.Fatalf("unexpected kind of error: %v", err)
		}
		return
	}
	if !bytes.Equal(b, before) {
		t.Fatal("decoding changed its input")
	}
	out := m.Encode()
	// Six fields may share the same bytes.
	if len(out) > 6*len(b)+micEnd+16 {
		t.Fatalf("%d bytes grew to %d", len(b), len(out))
	}
	if err := again.Decode(out); err != nil {
		t.Fatalf("decoding our own bytes: %v", err)
	}
	if d := cmp.Diff(m, again, cmp.Transformer("empty", func(b []byte) string { return string(b) })); d != "" {
		t.Fatal(d)
	}
}

func FuzzNegotiateMessage(f *testing.F) {
	f.Add((&NegotiateMessage{Flags: 0xe2083297, Domain: "MAPID", Workstation: "WS01"}).Encode())
	f.Add(unhex("4e544c4d53535000 01000000 07820000"))
	f.Fuzz(func(t *testing.T, b []byte) { checkFuzz[NegotiateMessage](t, b) })
}

func FuzzChallengeMessage(f *testing.F) {
	f.Add((&ChallengeMessage{TargetName: "MAPID", Flags: 0xe2898235, TargetInfo: make([]byte, 4)}).Encode())
	f.Add((&ChallengeMessage{TargetName: "MAPID", Flags: NegotiateOEM}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) { checkFuzz[ChallengeMessage](t, b) })
}

func FuzzAuthenticateMessage(f *testing.F) {
	m := AuthenticateMessage{User: "alice", Domain: "MAPID", Workstation: "WS01", NTResponse: make([]byte, 24),
		LMResponse: make([]byte, 24), SessionKey: make([]byte, 16), Flags: 0xe2898235, HasMIC: true}
	f.Add(m.Encode())
	m.HasMIC = false
	f.Add(m.Encode())
	m.Flags = NegotiateOEM
	f.Add(m.Encode())
	f.Fuzz(func(t *testing.T, b []byte) { checkFuzz[AuthenticateMessage](t, b) })
}

func FuzzClientChallenge(f *testing.F) {
	c := clientChallenge{Time: 1, Pairs: AVPairs{}.name(MsvAvNbDomainName, "MAPID")}
	var w wire.Writer
	c.encode(&w)
	f.Add(w.Bytes())
	f.Add(w.Bytes()[:clientChallengeMin])
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again clientChallenge
		if c.decode(b) != nil {
			return
		}
		if len(c.Pairs)*4 > len(b) {
			t.Fatalf("%d pairs out of %d bytes", len(c.Pairs), len(b))
		}
		var w wire.Writer
		c.encode(&w)
		if err := again.decode(w.Bytes()); err != nil {
			t.Fatalf("decoding our own bytes: %v", err)
		}
		if d := cmp.Diff(c, again, cmp.AllowUnexported(clientChallenge{})); d != "" {
			t.Fatal(d)
		}
	})
}

// FuzzAcceptor feeds a server that waits for the client's second message. Whatever comes, nobody is let in without
// the password, and a refused context stays refused.
func FuzzAcceptor(f *testing.F) {
	hello := (&NegotiateMessage{Flags: 0xe2088237}).Encode()
	m := AuthenticateMessage{User: "alice", Domain: "MAPID", NTResponse: make([]byte, 60), Flags: 0xe2888235}
	f.Add(m.Encode())
	m.NTResponse = make([]byte, 24)
	m.LMResponse = make([]byte, 24)
	f.Add(m.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		o := testOptions()
		o.AllowV1 = true
		server := New(o).Accept()
		if _, _, err := server.Step(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		out, done, err := server.Step(t.Context(), b)
		if err == nil || done || out != nil || server.Identity().Account != "" {
			t.Fatalf("let in: %x, %+v", out, server.Identity())
		}
		if _, _, err := server.Step(t.Context(), b); !errors.Is(err, auth.ErrBadToken) {
			t.Fatalf("goes on after a refusal: %v", err)
		}
	})
}
