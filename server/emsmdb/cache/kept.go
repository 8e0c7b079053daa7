package cache

import (
	"context"
	"sync"

	"github.com/mapid/mapid/store"
)

// maxKept bounds each cache; beyond it everything is dropped.
const maxKept = 8192

// kept keeps values that were read from a store by their ids, as they are after every commit that was published: the
// change feed takes out what changed. Values do not change.
type kept[ID comparable, V any] struct {
	store  store.Store
	read   func(r store.Reader, id ID) (*V, error)
	cancel func()

	mu      sync.RWMutex // guards what follows; never held while the store is read
	values  map[ID]*V
	changes uint64 // counts publications: what was read before one is not kept after it
}

// begin follows the changes of a store until Close. drop is told of every publication, with mu held, on the engine's
// goroutine after the commit.
func (c *kept[ID, V]) begin(st store.Store, read func(r store.Reader, id ID) (*V, error), drop func([]store.Change)) {
	c.store, c.read, c.values = st, read, make(map[ID]*V)
	c.cancel = st.Changes().Subscribe(func(changes []store.Change) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.changes++
		drop(changes)
	})
}

// Close stops following the store.
func (c *kept[ID, V]) Close() { c.cancel() }

// Get returns a value, or store.ErrNotFound.
func (c *kept[ID, V]) Get(ctx context.Context, id ID) (*V, error) {
	c.mu.RLock()
	v, before := c.values[id], c.changes
	c.mu.RUnlock()
	if v != nil {
		return v, nil
	}
	err := c.store.View(ctx, store.Scope{}, func(r store.Reader) (err error) { // a snapshot no older than the counter
		v, err = c.read(r, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == before {
		if len(c.values) >= maxKept {
			clear(c.values)
		}
		c.values[id] = v
	}
	return v, nil
}
