package krb

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	stdrc4 "crypto/rc4" //nolint:gosec // the encryption type is defined over RC4
	"crypto/sha1"       //nolint:gosec // the encryption types are defined over SHA-1
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/crypto/rfc4757"
	"github.com/jcmturner/gokrb5/v8/types"

	"github.com/mapid/mapid/auth"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// TestCTSVectors are the examples of [RFC3962] appendix B: AES-128 under "chicken teriyaki".
func TestCTSVectors(t *testing.T) {
	t.Parallel()
	const text = "I would like the General Gau's Chicken, please, and wonton soup."
	for _, want := range []string{
		"c6353568f2bf8cb4d8a580362da7ff7f97",
		"fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5",
		"39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584",
		"97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5",
		"97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8",
		"97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a84807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8",
	} {
		c, err := newCTS([]byte("chicken teriyaki"))
		if err != nil {
			t.Fatal(err)
		}
		plain := []byte(text)[:len(want)/2]
		b := append(make([]byte, 0, 128), plain...)
		split := max(len(b)-2*16, 0) &^ 15
		if len(b) < 32 { // one block and a part: all of it is the tail
			split = 0
		}
		c.encrypt(nil, b[:split], b[split:])
		if !bytes.Equal(b, unhex(want)) {
			t.Errorf("%d bytes: %x, want %s", len(plain), b, want)
		}
		c.decrypt(nil, b[:split], b[split:])
		if !bytes.Equal(b, plain) {
			t.Errorf("%d bytes: decrypted %q", len(plain), b)
		}
	}
}

// TestRC4 compares the cipher with the standard library's.
func TestRC4(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"0102030405", "8040201008040201", "ffeeddccbbaa99887766554433221100"} {
		want, got := make([]byte, 1000), make([]byte, 1000)
		c, err := stdrc4.NewCipher(unhex(key))
		if err != nil {
			t.Fatal(err)
		}
		c.XORKeyStream(want, want)
		var ours rc4
		ours.init(unhex(key))
		ours.xor(got[:7])
		ours.xor(got[7:])
		if !bytes.Equal(got, want) {
			t.Errorf("key %s differs", key)
		}
	}
}

// pair returns both sides of an established session.
func pair(t testing.TB, etype int32) (client, server *session) {
	t.Helper()
	k := keys{base: types.EncryptionKey{KeyType: etype, KeyValue: bytes.Repeat([]byte{7}, keySize(etype))}, acceptorSubkey: true,
		sendSeq: 100, recvSeq: 200, ordered: true}
	client, server = new(session), new(session)
	if err := server.establish(k, true, rand.Reader); err != nil {
		t.Fatal(err)
	}
	k.sendSeq, k.recvSeq = k.recvSeq, k.sendSeq
	if err := client.establish(k, false, rand.Reader); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// TestWrapAESIsAKerberosMessage puts the pieces of a Wrap token back into the order of [RFC4121] 4.2.4 and lets gokrb5
// decrypt it: without anything around the data that is a message of [RFC3961].
func TestWrapAESIsAKerberosMessage(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES128, AES256} {
		for size := range 66 {
			client, server := pair(t, etype)
			for _, d := range []struct {
				from  *session
				usage uint32
				flags byte
				seq   uint64
			}{{client, 24, 0x06, 200}, {server, 22, 0x07, 100}} {
				plain := bytes.Repeat([]byte{0xA5}, size)
				data, sig := bytes.Clone(plain), make([]byte, 76)
				if err := d.from.Seal(sig, nil, data, nil); err != nil {
					t.Fatal(err)
				}
				head := []byte{5, 4, d.flags, 0xFF, 0, 16, 0, 28}
				if head = binary.BigEndian.AppendUint64(head, d.seq); !bytes.Equal(sig[:16], head) {
					t.Fatalf("header %x, want %x", sig[:16], head)
				}
				rotated := append(bytes.Clone(sig[16:]), data...)
				message := append(bytes.Clone(rotated[16+28:]), rotated[:16+28]...)
				key := types.EncryptionKey{KeyType: etype, KeyValue: bytes.Repeat([]byte{7}, keySize(etype))}
				got, err := crypto.DecryptMessage(message, key, d.usage)
				if err != nil {
					t.Fatalf("%d bytes: %v", size, err)
				}
				head[7] = 0 // inside, the header has no rotation yet
				want := append(append(bytes.Clone(plain), bytes.Repeat([]byte{0xFF}, 16)...), head...)
				if !bytes.Equal(got, want) {
					t.Fatalf("%d bytes: %x, want %x", size, got, want)
				}
			}
		}
	}
}

// TestUnwrapAESOfAnotherFiller opens messages that gokrb5 encrypted with only as much filler as the last block needs: one
// client is known that makes them so.
func TestUnwrapAESOfAnotherFiller(t *testing.T) {
	t.Parallel()
	key := types.EncryptionKey{KeyType: AES256, KeyValue: bytes.Repeat([]byte{7}, 32)}
	e, err := crypto.GetEtype(AES256)
	if err != nil {
		t.Fatal(err)
	}
	for size := range 66 {
		for _, ec := range []int{-size & 15, 0, 3, 15, 16, 40} {
			_, server := pair(t, AES256)
			head := []byte{5, 4, 6, 0xFF, 0, byte(ec), 0, 0}
			head = binary.BigEndian.AppendUint64(head, 200)
			plain := bytes.Repeat([]byte{0xA5}, size)
			_, m, err := e.EncryptMessage(key.KeyValue, append(append(bytes.Clone(plain), make([]byte, ec)...), head...), 24)
			if err != nil {
				t.Fatal(err)
			}
			cut := len(m) - (ec + 28)
			rotated := append(bytes.Clone(m[cut:]), m[:cut]...)
			head[7] = 28
			sig := append(bytes.Clone(head), rotated[:ec+28+16]...)
			data := bytes.Clone(rotated[ec+28+16:])
			if err := server.Unseal(sig, nil, data, nil); err != nil || !bytes.Equal(data, plain) {
				t.Fatalf("%d bytes, filler of %d: %x, %v", size, ec, data, err)
			}
		}
	}
}

// TestMICAES computes the code of [RFC4121] 4.2.6.1 another way.
func TestMICAES(t *testing.T) {
	t.Parallel()
	client, _ := pair(t, AES128)
	sig := make([]byte, 28)
	if err := client.Sign(sig, []byte("head"), []byte("data"), []byte("tail")); err != nil {
		t.Fatal(err)
	}
	head := unhex("0404 04 ffffffffff 00000000000000c8")
	e, err := crypto.GetEtype(AES128)
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.GetChecksumHash(bytes.Repeat([]byte{7}, 16), append([]byte("headdatatail"), head...), 25)
	if err != nil || !bytes.Equal(sig, append(head, want...)) {
		t.Errorf("got %x, want %x%x, %v", sig, head, want, err)
	}
}

// TestTokensRC4 takes tokens of [RFC4757] 7 apart with gokrb5's checksum and the standard library's cipher.
func TestTokensRC4(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, 16)
	cipher := func(k, b []byte) []byte {
		c, err := stdrc4.NewCipher(k)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]byte, len(b))
		c.XORKeyStream(out, b)
		return out
	}
	zero := make([]byte, 4)
	_, server := pair(t, RC4)

	sig := make([]byte, 37)
	if err := server.Sign(sig, []byte("head"), []byte("data"), []byte("tail")); err != nil {
		t.Fatal(err)
	}
	tag := unhex("6023 06092a864886f712010202 01011100ffffffff")
	sum, err := rfc4757.Checksum(key, 15, append(bytes.Clone(tag[13:]), "headdatatail"...))
	if err != nil {
		t.Fatal(err)
	}
	seq := cipher(rfc4757.HMAC(rfc4757.HMAC(key, zero), sum[:8]), unhex("00000064 ffffffff"))
	if want := bytes.Join([][]byte{tag, seq, sum[:8]}, nil); !bytes.Equal(sig, want) {
		t.Errorf("MIC %x, want %x", sig, want)
	}

	sig = make([]byte, 45)
	data := []byte("data")
	if err := server.Seal(sig, []byte("head"), data, []byte("tail")); err != nil {
		t.Fatal(err)
	}
	tag = unhex("602b 06092a864886f712010202 02011100 1000ffff")
	flipped := bytes.Repeat([]byte{7 ^ 0xF0}, 16)
	opened := cipher(rfc4757.HMAC(rfc4757.HMAC(flipped, zero), unhex("00000065")), append(bytes.Clone(sig[37:]), data...))
	if string(opened[8:]) != "data" {
		t.Errorf("decrypted %q", opened[8:])
	}
	sum, err = rfc4757.Checksum(key, 13, bytes.Join([][]byte{tag[13:], opened[:8], []byte("headdatatail")}, nil))
	if err != nil {
		t.Fatal(err)
	}
	seq = cipher(rfc4757.HMAC(rfc4757.HMAC(key, zero), sum[:8]), unhex("00000065 ffffffff"))
	if want := bytes.Join([][]byte{tag, seq, sum[:8]}, nil); !bytes.Equal(sig[:37], want) {
		t.Errorf("token %x, want %x", sig[:37], want)
	}
}

// TestTokensOfAnyLength hands over tokens that are too short, too long or lie about themselves.
func TestTokensOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, etype := range []int32{AES256, RC4} {
		client, server := pair(t, etype)
		for size := range 120 {
			for _, data := range [][]byte{nil, make([]byte, 5)} {
				for _, first := range []string{"", "\x05\x04\x06\xFF\x00\x10\x00\x1C", "\x05\x04\x06\xFF\xFF\xFF\x00\x1C", "\x05\x04\x06\xFF\x00\x00\x00\x1C"} {
					sig := make([]byte, size)
					copy(sig, first)
					if err := errors.Join(server.Unseal(sig, nil, data, nil), server.Verify(sig, nil, data, nil)); !errors.Is(err, auth.ErrBadSignature) {
						t.Fatalf("%d bytes: %v", size, err)
					}
				}
				for _, f := range []func(_, _, _, _ []byte) error{client.Seal, client.Sign} {
					size := size
					if size == client.SignatureSize(auth.LevelPrivacy) || size == client.SignatureSize(auth.LevelIntegrity) {
						size++
					}
					if err := f(make([]byte, size), nil, data, nil); !errors.Is(err, auth.ErrBadSignature) {
						t.Fatalf("room for %d bytes: %v", size, err)
					}
				}
			}
		}
	}
}

func TestProtectionDoesNotAllocate(t *testing.T) {
	for _, etype := range []int32{AES128, AES256, RC4} {
		client, server := pair(t, etype)
		header, data, trailer := make([]byte, 24), make([]byte, 5728), make([]byte, 8)
		wrap := make([]byte, client.SignatureSize(auth.LevelPrivacy))
		mic := make([]byte, client.SignatureSize(auth.LevelIntegrity))
		var failed error
		n := testing.AllocsPerRun(100, func() {
			failed = errors.Join(failed, client.Seal(wrap, header, data, trailer), server.Unseal(wrap, header, data, trailer),
				client.Sign(mic, header, data, trailer), server.Verify(mic, header, data, trailer))
		})
		if n != 0 || failed != nil {
			t.Errorf("%s: %v allocations, %v", etypeName(etype), n, failed)
		}
	}
}

// fragment is the most stub data of one sealed response fragment of the size Windows uses.
const fragment = 5728

func benchmarkSeal(b *testing.B, etype int32, size int) {
	client, _ := pair(b, etype)
	sig := make([]byte, client.SignatureSize(auth.LevelPrivacy))
	header, data, trailer := make([]byte, 24), make([]byte, size), make([]byte, 8)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Seal(sig, header, data, trailer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealAES256(b *testing.B)      { benchmarkSeal(b, AES256, fragment) }
func BenchmarkSealAES256Small(b *testing.B) { benchmarkSeal(b, AES256, 200) }
func BenchmarkSealAES128(b *testing.B)      { benchmarkSeal(b, AES128, fragment) }
func BenchmarkSealRC4(b *testing.B)         { benchmarkSeal(b, RC4, fragment) }

// benchmarkBare is the yardstick: cipher, code and confounder that sealing with AES is made of and nothing else, over one
// piece of memory.
func benchmarkBare(b *testing.B, keySize, size int) {
	c, err := newCTS(make([]byte, keySize))
	if err != nil {
		b.Fatal(err)
	}
	mac := hmac.New(sha1.New, make([]byte, 16))
	message, sum := make([]byte, 16+size+32, 16+size+64), make([]byte, 0, 20)
	around := make([]byte, 32)
	split := (len(message) - 32) &^ 15
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := rand.Read(message[:16]); err != nil {
			b.Fatal(err)
		}
		mac.Reset()
		mac.Write(around)
		mac.Write(message)
		sum = mac.Sum(sum[:0])
		c.encrypt(nil, message[:split], message[split:])
	}
}

func BenchmarkBareAES256(b *testing.B)      { benchmarkBare(b, 32, fragment) }
func BenchmarkBareAES256Small(b *testing.B) { benchmarkBare(b, 32, 200) }
func BenchmarkBareAES128(b *testing.B)      { benchmarkBare(b, 16, fragment) }

// BenchmarkGokrb5AES256 is the library's way, which derives its keys for each message.
func BenchmarkGokrb5AES256(b *testing.B) {
	e, err := crypto.GetEtype(AES256)
	if err != nil {
		b.Fatal(err)
	}
	key, data := make([]byte, 32), make([]byte, fragment+32)
	b.SetBytes(fragment)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := e.EncryptMessage(key, data, 24); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnsealAES256(b *testing.B) {
	client, server := pair(b, AES256)
	sig, data := make([]byte, 76), make([]byte, fragment)
	b.SetBytes(2 * fragment)
	b.ReportAllocs()
	for b.Loop() {
		if err := errors.Join(client.Seal(sig, nil, data, nil), server.Unseal(sig, nil, data, nil)); err != nil {
			b.Fatal(err)
		}
	}
}
