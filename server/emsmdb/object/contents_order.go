package object

import (
	"slices"
	"strconv"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/lookup"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// spec describes the view of an arrangement. Without order and restriction it is every message by id, that is, in the
// order they came.
func (c *contents) spec(a table.Arrangement) view.Spec {
	spec := view.Spec{Selection: c.sel}
	if len(a.Orders) == 0 && a.Restriction == nil && a.Split == 0 && c.guard() == nil {
		return spec
	}
	p := c.placing(a)
	spec.Key, spec.Fetch, spec.Whole = c.specKey(a), p.plan.fetch, prop.CountsMatches(a.Restriction)
	spec.Shape = view.Shape{Categories: a.Categories}
	if len(a.Orders) > a.Categories && table.IsExtreme(a.Orders[a.Categories]) {
		spec.Shape.Extreme = view.Largest
		if a.Orders[a.Categories].Order == prop.MinimumCategory {
			spec.Shape.Extreme = view.Smallest
		}
		spec.Shape.Descending = a.Orders[a.Categories-1].Order == prop.Descending
	}
	if byTime(a) {
		spec.Shape.Reverse = a.Orders[0].Order == prop.Descending
		if a.Restriction == nil && !c.found { // searches have no order by time
			spec.Load = view.LoadByTime(c.sel, spec.Shape.Reverse)
		}
	}
	spec.Place, spec.Apart = p.pass, c.guard() == nil && p.apart()
	if a.Restriction != nil && spec.Load == nil {
		spec.Candidates = func(r store.Reader) ([]store.MessageID, bool, error) { return lookup.Messages(r, c.sel, a.Restriction) }
	}
	return spec
}

// specKey names order and restriction.
func (c *contents) specKey(a table.Arrangement) string {
	var w wire.Writer
	w.PutString(strconv.FormatUint(uint64(c.logon.session.LCIDSort), 16))
	if c.guard() != nil {
		w.PutString("/" + c.logon.session.User.Name + "/")
	}
	w.U8(uint8(a.Categories))
	w.U32(uint32(a.Split))
	for _, o := range a.Orders {
		prop.WriteSortOrder(&w, o)
	}
	w.U8(0)
	if a.Restriction != nil {
		prop.WriteRestriction(&w, a.Restriction)
	}
	return string(w.Bytes())
}

// placing gives messages their places in an arrangement.
type placing struct {
	contents  *contents // what all logons share
	a         table.Arrangement
	plan      *rowPlan
	collation *prop.Collation
	each      bool // the restriction looks at the one value of a row
	guard     func() *members
}

func (c *contents) placing(a table.Arrangement) *placing {
	tags := make([]mapi.PropTag, 0, len(a.Orders)+6)
	for _, o := range a.Orders {
		tags = append(tags, o.Tag)
	}
	p := &placing{contents: c.shared(a), a: a, collation: c.logon.env.collation(c.logon.session.LCIDSort), guard: c.guard}
	if c.guard() != nil {
		tags = append(tags, mapi.TagFolderId)
	}
	restricted := prop.RestrictionTags(a.Restriction, nil)
	p.each = a.Split != 0 && slices.ContainsFunc(restricted, func(t mapi.PropTag) bool {
		return t.ID() == a.Split.ID() && t.Type()&mapi.PtypMVInstance != 0
	})
	tags = append(tags, restricted...)
	if a.Split != 0 {
		tags = append(tags, a.Split)
	}
	p.plan = newRowPlan(tags, a.Split.ID())
	if a.Categories > 0 && p.plan.flags < 0 {
		p.plan.flags = p.plan.place(mapi.TagMessageFlags) // to count what is unread
	}
	return p
}

// shared is what the views of a mailbox use of a logon: they outlive the one that made them, and must not depend on
// who that was.
func (c *contents) shared(a table.Arrangement) *contents {
	l := &Logon{env: c.logon.env, session: c.logon.session, mailbox: c.logon.mailbox, owner: c.logon.owner, privileged: true}
	return &contents{
		logon: l, folder: c.folder, rights: acl.All, sel: c.sel, found: c.found, arranged: a, dir: c.dir,
	}
}

// apart reports whether most messages can be placed by what was fetched of them: where a restriction looks at texts,
// recipients or attachments, or at one value of a row, each takes another look.
func (p *placing) apart() bool {
	rs := p.a.Restriction
	return rs == nil || !p.each && !prop.LooksInside(rs) && !slices.ContainsFunc(prop.RestrictionTags(rs, nil), func(t mapi.PropTag) bool {
		return t.ID() == mapi.TagBody.ID()
	})
}

// pass starts one pass over messages.
func (p *placing) pass() view.PlaceFunc {
	m := prop.NewMatcher(p.a.Restriction, p.collation)
	var key []byte
	guard := p.guard()
	return func(r store.Reader, id store.MessageID, values []prop.Value, emit func(view.Place)) error {
		facts := p.plan.facts(p.contents, id, 0, values)
		if shown, err := guard.shows(r, facts); !shown {
			return err
		}
		for i := range p.plan.instances(values) {
			facts.instance = i
			if p.a.Restriction != nil && (i == 0 || p.each) {
				subject, failed := p.contents.subject(r, p.plan, facts, values)
				ok := m.Match(subject)
				switch {
				case *failed != nil:
					return *failed
				case !ok && !p.each:
					return nil
				case !ok:
					continue
				}
			}
			key = p.key(key[:0], facts, values)
			emit(view.Place{Key: key, Instance: i, Unread: p.a.Categories > 0 && facts.flags&mapi.MfRead == 0})
		}
		return nil
	}
}

// key appends the sort key of a row.
func (p *placing) key(key []byte, facts *messageFacts, values []prop.Value) []byte {
	a := &p.a
	if byTime(*a) {
		return view.TimeKey(key, p.plan.value(0, facts, values).FileTime(), a.Orders[0].Order == prop.Descending)
	}
	var room [table.MaxOrders + 1]int
	cuts, extreme := room[:0], -1
	for i, o := range a.Orders {
		if table.IsExtreme(o) {
			extreme = i
			continue
		}
		key = p.collation.AppendSortKey(key, table.Cut(p.plan.value(i, facts, values)), o.Order)
		if i < a.Categories {
			cuts = append(cuts, len(key))
		}
	}
	if extreme >= 0 {
		cuts = append(cuts, len(key))
		key = p.collation.AppendSortKey(key, table.Cut(p.plan.value(extreme, facts, values)), prop.Ascending)
	}
	return view.AppendCuts(key, cuts...)
}
