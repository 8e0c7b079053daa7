package object

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// errNotCached reports that not all rows are in memory, and there is no reader to read the others.
var errNotCached = errors.New("object: rows are not in memory")

// Rows implements table.Source.
func (c *contents) Rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) (out [][]prop.Value, err error) {
	c.planFor(tags)
	if out, err = c.read(nil, c.plan, marks); err != errNotCached { //nolint:errorlint // our own
		return out, err
	}
	err = c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		out, err = c.read(r, c.plan, marks)
		return err
	})
	return out, err
}

// planFor makes the plan for the columns that are asked for, unless they are those asked for last.
func (c *contents) planFor(tags []mapi.PropTag) {
	if c.plan != nil && slices.Equal(c.plan.tags, tags) {
		return
	}
	c.plan, c.shown = c.newPlan(tags), ""
}

// Shown implements table.Keeper.
func (c *contents) Shown(ctx context.Context, marks []view.Entry, columns []mapi.PropTag, show func([]prop.Value) prop.Row) ([]prop.Row, error) {
	c.planFor(columns)
	out := make([]prop.Row, len(marks))
	if c.arranged.Split != 0 || c.logon.perUser(c.sel.Associated) || c.guard() != nil { // rows of their own
		all := make([]int, len(marks))
		for i := range all {
			all[i] = i
		}
		return out, c.show(ctx, marks, all, out, show)
	}
	if c.shown == "" {
		c.shown = c.shownAs()
	}
	rows, ids := c.logon.env.rows, idsOf(marks)
	missing, before := rows.Get(c.shown, c.sel, ids, out)
	if len(missing) == 0 {
		return out, nil
	}
	if err := c.show(ctx, marks, missing, out, show); err != nil {
		return nil, err
	}
	var read []store.MessageID
	var fresh []prop.Row
	for _, i := range missing {
		if !marks[i].IsCategory() {
			read, fresh = append(read, ids[i]), append(fresh, out[i])
		}
	}
	rows.Put(c.shown, c.sel, read, fresh, before)
	return out, nil
}

// show reads the rows at some places of marks. They are kept as they are shown, and need not be as they are read too.
func (c *contents) show(ctx context.Context, marks []view.Entry, places []int, out []prop.Row, show func([]prop.Value) prop.Row) error {
	ask := marks
	if len(places) < len(marks) {
		ask = make([]view.Entry, len(places))
		for i, at := range places {
			ask[i] = marks[at]
		}
	}
	return c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		fetched, err := r.Rows(c.sel, c.sources(ask), c.plan.fetch)
		if err != nil {
			return err
		}
		rows, err := c.made(r, c.plan, ask, fetched)
		if err != nil {
			return err
		}
		for i, at := range places {
			if rows[i] != nil {
				out[at] = show(rows[i])
			}
		}
		return nil
	})
}

// shownAs names what the rows of a message depend on besides the message and the folder: the columns, and what of the
// logon and the table shows in them.
func (c *contents) shownAs() string {
	name := []byte{'S'} // no plan is named so: its tags have four bytes each
	name = append(name, planName(c.plan.tags)...)
	name = strconv.AppendUint(append(name, '/'), uint64(c.logon.session.CodePage), 16)
	name = strconv.AppendUint(append(name, '/'), uint64(c.rights), 16)
	if c.plan.creator >= 0 && c.rights != c.rights.OfOwn() {
		name = append(append(name, '/'), c.logon.session.User.DN...)
	}
	return string(strconv.AppendInt(append(name, '/'), int64(c.arranged.Categories), 16))
}

func idsOf(marks []view.Entry) []store.MessageID {
	ids := make([]store.MessageID, len(marks))
	for i := range marks {
		ids[i] = marks[i].ID
	}
	return ids
}

// sources returns the messages that rows are read of. Headers have none: what is read for them is read anyway.
func (c *contents) sources(marks []view.Entry) []store.MessageID {
	ids := idsOf(marks)
	for i := range marks {
		switch {
		case !marks[i].IsCategory():
		case i > 0:
			ids[i] = ids[i-1]
		case c.order.Len() > 0:
			ids[i] = c.order.At(0).ID
		}
	}
	return ids
}

// read gives the columns of a plan for rows, headers included. A row that is gone is nil. Without a reader it fails with
// errNotCached if not all is in memory.
func (c *contents) read(r store.Reader, plan *rowPlan, marks []view.Entry) ([][]prop.Value, error) {
	if plan.flags >= 0 && c.logon.perUser(c.sel.Associated) && r == nil || c.guard() != nil && r == nil {
		return nil, errNotCached
	}
	fetched, err := c.logon.env.fetch(r, plan, c.sel, c.sources(marks))
	if err != nil {
		return nil, err
	}
	return c.made(r, plan, marks, fetched)
}

// made makes rows of what was fetched for them.
func (c *contents) made(r store.Reader, plan *rowPlan, marks []view.Entry, fetched [][]prop.Value) (out [][]prop.Value, err error) {
	perUser := plan.flags >= 0 && c.logon.perUser(c.sel.Associated)
	var have map[store.MessageID]bool
	if perUser {
		if have, err = r.HaveRead(c.logon.reader(), c.folder, c.sources(marks)); err != nil {
			return nil, err
		}
	}
	out, guard := make([][]prop.Value, len(marks)), c.guard()
	for i, values := range fetched {
		switch m := marks[i]; {
		case m.IsCategory():
			out[i], err = c.header(r, plan, m)
		case values != nil:
			facts, shown := plan.facts(c, m.ID, m.Instance, values), false
			if shown, err = guard.shows(r, facts); !shown {
				break
			}
			if perUser {
				facts.flags = c.logon.seen(facts.flags, have[m.ID])
			}
			out[i] = plan.row(facts, values)
			err = c.preview(r, plan.tags, m.ID, out[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// planName names the properties that a plan fetches.
func planName(fetch []mapi.PropTag) string {
	b := make([]byte, 0, 4*len(fetch))
	for _, t := range fetch {
		b = append(b, byte(t), byte(t>>8), byte(t>>16), byte(t>>24))
	}
	return string(b)
}

// fetch reads rows of messages for a plan, from memory as far as they are there; without a reader only from there. A
// message that is gone has none. The rows are shared.
func (e *Env) fetch(r store.Reader, p *rowPlan, sel store.Selection, ids []store.MessageID) ([][]prop.Value, error) {
	return e.rows.Fetch(p.name, sel, ids, func(ids []store.MessageID) ([][]prop.Value, error) {
		if r == nil {
			return nil, errNotCached
		}
		return r.Rows(sel, ids, p.fetch)
	})
}
