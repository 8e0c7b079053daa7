package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mapid/mapid/store"
)

// ErrForeignSnapshot reports a file that is not a snapshot of this store, or of another version.
var ErrForeignSnapshot = errors.New("sqlite: not a snapshot of this store")

// SaveSnapshot writes everything the store holds at this moment into a file, for its owner alone. It replaces a file
// that is there only when it is complete. Readers and writers go on.
func (s *Store) SaveSnapshot(ctx context.Context, path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".snapshot-*") // of mode 0600; SQLite takes an empty file
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(s.path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(2000)"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", f.Name()); err != nil {
		return wrapError(err)
	}
	return os.Rename(f.Name(), path)
}

// CheckSnapshot reports whether LoadSnapshot would take a file: ErrNotFound means that there is none,
// ErrForeignSnapshot that it is no snapshot of this store.
func (s *Store) CheckSnapshot(ctx context.Context, path string) error {
	from, done, err := openSnapshot(ctx, path)
	if err != nil {
		return err
	}
	defer done()
	return s.View(ctx, store.Scope{}, func(r store.Reader) error { return sameStore(from, r.(*reader).c) })
}

// LoadSnapshot replaces everything the store holds by what a snapshot holds, in one transaction. Counters go back to
// where they were, as a reset does it. Errors are those of CheckSnapshot.
func (s *Store) LoadSnapshot(ctx context.Context, path string) error {
	from, done, err := openSnapshot(ctx, path)
	if err != nil {
		return err
	}
	defer done()
	return s.Update(ctx, store.Scope{}, func(t store.Tx) error { return t.(*tx).replace(from) })
}

// openSnapshot opens a file for reading; done closes it.
func openSnapshot(ctx context.Context, path string) (from *conn, done func(), err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("snapshot %s: %w", filepath.Base(path), store.ErrNotFound)
	}
	db, err := sql.Open("sqlite", readDSN(path))
	if err != nil {
		return nil, nil, err
	}
	if from, err = openConn(ctx, db); err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("%w: %w", ErrForeignSnapshot, wrapError(err))
	}
	return from, func() {
		from.close()
		db.Close()
	}, nil
}

// sameStore reports whether two databases have the same schema and the same replica.
func sameStore(from, own *conn) error {
	for query, same := range map[string]string{"PRAGMA user_version": "schema", "PRAGMA application_id": "program", "SELECT replica FROM store": "replica"} {
		var theirs, ours any
		if err := from.row(query, nil, &theirs); err != nil {
			return fmt.Errorf("%w: %w", ErrForeignSnapshot, err)
		}
		if err := own.row(query, nil, &ours); err != nil {
			return err
		}
		if fmt.Sprint(theirs) != fmt.Sprint(ours) {
			return fmt.Errorf("%w: its %s differs", ErrForeignSnapshot, same)
		}
	}
	return nil
}

// replace copies all tables of another database of the same schema and the same replica.
func (t *tx) replace(from *conn) error {
	if err := sameStore(from, t.c); err != nil {
		return err
	}
	tables, err := t.emptyTables()
	if err != nil {
		return err
	}
	for _, table := range tables {
		if err := t.copyTable(from, table); err != nil {
			return fmt.Errorf("copy %s: %w", table, err)
		}
	}
	if err := t.dropStages(); err != nil { // whoever wrote them is not there
		return err
	}
	version := t.w.next.directory
	n := &t.w.next
	if err := t.c.row("SELECT next_counter, next_bag, next_mailbox, next_entry FROM store WHERE id = 1", nil, &n.counter, &n.bag, &n.mailbox, &n.entry); err != nil {
		return err
	}
	n.directory = version + 1 // goes on, so that nobody takes an old directory for the new
	t.made, t.touched, t.changes = nil, nil, nil
	t.note(store.Change{Kind: store.StoreReset})
	return nil
}

// copyTable copies the rows of a table into the empty one of the same name.
func (t *tx) copyTable(from *conn, table string) error {
	var insert string
	var values, places []any
	return from.each("SELECT * FROM "+table, nil, func(rows *sql.Rows) error {
		if insert == "" {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values, places = make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				places[i] = &values[i]
			}
			insert = "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		return t.c.exec(insert, values...)
	})
}
