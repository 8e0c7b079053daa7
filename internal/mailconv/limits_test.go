package mailconv_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// stager keeps stages in memory.
type stager struct {
	data    map[store.StageID][]byte
	next    store.StageID
	failing bool
	largest int
}

var errFull = errors.New("disk full")

func (s *stager) NewStage() (store.StageID, error) {
	s.next++
	s.data[s.next] = nil
	return s.next, nil
}

func (s *stager) WriteStage(id store.StageID, off int64, data []byte) error {
	if s.failing {
		return errFull
	}
	if int64(len(s.data[id])) != off {
		return fmt.Errorf("stage %d has %d bytes, written at %d", id, len(s.data[id]), off)
	}
	s.largest = max(s.largest, len(data))
	s.data[id] = append(s.data[id], data...)
	return nil
}

func (s *stager) DropStage(ids ...store.StageID) error {
	for _, id := range ids {
		delete(s.data, id)
	}
	return nil
}

func newStager() *stager { return &stager{data: map[store.StageID][]byte{}} }

func TestReadStagesLargeFiles(t *testing.T) {
	t.Parallel()
	large, small := strings.Repeat("0123456789abcdef", 100<<10/16), "small"
	inner := "Subject: inner\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: application/x-large\r\n\r\n" + large + "\r\n--i--\r\n"
	eml := "Subject: files\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/x-large\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines(base64.StdEncoding.EncodeToString([]byte(large))) + "--b\r\nContent-Type: application/x-small\r\n\r\n" + small + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "\r\n--b--\r\n"
	st := newStager()
	m, err := mailconv.Read(strings.NewReader(eml), mailconv.ReadOptions{Stage: st})
	if err != nil {
		t.Fatal(err)
	}
	a := m.Attachments
	if len(a) != 3 || a[0].Content.Stage == 0 || string(st.data[a[0].Content.Stage]) != large || a[0].Content.Size != int64(len(large)) || a[1].Content.Bytes != small {
		t.Fatalf("got %d files, stages %d", len(a), len(st.data))
	}
	deep := a[2].Embedded.Attachments[0].Content
	if string(st.data[deep.Stage]) != large || len(st.data) != 2 {
		t.Errorf("the file of the embedded message is not staged")
	}
	n, err := m.New(nil, func() [16]byte { return [16]byte{1} }, mapi.MfRead)
	if err != nil {
		t.Fatal(err)
	}
	edits := n.Edit.Attachments
	if len(edits) != 2 || edits[0].Number != 0 || edits[0].Staged[0].Stage != a[0].Content.Stage || edits[0].Staged[0].Tag != mapi.TagAttachDataBinary ||
		edits[1].Number != 2 || edits[1].Embedded.Attachments[0].Staged[0].Stage != deep.Stage {
		t.Errorf("got %+v", edits)
	}
}

func TestReadDropsStagesOfFailedMail(t *testing.T) {
	t.Parallel()
	eml := "Content-Type: application/x\r\n\r\n" + strings.Repeat("x", 1<<20)
	st := newStager()
	broken := errors.New("connection lost")
	_, err := mailconv.Read(io.MultiReader(strings.NewReader(eml), failing{broken}), mailconv.ReadOptions{Stage: st})
	if !errors.Is(err, broken) || len(st.data) != 0 {
		t.Errorf("got %v, %d stages left", err, len(st.data))
	}
	st.failing = true
	if _, err := mailconv.Read(strings.NewReader(eml), mailconv.ReadOptions{Stage: st}); !errors.Is(err, errFull) || len(st.data) != 0 {
		t.Errorf("got %v, %d stages left", err, len(st.data))
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// lines breaks base64 into lines.
func lines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	return b.String() + s + "\r\n"
}

func TestReadRefusesHeaderBombs(t *testing.T) {
	t.Parallel()
	for name, eml := range map[string]string{
		"OneEndlessLine":     "Subject: " + strings.Repeat("x", 2<<20),
		"OneEndlessFolding":  "Subject: x" + strings.Repeat("\r\n x", 1<<20),
		"ManyFields":         strings.Repeat("X: y\r\n", 6000) + "\r\n",
		"EndlessMboxLine":    "From " + strings.Repeat("x", 2<<20) + "\r\n" + strings.Repeat("X: y\r\n", 6000),
		"EndlessWithoutName": "X:" + strings.Repeat("\r\n\t", 1<<20),
	} {
		if _, err := mailconv.ReadBytes([]byte(eml), mailconv.ReadOptions{}); !errors.Is(err, mailconv.ErrHeaderTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestReadKeepsWhatIsTooMuch reads mail over every limit: nothing of it may be lost.
func TestReadKeepsWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	nested := func(n int, open, last string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, open, i, i)
		}
		return b.String() + last
	}
	for _, c := range []struct {
		name, eml string
		last      string // a text that must be somewhere
		depth     int
	}{
		{"TenThousandParts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: image/x\r\n\r\nx\r\n", 10000) + "--b\r\n\r\nthe last one\r\n--b--\r\n", "the last one", 1},
		{"HundredMultiparts", nested(100, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", "\r\nthe last one"), "the last one", 1},
		{"HundredMessages", nested(100, "X-Level: %d %d\r\nContent-Type: message/rfc822\r\n\r\n", "Subject: x\r\n\r\nthe last one"), "the last one", 33},
		{"ThousandMessages", nested(1000, "X-Level: %d %d\r\nContent-Type: message/rfc822\r\n\r\n", "Subject: x\r\n\r\nthe last one"), "the last one", 33},
		{"EndlessLine", "Subject: x\r\n\r\n" + strings.Repeat("x", 1<<20) + "the last one", "the last one", 1},
		{"LongText", "Subject: x\r\n\r\n" + strings.Repeat("text\r\n", 3<<20) + "the last one", "the last one", 1},
		{"HeaderBombInside", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: " + strings.Repeat("y", 2<<20) + "\r\n\r\nthe last one\r\n--b--\r\n", "the last one", 1},
		{"HeaderBombInMessage", "Content-Type: message/rfc822\r\n\r\n" + strings.Repeat("X: y\r\n", 6000) + "\r\nthe last one", "the last one", 1},
		{"ManyRecipients", "To: " + strings.Repeat("a@b,", 20000) + "the-last-one@b\r\n\r\n", "the-last-one@b", 1},
		{"ManyParameters", "Content-Type: text/plain; " + strings.Repeat("a=b;", 10000) + "\r\n\r\nthe last one", "the last one", 1},
		{"ManyWords", "Subject: " + strings.Repeat("=?utf-8?q?a?= ", 20000) + "the last one\r\n\r\n", "the last one", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := read(t, []byte(c.eml))
			var b strings.Builder
			parts := gather(m, &b)
			if !strings.Contains(b.String(), c.last) {
				t.Errorf("%q is gone", c.last)
			}
			if depth := depthOf(m); depth > c.depth || parts > 1100 {
				t.Errorf("the message has %d levels and %d parts", depth, parts)
			}
			if len(m.Recipients) > 5000 || len(m.Named) > 110 {
				t.Errorf("the message has %d recipients and %d named properties", len(m.Recipients), len(m.Named))
			}
		})
	}
}

// gather writes all texts of a message and counts its parts.
func gather(m *mailconv.Message, w io.Writer) (parts int) {
	fmt.Fprint(w, m.Get(mapi.TagBody).Str(), m.Get(mapi.TagHtml).Str(), m.Get(mapi.TagSubject).Str(), m.Get(mapi.TagTransportMessageHeaders).Str())
	for _, a := range m.Attachments {
		parts++
		io.Copy(w, a.Content.Open())
		if a.Embedded != nil {
			parts += gather(a.Embedded, w)
		}
	}
	return parts
}

func depthOf(m *mailconv.Message) (depth int) {
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			depth = max(depth, depthOf(a.Embedded))
		}
	}
	return depth + 1
}

// TestReadOneByteAtATime gives the reader its input in the smallest pieces there are.
func TestReadOneByteAtATime(t *testing.T) {
	t.Parallel()
	for name, eml := range corpus(t) {
		m, err := mailconv.Read(oneByte{strings.NewReader(string(eml))}, mailconv.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := write(t, m), write(t, read(t, eml)); string(got) != string(want) {
			t.Errorf("%s reads differently", name)
		}
	}
}

type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(1, len(p))]) }
