package ntlm

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // NTLM is defined over MD5
	"crypto/rc4" //nolint:gosec // NTLM is defined over RC4
	"encoding/binary"
	"errors"
	"sync"
	"testing"

	"github.com/mapid/mapid/auth"
)

// pair returns both sides of an established context.
func pair(t testing.TB, flags Flags) (client, server *session) {
	t.Helper()
	client, server = new(session), new(session)
	exported := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	client.establish(flags, exported, false)
	server.establish(flags, exported, true)
	return client, server
}

const fullFlags = NegotiateUnicode | NegotiateSign | NegotiateSeal | NegotiateAlwaysSign |
	NegotiateExtendedSessionSecurity | Negotiate128 | Negotiate56 | NegotiateKeyExch

func TestEveryBitIsProtected(t *testing.T) {
	t.Parallel()
	for _, flags := range []Flags{fullFlags, fullFlags &^ NegotiateKeyExch} {
		for _, seal := range []bool{true, false} {
			header, data, trailer := []byte("head"), []byte("some data"), []byte("tail")
			total := (signatureSize + len(header) + len(data) + len(trailer)) * 8
			for bit := range total {
				client, server := pair(t, flags)
				whole := make([]byte, total/8)
				sig, h := whole[:signatureSize], whole[signatureSize:signatureSize+len(header)]
				d, tr := whole[signatureSize+len(header):][:len(data)], whole[total/8-len(trailer):]
				copy(h, header)
				copy(d, data)
				copy(tr, trailer)
				protect, check := client.Sign, server.Verify
				if seal {
					protect, check = client.Seal, server.Unseal
				}
				if err := protect(sig, h, d, tr); err != nil {
					t.Fatal(err)
				}
				whole[bit/8] ^= 1 << (bit % 8)
				if err := check(sig, h, d, tr); !errors.Is(err, auth.ErrBadSignature) {
					t.Fatalf("seal %v: bit %d changed: %v", seal, bit, err)
				}
			}
		}
	}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	message := func(from *session) (sig, data []byte) {
		sig, data = make([]byte, 16), []byte("data")
		if err := from.Sign(sig, nil, data, nil); err != nil {
			t.Fatal(err)
		}
		return sig, data
	}
	t.Run("Replayed", func(t *testing.T) {
		t.Parallel()
		client, server := pair(t, fullFlags&^NegotiateKeyExch)
		sig, data := message(client)
		if err := server.Verify(sig, nil, data, nil); err != nil {
			t.Fatal(err)
		}
		if err := server.Verify(sig, nil, data, nil); !errors.Is(err, auth.ErrBadSignature) {
			t.Errorf("the second time: %v", err)
		}
	})
	t.Run("Skipped", func(t *testing.T) {
		t.Parallel()
		client, server := pair(t, fullFlags&^NegotiateKeyExch)
		message(client)
		sig, data := message(client)
		if err := server.Verify(sig, nil, data, nil); !errors.Is(err, auth.ErrBadSignature) {
			t.Errorf("the second first: %v", err)
		}
	})
	t.Run("SentBack", func(t *testing.T) {
		t.Parallel()
		client, _ := pair(t, fullFlags)
		sig, data := message(client)
		if err := client.Verify(sig, nil, data, nil); !errors.Is(err, auth.ErrBadSignature) {
			t.Errorf("own message: %v", err)
		}
	})
	t.Run("Counts", func(t *testing.T) {
		t.Parallel()
		client, _ := pair(t, fullFlags)
		for n := range uint32(3) {
			if sig, _ := message(client); binary.LittleEndian.Uint32(sig[12:]) != n {
				t.Errorf("message %d: signature %x", n, sig)
			}
		}
	})
}

// TestMICsDone starts the key streams anew while the sequence goes on at 1, [MS-SPNG] 3.3.5.1.
func TestMICsDone(t *testing.T) {
	t.Parallel()
	client, server := pair(t, fullFlags)
	list := []byte("the list of mechanisms")
	fromClient, err := client.MIC(list)
	if err != nil {
		t.Fatal(err)
	}
	fromServer, err := server.MIC(list)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(server.VerifyMIC(list, fromClient), client.VerifyMIC(list, fromServer)); err != nil {
		t.Fatal(err)
	}
	client.MICsDone()
	server.MICsDone()

	sig, data := make([]byte, 16), []byte("data")
	if err := client.Seal(sig, nil, data, nil); err != nil {
		t.Fatal(err)
	}
	if seq := binary.LittleEndian.Uint32(sig[12:]); seq != 1 {
		t.Errorf("the first message has sequence number %d", seq)
	}
	// What a fresh key stream makes of the data, by hand.
	exported := [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	key := sealKey(fullFlags, exported, clientSealing)
	c, _ := rc4.NewCipher(key[:])
	want := []byte("data")
	c.XORKeyStream(want, want)
	if !bytes.Equal(data, want) {
		t.Errorf("sealed %x, want %x", data, want)
	}
	if err := server.Unseal(sig, nil, data, nil); err != nil || string(data) != "data" {
		t.Errorf("unsealed %q, %v", data, err)
	}
}

func TestMICRefused(t *testing.T) {
	t.Parallel()
	client, server := pair(t, fullFlags)
	mic, err := client.MIC([]byte("list"))
	if err != nil {
		t.Fatal(err)
	}
	if err := server.VerifyMIC([]byte("list"), mic[:15]); !errors.Is(err, auth.ErrBadMIC) {
		t.Errorf("cut short: %v", err)
	}
	if err := server.VerifyMIC([]byte("lust"), mic); !errors.Is(err, auth.ErrBadMIC) {
		t.Errorf("over something else: %v", err)
	}
	var none session
	if _, err := none.MIC(nil); !errors.Is(err, auth.ErrPolicy) {
		t.Errorf("without keys: %v", err)
	}
	if err := none.VerifyMIC(nil, mic); !errors.Is(err, auth.ErrBadMIC) {
		t.Errorf("checked without keys: %v", err)
	}
}

func TestLevelsAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		flags              Flags
		integrity, privacy int
	}{
		{"Everything", fullFlags, 16, 16},
		{"SealImpliesSign", fullFlags &^ NegotiateSign, 16, 16},
		{"SignOnly", fullFlags &^ NegotiateSeal, 16, 0},
		{"Neither", fullFlags &^ (NegotiateSign | NegotiateSeal), 0, 0},
		{"NoSessionSecurity", fullFlags &^ NegotiateExtendedSessionSecurity, 0, 0},
	} {
		s, _ := pair(t, c.flags)
		if i, p := s.SignatureSize(auth.LevelIntegrity), s.SignatureSize(auth.LevelPrivacy); i != c.integrity || p != c.privacy {
			t.Errorf("%s: %d and %d, want %d and %d", c.name, i, p, c.integrity, c.privacy)
		}
		sig := make([]byte, 16)
		if err := s.Seal(sig, nil, nil, nil); (err == nil) != (c.privacy > 0) {
			t.Errorf("%s: sealing: %v", c.name, err)
		}
		if err := s.Unseal(sig, nil, nil, nil); errors.Is(err, auth.ErrPolicy) != (c.privacy == 0) || err == nil {
			t.Errorf("%s: unsealing nonsense: %v", c.name, err)
		}
		if err := s.Sign(sig, nil, nil, nil); (err == nil) != (c.integrity > 0) {
			t.Errorf("%s: signing: %v", c.name, err)
		}
		if err := s.Verify(sig[:15], nil, nil, nil); err == nil {
			t.Errorf("%s: a short signature verifies", c.name)
		}
	}
}

// TestDirectionsAreIndependent protects on one goroutine while another unprotects; the race detector watches.
func TestDirectionsAreIndependent(t *testing.T) {
	t.Parallel()
	client, server := pair(t, fullFlags)
	type message struct{ sig, data []byte }
	there, back := make(chan message, 8), make(chan message, 8)
	run := func(from *session, to chan<- message) {
		defer close(to)
		for range 200 {
			m := message{make([]byte, 16), []byte("data")}
			if err := from.Seal(m.sig, nil, m.data, nil); err != nil {
				t.Error(err)
			}
			to <- m
		}
	}
	check := func(by *session, from <-chan message) {
		for m := range from {
			if err := by.Unseal(m.sig, nil, m.data, nil); err != nil || string(m.data) != "data" {
				t.Errorf("%q, %v", m.data, err)
			}
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { run(client, there) })
	wg.Go(func() { run(server, back) })
	wg.Go(func() { check(server, there) })
	wg.Go(func() { check(client, back) })
	wg.Wait()
}

func TestProtectionDoesNotAllocate(t *testing.T) {
	client, server := pair(t, fullFlags)
	sig, header, data, trailer := make([]byte, 16), make([]byte, 24), make([]byte, 5792), make([]byte, 8)
	for name, f := range map[string]func() error{
		"seal and unseal": func() error {
			return errors.Join(client.Seal(sig, header, data, trailer), server.Unseal(sig, header, data, trailer))
		},
		"sign and verify": func() error {
			return errors.Join(client.Sign(sig, header, data, trailer), server.Verify(sig, header, data, trailer))
		},
	} {
		var failed error
		if n := testing.AllocsPerRun(100, func() { failed = errors.Join(failed, f()) }); n != 0 || failed != nil {
			t.Errorf("%s: %v allocations, %v", name, n, failed)
		}
	}
}

// fragment is the most stub data of one response fragment of the size Windows uses.
const fragment = 5792

func BenchmarkSeal(b *testing.B) {
	client, _ := pair(b, fullFlags)
	sig, header, data, trailer := make([]byte, 16), make([]byte, 24), make([]byte, fragment), make([]byte, 8)
	b.SetBytes(fragment)
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Seal(sig, header, data, trailer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnseal(b *testing.B) {
	client, server := pair(b, fullFlags)
	sig, data := make([]byte, 16), make([]byte, fragment)
	b.SetBytes(2 * fragment)
	b.ReportAllocs()
	for b.Loop() {
		if err := errors.Join(client.Seal(sig, nil, data, nil), server.Unseal(sig, nil, data, nil)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSealBare is the yardstick: the cipher and the code that sealing is made of and nothing else.
func BenchmarkSealBare(b *testing.B) {
	c, err := rc4.NewCipher(make([]byte, 16))
	if err != nil {
		b.Fatal(err)
	}
	mac := hmac.New(md5.New, make([]byte, 16))
	data, sum := make([]byte, 24+fragment+8), make([]byte, 0, 16)
	b.SetBytes(fragment)
	for b.Loop() {
		mac.Reset()
		mac.Write(data)
		sum = mac.Sum(sum[:0])
		c.XORKeyStream(data[24:24+fragment], data[24:24+fragment])
		c.XORKeyStream(sum[:8], sum[:8])
	}
}

func BenchmarkSign(b *testing.B) {
	client, _ := pair(b, fullFlags)
	sig, data := make([]byte, 16), make([]byte, fragment)
	b.SetBytes(fragment)
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Sign(sig, nil, data, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAccept is the server's share of a whole log-on.
func BenchmarkAccept(b *testing.B) {
	mech := New(testOptions())
	b.ReportAllocs()
	for b.Loop() {
		client, server := NewInitiator(alice(auth.LevelPrivacy)), mech.Accept()
		n, _, _ := client.Step(b.Context(), nil)
		c, _, _ := server.Step(b.Context(), n)
		a, _, _ := client.Step(b.Context(), c)
		if _, done, err := server.Step(b.Context(), a); err != nil || !done {
			b.Fatal(err)
		}
	}
}
