// Package view keeps the orders of contents tables: which messages a table shows and in which order, as blocks of
// (sort key, message id). A view is shared by every table of the same folder, order and restriction, built when a
// position is needed first, kept right by the change feed, and kept for a while after its last table, as long as there
// is memory for it. It knows nothing of ROPs, columns or sessions; rows themselves stay in the store.
//
// An Order is one state of a view and does not change, so that a table never sees its rows move while it reads.
// Categories are runs of rows whose keys begin with the same bytes, bookmarks are entries, and row notifications follow
// from the Changes that Follow tells of.
package view

import (
	"context"
	"slices"
	"sync"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Spec says what a view shows. Two Specs with the same Key must mean the same.
type Spec struct {
	Selection store.Selection
	// Key names order and restriction; empty is every message by id.
	Key   string
	Shape Shape
	// Fetch are the properties that Place needs.
	Fetch []mapi.PropTag
	// Place starts one pass over messages; nil places each message once, by id.
	Place func() PlaceFunc
	// Load gives the places of all messages at once where the store has a shorter way to them than a look at each; nil
	// is to look at each. Place must give the same places.
	Load func(r store.Reader, emit func(p Place, id store.MessageID) error) error
	// Whole says that a message's place depends on the others: every change means a pass over the whole folder.
	Whole bool
}

// Place is where one row of a message stands.
type Place struct {
	Key      []byte // not kept
	Instance uint32
	Unread   bool
}

// PlaceFunc gives a message its places: it calls emit once per row the message has, not at all if the restriction
// hides it. values belong to Fetch and must not be kept; r is the transaction's.
type PlaceFunc func(r store.Reader, id store.MessageID, values []prop.Value, emit func(Place)) error

// View is one shared order. It is safe for concurrent use.
type View struct {
	cache *Cache
	spec  Spec
	refs  int // guarded by cache.mu

	sync sync.Mutex // held while the store is read, so that one reader builds for all; before mu

	mu        sync.Mutex // guards what follows; held for moments only, never while the store is read
	order     *Order     // nil before the first Sync
	reading   bool       // a Sync has taken pending and is not done
	pending   map[store.MessageID]struct{}
	stale     bool // too much happened to patch
	followers []*func(Change)
}

// maxPending is how many changed messages are patched one by one; beyond it the order is built anew.
const maxPending = 4096

// Sync brings the order up to what the store holds at this moment, building it if need be, and returns it.
func (v *View) Sync(ctx context.Context) (*Order, error) {
	if o := v.current(); o != nil {
		return o, nil
	}
	v.sync.Lock()
	defer v.sync.Unlock()
	v.mu.Lock()
	old := v.order
	rebuild := old == nil || v.stale || v.spec.Whole && len(v.pending) > 0
	ids := make([]store.MessageID, 0, len(v.pending))
	for id := range v.pending {
		ids = append(ids, id)
	}
	// What changes from here on is noted anew and looked at by the next Sync, even if this one saw it already.
	v.pending, v.stale, v.reading = nil, false, true
	v.mu.Unlock()
	var err error
	c := Change{Order: old}
	switch {
	case rebuild:
		c, err = v.rebuild(ctx)
	case len(ids) > 0:
		c, err = v.patch(ctx, old, ids)
	}
	v.publish(old, c, err)
	return c.Order, err
}

// current returns the order if there is nothing to do to it.
func (v *View) current() *Order {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stale || v.reading || len(v.pending) > 0 {
		return nil
	}
	return v.order
}

// publish ends a Sync: it makes the order the view's.
func (v *View) publish(old *Order, c Change, err error) {
	if err != nil {
		v.invalidate()
	}
	if err != nil || c.Order == old {
		v.mu.Lock()
		v.reading = false
		v.mu.Unlock()
		return
	}
	c.Order.Version = v.cache.versions.Add(1)
	grown := c.Order.bytes
	if old != nil {
		grown -= old.bytes
	}
	v.mu.Lock()
	v.order, v.reading = c.Order, false
	followers := slices.Clone(v.followers)
	v.mu.Unlock()
	v.cache.grow(grown)
	for _, f := range followers {
		(*f)(c)
	}
}

// Follow calls fn with every change of the order that a Sync makes, in their order, until stop is called. Who needs
// the changes of each commit on its own calls Sync after each. fn must be quick and must not call the view.
func (v *View) Follow(fn func(Change)) (stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := &fn
	v.followers = append(v.followers, f)
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.followers = slices.DeleteFunc(v.followers, func(other *func(Change)) bool { return other == f })
	}
}

func (v *View) followed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.followers) > 0
}

// rows collects entries, whose keys share one memory.
type rows struct {
	entries []Entry
	ends    []int
	text    []byte
}

func (r *rows) reset() { r.entries, r.ends, r.text = r.entries[:0], r.ends[:0], r.text[:0] }

func (r *rows) add(p Place, id store.MessageID) {
	r.text = append(r.text, p.Key...)
	r.ends = append(r.ends, len(r.text))
	r.entries = append(r.entries, Entry{ID: id, Instance: p.Instance, Unread: p.Unread})
}

func (r *rows) list() []Entry {
	text, from := string(r.text), 0
	for i := range r.entries {
		r.entries[i].Key = text[from:r.ends[i]]
		from = r.ends[i]
	}
	return r.entries
}

// rebuild reads the whole folder.
func (v *View) rebuild(ctx context.Context) (Change, error) {
	var found rows
	n := 0
	live := func() error { // a look at ctx now and then
		if n++; n%1024 == 0 {
			return ctx.Err()
		}
		return nil
	}
	err := v.cache.store.View(ctx, store.Scope{}, func(r store.Reader) error {
		found.reset()
		if v.spec.Load != nil {
			return v.spec.Load(r, func(p Place, id store.MessageID) error {
				found.add(p, id)
				return live()
			})
		}
		place := v.placer()
		return r.Scan(v.spec.Selection, v.spec.Fetch, func(id store.MessageID, values []prop.Value) error {
			if err := live(); err != nil {
				return err
			}
			return place(r, id, values, found.add)
		})
	})
	if err != nil {
		return Change{}, err
	}
	return Change{Order: newOrder(v.spec.Shape, found.list()), Rebuilt: true}, nil
}

// patch looks at messages that changed.
func (v *View) patch(ctx context.Context, old *Order, ids []store.MessageID) (Change, error) {
	slices.Sort(ids)
	var found rows
	err := v.cache.store.View(ctx, store.Scope{}, func(r store.Reader) error {
		found.reset()
		place := v.placer()
		list, err := r.Rows(v.spec.Selection, ids, v.spec.Fetch)
		if err != nil {
			return err
		}
		for i, values := range list {
			if values == nil {
				continue
			}
			if err := place(r, ids[i], values, found.add); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Change{}, err
	}
	added := found.list()
	o, gone := old.patched(ids, added)
	if len(gone) == 0 && len(added) == 0 {
		return Change{Order: old}, nil
	}
	c := Change{Order: o}
	if v.followed() {
		c.Steps = o.steps(gone, added)
	}
	return c, nil
}

// placer starts a pass.
func (v *View) placer() func(r store.Reader, id store.MessageID, values []prop.Value, add func(Place, store.MessageID)) error {
	if v.spec.Place == nil {
		return func(_ store.Reader, id store.MessageID, _ []prop.Value, add func(Place, store.MessageID)) error {
			add(Place{}, id)
			return nil
		}
	}
	place := v.spec.Place()
	return func(r store.Reader, id store.MessageID, values []prop.Value, add func(Place, store.MessageID)) error {
		return place(r, id, values, func(p Place) { add(p, id) })
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
	return v.order != nil && !v.stale
}

// bytes is the memory that the order takes.
func (v *View) bytes() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.order == nil {
		return 0
	}
	return v.order.bytes
}

// Close gives the view up.
func (v *View) Close() { v.cache.release(v) }
