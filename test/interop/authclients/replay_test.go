package authclients

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "record the conversations of the clients that run")

// record keeps a conversation for TestReplay: what server it was with, and a keytab where that has one.
func record(t *testing.T, mech string, now time.Time, log []string, keytab ...byte) {
	t.Helper()
	if !*update {
		return
	}
	name := filepath.Join("testdata", strings.ReplaceAll(strings.TrimPrefix(t.Name(), "TestInterop"), "/", "_")+".txt")
	text := fmt.Sprintf("%s %s %x\n%s\n", mech, now.UTC().Format(time.RFC3339Nano), keytab, strings.Join(log, "\n"))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// recording is a client that says again what it once said, and expects what it was told.
type recording struct {
	lines []string
	// random says that tokens of the exchange hold randomness that cannot be repeated: an AP-REP's confounder is
	// gokrb5's. What the client answers, and every message afterwards, still depends on what is in them.
	random bool
}

func (r *recording) next(who string) (line, error) {
	if len(r.lines) == 0 {
		return line{}, io.ErrUnexpectedEOF
	}
	got, rest, _ := strings.Cut(r.lines[0], " ")
	if got != who {
		return line{}, fmt.Errorf("the recording goes on with %q", r.lines[0])
	}
	r.lines = r.lines[1:]
	return parseLine(rest)
}

func (r *recording) read() (line, error) { return r.next("client") }

func (r *recording) write(l line) error {
	want, err := r.next("server")
	if err == nil && r.random && want.word == l.word && len(want.args) == 1 {
		return nil
	}
	if err == nil && want.String() != l.String() {
		err = fmt.Errorf("said %s where the client was satisfied with %s", l, want)
	}
	return err
}

// TestReplay repeats the recorded conversations: the server must accept the same tokens and messages, and say byte by
// byte what satisfied the client.
func TestReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(b)), "\n")
			head := append(strings.Fields(lines[0]), "")
			now, err := time.Parse(time.RFC3339Nano, head[1])
			if err != nil {
				t.Fatal(err)
			}
			keytab, err := hex.DecodeString(head[2])
			if err != nil {
				t.Fatal(err)
			}
			client := &recording{lines: lines[1:], random: len(keytab) > 0}
			if err := talk(t, mechanism(t, head[0], now, keytab).Accept(), client); err != nil {
				t.Fatal(err)
			}
			if len(client.lines) > 0 {
				t.Fatal(errors.New("the conversation ended before the recording"))
			}
		})
	}
}
