package krb

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

// apReq is a good first token of alice's.
func apReq(t testing.TB, o InitiatorOptions) []byte {
	t.Helper()
	o.Ticket, o.Now = ticket(t, nil), func() time.Time { return testNow }
	b, _, err := NewInitiator(o).Step(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestShortCiphertexts are first tokens whose encrypted parts are shorter than any can be. They made gokrb5 panic, and
// anybody can send them.
func TestShortCiphertexts(t *testing.T) {
	t.Parallel()
	var good messages.APReq
	if err := good.Unmarshal(apReq(t, InitiatorOptions{})); err != nil {
		t.Fatal(err)
	}
	for _, etype := range []int32{AES128, AES256, RC4, 19, 20, 16, 0, -1} {
		for size := range 60 {
			for _, part := range []string{"ticket", "authenticator"} {
				m := good
				if part == "ticket" {
					m.Ticket.EncPart = types.EncryptedData{EType: etype, Cipher: make([]byte, size)}
				} else {
					m.EncryptedAuthenticator = types.EncryptedData{EType: etype, Cipher: make([]byte, size)}
				}
				b, err := m.Marshal()
				if err != nil {
					t.Fatal(err)
				}
				if _, _, err := testMechanism(t).Accept().Step(t.Context(), b); !errors.Is(err, auth.ErrBadTicket) {
					t.Fatalf("%s of type %d and %d bytes: %v", part, etype, size, err)
				}
			}
		}
	}
	m := good
	m.Ticket.SName.NameString = nil
	b, err := m.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := testMechanism(t).Accept().Step(t.Context(), b); !errors.Is(err, auth.ErrBadToken) {
		t.Errorf("ticket for nobody: %v", err)
	}
}

// TestThirdLegOfAnyLength answers the AP-REP with ciphertexts that are too short.
func TestThirdLegOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES256, RC4, 19, 0} {
		for size := range 40 {
			server := testMechanism(t).Accept()
			if _, done, err := server.Step(t.Context(), apReq(t, InitiatorOptions{})); err != nil || done {
				t.Fatal(done, err)
			}
			b, err := asn1.Marshal(messages.APRep{PVNO: 5, MsgType: 15, EncPart: types.EncryptedData{EType: etype, Cipher: make([]byte, size)}})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := server.Step(t.Context(), asn1tools.AddASNAppTag(b, 15)); !errors.Is(err, auth.ErrBadTicket) {
				t.Fatalf("type %d, %d bytes: %v", etype, size, err)
			}
		}
	}
}

func TestTokensRefused(t *testing.T) {
	t.Parallel()
	good := apReq(t, InitiatorOptions{})
	framed := apReq(t, InitiatorOptions{Standard: true})
	for name, token := range map[string][]byte{
		"Empty":           nil,
		"CutShort":        good[:len(good)-1],
		"TrailingByte":    append(bytes.Clone(good), 0),
		"FramedCutShort":  framed[:len(framed)-1],
		"FramedTrailing":  append(bytes.Clone(framed), 0),
		"AnotherID":       bytes.Replace(framed, []byte(oidKRB5+"\x01\x00"), []byte(oidKRB5+"\x02\x00"), 1),
		"AnotherOID":      bytes.Replace(framed, []byte(oidKRB5), []byte("\x2A\x86\x48\x86\xF7\x12\x01\x02\x09"), 1),
		"AnotherMessage":  append([]byte{0x6F}, good[1:]...),
		"NotEvenASN1":     []byte("NTLMSSP\x00"),
		"MessageTypeLies": bytes.Replace(good, []byte{0xA1, 3, 2, 1, 14}, []byte{0xA1, 3, 2, 1, 15}, 1),
	} {
		if _, _, err := testMechanism(t).Accept().Step(t.Context(), token); !errors.Is(err, auth.ErrBadToken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseKeytab(t *testing.T) {
	t.Parallel()
	file := keytab.New()
	for _, e := range []struct {
		name  string
		etype int32
	}{{"exchangeMDB/exch01.mapid.test", AES256}, {"exchangeMDB/exch01.mapid.test", RC4}, {"host/exch01.mapid.test", 16}} {
		if err := file.AddEntry(e.name, "MAPID.TEST", "secret", testNow, 3, e.etype); err != nil {
			t.Fatal(err)
		}
	}
	b, err := file.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKeytab(b)
	if err != nil || len(k.keys) != 2 || len(k.Principals()) != 1 || k.Principals()[0] != "exchangeMDB/exch01.mapid.test@MAPID.TEST" {
		t.Fatalf("%+v, %v", k, err)
	}
	for name, b := range map[string][]byte{"Empty": nil, "NotAKeytab": []byte("hello"), "NoKeys": {5, 2}, "CutShort": b[:40]} {
		if _, err := ParseKeytab(b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := LoadKeytab("testdata/none.keytab"); err == nil {
		t.Error("no error for a file that is not there")
	}
}

// FuzzAcceptor feeds a server two tokens. Nobody gets in who does not have a ticket, whatever gokrb5 makes of the bytes.
func FuzzAcceptor(f *testing.F) {
	mech := testMechanism(f)
	f.Add(apReq(f, InitiatorOptions{}), []byte{0x6F, 0})
	f.Add(apReq(f, InitiatorOptions{Standard: true, OneSided: true}), []byte{})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		server := mech.Accept()
		for _, token := range [][]byte{first, second} {
			before := bytes.Clone(token)
			_, done, err := server.Step(t.Context(), token)
			if !bytes.Equal(token, before) {
				t.Fatal("a token was changed")
			}
			if err != nil {
				if !errors.Is(err, auth.ErrBadToken) && !errors.Is(err, auth.ErrBadTicket) && !errors.Is(err, auth.ErrUnknownAccount) {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				if server.Identity().Account != "" || server.SignatureSize(auth.LevelPrivacy) != 0 {
					t.Fatal("refused and let in")
				}
				return
			}
			if !done {
				continue
			}
			if server.Identity().Account != "alice" {
				t.Fatalf("let in as %+v", server.Identity())
			}
			return
		}
	})
}

func FuzzKeytab(f *testing.F) {
	file := keytab.New()
	if err := file.AddEntry("host/a", "R", "x", testNow, 1, RC4); err != nil {
		f.Fatal(err)
	}
	b, err := file.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ParseKeytab(b)
		if err != nil {
			return
		}
		total := 0
		for _, s := range k.keys {
			if len(s.key.KeyValue) != keySize(s.key.KeyType) {
				t.Fatalf("key of %d bytes for type %d", len(s.key.KeyValue), s.key.KeyType)
			}
			total += len(s.key.KeyValue)
		}
		if total > len(b) {
			t.Fatalf("%d bytes of keys out of %d", total, len(b))
		}
	})
}
