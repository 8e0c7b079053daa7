// Package view keeps the orders of contents tables: which messages a table shows and in which order, as blocks of
// (sort key, message id). A view is shared by every table of the same folder, order and restriction, built when a
// position is needed first, kept right by the change feed, and dropped with its last table. It knows nothing of ROPs,
// columns or sessions; rows themselves stay in the store.
//
// Categories are runs of equal key prefixes in an order, bookmarks are entries, and row notifications follow from
// the difference that Sync makes; so all of them can stand on this.
package view

import (
	"context"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Spec says what a view shows. Two Specs with the same Key must mean the same.
type Spec struct {
	Selection store.Selection
	// Key names order and restriction; empty is every message by id.
	Key string
	// Fetch are the properties that Place needs.
	Fetch []mapi.PropTag
	// Place starts one pass over messages; nil places each message once, by id.
	Place func() PlaceFunc
	// Load gives the places of all messages at once where the store has a shorter way to them than a look at each; nil
	// is to look at each. Place must give the same places.
	Load func(r store.Reader, emit func(key []byte, id store.MessageID) error) error
	// Whole says that a message's place depends on the others: every change means a pass over the whole folder.
	Whole bool
}

// PlaceFunc gives a message its places: it calls emit once per row the message has, not at all if the restriction
// hides it. values belong to Fetch and must not be kept; r is the transaction's.
type PlaceFunc func(r store.Reader, id store.MessageID, values []prop.Value, emit func(key []byte, instance uint32)) error

// View is one shared order. It is safe for concurrent use.
type View struct {
	cache *Cache
	spec  Spec
	refs  int // guarded by cache.mu

	sync sync.Mutex // held while the store is read, so that one reader builds for all; before mu

	mu      sync.Mutex // guards what follows; held for moments only, never while the store is read
	order   order
	built   bool
	version uint64 // counts the changes of order
	pending map[store.MessageID]struct{}
	stale   bool // too much happened to patch
}

// maxPending is how many changed messages are patched one by one; beyond it the order is built anew.
const maxPending = 4096

// Sync brings the order up to what the store holds at this moment, building it if need be.
func (v *View) Sync(ctx context.Context) error {
	v.sync.Lock()
	defer v.sync.Unlock()
	v.mu.Lock()
	rebuild := !v.built || v.stale || v.spec.Whole && len(v.pending) > 0
	ids := make([]store.MessageID, 0, len(v.pending))
	for id := range v.pending {
		ids = append(ids, id)
	}
	// What changes from here on is noted anew and looked at by the next Sync, even if this one saw it already.
	v.pending, v.stale = nil, false
	v.mu.Unlock()
	var err error
	switch {
	case rebuild:
		err = v.rebuild(ctx)
	case len(ids) > 0:
		err = v.patch(ctx, ids)
	}
	if err != nil {
		v.invalidate()
	}
	return err
}

// rebuild reads the whole folder.
func (v *View) rebuild(ctx context.Context) error {
	var entries []Entry
	add := func(e Entry) { entries = append(entries, e) }
	n := 0
	live := func() error { // a look at ctx now and then
		if n++; n%1024 == 0 {
			return ctx.Err()
		}
		return nil
	}
	err := v.cache.store.View(ctx, store.Scope{}, func(r store.Reader) error {
		entries = entries[:0]
		if v.spec.Load != nil {
			return v.spec.Load(r, func(key []byte, id store.MessageID) error {
				add(Entry{Key: string(key), ID: id})
				return live()
			})
		}
		place := v.placer()
		return r.Scan(v.spec.Selection, v.spec.Fetch, func(id store.MessageID, values []prop.Value) error {
			if err := live(); err != nil {
				return err
			}
			return place(r, id, values, add)
		})
	})
	if err != nil {
		return err
	}
	var o order
	o.build(entries)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cache.grow(o.bytes - v.order.bytes)
	v.order, v.built = o, true
	v.version++
	return nil
}

// patch looks at messages that changed.
func (v *View) patch(ctx context.Context, ids []store.MessageID) error {
	var entries []Entry
	add := func(e Entry) { entries = append(entries, e) }
	err := v.cache.store.View(ctx, store.Scope{}, func(r store.Reader) error {
		entries = entries[:0]
		place := v.placer()
		rows, err := r.Rows(v.spec.Selection, ids, v.spec.Fetch)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row == nil {
				continue
			}
			if err := place(r, ids[i], row, add); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	before := v.order.bytes
	v.order.remove(ids)
	for _, e := range entries {
		v.order.insert(e)
	}
	v.cache.grow(v.order.bytes - before)
	v.version++
	return nil
}

// placer starts a pass.
func (v *View) placer() func(r store.Reader, id store.MessageID, values []prop.Value, add func(Entry)) error {
	if v.spec.Place == nil {
		return func(_ store.Reader, id store.MessageID, _ []prop.Value, add func(Entry)) error {
			add(Entry{ID: id})
			return nil
		}
	}
	place := v.spec.Place()
	return func(r store.Reader, id store.MessageID, values []prop.Value, add func(Entry)) error {
		return place(r, id, values, func(key []byte, instance uint32) { add(Entry{string(key), id, instance}) })
	}
}

// note remembers that a message changed. It is called by the change feed.
func (v *View) note(id store.MessageID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stale {
		return
	}
	if v.pending == nil {
		v.pending = make(map[store.MessageID]struct{})
	}
	v.pending[id] = struct{}{}
	if len(v.pending) > maxPending {
		v.pending, v.stale = nil, true
	}
}

func (v *View) invalidate() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending, v.stale = nil, true
}

// Built reports whether there is an order to look at, so that Sync costs little.
func (v *View) Built() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.built && !v.stale
}

// Len returns the number of rows as of the last Sync.
func (v *View) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.order.count
}

// Window returns up to n entries from position pos on.
func (v *View) Window(pos, n int) []Entry {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.order.window(pos, n)
}

// Rank returns the number of rows before e: its position, or where it would stand.
func (v *View) Rank(e Entry) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.order.rank(e)
}

// Position finds the first row of a message.
func (v *View) Position(id store.MessageID) (pos int, e Entry, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.order.position(id)
}

// Version changes whenever the order does; a cursor uses it to tell whether its position still holds.
func (v *View) Version() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.version
}

// Close gives the view up; the last one to do so drops it.
func (v *View) Close() { v.cache.release(v) }
