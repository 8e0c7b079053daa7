package mailconv_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/store"
)

// FuzzRead asks of any mail that its message survives being written and read again, and that nothing of a limit is passed.
func FuzzRead(f *testing.F) {
	for _, eml := range corpus(f) {
		f.Add(eml)
	}
	f.Fuzz(func(t *testing.T, eml []byte) {
		m, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{Limits: mailconv.Limits{Parts: 50, Depth: 8}})
		if err != nil {
			t.Fatal(err) // so short a mail is never refused
		}
		var b bytes.Buffer
		if parts := gather(m, &b); parts > 60*8 || b.Len() > 10*len(eml)+10000 {
			t.Fatalf("%d parts, %d bytes of %d", parts, b.Len(), len(eml))
		}
		checkRoundTrip(t, m)
	})
}

// leaf is one part of a mail that a test makes.
type leaf struct {
	kind, text string
	attached   bool
}

// drawMIME writes parts as another program might: with an encoding drawn for each.
func drawMIME(t *rapid.T, depth int, leaves *[]leaf) string {
	shape := rapid.IntRange(0, 5).Draw(t, "shape")
	if depth == 0 || shape < 3 {
		l := leaf{
			kind: rapid.SampledFrom([]string{"text/plain", "text/html", "image/png", "application/pdf"}).Draw(t, "kind"),
			text: string(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "bytes")), attached: true,
		}
		encoding, body := "base64", base64.StdEncoding.EncodeToString([]byte(l.text))
		if rapid.Bool().Draw(t, "quoted") {
			var b bytes.Buffer
			q := quotedprintable.NewWriter(&b)
			q.Binary = true
			fmt.Fprint(q, l.text)
			q.Close()
			encoding, body = "Quoted-Printable", b.String()
		} else {
			body = lines(body)
		}
		*leaves = append(*leaves, l)
		return fmt.Sprintf("Content-Type: %s\r\nContent-Disposition: attachment; filename=f%d\r\nContent-Transfer-Encoding: %s\r\n\r\n%s", l.kind, len(*leaves), encoding, body)
	}
	if shape == 5 {
		return "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n" + drawMIME(t, depth-1, leaves)
	}
	boundary := fmt.Sprintf("b%d-%d", depth, len(*leaves))
	kind := rapid.SampledFrom([]string{"mixed", "alternative", "related", "x-other"}).Draw(t, "multipart")
	var b strings.Builder
	fmt.Fprintf(&b, "Content-Type: multipart/%s; boundary=%q\r\n\r\npreamble\r\n", kind, boundary)
	for range rapid.IntRange(1, 4).Draw(t, "parts") {
		fmt.Fprintf(&b, "--%s\r\n%s\r\n", boundary, drawMIME(t, depth-1, leaves))
	}
	fmt.Fprintf(&b, "--%s--\r\nepilogue\r\n", boundary)
	return b.String()
}

// TestNothingIsLost makes mails of any structure and looks for every file in the message, byte by byte.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var leaves []leaf
		eml := "Subject: made\r\n" + drawMIME(rt, 4, &leaves)
		m, err := mailconv.ReadBytes([]byte(eml), mailconv.ReadOptions{})
		if err != nil {
			rt.Fatal(err)
		}
		var got []leaf
		files(look(m), &got)
		if len(got) != len(leaves) {
			rt.Fatalf("%d files of %d\n%s", len(got), len(leaves), eml)
		}
		for i, l := range leaves {
			if got[i].text != l.text || got[i].kind != l.kind {
				rt.Fatalf("file %d: got %q, want %q\n%s", i, got[i].text, l.text, eml)
			}
		}
		again := look(read(t, write(t, m)))
		var back []leaf
		files(again, &back)
		if fmt.Sprint(back) != fmt.Sprint(got) {
			rt.Fatalf("after writing: got %v, want %v", back, got)
		}
	})
}

func files(s seen, list *[]leaf) {
	for _, a := range s.Attachments {
		if a.Embedded != nil {
			files(*a.Embedded, list)
			continue
		}
		*list = append(*list, leaf{a.Props["PidTagAttachMimeTag"], a.Data, true})
	}
}

// BenchmarkRead reads a mail with a file in base64.
func BenchmarkRead(b *testing.B) {
	benchmark(b, func(eml []byte, _ *mailconv.Message) { read(b, eml) })
}

// BenchmarkReadStaged does so with a stage for the file.
func BenchmarkReadStaged(b *testing.B) {
	benchmark(b, func(eml []byte, _ *mailconv.Message) {
		if _, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{Stage: discarding{}}); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkWrite writes it.
func BenchmarkWrite(b *testing.B) {
	benchmark(b, func(_ []byte, m *mailconv.Message) {
		if err := mailconv.Write(discarding{}, m, mailconv.WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	})
}

func benchmark(b *testing.B, run func([]byte, *mailconv.Message)) {
	b.Helper()
	data := make([]byte, 8<<20)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	eml := []byte("From: a@b\r\nTo: c@d\r\nSubject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n" +
		"Content-Type: application/x-large\r\nContent-Disposition: attachment; filename=large.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines(base64.StdEncoding.EncodeToString(data)) + "--b--\r\n")
	m := read(b, eml)
	if got := m.Attachments[0].Content.Bytes; got != string(data) {
		b.Fatal("the file differs")
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		run(eml, m)
	}
}

// discarding takes what is written nowhere.
type discarding struct{}

func (discarding) Write(p []byte) (int, error)                   { return len(p), nil }
func (discarding) NewStage() (store.StageID, error)              { return 1, nil }
func (discarding) WriteStage(store.StageID, int64, []byte) error { return nil }
func (discarding) DropStage(...store.StageID) error              { return nil }
