package mailconv_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

// corpus are the mails of testdata by name. All were written by hand for this test.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no mails: %v", err)
	}
	mails := map[string][]byte{}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		mails[strings.TrimSuffix(filepath.Base(p), ".eml")] = data
	}
	return mails
}

func read(t testing.TB, eml []byte) *mailconv.Message {
	t.Helper()
	m, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t testing.TB, m *mailconv.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := mailconv.Write(&b, m, mailconv.WriteOptions{Host: "exch01.mapid.test"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// seen is a message as tests compare it.
type seen struct {
	Props       map[string]string
	Recipients  []map[string]string
	Attachments []seen
	Data        string
	Embedded    *seen
}

func shown(v prop.Value) string {
	switch v.Type() {
	case mapi.PtypString:
		return v.Str()
	case mapi.PtypBinary:
		return fmt.Sprintf("%q", v.Str())
	case mapi.PtypMultiString:
		return strings.Join(prop.Elements[string](v), "|")
	}
	return fmt.Sprint(v.Int())
}

func propsOf(props []prop.Tagged, named []mailconv.Named) map[string]string {
	out := map[string]string{}
	for _, p := range props {
		out[p.Tag.Name()] = shown(p.Value)
	}
	for _, n := range named {
		out[strings.TrimSpace(n.Name.Text+fmt.Sprintf(" %X", n.Name.LID))] = shown(n.Value)
	}
	return out
}

// look describes a message. The header that it came with is left to tests of its own.
func look(m *mailconv.Message) seen {
	s := seen{Props: propsOf(m.Props, m.Named)}
	delete(s.Props, "PidTagTransportMessageHeaders")
	for _, r := range m.Recipients {
		s.Recipients = append(s.Recipients, propsOf(r.Props, nil))
	}
	for _, a := range m.Attachments {
		x := seen{Props: propsOf(a.Props, a.Named)}
		data, _ := io.ReadAll(a.Content.Open())
		x.Data = string(data)
		if a.Embedded != nil {
			e := look(a.Embedded)
			x.Embedded = &e
		}
		s.Attachments = append(s.Attachments, x)
	}
	return s
}

// fieldsOf are the fields of a mail's header that are not about how it is built.
func fieldsOf(m *mailconv.Message) []string {
	var list []string
	text := strings.ReplaceAll(m.Get(mapi.TagTransportMessageHeaders).Str(), "\r\n\t", " ")
	for _, f := range strings.Split(strings.ReplaceAll(text, "\r\n ", " "), "\r\n") {
		name, _, _ := strings.Cut(strings.ToLower(f), ":")
		if !slices.Contains([]string{"", "content-type", "content-transfer-encoding", "content-disposition", "mime-version"}, strings.TrimSpace(name)) {
			list = append(list, f)
		}
	}
	return list
}

// checkRoundTrip writes a message and reads it again.
func checkRoundTrip(t testing.TB, m *mailconv.Message) *mailconv.Message {
	t.Helper()
	eml := write(t, m)
	again := read(t, eml)
	if d := cmp.Diff(look(m), look(again)); d != "" {
		t.Errorf("the message changed on the way through mail:\n%s\n%q", d, eml)
	}
	if second := write(t, again); !bytes.Equal(eml, second) {
		t.Errorf("the mail changed on the way through a message:\n%s", cmp.Diff(string(eml), string(second)))
	}
	return again
}

func TestCorpusPassesUnharmed(t *testing.T) {
	t.Parallel()
	for name, eml := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := read(t, eml)
			again := checkRoundTrip(t, m)
			out := write(t, m)
			if i := slices.IndexFunc(out, func(c byte) bool { return c >= 0x80 || c == 0 }); i >= 0 {
				t.Errorf("the mail has a byte %#x: ...%q", out[i], out[max(0, i-50):i+1])
			}
			kept := fieldsOf(again)
			for _, f := range fieldsOf(m) {
				name, _, _ := strings.Cut(f, ":")
				if isPlain := !strings.ContainsFunc(f, func(c rune) bool { return c < ' ' || c > '~' }); isPlain && !slices.Contains(kept, f) {
					t.Errorf("the field %s was lost: %q\n%q", name, f, kept)
				}
			}
		})
	}
}
