package spnego

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/auth"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestInitToken decodes first tokens put together by hand from [RFC4178] 4.2.1 and [MS-SPNG] 2.2.1.
func TestInitToken(t *testing.T) {
	t.Parallel()
	const ntlm = "300c 060a 2b06010401823702020a"
	for _, c := range []struct {
		name, bytes string
		token, mic  []byte
	}{
		{"OnlyList", "601c 0606 2b0601050502 a012 3010 a00e" + ntlm, nil, nil},
		{"Token", "6023 0606 2b0601050502 a019 3017 a00e" + ntlm + "a205 0403 414243", []byte("ABC"), nil},
		{"EmptyToken", "6020 0606 2b0601050502 a016 3014 a00e" + ntlm + "a202 0400", []byte{}, nil},
		{"Flags", "6022 0606 2b0601050502 a018 3016 a00e" + ntlm + "a104 03020106", nil, nil},
		{"Code", "6022 0606 2b0601050502 a018 3016 a00e" + ntlm + "a304 04025859", nil, []byte("XY")},
		{"Hints", "6024 0606 2b0601050502 a01a 3018 a00e" + ntlm + "a306 3004 a002 1b00", nil, nil},
		{"HintsAndCode", "602a 0606 2b0601050502 a020 301e a00e" + ntlm + "a306 3004 a002 1b00 a404 04025859", nil, []byte("XY")},
	} {
		var got initToken
		if err := got.decode(unhex(c.bytes)); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := initToken{mechTypes: unhex(ntlm), mechToken: c.token, mic: c.mic}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(initToken{})); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestTokensRefused(t *testing.T) {
	t.Parallel()
	const ntlm = "300c 060a 2b06010401823702020a"
	for _, c := range []struct{ name, bytes string }{
		{"Empty", ""},
		{"Indefinite", "6080 0606 2b0601050502 a012 3010 a00e" + ntlm + "0000"},
		{"LongLengthWithoutNeed", "60811c 0606 2b0601050502 a012 3010 a00e" + ntlm},
		{"TrailingByte", "601c 0606 2b0601050502 a012 3010 a00e" + ntlm + "00"},
		{"CutShort", "601c 0606 2b0601050502 a012 3010 a00e" + ntlm[:len(ntlm)-2]},
		{"AnotherOID", "601c 0606 2b0601050503 a012 3010 a00e" + ntlm},
		{"EmptyList", "6010 0606 2b0601050502 a006 3004 a002 3000"},
		{"ListOfSomethingElse", "6013 0606 2b0601050502 a009 3007 a005 3003 020101"},
		{"NoList", "600c 0606 2b0601050502 a002 3000"},
		{"FieldsOutOfOrder", "6028 0606 2b0601050502 a01e 301c a00e" + ntlm + "a304 04025859 a204 04024142"},
		{"FieldTwice", "6028 0606 2b0601050502 a01e 301c a00e" + ntlm + "a204 04024142 a204 04024142"},
	} {
		if err := new(initToken).decode(unhex(c.bytes)); !errors.Is(err, auth.ErrBadToken) {
			t.Errorf("init %s: %v", c.name, err)
		}
	}
	for _, c := range []struct{ name, bytes string }{
		{"Empty", ""},
		{"UnknownState", "a107 3005 a003 0a0104"},
		{"NegativeState", "a107 3005 a003 0a01ff"},
		{"StateOfTwoBytes", "a108 3006 a004 0a020000"},
		{"TrailingByte", "a107 3005 a003 0a0100 00"},
		{"UnknownField", "a109 3007 a003 0a0100 a400"},
		{"EmptyMechanism", "a106 3004 a102 0600"},
		{"NotOctets", "a106 3004 a202 0500"},
	} {
		if err := new(respToken).decode(unhex(c.bytes)); !errors.Is(err, auth.ErrBadToken) {
			t.Errorf("resp %s: %v", c.name, err)
		}
	}
}

func FuzzInitToken(f *testing.F) {
	f.Add((&initToken{mechTypes: encodeMechTypes([]string{oidMSKRB5, oidNTLMSSP}), mechToken: []byte("token"), mic: []byte("x")}).encode())
	f.Add(unhex("602a 0606 2b0601050502 a020 301e a00e 300c 060a 2b06010401823702020a a306 3004 a002 1b00 a404 04025859"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m, again initToken
		if err := m.decode(b); err != nil {
			if !errors.Is(err, auth.ErrBadToken) {
				t.Fatalf("unexpected kind of error: %v", err)
			}
			return
		}
		if !bytes.Contains(b, m.mechTypes) {
			t.Fatal("the list of mechanisms is not the client's own bytes")
		}
		out := m.encode()
		if len(out) > len(b)+8 {
			t.Fatalf("%d bytes grew to %d", len(b), len(out))
		}
		if err := again.decode(out); err != nil {
			t.Fatalf("decoding our own bytes: %v", err)
		}
		if d := cmp.Diff(m, again, cmp.AllowUnexported(initToken{})); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzRespToken(f *testing.F) {
	f.Add((&respToken{state: requestMIC, mech: []byte(oidNTLMSSP), token: []byte("token"), mic: []byte("x")}).encode())
	f.Add((&respToken{state: stateAbsent}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		var m respToken
		if err := m.decode(b); err != nil {
			if !errors.Is(err, auth.ErrBadToken) {
				t.Fatalf("unexpected kind of error: %v", err)
			}
			return
		}
		// There is one way to write a token in DER.
		if out := m.encode(); !bytes.Equal(out, b) {
			t.Fatalf("encoded again:\n%x\n%x", b, out)
		}
	})
}

// FuzzAcceptor feeds a server two tokens. Nobody gets through without the mechanism's consent, and what is refused
// stays refused.
func FuzzAcceptor(f *testing.F) {
	offer := (&initToken{mechTypes: encodeMechTypes([]string{oidKRB5, oidNTLMSSP}), mechToken: []byte("x")}).encode()
	f.Add(offer, (&respToken{state: acceptIncomplete, token: []byte("y")}).encode())
	f.Add([]byte("NTLMSSP\x00"), []byte("z"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		server := New(&forever{}).Accept()
		for _, token := range [][]byte{first, second} {
			before := bytes.Clone(token)
			_, done, err := server.Step(t.Context(), token)
			if !bytes.Equal(before, token) {
				t.Fatal("a token was changed")
			}
			if done || server.SignatureSize(auth.LevelPrivacy) != 0 {
				t.Fatal("let in")
			}
			if err == nil {
				continue
			}
			if !errors.Is(err, auth.ErrBadToken) && !errors.Is(err, auth.ErrPolicy) && !errors.Is(err, auth.ErrBadMIC) {
				t.Fatalf("unexpected kind of error: %v", err)
			}
			if _, _, err := server.Step(t.Context(), offer); !errors.Is(err, auth.ErrBadToken) {
				t.Fatalf("goes on after a refusal: %v", err)
			}
			return
		}
	})
}
