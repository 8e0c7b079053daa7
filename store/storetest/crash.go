package storetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
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
	lines := make(chan string)
	for n := range 8 {
		w := &crashWriter{t: t, s: s, scope: store.Scope{Mailboxes: []store.MailboxID{mb.ID}}, folder: mb.Special[store.SpecialRoot]}
		write := w.create
		if n%2 == 1 {
			write = w.save
		}
		go func() {
			for i := 0; ; i++ {
				text := fmt.Sprintf("%d-%d-%d", os.Getpid(), n, i)
				if err := write(i, text); err != nil {
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

// crashWriter is one of the goroutines that write.
type crashWriter struct {
	t      *testing.T
	s      store.Store
	scope  store.Scope
	folder store.FolderID
	ids    []store.MessageID // messages that save changes
}

// create makes messages with a subject.
func (w *crashWriter) create(i int, text string) error {
	return w.s.Update(w.t.Context(), w.scope, func(tx store.Tx) error {
		for range crashParts {
			_, err := tx.CreateMessage(store.NewMessage{Folder: w.folder, Props: []prop.Tagged{subject(text), tagged(mapi.TagBody, prop.String(long(i%7*10000)))}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// crashData is what save writes in pieces.
func crashData(i int, text string) string {
	return strings.Repeat(text+" ", 1+i%5*10000)
}

// save changes everything about the messages of this writer, which the first call makes, at once.
func (w *crashWriter) save(i int, text string) error {
	stages := make([]store.StageID, crashParts)
	for n := range stages {
		if err := w.stage(&stages[n], []byte(crashData(i, text))); err != nil {
			return err
		}
	}
	return w.s.Update(w.t.Context(), w.scope, func(tx store.Tx) error {
		for n, stage := range stages {
			if i == 0 {
				m, err := tx.CreateMessage(store.NewMessage{Folder: w.folder, Associated: true})
				if err != nil {
					return err
				}
				w.ids = append(w.ids, m.ID)
			}
			e := store.ContentEdit{
				Edit:          store.Edit{Set: []prop.Tagged{subject(text)}, Staged: []store.Staged{{Tag: mapi.TagHtml, Stage: stage}}},
				SetRecipients: true, Recipients: []store.Recipient{{Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String(text))}}},
				Attachments: []store.AttachmentEdit{
					{Number: uint32(i), Edit: store.Edit{Set: []prop.Tagged{tagged(mapi.TagAttachLongFilename, prop.String(text))}}}, {Number: uint32(i) - 1, Delete: true},
				},
			}
			if _, err := tx.SaveMessage(w.ids[n], store.MessageEdit{ContentEdit: e}); err != nil {
				return err
			}
		}
		return nil
	})
}

// stage writes a value, each piece in an update of its own.
func (w *crashWriter) stage(id *store.StageID, data []byte) error {
	err := w.s.Update(w.t.Context(), store.Scope{}, func(tx store.Tx) (err error) { *id, err = tx.NewStage(); return err })
	for off := 0; off < len(data) && err == nil; off += 50_000 {
		err = w.s.Update(w.t.Context(), store.Scope{}, func(tx store.Tx) error {
			return tx.WriteStage(*id, int64(off), data[off:min(off+50_000, len(data))])
		})
	}
	return err
}

func checkSurvivors(t *testing.T, s store.Store, acknowledged []string) {
	t.Helper()
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	created, saved := map[string]int{}, map[string][]int{}
	err := s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		mb, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		sel, tags := store.Selection{Folder: mb.Special[store.SpecialRoot]}, []mapi.PropTag{mapi.TagSubject}
		err = r.Scan(sel, tags, func(_ store.MessageID, v []prop.Value) error {
			created[v[0].Str()]++
			return nil
		})
		if err != nil {
			return err
		}
		sel.Associated = true
		return r.Scan(sel, tags, func(id store.MessageID, v []prop.Value) error {
			text := v[0].Str()
			writer, i := writerOf(t, text)
			saved[writer] = append(saved[writer], i)
			return checkSaved(t, r, id, i, text)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range acknowledged {
		writer, i := writerOf(t, s)
		if of, ok := saved[writer]; ok {
			if of[0] < i {
				t.Errorf("save %s was answered, but the messages are those of save %d", s, of[0])
			}
		} else if created[s] != crashParts {
			t.Errorf("of update %s, which was answered, %d of %d messages are there", s, created[s], crashParts)
		}
	}
	for s, n := range created {
		if n != crashParts {
			t.Errorf("of update %s %d of %d messages are there", s, n, crashParts)
		}
	}
	for writer, of := range saved {
		if len(of) != crashParts || slices.Min(of) != slices.Max(of) {
			t.Errorf("the messages of writer %s are those of saves %v", writer, of)
		}
	}
}

// writerOf takes a text apart: who wrote it, and how many times before.
func writerOf(t *testing.T, text string) (string, int) {
	t.Helper()
	at := strings.LastIndexByte(text, '-')
	i, err := strconv.Atoi(text[at+1:])
	if err != nil {
		t.Fatalf("subject %q: %v", text, err)
	}
	return text[:at], i
}

// checkSaved checks that all of a message is of the same save.
func checkSaved(t *testing.T, r store.Reader, id store.MessageID, i int, text string) error {
	t.Helper()
	m, err := r.Message(id)
	if err != nil {
		return err
	}
	v, err := r.OpenProp(m.Bag, mapi.TagHtml)
	if err != nil {
		return err
	}
	data, err := readValue(v)
	if err != nil {
		return err
	}
	recipients, err := r.Recipients(m.Bag)
	if err != nil {
		return err
	}
	list, err := r.Attachments(m.Bag)
	if err != nil {
		return err
	}
	if string(data) != crashData(i, text) || len(recipients) != 1 || recipients[0].Props[0].Value.Str() != text || len(list) != 1 || list[0].Number != uint32(i) {
		t.Errorf("message %d of save %s has %d bytes, recipients %v, attachments %v", id, text, len(data), recipients, list)
	}
	return nil
}
