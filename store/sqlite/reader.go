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

// readerPool hands out a bounded number of connections, the one used last first: its page cache is warm, and those that
// are not needed are never opened.
type readerPool struct {
	db    *sql.DB
	slots chan struct{} // one token for each connection in use
	quit  chan struct{}
	once  sync.Once

	mu   sync.Mutex // guards idle
	idle []*conn
}

func newReaderPool(db *sql.DB, n int) *readerPool {
	db.SetMaxOpenConns(n)
	return &readerPool{db: db, slots: make(chan struct{}, n), quit: make(chan struct{})}
}

// take waits for a connection.
func (p *readerPool) take(ctx context.Context) (*conn, error) {
	select {
	case <-p.quit:
		return nil, errClosed
	default:
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.quit:
		return nil, errClosed
	}
	p.mu.Lock()
	if n := len(p.idle) - 1; n >= 0 {
		c := p.idle[n]
		p.idle = p.idle[:n]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := openConn(context.WithoutCancel(ctx), p.db)
	if err != nil {
		<-p.slots
		return nil, fmt.Errorf("open a connection for reading: %w", wrapError(err))
	}
	return c, nil
}

// give takes a connection back; nil stands for one that was closed.
func (p *readerPool) give(c *conn) {
	if c != nil {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	<-p.slots
}

// close waits for the connections that are in use.
func (p *readerPool) close() error {
	var errs []error
	p.once.Do(func() {
		close(p.quit)
		for range cap(p.slots) {
			p.slots <- struct{}{}
		}
		for _, c := range p.idle {
			errs = append(errs, c.close())
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
		s.readers.give(c)
	}()
	if err := c.exec("BEGIN"); err != nil {
		return err
	}
	return fn(r)
}
