package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/mapid/mapid/internal/mapi"
)

// schema holds the migrations: the first makes a schema, every later one changes what is there. The number of the last
// one applied is SQLite's user_version.
//
//go:embed schema/*.sql
var schema embed.FS

// firstSchema is the number of the first migration. What has a lower one was never released.
const firstSchema = 2

// applicationID marks a database file as one of this program ("mapd").
const applicationID = 0x6D617064

// migrate brings the database to the newest schema, each migration in its own transaction. A new database gets replica
// as its replica GUID, or fallback if that is zero.
func migrate(c *conn, path string, replica, fallback mapi.GUID) error {
	names, err := fs.Glob(schema, "schema/*.sql") // in lexical order
	if err != nil {
		return err
	}
	var version, app, tables int64
	for query, dest := range map[string]*int64{
		"PRAGMA user_version": &version, "PRAGMA application_id": &app, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := c.row(query, nil, dest); err != nil {
			return err
		}
	}
	newest := int64(firstSchema + len(names) - 1)
	switch {
	case app != applicationID && (app != 0 || version != 0 || tables != 0):
		return &OpenError{Path: path, Problem: Foreign, Detail: "it is a database of something else"}
	case version > newest:
		return &OpenError{Path: path, Problem: Newer, Detail: fmt.Sprintf("its schema is %d, this version knows %d", version, newest)}
	case version > 0 && version < firstSchema:
		return &OpenError{Path: path, Problem: Older, Detail: fmt.Sprintf("its schema is %d, this version knows %d to %d", version, firstSchema, newest)}
	}
	if replica.IsZero() {
		replica = fallback
	}
	for i, name := range names {
		if n := int64(firstSchema + i); n > version {
			if err := apply(c, name, n, replica); err != nil {
				return fmt.Errorf("migrate to %s: %w", name, err)
			}
		}
	}
	return nil
}

func apply(c *conn, name string, n int64, replica mapi.GUID) (err error) {
	script, err := schema.ReadFile(name)
	if err != nil {
		return err
	}
	if err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = c.exec("ROLLBACK") // the first error is the one to tell
		}
	}()
	if _, err := c.c.ExecContext(context.Background(), string(script)); err != nil {
		return wrapError(err)
	}
	if n == firstSchema {
		if err := initialise(c, replica, firstCounters); err != nil {
			return err
		}
	}
	pragmas := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", n, applicationID)
	if _, err := c.c.ExecContext(context.Background(), pragmas); err != nil {
		return wrapError(err)
	}
	return c.exec("COMMIT")
}

// initialise writes what even an empty store has.
func initialise(c *conn, replica mapi.GUID, n counters) error {
	if err := c.exec("INSERT INTO replica (id, guid) VALUES (1, ?)", replica[:]); err != nil {
		return err
	}
	return c.exec(`INSERT INTO store (id, replica, next_counter, next_bag, next_mailbox, next_entry, directory_version)
		VALUES (1, ?, ?, ?, ?, ?, ?)`, replica[:], n.counter, n.bag, n.mailbox, n.entry, n.directory)
}
