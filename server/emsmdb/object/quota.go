package object

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/store"
)

// Quota returns the limits of the logon's mailbox as the directory has them now; the public store has none.
func (l *Logon) Quota(ctx context.Context) (store.Quota, error) {
	if l.Public() {
		return store.Quota{}, nil
	}
	dir, err := l.env.Directory.Snapshot(ctx)
	if err != nil {
		return store.Quota{}, err
	}
	if e := dir.ByName(l.owner.Name); e != nil {
		return e.Quota, nil
	}
	return store.Quota{}, nil
}

// over reports whether a size in bytes is beyond a limit in KiB; 0 is no limit.
func over(size int64, kib uint32) bool { return kib != 0 && size > int64(kib)<<10 }

// within wraps a change of the logon's mailbox so that it can't grow beyond PidTagProhibitReceiveQuota, [MS-OXCSTOR]
// 2.2.2.1.1.3: what would is rolled back. Changes that leave it as large as it was or smaller are always possible.
func (l *Logon) within(ctx context.Context, fn func(store.Tx) error) (func(store.Tx) error, error) {
	q, err := l.Quota(ctx)
	if err != nil || q.Receive == 0 {
		return fn, err
	}
	return func(tx store.Tx) error {
		before, err := tx.Mailbox(l.mailbox.ID)
		if err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		after, err := tx.Mailbox(l.mailbox.ID)
		if err == nil && after.Size > before.Size && over(after.Size, q.Receive) {
			err = mapi.ErrShutoffQuota
		}
		return err
	}, nil
}
