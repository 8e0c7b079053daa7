// Package late has contexts that cost nothing until somebody waits for them. A small call makes one per layer, and
// most calls end without anybody having looked at more than whether it was cancelled.
package late

import (
	"context"
	"sync"
	"time"
)

// Context is a context that can be cancelled, as context.WithCancel makes it: but it registers with its parent only
// when Done is called for the first time. It is made by From, or by Start on a zero Context.
type Context struct {
	base      context.Context
	mu        sync.Mutex // guards what follows
	cancelled bool
	real      context.Context // nil until somebody waits
	stop      context.CancelFunc
}

// From returns a new context under a parent.
func From(parent context.Context) *Context {
	c := new(Context)
	c.Start(parent)
	return c
}

// Start gives a zero Context its parent.
func (c *Context) Start(parent context.Context) { c.base = parent }

// Cancel ends the context. It may be called more than once, and must be called in the end.
func (c *Context) Cancel() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cancelled = true
	if c.stop != nil {
		c.stop()
	}
}

// Deadline implements context.Context.
func (c *Context) Deadline() (time.Time, bool) { return c.base.Deadline() }

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.real == nil {
		c.real, c.stop = context.WithCancel(c.base)
		if c.cancelled {
			c.stop()
		}
	}
	return c.real.Done()
}

// Err implements context.Context.
func (c *Context) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.real != nil:
		return c.real.Err()
	case c.cancelled:
		return context.Canceled
	}
	return c.base.Err()
}

// Value implements context.Context. Contexts made from this one find the real one behind it, and so need no goroutine
// to follow it.
func (c *Context) Value(key any) any {
	c.mu.Lock()
	real := c.real
	c.mu.Unlock()
	if real != nil {
		return real.Value(key)
	}
	return c.base.Value(key)
}
