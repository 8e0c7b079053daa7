package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/mapid/mapid/store"
)

// Problem is what keeps a database from being opened.
type Problem uint8

// Problems.
const (
	Unreadable Problem = iota // the file system refuses
	Damaged
	Newer   // a later schema
	Foreign // not a database of this program
	Older   // a schema from before the first release
	Locked  // another process has it
)

// OpenError is a database that can't be opened. Its text is one sentence with the file and the remedy.
type OpenError struct {
	Path    string
	Problem Problem
	Err     error // the cause, or nil
	Detail  string
}

// Error names the file, the problem and what to do.
func (e *OpenError) Error() string {
	switch e.Problem {
	case Damaged:
		return fmt.Sprintf("database %s is damaged (%s): restore a copy of it, or move it away to start with an empty store", e.Path, e.Detail)
	case Newer:
		return fmt.Sprintf("database %s was written by a newer version (%s): run that version, or move the file away to start with an empty store", e.Path, e.Detail)
	case Older:
		return fmt.Sprintf("database %s was written before the first release (%s): move the file away to start with an empty store", e.Path, e.Detail)
	case Foreign:
		return fmt.Sprintf("file %s is not a database of this program (%s): choose another store.path", e.Path, e.Detail)
	case Locked:
		return fmt.Sprintf("database %s is in use by another process%s: stop that process, or choose another store.path", e.Path, e.Detail)
	}
	return fmt.Sprintf("database %s can't be opened (%s): give this user the right to read and write the file and its folder, or choose another store.path", e.Path, e.Detail)
}

// Unwrap returns the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// errDamaged is what reading a damaged database comes down to.
var errDamaged = errors.New("sqlite: database is damaged")

// openFailure turns what went wrong while opening into an *OpenError.
func openFailure(path string, err error) error {
	if _, ok := errors.AsType[*OpenError](err); ok {
		return err
	}
	e := &OpenError{Path: path, Problem: Unreadable, Err: err, Detail: err.Error()}
	switch c := code(err); {
	case c == sqlite3.SQLITE_NOTADB:
		e.Problem = Foreign
	case c == sqlite3.SQLITE_CORRUPT, errors.Is(err, errDamaged), c == sqlite3.SQLITE_ERROR, errors.Is(err, store.ErrNotFound):
		e.Problem = Damaged
	case c == sqlite3.SQLITE_BUSY, c == sqlite3.SQLITE_LOCKED:
		e.Problem, e.Detail = Locked, ""
	}
	return e
}

// code is SQLite's primary result code in err, or 0.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xFF
	}
	return 0
}

// wrapError adds the store's error to one of SQLite's.
func wrapError(err error) error {
	e, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xFF {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", store.ErrBusy, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fmt.Errorf("%w: %w", store.ErrExists, err)
	}
	return err
}
