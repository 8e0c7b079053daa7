package view

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mapid/mapid/store"
)

// ErrTooLarge reports that the orders in use take all the memory they may.
var ErrTooLarge = errors.New("view: too much memory is used for the orders of tables")

// Cache holds the living views of a store, and for a while those that nobody has open: clients open the same tables
// again and again.
type Cache struct {
	store    store.Store
	budget   int64
	bytes    atomic.Int64
	versions atomic.Uint64
	cancel   func()

	mu    sync.Mutex // guards views, idle and the refs of each; never held while the store is read
	views map[store.FolderID]map[key]*View
	idle  []*View // built, without a table; the last one closed is the last
}

// maxIdle is how many views are kept without a table.
const maxIdle = 64

// key tells the views of one folder apart.
type key struct {
	associated, deleted bool
	spec                string
}

func keyOf(spec *Spec) key { return key{spec.Selection.Associated, spec.Selection.Deleted, spec.Key} }

// NewCache returns a Cache that follows the changes of st. Orders beyond budget bytes are refused.
func NewCache(st store.Store, budget int64) *Cache {
	c := &Cache{store: st, budget: budget, views: make(map[store.FolderID]map[key]*View)}
	c.cancel = st.Changes().Subscribe(c.follow)
	return c
}

// Close stops following the store.
func (c *Cache) Close() { c.cancel() }

// Acquire returns the view that shows spec. The caller must Close it.
func (c *Cache) Acquire(spec Spec) (*View, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, folder := keyOf(&spec), c.views[spec.Selection.Folder]
	v := folder[k]
	if v != nil && v.refs == 0 {
		c.idle = slices.DeleteFunc(c.idle, func(other *View) bool { return other == v })
	}
	c.evict(0)
	if c.bytes.Load() > c.budget && (v == nil || v.refs == 0) {
		if v != nil {
			c.drop(v)
		}
		return nil, ErrTooLarge
	}
	if v == nil {
		if folder == nil {
			folder = make(map[key]*View)
			c.views[spec.Selection.Folder] = folder
		}
		v = &View{cache: c, spec: spec}
		folder[k] = v
	}
	v.refs++
	return v, nil
}

func (c *Cache) release(v *View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.refs--; v.refs > 0 {
		return
	}
	if !v.Built() {
		c.drop(v)
		return
	}
	c.idle = append(c.idle, v)
	c.evict(maxIdle)
}

// evict drops views without a table, the longest idle first, while memory is short or there are more than so many; 0
// is no limit of their number. c.mu is held.
func (c *Cache) evict(limit int) {
	for len(c.idle) > 0 && (c.bytes.Load() > c.budget || limit > 0 && len(c.idle) > limit) {
		v := c.idle[0]
		c.idle = c.idle[1:]
		c.drop(v)
	}
}

// drop forgets a view. c.mu is held.
func (c *Cache) drop(v *View) {
	sel := v.spec.Selection
	folder := c.views[sel.Folder]
	delete(folder, keyOf(&v.spec))
	if len(folder) == 0 {
		delete(c.views, sel.Folder)
	}
	c.grow(-v.bytes())
}

func (c *Cache) grow(n int64) { c.bytes.Add(n) }

// Bytes returns the memory that the orders take.
func (c *Cache) Bytes() int64 { return c.bytes.Load() }

// Count returns the number of views, with and without tables.
func (c *Cache) Count() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.views {
		n += len(f)
	}
	return n
}

// follow notes committed changes in the views they concern. It runs on the engine's goroutine.
func (c *Cache) follow(changes []store.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range changes {
		switch ch.Kind {
		case store.MessageCreated, store.MessageModified, store.MessageDeleted, store.MessageMoved,
			store.MessageCopied, store.NewMail, store.SearchMemberAdded, store.SearchMemberModified, store.SearchMemberRemoved:
			c.note(ch.Folder, ch.Message, &ch)
			if ch.Kind == store.MessageMoved {
				c.note(ch.OldFolder, ch.OldMessage, &ch)
			}
		case store.FolderDeleted, store.SearchChanged: // with everything in it, of which nothing is told
			for _, v := range c.views[ch.Folder] {
				v.invalidate()
			}
		case store.StoreReset, store.MailboxDeleted:
			for _, folder := range c.views {
				for _, v := range folder {
					v.invalidate()
				}
			}
		case store.FolderCreated, store.FolderModified, store.FolderMoved, store.FolderCopied, store.MailboxCreated,
			store.MailboxModified, store.DirectoryChanged, store.Submitted, store.SearchCompleted:
		}
	}
}

func (c *Cache) note(folder store.FolderID, message store.MessageID, ch *store.Change) {
	for k, v := range c.views[folder] {
		v.note(message, ch.Origin, k.associated == ch.Associated)
	}
}
