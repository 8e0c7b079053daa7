// Package view keeps the orders of contents tables: which messages a table shows and in which order, as blocks of
// (sort key, message id). A view is shared by every table of the same folder, order and restriction, built when a
// position is needed first, kept right by the change feed, and kept for a while after its last table, as long as there
// is memory for it. It knows nothing of ROPs, columns or sessions; rows themselves stay in the store.
//
// An Order is one state of a view and does not change, so that a table never sees its rows move while it reads.
// Categories are runs of rows whose keys begin with the same bytes, bookmarks are entries, and row notifications are the
// Steps from the order that a client was told of to the one that is.
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
	// Candidates lists, by id, the messages that Place does not hide, and perhaps others, where they are known without a
	// look at every message; ok is false where they are not. nil is never.
	Candidates func(r store.Reader) (ids []store.MessageID, ok bool, err error)
	// Apart says that Place may be called without a Reader: it returns ErrReader where it needs one.
	Apart bool
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

	mu       sync.Mutex // guards what follows; held for moments only, never while the store is read
	order    *Order     // nil before the first Sync
	reading  bool       // a Sync has taken pending and is not done
	pending  map[store.MessageID]struct{}
	stale    bool // too much happened to patch
	watchers []*func(origin uint64)
	log      []patches // which messages led from order to order, the oldest first
	logged   int       // messages in log
	floor    uint64    // log tells of everything since the order of this version; 0 is before the first
}

// patches are the messages that changed before an order.
type patches struct {
	version uint64
	ids     []store.MessageID
}

// maxLogged is of how many messages log tells.
const maxLogged = 1024

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
	stale := v.stale
	rebuild := old == nil || stale || v.spec.Whole && len(v.pending) > 0
	ids := make([]store.MessageID, 0, len(v.pending))
	for id := range v.pending {
		ids = append(ids, id)
	}
	// What changes from here on is noted anew and looked at by the next Sync, even if this one saw it already.
	v.pending, v.stale, v.reading = nil, false, true
	v.mu.Unlock()
	var err error
	o, known := old, !rebuild || old == nil && !stale
	switch {
	case rebuild:
		o, err = v.rebuild(ctx)
	case len(ids) > 0:
		o, err = v.patch(ctx, old, ids)
	}
	if !known {
		ids = nil
	}
	v.publish(old, o, ids, known, err)
	return o, err
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

// publish ends a Sync: it makes o the view's order, to which changes of the messages ids led, if that is known.
func (v *View) publish(old, o *Order, ids []store.MessageID, known bool, err error) {
	if err != nil {
		v.invalidate()
	}
	if err != nil || o == old {
		v.mu.Lock()
		v.reading = false
		v.mu.Unlock()
		return
	}
	o.Version = v.cache.versions.Add(1)
	grown := o.bytes
	if old != nil {
		grown -= old.bytes
	}
	v.mu.Lock()
	v.order, v.reading = o, false
	v.logged += len(ids)
	v.log = append(v.log, patches{o.Version, ids})
	for !known && len(v.log) > 0 || v.logged > maxLogged {
		v.floor = v.log[0].version
		v.logged -= len(v.log[0].ids)
		v.log = v.log[1:]
	}
	v.mu.Unlock()
	v.cache.grow(grown)
}

// ChangedSince lists the messages whose changes led from the order of a version to the latest; version 0 is the state
// that the folder had when the view was acquired first, or an earlier one. It reports false if it does not know.
func (v *View) ChangedSince(version uint64) ([]store.MessageID, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if version < v.floor {
		return nil, false
	}
	var ids []store.MessageID
	for i := len(v.log) - 1; i >= 0 && v.log[i].version > version; i-- {
		ids = append(ids, v.log[i].ids...)
	}
	return ids, true
}

// Watch calls fn whenever the next Sync may give another order, with the Origin of the change, until stop is called.
// fn runs on the engine's goroutine: it must be quick and must call neither the view nor stop.
func (v *View) Watch(fn func(origin uint64)) (stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := &fn
	v.watchers = append(v.watchers, w)
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.watchers = slices.DeleteFunc(v.watchers, func(other *func(uint64)) bool { return other == w })
	}
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
func (v *View) rebuild(ctx context.Context) (*Order, error) {
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
		if v.spec.Candidates != nil {
			ids, ok, err := v.spec.Candidates(r)
			if ok && err == nil {
				err = v.place(r, ids, found.add)
			}
			if ok || err != nil {
				return err
			}
		}
		return v.scan(ctx, r, found.add)
	})
	if err != nil {
		return nil, err
	}
	return newOrder(v.spec.Shape, found.list()), nil
}

// patch looks at messages that changed.
func (v *View) patch(ctx context.Context, old *Order, ids []store.MessageID) (*Order, error) {
	slices.Sort(ids)
	var found rows
	err := v.cache.store.View(ctx, store.Scope{}, func(r store.Reader) error {
		found.reset()
		return v.place(r, ids, found.add)
	})
	if err != nil {
		return nil, err
	}
	added := found.list()
	o, gone := old.patched(ids, added)
	if gone == 0 && len(added) == 0 {
		return old, nil
	}
	return o, nil
}

// place gives some messages their places. Those that are gone have none.
func (v *View) place(r store.Reader, ids []store.MessageID, add func(Place, store.MessageID)) error {
	place := v.placer()
	list, err := r.Rows(v.spec.Selection, ids, v.spec.Fetch)
	if err != nil {
		return err
	}
	for i, values := range list {
		if values == nil {
			continue
		}
		if err := place(r, ids[i], values, add); err != nil {
			return err
		}
	}
	return nil
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

// note remembers that a message changed. It is called by the change feed; watch says whether the message may be one of
// those that the view shows.
func (v *View) note(id store.MessageID, origin uint64, watch bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if watch {
		v.wake(origin)
	}
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

// wake tells watchers. v.mu is held.
func (v *View) wake(origin uint64) {
	for _, fn := range v.watchers {
		(*fn)(origin)
	}
}

func (v *View) invalidate() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.pending, v.stale = nil, true
	v.wake(0)
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
