package object

import (
	"cmp"
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/lookup"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Within implements table.Ranger: rows that a restriction on the first column of the order can let pass stand together,
// so that looking for one costs the same in a folder of any size.
func (c *contents) Within(_ context.Context, rs prop.Restriction) (from, to int, err error) {
	if c.layout != nil || c.pages != nil {
		return 0, c.Len(), nil
	}
	from, to = c.within(rs)
	return from, to, nil
}

func (c *contents) within(rs prop.Restriction) (from, to int) {
	switch rs := rs.(type) {
	case prop.AndRestriction:
		from, to = 0, c.order.Len()
		for _, part := range rs.Parts {
			f, t := c.within(part)
			from, to = max(from, f), min(to, t)
		}
		return from, max(from, to)
	case prop.CommentRestriction:
		return c.within(rs.Part)
	case prop.PropertyRestriction:
		return c.run(rs)
	}
	return 0, c.order.Len()
}

// Locate implements table.Locator: where the store has a way to the messages that a restriction can let pass, their rows
// stand where a look at each of them says.
func (c *contents) Locate(ctx context.Context, rs prop.Restriction) (marks []view.Entry, ok bool, err error) {
	var except []uint16 // headers of categories have them too
	for i := range min(c.arranged.Categories+1, len(c.arranged.Orders)) {
		if c.arranged.Categories > 0 {
			except = append(except, c.arranged.Orders[i].Tag.ID())
		}
	}
	err = c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error {
		var ids []store.MessageID
		if ids, ok, err = lookup.Messages(r, c.sel, rs, except...); !ok || err != nil {
			return err
		}
		marks, err = c.places(r, ids)
		return err
	})
	if !ok || err != nil {
		return nil, false, err
	}
	if len(marks) > 0 && c.pages != nil {
		if err := c.whole(ctx); err != nil {
			return nil, false, err
		}
	}
	slices.SortFunc(marks, func(a, b view.Entry) int {
		i, _ := c.Rank(a)
		j, _ := c.Rank(b)
		return cmp.Compare(i, j)
	})
	return marks, true, nil
}

// places returns the rows of some messages.
func (c *contents) places(r store.Reader, ids []store.MessageID) (marks []view.Entry, err error) {
	a := c.arranged
	if len(a.Orders) == 0 && a.Restriction == nil && a.Split == 0 { // by id
		for _, id := range ids {
			marks = append(marks, view.Entry{ID: id})
		}
		return marks, nil
	}
	p := c.placing(a)
	rows, err := r.Rows(c.sel, ids, p.plan.fetch)
	if err != nil {
		return nil, err
	}
	place := p.pass()
	for i, values := range rows {
		if values == nil {
			continue
		}
		err := place(r, ids[i], values, func(p view.Place) {
			marks = append(marks, view.Entry{Key: string(p.Key), ID: ids[i], Instance: p.Instance, Unread: p.Unread})
		})
		if err != nil {
			return nil, err
		}
	}
	return marks, nil
}

// run returns where the rows are whose first column is in a relation to a value.
func (c *contents) run(rs prop.PropertyRestriction) (from, to int) {
	a, n := &c.arranged, c.order.Len()
	if len(a.Orders) == 0 || a.Orders[0].Tag.ID() != rs.Tag.ID() || !prop.SameType(a.Orders[0].Tag.Type(), rs.Tag.Type()) ||
		rs.Tag.Type()&mapi.PtypMultiple != 0 || rs.Value.Value.Type()&mapi.PtypMultiple != 0 {
		return 0, n
	}
	v, descending := rs.Value.Value, a.Orders[0].Order == prop.Descending
	var key []byte
	if byTime(*a) {
		if v.Type() != mapi.PtypTime {
			return 0, n
		}
		key = view.TimeKey(nil, v.FileTime(), descending)
	} else {
		key = c.logon.env.collation(c.logon.session.LCIDSort).AppendSortKey(nil, table.Cut(v), a.Orders[0].Order)
	}
	first := view.Entry{Key: string(key)}
	if byTime(*a) && descending {
		first.ID = ^store.MessageID(0) // equal times stand with the newest id first
	}
	from, _ = c.order.Rank(first)
	to, _ = c.order.Rank(view.Entry{Key: string(key) + "\xFF"}) // no further column's key begins so
	switch rs.RelOp {
	case prop.RelOpEQ:
		return from, to
	case prop.RelOpGE, prop.RelOpGT:
		if descending {
			return 0, to
		}
		return from, n
	case prop.RelOpLE, prop.RelOpLT:
		if descending {
			return from, n
		}
		return 0, to
	}
	return 0, n
}

// memberOf tells who is on a distribution list, by entry ids of the address book, [MS-OXCDATA] 2.12.5.
func memberOf(dir *store.Snapshot) func(member, list string) bool {
	return func(member, list string) bool {
		m, l := dir.ByDN(dnOf(member)), dir.ByDN(dnOf(list))
		return m != nil && l != nil && l.Name != m.Name && acl.NewPrincipals(dir, m.Name).Is(l.Name)
	}
}

// dnOf returns the DN in a permanent entry id of the address book, [MS-OXCDATA] 2.2.5.2; empty if it is none.
func dnOf(entryID string) string {
	e, _ := msgprops.ParseAddressBookEntryID([]byte(entryID))
	return e.DN
}
