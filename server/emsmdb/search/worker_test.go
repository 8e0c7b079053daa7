package search_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// TestTenThousandChanges: after random changes of every kind, with the worker's steps among them, every search folder
// shows what a look at every message finds.
func TestTenThousandChanges(t *testing.T) {
	t.Parallel()
	const changes, together = changesTested, 5
	b := freshBox(t, 1)
	b.searches()
	for n := 0; n < changes; {
		done, err := b.changes(together, func(store.Tx) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if !done {
			continue
		}
		n += together
		if b.rand.IntN(3) == 0 {
			if _, err := b.worker.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n%2500 == 0 {
			b.finish()
			b.compare(fmt.Sprint("after ", n, " changes"))
		}
	}
	b.finish()
	b.compare("in the end")
	if b.seen < changes/10 {
		t.Errorf("only %d members were compared", b.seen)
	}
	if err := b.store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// killed is the variable that tells a child process where to work until it is killed.
const killed = "SEARCH_TEST_KILLED"

// TestKilled kills a process in the middle of changes and of the worker's work, several times. What it left goes on in
// the next process, and ends as if nothing had happened.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(killed); dir != "" {
		changeUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	st := openStore(t, dir, sqlite.Normal)
	newBox(t, st, 2).searches()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	pending := 0
	for round := range 4 {
		killAfter(t, dir, 30+41*round)
		st := openStore(t, dir, sqlite.Normal)
		b := newBox(t, st, 3)
		b.read(func(r store.Reader) error {
			queue, err := r.SearchQueue(b.mailbox, 1000)
			if err != nil {
				return err
			}
			parts, err := r.SearchParts(b.mailbox, 1000)
			pending += len(queue) + len(parts)
			return err
		})
		if err := st.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.finish()
		b.compare(fmt.Sprint("after kill ", round+1))
		if err := st.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.worker.Close()
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if pending == 0 {
		t.Error("no kill left anything to do")
	}
}

// killAfter runs a process that changes the mailbox and kills it after so many updates.
func killAfter(t *testing.T, dir string, updates int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v=false")
	cmd.Env = append(os.Environ(), killed+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if !strings.HasPrefix(lines.Text(), "ok ") {
			t.Logf("process: %s", lines.Text())
			continue
		}
		if seen++; seen == updates {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || seen < updates {
		t.Fatalf("the process ended by itself after %d updates: %v", seen, err)
	}
}

// changeUntilKilled changes the mailbox and starts searches anew while a worker runs, and prints what was done.
func changeUntilKilled(t *testing.T, dir string) {
	b := newBox(t, openStore(t, dir, sqlite.Normal), uint64(os.Getpid()))
	go b.worker.Run(context.Background())
	for n := 0; ; n++ {
		_, err := b.changes(5, func(tx store.Tx) error {
			if n%17 != 0 {
				return nil
			}
			return b.startAnew(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(os.Stdout, "ok", n); err != nil {
			return
		}
	}
}

// TestRebuildWhileMailArrives starts searches anew all the time while others deliver and move mail.
func TestRebuildWhileMailArrives(t *testing.T) {
	t.Parallel()
	b := freshBox(t, 4)
	b.searches()
	ctx, stop := context.WithCancel(t.Context())
	var working, changing sync.WaitGroup
	working.Go(func() { b.worker.Run(ctx) })
	for range 3 {
		changing.Go(func() {
			for range 60 {
				_, err := b.changes(5, func(tx store.Tx) error { // one at a time has its turn, and with it the random numbers
					if b.rand.IntN(4) != 0 {
						return nil
					}
					return b.startAnew(tx)
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	changing.Wait()
	stop()
	working.Wait()
	b.finish()
	b.compare("in the end")
	if err := b.store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestRunFollows: a worker that runs notices by itself what is to be done.
func TestRunFollows(t *testing.T) {
	t.Parallel()
	b := freshBox(t, 5)
	found := make(chan store.Change, 100)
	cancel := b.store.Changes().Subscribe(func(changes []store.Change) {
		for _, c := range changes {
			if c.Kind == store.SearchMemberAdded || c.Kind == store.SearchCompleted {
				found <- c
			}
		}
	})
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() { b.worker.Run(ctx) })
	id := b.search("unread", kinds[0], true, b.top)
	if c := <-found; c.Kind != store.SearchCompleted || c.Folder != id {
		t.Errorf("change %+v", c)
	}
	deliver := func() {
		b.write(func(tx store.Tx) error {
			_, err := tx.CreateMessage(store.NewMessage{Folder: b.top})
			return err
		})
		if c := <-found; c.Kind != store.SearchMemberAdded || c.Folder != id || c.OldFolder != b.top {
			t.Errorf("change %+v", c)
		}
	}
	deliver()
	deliver()
	stop()
	working.Wait()

	// A worker that starts later finds the mailboxes with searches by itself.
	b2 := newBox(t, b.store, 6)
	ctx, stop = context.WithCancel(t.Context())
	working.Go(func() { b2.worker.Run(ctx) })
	deliver()
	stop()
	working.Wait()
}

// TestReset: a store that was emptied under a worker is as good as a new one.
func TestReset(t *testing.T) {
	t.Parallel()
	b := freshBox(t, 7)
	b.searches()
	b.finish()
	if err := b.store.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.finish()
	other := newBox(t, b.store, 7)
	b.mailbox, b.root, b.top, b.finder = other.mailbox, other.root, other.top, other.finder
	b.searches()
	b.write(b.change)
	b.finish()
	b.compare("after a reset")
}

// TestLimitedSearch shows the first messages only, also when others come: [MS-OXCDATA] 2.12.12.
func TestLimitedSearch(t *testing.T) {
	t.Parallel()
	b := freshBox(t, 8)
	sub := b.folder(b.top, "sub", store.FolderGeneric)
	var ids []store.MessageID
	add := func(in store.FolderID, flags uint32) {
		b.write(func(tx store.Tx) error {
			m, err := tx.CreateMessage(store.NewMessage{Folder: in, Flags: flags})
			ids = append(ids, m.ID)
			return err
		})
	}
	for n := range 6 {
		add([]store.FolderID{sub, b.top}[n%2], 0)
	}
	found := func(search store.FolderID) (list []store.MessageID) {
		b.read(func(r store.Reader) error {
			return r.Scan(store.Selection{Folder: search}, nil, func(id store.MessageID, _ []prop.Value) error {
				list = append(list, id)
				return nil
			})
		})
		return list
	}
	limited := b.search("limited", prop.CountRestriction{Count: 4, Part: kinds[0]}, true, b.top)
	plain := b.search("plain", kinds[0], true, b.top)
	b.finish()
	if got := found(limited); len(got) != 4 || len(found(plain)) != 6 {
		t.Errorf("found %v, and without a limit %v", got, found(plain))
	}
	add(b.top, 0)
	b.finish()
	if got := found(limited); len(got) != 4 || len(found(plain)) != 7 {
		t.Errorf("found %v after one more, and without a limit %v", got, found(plain))
	}
	b.write(func(tx store.Tx) error {
		_, err := tx.SetMessageFlags(ids[1], mapi.MfRead, mapi.MfRead)
		return err
	})
	b.finish()
	if got := found(limited); len(got) != 4 {
		t.Errorf("found %v after one was read", got)
	}
	b.write(func(tx store.Tx) error { return tx.DeleteFolder(sub, false) })
	b.finish()
	if got := found(limited); len(got) != 3 || len(found(plain)) != 3 {
		t.Errorf("found %v after a folder went, and without a limit %v", got, found(plain))
	}
}

// TestBrokenJudgement: a message that can't be judged is no member, and the others are not kept from being found.
func TestBrokenJudgement(t *testing.T) {
	t.Parallel()
	b := freshBox(t, 9)
	id := b.search("all", prop.ExistRestriction{Tag: mapi.TagSubject}, true, b.top)
	b.finish()
	b.write(func(tx store.Tx) error {
		for range 3 {
			if _, err := tx.CreateMessage(store.NewMessage{Folder: b.top, Props: []prop.Tagged{tagged(mapi.TagSubject, prop.String("s"))}}); err != nil {
				return err
			}
		}
		return nil
	})
	b.breakSecond()
	b.finish()
	b.read(func(r store.Reader) error {
		f, err := r.Folder(id)
		if f.ContentCount != 2 {
			t.Errorf("%d messages found, want 2", f.ContentCount)
		}
		queue, _ := r.SearchQueue(b.mailbox, 10)
		if len(queue) != 0 {
			t.Errorf("%d messages still wait", len(queue))
		}
		return err
	})
}

// TestBuildInPieces: a search over many messages is built in many small transactions, with mail in between.
func TestBuildInPieces(t *testing.T) {
	t.Parallel()
	const messages, most = 3000, 512
	b := freshBox(t, 10)
	b.write(func(tx store.Tx) error {
		for n := range messages {
			if _, err := tx.CreateMessage(letter(b.top, n)); err != nil {
				return err
			}
		}
		return nil
	})
	id := b.search("all", prop.ExistRestriction{Tag: mapi.TagSubject}, true, b.root)
	other := b.search("some", kinds[1], true, b.root) // scanned together
	count := func(id store.FolderID) (n int64) {
		b.read(func(r store.Reader) error {
			f, err := r.Folder(id)
			n = f.ContentCount
			return err
		})
		return n
	}
	steps := 0
	for before, more := int64(0), true; more; steps++ {
		var err error
		if more, err = b.worker.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := count(id)
		if now-before > most+1 {
			t.Fatalf("a step found %d messages", now-before)
		}
		if before = now; steps == 2 {
			b.write(func(tx store.Tx) error {
				_, err := tx.CreateMessage(letter(b.top, messages))
				return err
			})
		}
	}
	if a, c := count(id), count(other); a != messages+1 || c != messages/3 || steps < messages/most {
		t.Errorf("found %d and %d in %d steps", a, c, steps)
	}
}

// TestTurns: a mailbox with much to do does not keep another one waiting.
func TestTurns(t *testing.T) {
	t.Parallel()
	const waiting = 1000
	busy, calm := freshBox(t, 11), (*box)(nil)
	busy.searches()
	busy.finish()
	calm = busy.second("bob")
	id := calm.search("unread", kinds[0], true, calm.top)
	busy.finish()
	busy.write(func(tx store.Tx) error {
		for n := range waiting {
			if _, err := tx.CreateMessage(letter(busy.top, n)); err != nil {
				return err
			}
		}
		return nil
	})
	calm.write(func(tx store.Tx) error {
		_, err := tx.CreateMessage(letter(calm.top, 0))
		return err
	})
	more, err := busy.worker.Step(t.Context())
	if err != nil || !more {
		t.Errorf("more %v, %v", more, err)
	}
	calm.read(func(r store.Reader) error {
		f, err := r.Folder(id)
		if f.ContentCount != 1 {
			t.Errorf("%d messages found after one step", f.ContentCount)
		}
		left, _ := r.SearchQueue(busy.mailbox, waiting)
		if len(left) < waiting/2 {
			t.Errorf("only %d messages still wait after one step", len(left))
		}
		return err
	})
	busy.finish()
	busy.compare("in the end")
}

// TestTooManySearches: a mailbox can have so many searches and no more.
func TestTooManySearches(t *testing.T) {
	t.Parallel()
	const most = 1000
	b := freshBox(t, 12)
	p, err := profile.ByName(profile.Default)
	if err != nil {
		t.Fatal(err)
	}
	criteria := search.Criteria{Restriction: kinds[0], Scopes: []store.FolderID{b.top}}
	make := func(tx store.Tx, n int) (store.FolderID, error) {
		f, err := tx.CreateFolder(store.NewFolder{Mailbox: b.mailbox, Parent: b.finder, Type: store.FolderSearch, Special: store.SpecialCount, Name: fmt.Sprint(n)})
		return f.ID, err
	}
	set := func(n int) error {
		return b.try(func(tx store.Tx) error {
			id, err := make(tx, n)
			if err != nil {
				return err
			}
			return search.Set(tx, &p.Folder, id, criteria)
		})
	}
	b.write(func(tx store.Tx) error {
		for n := range most - 1 {
			id, err := make(tx, n)
			if err != nil {
				return err
			}
			if err := tx.SetSearch(store.SearchDefinition{Folder: id, Restriction: criteria.Restriction, Scopes: criteria.Scopes}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := set(most - 1); err != nil {
		t.Errorf("the last search: %v", err)
	}
	if err := set(most); !errors.Is(err, mapi.ErrTooComplex) {
		t.Errorf("one search too many: %v", err)
	}
	b.write(func(tx store.Tx) error { // those that are there can change
		all, err := tx.Searches(b.mailbox)
		if err != nil {
			return err
		}
		return search.Set(tx, &p.Folder, all[0].Folder, search.Criteria{Restriction: kinds[1]})
	})
	b.write(func(tx store.Tx) error {
		_, err := tx.CreateMessage(letter(b.top, 0))
		return err
	})
	b.finish()
	b.compare("with as many as can be")
}
