package rtf_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/rtf"
)

// longPage is HTML whose tags, comments, entities, line ends and characters of several bytes stand at every offset of
// the parts that are read at once.
func longPage() string {
	var b strings.Builder
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"a", "Grüße", "&amp;", "\r\n", "日本", "🎉", "<b>", "</b>", "1 < 2", "<!-- x > y -->", `<a href="` + strings.Repeat("u>", 300) + `">`, "</a>", "  ", "\t", "{\\}", "<br/>", "&notanentity", "<p>", "</p>"}
	b.WriteString("<html><head><style>" + strings.Repeat("p > a { color: red }", 1000) + "</style></head><body>")
	for b.Len() < 200_000 {
		b.WriteString(words[r.IntN(len(words))])
	}
	return b.String() + "<!--" + strings.Repeat("-", 9000) + "--></body></html>"
}

func TestEncapsulateLongHTML(t *testing.T) {
	t.Parallel()
	page := longPage()
	capsule := run(t, rtf.EncapsulateHTML, page)
	if got := run(t, rtf.HTML, capsule); got != page {
		t.Errorf("%d bytes of HTML became %d", len(page), len(got))
	}
	squeezed := compress([]byte(capsule))
	again, err := decompress(squeezed, len(capsule))
	if err != nil || string(again) != capsule {
		t.Errorf("%d bytes of RTF became %d, %v", len(capsule), len(again), err)
	}
	if len(squeezed) > len(capsule)/2 {
		t.Errorf("%d bytes are compressed to %d", len(capsule), len(squeezed))
	}
	if text := run(t, rtf.HTMLText, page); strings.Contains(text, "color") || strings.Contains(text, "<b>") || !strings.Contains(text, "日本") {
		t.Error("the plain text is wrong")
	}
}

func TestEncapsulateLongText(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("Grüße 🎉\r\n\tund {mehr}\\ ", 20_000)
	if got := run(t, rtf.Text, run(t, rtf.EncapsulateText, text)); got != text {
		t.Errorf("%d bytes became %d", len(text), len(got))
	}
}

// TestLongRunOfDoubleBytes: text that is decoded in parts is not cut inside of a character.
func TestLongRunOfDoubleBytes(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("\x83\x41\x83\x5c ", 20_000) // ア ソ, whose second bytes are letters and a backslash
	line = strings.ReplaceAll(line, "\x5c", `\'5c`)
	got := run(t, rtf.Text, `{\rtf1\ansi\ansicpg932 `+line+"}")
	if want := strings.Repeat("アソ ", 20_000); got != want {
		t.Errorf("%d bytes, want %d; %q", len(got), len(want), got[:60])
	}
}

// endless is text without an end.
type endless string

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(string(e), len(p)/len(e)+1)), nil
}

// limited refuses more than some bytes.
type limited int

var errFull = errors.New("full")

func (l *limited) Write(p []byte) (int, error) {
	if *l -= limited(len(p)); *l < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestConversionsStopWhenTheOutputIsFull: a text that never ends is not read on when nobody takes what becomes of it.
func TestConversionsStopWhenTheOutputIsFull(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		convert func(io.Writer, io.Reader) error
		text    string
	}{
		"Text": {rtf.Text, "a"}, "HTML": {rtf.HTML, `a\par `}, "HTMLText": {rtf.HTMLText, "<p>a"}, "TextHTML": {rtf.TextHTML, "<"},
		"EncapsulateText": {rtf.EncapsulateText, "a"}, "EncapsulateHTML": {rtf.EncapsulateHTML, "<p>a"},
	} {
		left := limited(1 << 20)
		if err := c.convert(&left, endless(c.text)); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDeepGroups: memory does not grow with how deep groups are nested.
func TestDeepGroups(t *testing.T) {
	t.Parallel()
	text := `{\rtf1 a` + strings.Repeat("{", 1_000_000) + "b" + strings.Repeat("}", 1_000_000) + `c}`
	if got := run(t, rtf.Text, text); got != "abc" {
		t.Errorf("%q", got)
	}
}

// TestDecompressionBomb: a few bytes that stand for many are refused by what their header says, and if it lies, by what
// they become.
func TestDecompressionBomb(t *testing.T) {
	t.Parallel()
	bomb := compress(bytes.Repeat([]byte("a"), 1<<20))
	if len(bomb) > 1<<18 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	if _, err := rtf.Decompress(bytes.NewReader(bomb), 1<<20-1); !errors.Is(err, rtf.ErrCompressed) {
		t.Errorf("over the limit: %v", err)
	}
	bomb[4], bomb[5], bomb[6], bomb[7] = 100, 0, 0, 0
	r, err := rtf.Decompress(bytes.NewReader(bomb), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); len(b) > 100 || err != nil {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
