// Package mime lets other programs read the mail that messages become.
package mime

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mailconv"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// python is the interpreter, or the end of the test.
func python(t *testing.T) string {
	t.Helper()
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "" {
		t.Skip("interop tests run with MAPID_REQUIRE_INTEROP=0 or 1")
	}
	path, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("MAPID_REQUIRE_INTEROP") == "1" {
			t.Fatalf("python3 is not installed, and MAPID_REQUIRE_INTEROP=1 wants it: %v", err)
		}
		t.Skipf("python3 is not installed: %v", err)
	}
	return path
}

type text struct{ Type, Text string }

type file struct {
	Name, Type, ID string
	Data           []byte
}

// seen is what the other program found.
type seen struct {
	Subject, From, To string
	Texts             []text
	Files             []file
	Defects           []string
}

// look writes messages as mail and has them read.
func look(t *testing.T, messages ...*mailconv.Message) []seen {
	t.Helper()
	args := []string{"read_mail.py"}
	for _, m := range messages {
		var b bytes.Buffer
		if err := mailconv.Write(&b, m, mailconv.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "mail.eml")
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.CommandContext(t.Context(), python(t), args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []seen
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var s seen
		if err := dec.Decode(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if len(list) != len(messages) {
		t.Fatalf("%d of %d mails were read", len(list), len(messages))
	}
	return list
}

// TestInteropPythonReadsMessages has Python read a message that a client composed.
func TestInteropPythonReadsMessages(t *testing.T) {
	t.Parallel()
	python(t)
	m := &mailconv.Message{}
	for _, p := range msgprops.Outsider("Jürgen, J.", "j@mapid.test").Props(msgprops.SentRepresenting()) {
		m.Set(p.Tag, p.Value)
	}
	long := strings.Repeat("Größe ", 60)
	m.Set(mapi.TagSubject, prop.String("日本語 and "+long))
	m.Set(mapi.TagBody, prop.String("Zeile = 1 \r\n.\r\nFrom me\r\n"))
	m.Set(mapi.TagHtml, prop.BinaryString("<p>\xdf <img src=\"cid:i\"></p>\r\n"))
	m.Set(mapi.TagInternetCodepage, prop.Uint32(28591))
	m.Recipients = []store.Recipient{{Type: mapi.RecipientTo, Props: msgprops.Outsider(`A "quoted" name`, "a@b.test").RecipientProps(0, mapi.RecipientTo)}}
	name := "a very long file name " + strings.Repeat("ü", 40) + ".bin"
	for _, a := range []struct{ name, kind, id, data string }{{"i.png", "image/png", "i", "\x89PNG\r\n"}, {name, "application/x-test", "", strings.Repeat("\x00\xff\r\n", 1000)}} {
		m.Attachments = append(m.Attachments, mailconv.Attachment{
			Method: mapi.AfByValue, Content: mailconv.Content{Bytes: a.data}, Props: []prop.Tagged{
				{Tag: mapi.TagAttachLongFilename, Value: prop.String(a.name)}, {Tag: mapi.TagAttachMimeTag, Value: prop.String(a.kind)},
				{Tag: mapi.TagAttachContentId, Value: prop.String(a.id)},
			},
		})
	}
	got := look(t, m)[0]
	want := seen{
		Subject: strings.TrimSpace("日本語 and " + long), From: `"Jürgen, J." <j@mapid.test>`, To: `"A \"quoted\" name" <a@b.test>`,
		Texts:   []text{{"text/plain", "Zeile = 1 \n.\nFrom me\n"}, {"text/html", "<p>ß <img src=\"cid:i\"></p>\n"}},
		Files:   []file{{"i.png", "image/png", "<i>", []byte("\x89PNG\r\n")}, {name, "application/x-test", "", []byte(strings.Repeat("\x00\xff\r\n", 1000))}},
		Defects: []string{},
	}
	for i := range got.Texts {
		got.Texts[i].Text = strings.ReplaceAll(got.Texts[i].Text, "\r\n", "\n")
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestInteropPythonFindsNothingWrong has Python read every mail of the corpus after its way through a message.
func TestInteropPythonFindsNothingWrong(t *testing.T) {
	t.Parallel()
	python(t)
	paths, err := filepath.Glob("../../../internal/mailconv/testdata/*.eml")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d mails, %v", len(paths), err)
	}
	var messages []*mailconv.Message
	for _, p := range paths {
		eml, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		m, err := mailconv.ReadBytes(eml, mailconv.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	mayHave := map[string]int{"ugly_types.eml": 1} // its message/partial holds no message
	for i, s := range look(t, messages...) {
		if len(s.Defects) > mayHave[filepath.Base(paths[i])] || s.Subject != messages[i].Get(mapi.TagSubject).Str() {
			t.Errorf("%s: subject %q, defects %v", filepath.Base(paths[i]), s.Subject, s.Defects)
		}
	}
}
