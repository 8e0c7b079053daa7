package lzxpress_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/lzxpress"
)

// vectors are compressed data of other implementations and of the specifications, with what they stand for.
var vectors = []struct {
	name   string
	plain  string
	packed string
	// encodes says that our encoder has no choice but to give these bytes: one way to match, and a result that is
	// smaller than the input.
	encodes bool
}{
	{"MS-XCA 3.1 literals only", "abcdefghijklmnopqrstuvwxyz", "3f0000006162636465666768696a6b6c6d6e6f707172737475767778797a", false},
	{"MS-XCA 3.1 one long match", strings.Repeat("abc", 100), "ffffff1f61626317000fff2601", true},
	{"short and shared", "this is a test. and this is a test too", "ff210004746869732010006120746573742e20616e64209f000420746f6f", true},
	{"zero terminator", "this is a test. and this is a test too", "00200004746869732010006120746573742e20616e64209f000420746f6f00000000", false},
	{"two matches share a byte", "aaaaaaaaaaaabaaaaaaaaaaaa", "ffffff5f61070021626700", false},
	{"match is the 32nd item", "abcdefghijklmnopqrstuvwxyz01234abca", "010000006162636465666768696a6b6c6d6e6f707172737475767778797a3031323334f000ffffff7f61", false},
	{"length 9, the longest in the word", strings.Repeat("a", 10), "ffffff7f610600", true},
	{"length 24, nibble 14", strings.Repeat("a", 25), "ffffff7f6107000e", true},
	{"length 25, byte 0", strings.Repeat("a", 26), "ffffff7f6107000f00", true},
	{"length 279, byte FE", strings.Repeat("a", 280), "ffffff7f6107000ffe", true},
	{"length 280, word not additive", strings.Repeat("a", 281), "ffffff7f6107000fff1501", true},
	{"match word of MS-OXCRPC: 4 back, 3 long", "ABCDABC", "ffffff0f414243441800", false},
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestExpandVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			got, err := lzxpress.Expand(unhex(t, v.packed), len(v.plain))
			if err != nil || string(got) != v.plain {
				t.Errorf("Expand = %q, %v; want %q", got, err, v.plain)
			}
		})
	}
}

func TestCompressVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		if !v.encodes {
			continue
		}
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			got, ok := new(lzxpress.Encoder).Compress(nil, []byte(v.plain))
			if !ok || hex.EncodeToString(got) != v.packed {
				t.Errorf("Compress = %x, %v; want %s", got, ok, v.packed)
			}
		})
	}
}

func TestExpandRefusesCorruptData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		packed string
		size   int
	}{
		{"empty", "", 1},
		{"mask cut short", "ffffff", 1},
		{"literal missing", "00000000", 1},
		{"match before the start", "ffffffff0000", 3},
		{"offset one too far", "ffffff7f610800", 4},
		{"match word cut short", "ffffff7f6100", 4},
		{"nibble missing", "ffffff7f610700", 20},
		{"byte missing", "ffffff7f6107000f", 30},
		{"word missing", "ffffff7f6107000fff", 300},
		{"word cut short", "ffffff7f6107000fff15", 300},
		{"word that a shorter form holds", "ffffff7f6107000fff1500", 300},
		{"match over the size", "ffffff7f610600", 9},
		{"data end before the size", "ffffff7f610600", 11},
		{"negative size", "ffffff7f610600", -1},
		{"size over 16 bits", "ffffff7f610600", lzxpress.MaxSize + 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := lzxpress.Expand(unhex(t, c.packed), c.size)
			if !errors.Is(err, lzxpress.ErrCorrupt) || got != nil {
				t.Errorf("Expand = %x, %v; want ErrCorrupt", got, err)
			}
		})
	}
}

func TestExpandRefusesEveryPrefix(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		packed := bytes.TrimRight(unhex(t, v.packed), "\x00") // less a terminator, at times less a needed zero
		for n := range len(packed) {
			if got, err := lzxpress.Expand(packed[:n], len(v.plain)); err == nil {
				t.Errorf("%s: %d of %d bytes expand to %q", v.name, n, len(packed), got)
			}
		}
	}
}

// samples returns inputs of the kinds that travel: rows, texts, noise, runs.
func samples() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	var rows, text bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&rows, "\x00%c\x01\x00\x00\x00\x00\x00%c\x0d\x00\x00\x1f\x00S\x00u\x00b\x00j\x00e\x00c\x00t\x00 \x00%c\x00\x00\x00",
			rune(i%128), rune(rnd.IntN(128)), rune('a'+rnd.IntN(26)))
	}
	words := strings.Fields("the quick brown fox jumps over a lazy dog while mail arrives in every folder of her mailbox")
	for text.Len() < 32<<10 {
		text.WriteString(words[rnd.IntN(len(words))])
		text.WriteByte(' ')
	}
	noise := make([]byte, 32<<10)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	far := append(append([]byte("needle in the haystack"), noise[:8192-22]...), "needle in the haystack"...)
	return map[string][]byte{
		"rows": rows.Bytes(), "text": text.Bytes(), "zeros": make([]byte, lzxpress.MaxSize),
		"noise": noise, "match at the farthest offset": far, "match too far": append([]byte("x"), far...),
		"text then noise": append(text.Bytes()[:5000:5000], noise[:3000]...),
	}
}

func TestCompressRoundTrip(t *testing.T) {
	t.Parallel()
	enc := new(lzxpress.Encoder)
	for name, plain := range samples() {
		packed, ok := enc.Compress([]byte("head"), plain)
		if !bytes.HasPrefix(packed, []byte("head")) {
			t.Fatalf("%s: dst is gone", name)
		}
		packed = packed[4:]
		if !ok {
			if name != "noise" && !strings.HasPrefix(name, "match") || len(packed) != 0 {
				t.Errorf("%s: not compressed, %d bytes left behind", name, len(packed))
			}
			continue
		}
		got, err := lzxpress.Expand(packed, len(plain))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: does not expand to what it was: %v", name, err)
		}
		if len(packed) >= len(plain) {
			t.Errorf("%s: %d bytes from %d", name, len(packed), len(plain))
		}
	}
}

func TestCompressGivesUpOnLongInput(t *testing.T) {
	t.Parallel()
	if got, ok := new(lzxpress.Encoder).Compress(nil, make([]byte, lzxpress.MaxSize+1)); ok || got != nil {
		t.Errorf("Compress = %d bytes, %v; want none", len(got), ok)
	}
}

func TestXORTwiceIsNothing(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i * 7)
		}
		want := bytes.Clone(b)
		lzxpress.XOR(b)
		for i := range b {
			if b[i] != want[i]^0xA5 {
				t.Fatalf("byte %d of %d is %#x", i, n, b[i])
			}
		}
		lzxpress.XOR(b)
		if !bytes.Equal(b, want) {
			t.Fatalf("%d bytes changed", n)
		}
	}
}

func FuzzExpand(f *testing.F) {
	for _, v := range vectors {
		f.Add(unhex(f, v.packed), len(v.plain))
	}
	f.Fuzz(func(t *testing.T, packed []byte, size int) {
		got, err := lzxpress.Expand(packed, size)
		if err != nil {
			if got != nil {
				t.Fatal("bytes beside an error")
			}
			return
		}
		if len(got) != size || size > lzxpress.MaxSize {
			t.Fatalf("%d bytes where %d were announced", len(got), size)
		}
		again, ok := new(lzxpress.Encoder).Compress(nil, got)
		if !ok {
			return
		}
		if back, err := lzxpress.Expand(again, size); err != nil || !bytes.Equal(back, got) {
			t.Fatalf("compressed again it expands to something else: %v", err)
		}
	})
}

func FuzzCompress(f *testing.F) {
	for _, v := range vectors {
		f.Add([]byte(v.plain))
	}
	for _, s := range samples() {
		f.Add(s[:min(len(s), 4096)])
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		packed, ok := new(lzxpress.Encoder).Compress(nil, plain)
		if !ok {
			return
		}
		if len(packed) >= len(plain) {
			t.Fatalf("%d bytes from %d", len(packed), len(plain))
		}
		if got, err := lzxpress.Expand(packed, len(plain)); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("expands to something else: %v", err)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	for _, name := range []string{"rows", "text", "noise"} {
		plain := samples()[name]
		plain = plain[:min(len(plain), 32<<10)]
		b.Run(name, func(b *testing.B) {
			enc := new(lzxpress.Encoder)
			dst := make([]byte, 0, 40<<10)
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			var n int
			for b.Loop() {
				out, _ := enc.Compress(dst, plain)
				n = len(out)
			}
			b.ReportMetric(float64(n)/float64(len(plain)), "ratio")
		})
	}
}

func BenchmarkExpand(b *testing.B) {
	for _, name := range []string{"rows", "text"} {
		plain := samples()[name]
		plain = plain[:min(len(plain), 32<<10)]
		packed, ok := new(lzxpress.Encoder).Compress(nil, plain)
		if !ok {
			b.Fatal("not compressible")
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lzxpress.Expand(packed, len(plain)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
