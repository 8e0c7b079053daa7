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
}

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
	case c.logon.require(s, Rights(mapi.RightReadAny)) != nil || before.order == c.order:
		return nil, true, nil
	case !before.known || before.order == nil && (c.found || c.arranged.Restriction != nil || c.arranged.Split != 0 || c.layout != nil):
		return nil, false, nil
	}
	now := view.Shown{Order: c.order, Layout: c.layout}
	version := uint64(0)
	if before.order != nil {
		version = before.order.Version
	}
	ids, ok := c.view.ChangedSince(version)
	if !ok {
		return nil, false, nil
	}
	if before.order == nil {
		steps, ok := view.Since(now, ids, store.MessageID(before.newest), most)
		return steps, ok, nil
	}
	was := view.Shown{Order: before.order}
	if c.layout != nil {
		was.Layout = before.order.Layout(c.open)
	}
	steps, ok := view.Steps(was, now, ids, most)
	return steps, ok, nil
}
