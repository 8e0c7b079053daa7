package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// TestCheckFindsContradictions makes every contradiction that Check looks for.
func TestCheckFindsContradictions(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"UPDATE folder SET content_count = 7 WHERE id = 1":            "wrong counts in folder 1",
		"UPDATE folder SET unread_count = 7 WHERE id = 1":             "wrong counts in folder 1",
		"UPDATE folder SET assoc_count = 7 WHERE id = 1":              "wrong counts in folder 1",
		"UPDATE folder SET deleted_count = 7 WHERE id = 1":            "wrong counts in folder 1",
		"UPDATE folder SET content_size = 7 WHERE id = 1":             "wrong counts in folder 1",
		"UPDATE folder SET assoc_size = 7 WHERE id = 1":               "wrong counts in folder 1",
		"UPDATE folder SET child_count = 7 WHERE id = 1":              "wrong number of children in folder 1",
		"UPDATE mailbox SET size = 7":                                 "wrong size of mailbox 1",
		"DELETE FROM bag WHERE id = (SELECT bag FROM message)":        "no bag for message 5",
		"DELETE FROM bag WHERE id = (SELECT bag FROM folder LIMIT 1)": "no bag for folder 1",
		"DELETE FROM bag WHERE id = (SELECT own_bag FROM attachment)": "no bag for an attachment of bag 4",
		"INSERT INTO bag (id, data) VALUES (99, x'0100')":             "nothing to which belongs bag 99",
		"INSERT INTO chunk VALUES (99, 0, x'00')":                     "nothing to which belong chunks of value 99",
		"INSERT INTO large VALUES (99, 1, 98)":                        "no bag for large values of bag 99",
		"INSERT INTO garbage SELECT value FROM large":                 "something has value that is garbage 5",
		"DELETE FROM chunk":                                           "wrong value 5 of bag 4",
		"DELETE FROM large":                                           "nothing to which belong chunks of value 5",
		"DELETE FROM large; INSERT INTO garbage VALUES (5)":           "no large value in bag 4",
		"UPDATE chunk SET n = 5":                                      "wrong chunks of value 5",
		"INSERT INTO stage VALUES (1, 1, 100)":                        "wrong value 1 of stage 1",
		"INSERT INTO stage VALUES (98, 5, 40000)":                     "counter behind the ids of the store 1",
		"UPDATE bag SET data = x'0101' WHERE id = 4":                  "malformed bag 4",
		"INSERT INTO recipients VALUES (4, x'02')":                    "malformed recipients of bag 4",
		"UPDATE attachment SET size = 7":                              "wrong size of attachment 0 of bag 4",
		"UPDATE message SET size = 7; UPDATE folder SET content_size = 7 WHERE id = 1; UPDATE mailbox SET size = 7": "wrong size of message 5",
		"UPDATE message SET recipients = 7":                                "wrong number of recipients of message 5",
		"UPDATE folder SET deleted_assoc = 7 WHERE id = 1":                 "wrong counts in folder 1",
		"UPDATE folder SET deleted_size = 7 WHERE id = 1":                  "wrong counts in folder 1",
		"UPDATE folder SET content_cn = 0 WHERE id = 1":                    "wrong counts in folder 1",
		"UPDATE folder SET gone_children = 7 WHERE id = 1":                 "wrong number of children in folder 1",
		"UPDATE folder SET deleted = 2 WHERE id = 3":                       "wrongly deleted or living folder 3",
		"UPDATE mailbox SET deleted_size = 7":                              "wrong size of mailbox 1",
		"INSERT INTO read_state VALUES ('bob', 3, 5, 1)":                   "no living message for a read mark of message 5",
		"UPDATE message SET mailbox = 7":                                   "another mailbox than its folder has message 5",
		"UPDATE message SET attachments = 7":                               "wrong number of attachments of message 5",
		"INSERT INTO recipients VALUES (99, x'0100')":                      "no bag for recipients of bag 99",
		"INSERT INTO attachment VALUES (99, 0, 1, 0, 0, 0)":                "no bag with attachments of bag 99",
		"UPDATE message SET folder = 99":                                   "no folder for message 5",
		"DELETE FROM mailbox":                                              "no mailbox for folder 1",
		"INSERT INTO rule VALUES (99, 2, 0, 0, x'')":                       "no folder for rule 2",
		"INSERT INTO rule VALUES (1, 99, 0, 0, x'')":                       "counter behind the ids of the store 1",
		"INSERT INTO rule VALUES (1, 2, 0, 0, x'01')":                      "malformed rule 2",
		"INSERT INTO outbox VALUES (1, 1, 4711, 0, 0, 0, 0, '')":           "no living message of its mailbox, and no content, for submission 1",
		"INSERT INTO outbox VALUES (1, 1, 0, 4711, 0, 0, 0, '')":           "no living message of its mailbox, and no content, for submission 1",
		"INSERT INTO outbox SELECT 1, 7, mid, 0, 0, 0, 0, '' FROM message": "no mailbox for submission 1",
		"INSERT INTO outbox_recipient VALUES (1, 0, '', 0, 0, 0, '')":      "no submission for the recipients of submission 1",
		"UPDATE store SET next_counter = 3":                                "counter behind the ids of the store 1",
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: Off})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			err = s.Update(t.Context(), store.Scope{}, func(tx store.Tx) error {
				mb, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "a"})
				if err != nil {
					return err
				}
				if _, err = tx.CreateFolder(store.NewFolder{Mailbox: mb.ID, Parent: 1, Type: store.FolderGeneric, Name: "x"}); err != nil {
					return err
				}
				_, err = tx.CreateMessage(store.NewMessage{
					Folder: 1, Props: []prop.Tagged{{Tag: mapi.TagBody, Value: prop.String8(strings.Repeat("x", 40000))}}, Attachments: make([]store.NewAttachment, 1),
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); err != nil {
				t.Fatalf("before: %v", err)
			}
			err = s.Update(t.Context(), store.Scope{}, func(t store.Tx) error { return t.(*tx).c.exec(statement) })
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Check: %v, want %q", err, want)
			}
		})
	}
}

// TestCommitFails breaks a commit, which must fail all of its updates and leave the store as it was.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	told := 0
	defer s.Changes().Subscribe(func([]store.Change) { told++ })()
	create := func(account string, guid byte, spoil string) error {
		return s.Update(t.Context(), store.Scope{}, func(tt store.Tx) error {
			if _, err := tt.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{guid}, Account: account}); err != nil {
				return err
			}
			if spoil != "" {
				return tt.(*tx).c.exec(spoil)
			}
			return nil
		})
	}
	if err := create("a", 1, ""); err != nil {
		t.Fatal(err)
	}
	// A rollback of the whole transaction from inside makes the release of the savepoint fail.
	if err := create("b", 2, "ROLLBACK"); err == nil {
		t.Fatal("an update succeeded though its transaction was gone")
	}
	if told != 1 {
		t.Errorf("the feed told of %d commits, want 1", told)
	}
	if err := create("b", 2, ""); err != nil {
		t.Fatalf("the next update: %v", err)
	}
	err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		all, err := r.Mailboxes()
		if len(all) != 2 || all[1].ID != 2 {
			t.Errorf("mailboxes %+v", all)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestGroupCommit holds the writer's turn until more updates wait, and sees them committed together.
func TestGroupCommit(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var batches []int
	defer s.Changes().Subscribe(func(changes []store.Change) {
		n := 0
		for _, c := range changes {
			if c.Kind == store.DirectoryChanged {
				n++
			}
		}
		batches = append(batches, n)
	})()
	const others = 200
	put := func(tt store.Tx) error {
		_, err := tt.PutEntry(store.Entry{Name: "x", DN: "x"})
		return err
	}
	scope := store.Scope{Directory: true}
	done := make(chan error, others)
	err = s.Update(t.Context(), scope, func(tt store.Tx) error {
		queued := make(chan struct{}, others)
		for range others {
			go func() {
				queued <- struct{}{}
				done <- s.Update(t.Context(), scope, put)
			}()
		}
		for range others {
			<-queued
		}
		return put(tt)
	})
	if err != nil {
		t.Fatal(err)
	}
	for range others {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	total, largest := 0, 0
	for _, n := range batches {
		total += n
		largest = max(largest, n)
	}
	if total != others+1 || largest > groupSize || len(batches) > others/4 {
		t.Errorf("%d updates in %d commits of up to %d", total, len(batches), largest)
	}
}

// TestDurability reads back what the connections were told.
func TestDurability(t *testing.T) {
	t.Parallel()
	for d, want := range map[Durability]int64{Full: 2, Normal: 1, Off: 0} {
		s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: d})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var synchronous, queryOnly int64
		var journal string
		c := s.writer.conn // the writer sleeps
		if err := c.row("PRAGMA synchronous", nil, &synchronous); err != nil || synchronous != want {
			t.Errorf("synchronous is %d, want %d: %v", synchronous, want, err)
		}
		if err := c.row("PRAGMA journal_mode", nil, &journal); err != nil || journal != "wal" {
			t.Errorf("journal mode is %s: %v", journal, err)
		}
		err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
			c := r.(*reader).c
			if err := c.exec("DELETE FROM store"); err == nil {
				t.Error("a reader could write")
			}
			return c.row("PRAGMA query_only", nil, &queryOnly)
		})
		if err != nil || queryOnly != 1 {
			t.Errorf("query_only is %d: %v", queryOnly, err)
		}
	}
	for word, want := range map[string]bool{"full": true, "normal": true, "off": true, "FULL": false, "": false} {
		if _, ok := ParseDurability(word); ok != want {
			t.Errorf("ParseDurability(%q) is %v", word, ok)
		}
	}
}

// TestReadersAreReused opens no more connections than are used at once.
func TestReadersAreReused(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "store.db"), Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	nested := func(depth int) {
		var view func(int) error
		view = func(n int) error {
			return s.View(t.Context(), store.Scope{}, func(store.Reader) error {
				if n > 1 {
					return view(n - 1)
				}
				return nil
			})
		}
		if err := view(depth); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ depth, open int }{{1, 1}, {1, 1}, {2, 2}, {1, 2}, {3, 3}, {3, 3}} {
		nested(c.depth)
		if n := s.readDB.Stats().OpenConnections; n != c.open {
			t.Errorf("%d connections after %d at once, want %d", n, c.depth, c.open)
		}
	}
	// A fourth waits for one of the three, or for its context.
	ctx, cancel := context.WithCancel(t.Context())
	err = s.View(t.Context(), store.Scope{}, func(store.Reader) error {
		return s.View(t.Context(), store.Scope{}, func(store.Reader) error {
			return s.View(t.Context(), store.Scope{}, func(store.Reader) error {
				cancel()
				return s.View(ctx, store.Scope{}, func(store.Reader) error { return nil })
			})
		})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a view without a connection: %v", err)
	}
	nested(3)
}
