package rtf_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/rtf"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decompress(b []byte, limit int) ([]byte, error) {
	r, err := rtf.Decompress(bytes.NewReader(b), int64(limit))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// compress compresses text that comes in parts.
func compress(text []byte) []byte {
	var out bytes.Buffer
	c := rtf.NewCompressor(&out)
	for part := range slices.Chunk(text, 1000) {
		_, _ = c.Write(part)
	}
	h, _ := c.Close() // a buffer takes everything
	copy(out.Bytes(), h[:])
	return out.Bytes()
}

// The first two are the examples of [MS-OXRTFCP] 4.1 and 4.2.
func TestCompressedRTF(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, bytes string }{
		{"Simple", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
			"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"},
		{"ReadingWhatIsBeingWritten", `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`, "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"},
		{"Short", `{\rtf1\ansi\ansicpg1252\pard test}`, "23000000220000004c5a4675335ce87403000a007263706731323592320af320740790747d0f10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := decompress(unhex(t, c.bytes), 1000)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.text, string(got)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.bytes, hex.EncodeToString(compress([]byte(c.text)))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUncompressedRTF(t *testing.T) {
	t.Parallel()
	const text, bytes = `{\rtf1\ansi\ansicpg1252\pard test}`, "2e000000220000004d454c41000000007b5c727466315c616e73695c616e7369637067313235325c7061726420746573747d"
	got, err := decompress(unhex(t, bytes), 1000)
	if err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
	if d := cmp.Diff(bytes, hex.EncodeToString(rtf.Store([]byte(text)))); d != "" {
		t.Error(d)
	}
}

func TestDecompressRefuses(t *testing.T) {
	t.Parallel()
	good := compress([]byte(`{\rtf1 hello hello hello}`))
	change := func(at int, v byte) []byte { b := bytes.Clone(good); b[at] ^= v; return b }
	for _, c := range []struct {
		name  string
		bytes []byte
		limit int
	}{
		{"Nothing", nil, 1000},
		{"HeaderCut", good[:15], 1000},
		{"ContentsCut", good[:len(good)-1], 1000},
		{"OverLimit", good, 10},
		{"UnknownType", change(8, 1), 1000},
		{"WrongChecksum", change(12, 1), 1000},
		{"WrongByte", change(len(good)-1, 1), 1000},
		{"RawSizeTooLarge", change(5, 1), 1000},
		{"CompSizeTooSmall", append([]byte{3, 0, 0, 0}, good[4:]...), 1000},
		{"CompSizeHuge", append([]byte{0xFF, 0xFF, 0xFF, 0xFF}, good[4:]...), 1000},
	} {
		if out, err := decompress(c.bytes, c.limit); err == nil {
			t.Errorf("%s: %q", c.name, out)
		}
	}
}

func TestCompressRunsAndDistances(t *testing.T) {
	t.Parallel()
	far := make([]byte, 9000)
	for i := range far {
		far[i] = byte(i * i >> 3)
	}
	for _, text := range []string{"", "a", strings.Repeat("a", 100), strings.Repeat("ab", 5000), string(far), string(far[:5000]) + string(far[:5000])} {
		b := compress([]byte(text))
		got, err := decompress(b, len(text))
		if err != nil || string(got) != text {
			t.Errorf("%d bytes became %d, %v", len(text), len(got), err)
		}
	}
	if n := len(compress(bytes.Repeat([]byte{'a'}, 10000))); n > 1500 {
		t.Errorf("a run of 10000 takes %d bytes", n)
	}
}

func FuzzDecompress(f *testing.F) {
	f.Add(compress([]byte(`{\rtf1 hello hello}`)))
	f.Add(rtf.Store([]byte("x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 16
		out, err := decompress(b, limit)
		if err != nil {
			return
		}
		if len(out) > limit || len(out) > 17*len(b) {
			t.Fatalf("%d bytes became %d", len(b), len(out))
		}
		again, err := decompress(compress(out), limit)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%x became %x, %v", out, again, err)
		}
	})
}

func FuzzCompress(f *testing.F) {
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := decompress(compress(b), len(b))
		if err != nil || !bytes.Equal(out, b) {
			t.Fatalf("%x became %x, %v", b, out, err)
		}
	})
}

func BenchmarkCompress(b *testing.B) {
	text := bytes.Repeat([]byte(`{\rtf1\ansi The quarterly figures of the northern office are in.\par }`), 500)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		compress(text)
	}
}

func BenchmarkDecompress(b *testing.B) {
	text := bytes.Repeat([]byte(`{\rtf1\ansi The quarterly figures of the northern office are in.\par }`), 500)
	in := compress(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decompress(in, len(text)); err != nil {
			b.Fatal(err)
		}
	}
}
