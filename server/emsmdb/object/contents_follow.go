package object

import (
	"context"
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// told is the state of a folder that a client knows: an order, or where none was read, the newest change that it saw.
// The client of a table that shows every message knows then which messages it has not seen.
type told struct {
	known  bool
	order  *view.Order
	newest store.ChangeNumber
	seen   []*view.Order // what it read since, which it was not told of
	lost   bool          // it read more than can be told of
}

// maxSeen is how many orders a client may read without being told what led from one to the other.
const maxSeen = 4

// Follow implements table.Followed.
func (c *contents) Follow(wake func()) (stop func()) {
	return c.view.Watch(func(uint64) { wake() })
}

// Mark implements table.Followed.
func (c *contents) Mark() {
	switch {
	case c.pages != nil && c.pages.state != nil:
		c.told = told{known: true, newest: c.pages.state.ContentChange}
	case c.pages == nil && c.order != nil:
		c.told = told{known: true, order: c.order}
	}
}

// Looked implements table.Followed.
func (c *contents) Looked() {
	t := &c.told
	switch {
	case t.lost:
	case !t.known:
		c.Mark()
	case c.pages != nil || c.order == t.order || len(t.seen) > 0 && t.seen[len(t.seen)-1] == c.order:
	case len(t.seen) == maxSeen:
		c.told = told{lost: true}
	default:
		t.seen = append(t.seen, c.order)
	}
}

// Steps implements table.Followed. Who may not read the folder any more is told nothing.
func (c *contents) Steps(ctx context.Context, most int) ([]view.Step, bool, error) {
	before := c.told
	if err := c.whole(ctx); err != nil {
		return nil, false, err
	}
	c.told = told{known: true, order: c.order}
	s, err := c.logon.state(ctx, c.folder)
	switch {
	case errors.Is(err, mapi.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case c.logon.require(s, Rights(mapi.RightReadAny)) != nil || before.order == c.order && len(before.seen) == 0:
		return nil, true, nil
	case before.lost:
		return nil, false, nil
	case !before.known: // unless nothing changed since somebody looked first
		ids, ok := c.view.ChangedSince(0)
		return nil, ok && len(ids) == 0, nil
	case before.order == nil && (c.found || c.arranged.Restriction != nil || c.arranged.Split != 0 || c.layout != nil):
		return nil, false, nil
	}
	version := uint64(0)
	if before.order != nil {
		version = before.order.Version
	}
	ids, ok := c.view.ChangedSince(version)
	if !ok {
		return nil, false, nil
	}
	now := view.Shown{Order: c.order, Layout: c.layout}
	var steps []view.Step
	if before.order != nil {
		steps, ok = view.Steps(c.laid(append([]*view.Order{before.order}, before.seen...)), now, ids, most)
	} else {
		steps, ok = view.Since(store.MessageID(before.newest), c.laid(before.seen), now, ids, most)
	}
	return steps, ok, nil
}

// laid lays orders out as the table does at the moment.
func (c *contents) laid(orders []*view.Order) []view.Shown {
	out := make([]view.Shown, len(orders))
	for i, o := range orders {
		if out[i].Order = o; c.layout != nil {
			out[i].Layout = o.Layout(c.open)
		}
	}
	return out
}
