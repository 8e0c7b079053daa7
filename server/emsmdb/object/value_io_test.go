package object

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/wire"
)

// randomText is text of characters of every length in UTF-8 and UTF-16.
func randomText(rnd *rand.Rand, n int) string {
	letters := []rune("aé€Д🎉\x00漢")
	var b strings.Builder
	for range n {
		b.WriteRune(letters[rnd.IntN(len(letters))])
	}
	return b.String()
}

// TestTextInPieces: text that is converted piece by piece is the same as text converted at once, wherever the pieces end
// and however the reader gives them.
func TestTextInPieces(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 6))
	for _, n := range []int{0, 1, 100, textPiece/4 - 1, textPiece / 4, textPiece, 3*textPiece + 7} {
		for range 4 {
			text := randomText(rnd, n)
			var wide wire.Writer
			wide.UTF16(text)
			for name, reader := range map[string]func(io.Reader) io.Reader{"Whole": func(r io.Reader) io.Reader { return r }, "Halves": iotest.HalfReader, "DataErr": iotest.DataErrReader} {
				var narrow, back bytes.Buffer
				if err := encodeText(&narrow, reader(bytes.NewReader(wide.Bytes())), 65001); err != nil || narrow.String() != codepage.Encode(65001, text) {
					t.Errorf("%s, %d characters to UTF-8: %v", name, n, err)
				}
				if err := writeUTF16(&back, reader(strings.NewReader(text))); err != nil || !bytes.Equal(back.Bytes(), wide.Bytes()) {
					t.Errorf("%s, %d characters to UTF-16: %v", name, n, err)
				}
			}
		}
	}
}

// TestTextThatEndsTooSoon: half a unit at the end is dropped, half a character replaced, and an error of the reader told.
func TestTextThatEndsTooSoon(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := encodeText(&out, strings.NewReader("a\x00b"), 1252); err != nil || out.String() != "a" {
		t.Errorf("half a unit: %q, %v", out.String(), err)
	}
	out.Reset()
	if err := encodeText(&out, strings.NewReader("a\x00\x3C\xD8"), 65001); err != nil || out.String() != "a\uFFFD" {
		t.Errorf("half a pair: %q, %v", out.String(), err)
	}
	if err := encodeText(&out, iotest.ErrReader(io.ErrClosedPipe), 1252); err != io.ErrClosedPipe { //nolint:errorlint // the very one
		t.Errorf("error = %v", err)
	}
	if err := writeUTF16(&out, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab")))); err != iotest.ErrTimeout { //nolint:errorlint // the very one
		t.Errorf("error = %v", err)
	}
}
