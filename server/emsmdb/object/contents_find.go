package object

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Within implements table.Ranger: rows that a restriction on their id or on the first column of the order can let pass
// stand together, so that looking for one costs the same in a folder of any size.
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
		if id, ok := idIn(rs); ok && c.arranged.Split == 0 {
			pos, _, found := c.order.Find(id, 0)
			if !found {
				return 0, 0
			}
			return pos, pos + 1
		}
		return c.run(rs)
	}
	return 0, c.order.Len()
}

// idIn returns the message that a restriction asks for by its id or entry id.
func idIn(rs prop.PropertyRestriction) (store.MessageID, bool) {
	if rs.RelOp != prop.RelOpEQ {
		return 0, false
	}
	v := rs.Value.Value
	switch rs.Tag {
	case mapi.TagMid, mapi.TagInstID:
		if v.Type() == mapi.PtypInteger64 {
			return messageID(v.ObjectID())
		}
	case mapi.TagEntryId:
		const size, counter = 70, 62 // [MS-OXCDATA] 2.2.4.2: the message's counter stands before two zeros
		if s := v.Str(); v.Type() == mapi.PtypBinary && len(s) == size {
			return store.MessageID(binary.BigEndian.Uint64([]byte("\x00\x00" + s[counter:counter+6]))), true
		}
	}
	return 0, false
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
		key = timeKey(nil, v.FileTime(), descending)
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
	const head = 4 + 16 + 4 + 4 // flags, provider, version, type
	if len(entryID) <= head {
		return ""
	}
	return strings.TrimSuffix(entryID[head:], "\x00")
}
