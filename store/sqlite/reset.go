package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/mapid/mapid/store"
)

// Reset removes everything.
func (s *Store) Reset(ctx context.Context) error {
	return s.Update(ctx, store.Scope{}, func(t store.Tx) error { return t.Clear() })
}

// Clear removes everything and starts the counters again. The version of the directory goes on, so that nobody takes
// an old one for the new.
func (t *tx) Clear() error {
	if _, err := t.emptyTables(); err != nil {
		return err
	}
	version := t.w.next.directory
	t.w.next = firstCounters
	t.w.next.directory = version + 1
	t.made, t.touched, t.changes = nil, nil, nil
	t.note(store.Change{Kind: store.StoreReset})
	return initialise(t.c, t.s.replica, t.w.next)
}

// emptyTables removes every row and returns the names of the tables.
func (t *tx) emptyTables() ([]string, error) {
	var tables []string
	err := t.c.each("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		tables = append(tables, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range tables { // without a condition SQLite frees whole trees
		if err := t.c.exec("DELETE FROM " + name); err != nil {
			return nil, fmt.Errorf("clear %s: %w", name, err)
		}
	}
	return tables, nil
}
