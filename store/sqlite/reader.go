package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/mapid/mapid/store"
)

// reader reads through one connection: a snapshot's, or the writer's inside an update.
type reader struct {
	s *Store
	c *conn // nil once the transaction is over
}

var _ store.Reader = (*reader)(nil)

// readerPool hands out a bounded number of connections. A slot holds nil until its connection is first needed.
type readerPool struct {
	db    *sql.DB
	slots chan *conn
	quit  chan struct{}
	once  sync.Once
}

func newReaderPool(db *sql.DB, n int) *readerPool {
	p := &readerPool{db: db, slots: make(chan *conn, n), quit: make(chan struct{})}
	db.SetMaxOpenConns(n)
	for range n {
		p.slots <- nil
	}
	return p
}

func (p *readerPool) take(ctx context.Context) (*conn, error) {
	select {
	case <-p.quit:
		return nil, errClosed
	default:
	}
	select {
	case c := <-p.slots:
		if c != nil {
			return c, nil
		}
		c, err := openConn(context.WithoutCancel(ctx), p.db)
		if err != nil {
			p.slots <- nil
			return nil, fmt.Errorf("open a connection for reading: %w", wrapError(err))
		}
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.quit:
		return nil, errClosed
	}
}

// close waits for the connections that are in use.
func (p *readerPool) close() error {
	var errs []error
	p.once.Do(func() {
		close(p.quit)
		for range cap(p.slots) {
			if c := <-p.slots; c != nil {
				errs = append(errs, c.close())
			}
		}
	})
	return errors.Join(errs...)
}

// View runs fn on a snapshot.
func (s *Store) View(ctx context.Context, _ store.Scope, fn func(store.Reader) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := s.readers.take(ctx)
	if err != nil {
		return err
	}
	r := &reader{s: s, c: c}
	defer func() {
		r.c = nil
		if end := c.exec("ROLLBACK"); end != nil {
			err = errors.Join(err, end, c.close())
			c = nil
		}
		s.readers.slots <- c
	}()
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	return fn(r)
}
