package object

import (
	"hash/fnv"
	"maps"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// header gives the columns of a category's header: what counts its rows, and the columns that its rows have in common;
// the others are not there, [MS-OXCTABL] 2.2.1 and 4.5.3. A category that is gone has no row.
func (c *contents) header(r store.Reader, plan *rowPlan, mark view.Entry) ([]prop.Value, error) {
	category, open, ok := c.layout.Category(mark)
	if !ok {
		return nil, nil
	}
	sample, err := c.sample(r, plan, category.First)
	if err != nil || sample == nil {
		return nil, err
	}
	extreme := sample
	orders, categories := c.arranged.Orders, c.arranged.Categories
	if category.Extreme != category.First {
		if extreme, err = c.sample(r, plan, category.Extreme); err != nil || extreme == nil {
			return nil, err
		}
	}
	out := make([]prop.Value, len(plan.tags))
	for i, tag := range plan.tags {
		out[i] = matching(c.counted(mark, &category, open, tag), tag)
		for level := 0; level <= category.Level && out[i].IsZero(); level++ {
			if orders[level].Tag.ID() == tag.ID() {
				out[i] = sample[i]
			}
		}
		if out[i].IsZero() && category.Level == categories-1 && len(orders) > categories && table.IsExtreme(orders[categories]) && orders[categories].Tag.ID() == tag.ID() {
			out[i] = extreme[i]
		}
		if out[i].IsZero() {
			out[i] = notFound
		}
	}
	return out, nil
}

// sample reads the row at a place of the order; nil if it is gone.
func (c *contents) sample(r store.Reader, plan *rowPlan, place int) ([]prop.Value, error) {
	e := c.order.At(place)
	fetched, err := c.logon.env.fetch(r, plan, c.sel, []store.MessageID{e.ID})
	if err != nil || fetched[0] == nil {
		return nil, err
	}
	return plan.row(plan.facts(c, e.ID, e.Instance, fetched[0]), fetched[0]), nil
}

// counted gives what headers have of their own.
func (c *contents) counted(mark view.Entry, category *view.Category, open bool, tag mapi.PropTag) prop.Value {
	switch tag.ID() {
	case mapi.TagFolderId.ID():
		return prop.ID(mapi.NewID(ownReplica, uint64(c.folder)))
	case mapi.TagInstID.ID():
		return prop.ID(mapi.NewID(ownReplica, uint64(mark.ID)))
	case mapi.TagInstanceNum.ID():
		return prop.Int32(0)
	case mapi.TagInstanceKey.ID():
		return instanceKey(uint64(c.folder), uint64(mark.ID), 0)
	case mapi.TagDepth.ID():
		return prop.Int32(int32(category.Level))
	case mapi.TagRowType.ID():
		if open {
			return prop.Uint32(mapi.RowTypeExpanded)
		}
		return prop.Uint32(mapi.RowTypeCollapsed)
	case mapi.TagContentCount.ID():
		return prop.Int32(int32(category.Count))
	case mapi.TagContentUnreadCount.ID():
		return prop.Int32(int32(category.Unread))
	}
	return prop.Value{}
}

// Category implements table.Categorized.
func (c *contents) Category(id store.MessageID) (header view.Entry, open, shown bool) {
	if c.layout == nil {
		return view.Entry{}, false, false
	}
	found, ok := c.order.Category(id)
	if !ok {
		return view.Entry{}, false, false
	}
	_, open, shown = c.layout.Category(found.Header)
	return found.Header, open, shown
}

// Below implements table.Categorized.
func (c *contents) Below(header view.Entry) int {
	rows, _ := c.layout.Below(header)
	return rows
}

// Toggle implements table.Categorized.
func (c *contents) Toggle(header view.Entry) {
	other := maps.Clone(c.open.Other)
	if other == nil {
		other = make(map[store.MessageID]struct{})
	}
	if _, ok := other[header.ID]; ok {
		delete(other, header.ID)
	} else {
		other[header.ID] = struct{}{}
	}
	c.SetOpen(view.Open{Levels: c.open.Levels, Other: other})
}

// Open implements table.Categorized.
func (c *contents) Open() view.Open { return c.open }

// SetOpen implements table.Categorized.
func (c *contents) SetOpen(open view.Open) {
	if c.open = open; c.layout != nil {
		c.lay()
	}
}

// ArrangedAs implements table.Categorized.
func (c *contents) ArrangedAs() uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.specKey(c.arranged)))
	return h.Sum64()
}
