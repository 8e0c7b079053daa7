package object

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/server/emsmdb/table"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Tables by time of delivery are what clients open most, and what the store has an index for: the beginning of one is
// read page by page, without an order of the whole folder.

// byTime reports whether rows stand by time of delivery alone.
func byTime(a table.Arrangement) bool {
	return len(a.Orders) == 1 && a.Categories == 0 && a.Split == 0 && a.Orders[0].Tag == mapi.TagMessageDeliveryTime
}

const (
	maxPaged = 1024 // rows from the beginning that are read by pages
	minPage  = 64
)

// pages are the first rows of a table by time, as far as they were asked for.
type pages struct {
	descending bool
	state      *cache.Folder // the folder when the first page was read
	count      int
	marks      []view.Entry
	last       store.Position
	whole      bool // marks are all there are
}

// current reports whether the pages still show the folder; the first call looks at it.
func (p *pages) current(ctx context.Context, c *contents) (bool, error) {
	s, err := c.logon.state(ctx, c.folder)
	if err != nil {
		return false, err
	}
	if p.state == nil {
		p.state, p.count = s, int(s.ContentCount)
		if c.sel.Associated {
			p.count = int(s.AssocCount)
		}
		return true, nil
	}
	return s.ContentChange == p.state.ContentChange, nil
}

// window reads rows; ok is false for rows too far from the beginning.
func (p *pages) window(ctx context.Context, c *contents, pos, n int) (marks []view.Entry, ok bool, err error) {
	if pos < 0 || n <= 0 || pos >= p.count {
		return nil, true, nil
	}
	end := min(pos+n, p.count)
	if end > maxPaged {
		return nil, false, nil
	}
	if end > len(p.marks) && !p.whole {
		err := c.logon.env.Store.View(ctx, store.Scope{}, func(r store.Reader) error { return p.read(r, c.sel, end) })
		if err != nil {
			return nil, false, err
		}
	}
	if end > len(p.marks) {
		return nil, false, nil // the folder changed under us
	}
	return p.marks[pos:end], true, nil
}

// read extends the pages to end rows.
func (p *pages) read(r store.Reader, sel store.Selection, end int) error {
	limit := max(end-len(p.marks), minPage)
	list, err := r.Page(sel, p.last, p.descending, limit)
	if err != nil {
		return err
	}
	for _, at := range list {
		p.marks = append(p.marks, view.Entry{Key: string(view.TimeKey(nil, at.Received, p.descending)), ID: at.ID})
		p.last = at
	}
	p.whole = len(list) < limit
	return nil
}

// rank returns where a row is or would be among those read.
func (p *pages) rank(mark view.Entry) (int, bool) {
	return slices.BinarySearchFunc(p.marks, mark, view.Shape{Reverse: p.descending}.Compare)
}
