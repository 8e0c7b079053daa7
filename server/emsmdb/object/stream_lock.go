package object

import (
	"context"
	"sync"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// lockLife is how long a lock outlives the last sign of the session that has it, [MS-OXCPRPT] 3.2.5.21.
const lockLife = 30 * time.Second

// LockReadable in LockFlags lets others read the region; any other value lets nobody, [MS-OXCPRPT] 2.2.24.1.
const LockReadable uint32 = 1

// streamLocks are the locked regions of all properties that are open as streams. Locks belong to sessions.
type streamLocks struct {
	mu     sync.Mutex // guards byProp and what is in it
	byProp map[lockKey][]*streamLock
}

// lockKey is a property that may be locked: of what is stored under a bag.
type lockKey struct {
	bag store.BagID
	id  uint16
}

// streamLock is one locked region.
type streamLock struct {
	session  *Session
	off, end uint64
	flags    uint32
	seen     time.Time // the last sign of the session on this property
	expired  bool      // another session has taken the region over
}

func (k *streamLock) overlaps(off, end uint64) bool { return off < k.end && k.off < end }

// key names the property in all sessions; false for one that is only in an object never saved, which nobody shares.
func (c *content) key(ctx context.Context) (lockKey, bool, error) {
	bag := store.BagID(0)
	switch obj := c.obj.(type) {
	case *Message:
		bag = obj.work.Bag
	case *Attachment:
		bag = obj.work.Bag
	case *Folder:
		s, err := obj.logon.state(ctx, obj.id)
		if err != nil {
			return lockKey{}, false, err
		}
		bag = s.Bag
	}
	return lockKey{bag, c.tag.ID()}, bag != 0, nil
}

// Lock locks a region of the stream for the session, [MS-OXCPRPT] 3.2.5.21. A lock of another session that has shown
// no sign for a while gives way.
func (s *Stream) Lock(ctx context.Context, off, size uint64, flags uint32) error {
	key, shared, err := s.key(ctx)
	if err != nil || !shared {
		return err
	}
	now := s.logon.env.Now()
	end := regionEnd(off, size)
	l := &s.logon.env.locks
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.byProp[key] {
		if k.session == s.logon.session || k.expired || !k.overlaps(off, end) {
			continue
		}
		if now.Sub(k.seen) <= lockLife {
			return mapi.ErrAccessDenied
		}
		k.expired = true
	}
	if l.byProp == nil {
		l.byProp = make(map[lockKey][]*streamLock)
	}
	l.byProp[key] = append(l.byProp[key], &streamLock{session: s.logon.session, off: off, end: end, flags: flags, seen: now})
	s.locks = true
	return nil
}

// Unlock removes the session's locks on just that region, [MS-OXCPRPT] 3.2.5.22. Those of others stay.
func (s *Stream) Unlock(ctx context.Context, off, size uint64) error {
	key, shared, err := s.key(ctx)
	if err != nil || !shared {
		return err
	}
	s.logon.env.locks.remove(key, func(k *streamLock) bool {
		return k.session == s.logon.session && k.off == off && k.end == regionEnd(off, size)
	})
	return nil
}

// locked refuses what another session has locked against it, [MS-OXCPRPT] 3.2.5.21. A session whose own lock was taken
// over loses what it wrote.
func (c *content) locked(ctx context.Context, off, n int64, write bool) error {
	if !c.logon.env.Profile.ROP.LockAndCloneStream {
		return nil
	}
	key, shared, err := c.key(ctx)
	if err != nil || !shared {
		return err
	}
	now := c.logon.env.Now()
	l := &c.logon.env.locks
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range l.byProp[key] {
		own := k.session == c.logon.session
		if own {
			k.seen = now
		}
		switch {
		case !k.overlaps(uint64(off), uint64(off)+uint64(n)):
		case own && k.expired:
			c.forfeit()
			return mapi.ErrRpcFailed
		case !own && !k.expired && (write || k.flags != LockReadable):
			return mapi.ErrAccessDenied
		}
	}
	return nil
}

// forfeit gives up what was written and not settled.
func (c *content) forfeit() {
	c.dirty = false
	delete(c.logon.streams, c)
}

// unlock removes all locks that the session has on the property.
func (c *content) unlock() {
	key, shared, err := c.key(context.Background())
	if err != nil || !shared {
		return
	}
	c.logon.env.locks.remove(key, func(k *streamLock) bool { return k.session == c.logon.session })
}

// remove forgets the locks of a property that drop chooses.
func (l *streamLocks) remove(key lockKey, drop func(*streamLock) bool) {
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
