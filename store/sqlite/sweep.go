package sqlite

import (
	"errors"

	"go.uber.org/zap"

	"github.com/mapid/mapid/store"
)

// Chunks of garbage that are removed beside the updates of a group, and at once while nobody writes: few enough that
// nobody has to wait for them.
const (
	sweepBeside = 16
	sweepIdle   = 64
)

// sweep removes up to n chunks of values that nothing has any more, inside the transaction that is open.
func (w *writer) sweep(n int64) {
	for n > 0 && w.garbage {
		var value int64
		err := w.conn.row("SELECT value FROM garbage LIMIT 1", nil, &value)
		if errors.Is(err, store.ErrNotFound) {
			w.sweepSearches(n)
			return
		}
		var removed int64
		if err == nil {
			removed, err = w.conn.change("DELETE FROM chunk WHERE rowid IN (SELECT rowid FROM chunk WHERE value = ? LIMIT ?)", value, n)
		}
		if err == nil && removed < n {
			err = w.conn.exec("DELETE FROM garbage WHERE value = ?", value)
		}
		if err != nil { // it only takes room; the next garbage or start tries again
			w.store.log.Warn("remove values that nothing has", zap.Error(err))
			w.garbage = false
			return
		}
		n -= max(removed, 1)
	}
}

// sweepSearches is sweep for members of searches that are over.
func (w *writer) sweepSearches(n int64) {
	var version, removed int64
	err := w.conn.row("SELECT version FROM search_stale LIMIT 1", nil, &version)
	if errors.Is(err, store.ErrNotFound) {
		w.garbage = false
		return
	}
	if err == nil {
		const query = "DELETE FROM search_member WHERE version = ?1 AND mid IN (SELECT mid FROM search_member WHERE version = ?1 LIMIT ?2)"
		removed, err = w.conn.change(query, version, n)
	}
	if err == nil && removed < n {
		err = w.conn.exec("DELETE FROM search_stale WHERE version = ?", version)
	}
	if err != nil {
		w.store.log.Warn("remove members of searches that are over", zap.Error(err))
		w.garbage = false
	}
}

// sweepAlone is sweep in a transaction of its own, for which nobody waits.
func (w *writer) sweepAlone() {
	err := w.synchronise(false)
	if err == nil {
		err = w.conn.exec("BEGIN IMMEDIATE")
	}
	if err == nil {
		w.sweep(sweepIdle)
		if err = w.conn.exec("COMMIT"); err != nil {
			err = errors.Join(err, w.conn.exec("ROLLBACK"))
		}
	}
	if err != nil {
		w.store.log.Warn("remove values that nothing has", zap.Error(err))
		w.garbage = false
	}
}

// clean drops what a store left unfinished when it ended.
func (w *writer) clean() error {
	var stages, values int64
	const query = "SELECT (SELECT count(*) FROM stage), (SELECT count(*) FROM garbage) + (SELECT count(*) FROM search_stale)"
	if err := w.conn.row(query, nil, &stages, &values); err != nil {
		return err
	}
	w.garbage = values > 0
	if stages == 0 {
		return nil
	}
	if err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := newTx(w, store.Scope{}).dropStages(); err != nil {
		return errors.Join(err, w.conn.exec("ROLLBACK"))
	}
	return w.conn.exec("COMMIT")
}
