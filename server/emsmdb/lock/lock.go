// Package lock keeps regions of properties that are open as streams locked, [MS-OXCPRPT] 3.2.5.21. It knows no stream.
package lock

import (
	"sync"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Life is how long a lock outlives the last sign of who has it, [MS-OXCPRPT] 3.2.5.21.
const Life = 30 * time.Second

// Readable in LockFlags lets others read the region; any other value lets nobody, [MS-OXCPRPT] 2.2.24.1.
const Readable uint32 = 1

// Regions are the locked regions of all properties. The zero Regions is empty; it is safe for concurrent use.
type Regions struct {
	mu     sync.Mutex // guards byProp and what is in it
	byProp map[Key][]*region
}

// Key is a property that may be locked: of what is stored under a bag.
type Key struct {
	Bag store.BagID
	ID  uint16
}

// Owner is who has a lock: anything comparable.
type Owner any

// region is one locked region.
type region struct {
	owner    Owner
	off, end uint64
	flags    uint32
	seen     time.Time // the last sign of the owner on this property
	expired  bool      // somebody else has taken the region over
}

func (k *region) overlaps(off, end uint64) bool { return off < k.end && k.off < end }

// Lock locks a region. A lock of somebody else who has shown no sign for a while gives way; another is ErrAccessDenied.
func (l *Regions) Lock(key Key, owner Owner, off, size uint64, flags uint32, now time.Time) error {
	end := regionEnd(off, size)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.byProp[key] {
		if k.owner == owner || k.expired || !k.overlaps(off, end) {
			continue
		}
		if now.Sub(k.seen) <= Life {
			return mapi.ErrAccessDenied
		}
		k.expired = true
	}
	if l.byProp == nil {
		l.byProp = make(map[Key][]*region)
	}
	l.byProp[key] = append(l.byProp[key], &region{owner: owner, off: off, end: end, flags: flags, seen: now})
	return nil
}

// Unlock removes the owner's locks on just that region. Those of others stay.
func (l *Regions) Unlock(key Key, owner Owner, off, size uint64) {
	l.remove(key, func(k *region) bool { return k.owner == owner && k.off == off && k.end == regionEnd(off, size) })
}

// Release removes all locks that the owner has on a property.
func (l *Regions) Release(key Key, owner Owner) {
	l.remove(key, func(k *region) bool { return k.owner == owner })
}

// Touch refuses to read or write what somebody else has locked against it, with ErrAccessDenied, and tells an owner whose
// own lock was taken over by ErrRpcFailed. It is a sign of the owner.
func (l *Regions) Touch(key Key, owner Owner, off, n int64, write bool, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.byProp[key] {
		own := k.owner == owner
		if own {
			k.seen = now
		}
		switch {
		case !k.overlaps(uint64(off), uint64(off)+uint64(n)):
		case own && k.expired:
			return mapi.ErrRpcFailed
		case !own && !k.expired && (write || k.flags != Readable):
			return mapi.ErrAccessDenied
		}
	}
	return nil
}

// remove forgets the locks of a property that drop chooses.
func (l *Regions) remove(key Key, drop func(*region) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.byProp[key][:0]
	for _, k := range l.byProp[key] {
		if !drop(k) {
			kept = append(kept, k)
		}
	}
	if l.byProp[key] = kept; len(kept) == 0 {
		delete(l.byProp, key)
	}
}

// regionEnd is the end of a region, which may reach beyond what can be said.
func regionEnd(off, size uint64) uint64 {
	if end := off + size; end >= off {
		return end
	}
	return ^uint64(0)
}
