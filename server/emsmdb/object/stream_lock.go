package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/lock"
	"github.com/mapid/mapid/store"
)

// key names the property in all sessions; false for one that is only in an object never saved, which nobody shares.
func (c *content) key(ctx context.Context) (lock.Key, bool, error) {
	bag := store.BagID(0)
	switch obj := c.obj.(type) {
	case *Message:
		bag = obj.work.Bag
	case *Attachment:
		bag = obj.work.Bag
	case *Folder:
		s, err := obj.logon.state(ctx, obj.id)
		if err != nil {
			return lock.Key{}, false, err
		}
		bag = s.Bag
	}
	return lock.Key{Bag: bag, ID: c.tag.ID()}, bag != 0, nil
}

// Lock locks a region of the stream for the session, [MS-OXCPRPT] 3.2.5.21.
func (s *Stream) Lock(ctx context.Context, off, size uint64, flags uint32) error {
	key, shared, err := s.key(ctx)
	if err != nil || !shared {
		return err
	}
	if err := s.logon.env.locks.Lock(key, s.logon.session, off, size, flags, s.logon.env.Now()); err != nil {
		return err
	}
	s.locks = true
	return nil
}

// Unlock removes the session's locks on just that region, [MS-OXCPRPT] 3.2.5.22.
func (s *Stream) Unlock(ctx context.Context, off, size uint64) error {
	key, shared, err := s.key(ctx)
	if err == nil && shared {
		s.logon.env.locks.Unlock(key, s.logon.session, off, size)
	}
	return err
}

// locked refuses what another session has locked against it. A session whose own lock was taken over loses what it wrote.
func (c *content) locked(ctx context.Context, off, n int64, write bool) error {
	if !c.logon.env.Profile.ROP.LockAndCloneStream {
		return nil
	}
	key, shared, err := c.key(ctx)
	if err != nil || !shared {
		return err
	}
	err = c.logon.env.locks.Touch(key, c.logon.session, off, n, write, c.logon.env.Now())
	if errors.Is(err, mapi.ErrRpcFailed) {
		c.forfeit()
	}
	return err
}

// forfeit gives up what was written and not settled.
func (c *content) forfeit() {
	c.dirty = false
	delete(c.logon.streams, c)
}

// unlock removes all locks that the session has on the property.
func (c *content) unlock() {
	if key, shared, err := c.key(context.Background()); err == nil && shared {
		c.logon.env.locks.Release(key, c.logon.session)
	}
}
