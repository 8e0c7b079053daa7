package storetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// crashDir is the variable that tells a child process of RunCrash where to write.
const crashDir = "STORETEST_CRASH_DIR"

// RunCrash kills a process in the middle of writing, several times, and checks that the store opens again and holds
// every update that was answered, and none in part. open opens the store in a folder. The calling test must do nothing
// but call RunCrash, since it is run again as the process to kill.
func RunCrash(t *testing.T, open func(dir string) (store.Store, error)) {
	if dir := os.Getenv(crashDir); dir != "" {
		writeUntilKilled(t, dir, open)
		return
	}
	dir := t.TempDir()
	var acknowledged []string
	for round := range 4 {
		acknowledged = append(acknowledged, killWriter(t, dir, 40+37*round)...)
		s, err := open(dir)
		if err != nil {
			t.Fatalf("open after a kill: %v", err)
		}
		checkSurvivors(t, s, acknowledged)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killWriter starts a writer, kills it after n acknowledged updates and returns the subjects of those.
func killWriter(t *testing.T, dir string, n int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v=false")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var subjects []string
	lines := bufio.NewScanner(out)
	for lines.Scan() { // goes on after the kill, for what was written before it
		s, ok := strings.CutPrefix(lines.Text(), "ok ")
		if !ok {
			t.Logf("writer: %s", lines.Text())
			continue
		}
		if subjects = append(subjects, s); len(subjects) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(subjects) < n {
		t.Fatalf("the writer ended by itself after %d updates: %v", len(subjects), err)
	}
	return subjects
}

// crashParts is how many messages every update makes.
const crashParts = 3

// writeUntilKilled writes from several goroutines and prints what was answered.
func writeUntilKilled(t *testing.T, dir string, open func(string) (store.Store, error)) {
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var mb store.Mailbox
	err = s.Update(t.Context(), store.Scope{}, func(tx store.Tx) (err error) {
		if mb, err = tx.MailboxOf("alice"); err != nil {
			mb, err = tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice"})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	scope := store.Scope{Mailboxes: []store.MailboxID{mb.ID}}
	lines := make(chan string)
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				text := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				err := s.Update(t.Context(), scope, func(tx store.Tx) error {
					for range crashParts {
						_, err := tx.CreateMessage(store.NewMessage{Folder: mb.Special[store.SpecialRoot], Props: []prop.Tagged{
							subject(text), tagged(mapi.TagBody, prop.String(long(i%7*10000))),
						}})
						if err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					lines <- "error " + err.Error()
					return
				}
				lines <- "ok " + text
			}
		}()
	}
	for l := range lines {
		if _, err := fmt.Fprintln(os.Stdout, l); err != nil {
			return
		}
	}
}

func checkSurvivors(t *testing.T, s store.Store, acknowledged []string) {
	t.Helper()
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		mb, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: mb.Special[store.SpecialRoot]}, []mapi.PropTag{mapi.TagSubject}, func(_ store.MessageID, v []prop.Value) error {
			found[v[0].Str()]++
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range acknowledged {
		if found[s] != crashParts {
			t.Errorf("of update %s, which was answered, %d of %d messages are there", s, found[s], crashParts)
		}
	}
	for s, n := range found {
		if n != crashParts {
			t.Errorf("of update %s %d of %d messages are there", s, n, crashParts)
		}
	}
}
