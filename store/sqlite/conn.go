package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/mapid/mapid/store"
)

// maxIdle bounds the statements a connection keeps prepared; the number of different scans has no bound of its own.
const maxIdle = 200

// conn is one database connection with its prepared statements. It belongs to one goroutine at a time. A statement that
// is being read from is out of the cache, so the same query can run inside its own rows.
type conn struct {
	c    *sql.Conn
	idle map[string]*sql.Stmt
}

func openConn(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{c: c, idle: make(map[string]*sql.Stmt)}, nil
}

func (c *conn) close() error {
	if c.c == nil {
		return nil
	}
	errs := make([]error, 0, len(c.idle)+1)
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	errs = append(errs, c.c.Close())
	c.c, c.idle = nil, nil
	return errors.Join(errs...)
}

// take returns a prepared statement that give must take back. Statements run without a cancellable context: the driver
// would start a goroutine for each.
func (c *conn) take(query string) (*sql.Stmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.c.PrepareContext(context.Background(), query)
	return s, wrapError(err)
}

func (c *conn) give(query string, s *sql.Stmt) {
	if old, ok := c.idle[query]; ok {
		_ = old.Close()
	} else if len(c.idle) >= maxIdle {
		for q, other := range c.idle {
			_ = other.Close()
			delete(c.idle, q)
			break
		}
	}
	c.idle[query] = s
}

// exec runs a statement that gives no rows.
func (c *conn) exec(query string, args ...any) error {
	_, err := c.change(query, args...)
	return err
}

// change is exec that tells how many rows were changed.
func (c *conn) change(query string, args ...any) (int64, error) {
	s, err := c.take(query)
	if err != nil {
		return 0, err
	}
	defer c.give(query, s)
	res, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, wrapError(err)
	}
	n, err := res.RowsAffected()
	return n, wrapError(err)
}

// row reads the only row of a query, and is store.ErrNotFound if there is none.
func (c *conn) row(query string, args []any, dest ...any) error {
	s, err := c.take(query)
	if err != nil {
		return err
	}
	defer c.give(query, s)
	err = s.QueryRowContext(context.Background(), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return wrapError(err)
}

// each calls fn for every row of a query.
func (c *conn) each(query string, args []any, fn func(*sql.Rows) error) error {
	s, err := c.take(query)
	if err != nil {
		return err
	}
	defer c.give(query, s)
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return wrapError(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return wrapError(rows.Err())
}

// integer is what SQLite's integers are read into.
type integer interface {
	~int | ~int64 | ~uint64 | ~uint32 | ~uint16 | ~uint8
}

// column reads an integer column without the reflection of database/sql, which is most of the cost of a row.
type column[T integer] struct{ p *T }

// into reads an integer column into *p.
func into[T integer](p *T) sql.Scanner { return column[T]{p} }

// Scan takes the driver's value.
func (c column[T]) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("%w: %T where an integer belongs", errDamaged, v)
	}
	*c.p = T(n)
	return nil
}
