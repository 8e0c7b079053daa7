package table

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// Categorized is a Source that can have categories. All but ArrangedAs is asked after a Sync only.
type Categorized interface {
	Source
	Finder
	// Category finds a category by the id of its header, and says whether it is open, and in the table at all.
	Category(id store.MessageID) (header view.Entry, open, shown bool)
	// Below returns the number of rows that are shown in a category.
	Below(header view.Entry) int
	// Toggle opens a closed category, or closes an open one.
	Toggle(header view.Entry)
	Open() view.Open
	SetOpen(open view.Open)
	// ArrangedAs names order and restriction: the same for every table with the same, also after a restart.
	ArrangedAs() uint64
}

// categorized brings a table that can have categories up to date.
func (t *Table) categorized(ctx context.Context) (Categorized, error) {
	if err := t.can(opCategories); err != nil {
		return nil, err
	}
	if err := t.prepared(); err != nil {
		return nil, err
	}
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	return t.src.(Categorized), nil
}

// category finds a category that the table shows, by the id of its header.
func (t *Table) category(ctx context.Context, id mapi.ID) (c Categorized, header view.Entry, open bool, err error) {
	if c, err = t.categorized(ctx); err != nil {
		return nil, view.Entry{}, false, err
	}
	header, open, shown := c.Category(store.MessageID(id.Counter()))
	if !shown {
		return nil, view.Entry{}, false, mapi.ErrNotFound
	}
	return c, header, open, nil
}

// Expanded is what Expand shows.
type Expanded struct {
	Count uint32     // rows that the category shows now
	Rows  []prop.Row // the first of its messages
}

// Expand opens a category, [MS-OXCTABL] 3.2.5.17, and returns up to so many of its rows, as many as fit in room.
func (t *Table) Expand(ctx context.Context, id mapi.ID, rows, room int) (*Expanded, error) {
	if err := t.can(opCategories); err != nil {
		return nil, err
	}
	if rows > 0 && !t.profile.ExpandReturnsRows {
		return nil, mapi.ErrNoSupport
	}
	c, header, open, err := t.category(ctx, id)
	if err != nil {
		return nil, err
	}
	if open {
		return nil, mapi.ErrNotCollapsed
	}
	c.Toggle(header)
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	below := c.Below(header)
	out := &Expanded{Count: uint32(below)}
	if rows > 0 && t.columns != nil {
		out.Rows, err = t.leaves(ctx, c, header, rows, room)
	}
	return out, err
}

// leaves reads the first rows in a category that are no headers.
func (t *Table) leaves(ctx context.Context, c Categorized, header view.Entry, rows, room int) ([]prop.Row, error) {
	from, _ := c.Rank(header)
	end := from + 1 + c.Below(header)
	got := &Rows{Columns: t.columns}
	for pos := from + 1; pos < end && len(got.Rows) < rows; pos += windowSize {
		marks, err := c.Window(ctx, pos, min(windowSize, end-pos))
		if err != nil {
			return nil, err
		}
		var leaves []view.Entry
		for _, m := range marks {
			if !m.IsCategory() && len(got.Rows)+len(leaves) < rows {
				leaves = append(leaves, m)
			}
		}
		if _, full, err := t.appendRows(ctx, got, leaves, false, &room); err != nil || full {
			return got.Rows, err
		}
	}
	return got.Rows, nil
}

// Collapse closes a category and returns the number of rows that are no longer shown, [MS-OXCTABL] 3.2.5.18.
func (t *Table) Collapse(ctx context.Context, id mapi.ID) (uint32, error) {
	c, header, open, err := t.category(ctx, id)
	if err != nil {
		return 0, err
	}
	if !open {
		return 0, mapi.ErrNotExpanded
	}
	below := c.Below(header)
	c.Toggle(header)
	return uint32(below), t.sync(ctx)
}

// The state of the categories of a table, as clients keep it: what it belongs to, how many levels are open, the row
// that the client looks at, and the categories that are the other way round.
const (
	collapseStateHead  = 1 + 8 + 2 + 8 + 4
	collapseStateForm  = 1
	maxCollapseEntries = (math.MaxUint16 - collapseStateHead) / 8
)

// CollapseState returns the state of the categories, with the row that a client looks at, [MS-OXCTABL] 3.2.5.19.
func (t *Table) CollapseState(ctx context.Context, row mapi.ID, instance uint32) ([]byte, error) {
	c, err := t.categorized(ctx)
	if err != nil {
		return nil, err
	}
	open := c.Open()
	if len(open.Other) > maxCollapseEntries {
		return nil, mapi.ErrTooBig
	}
	state := []byte{collapseStateForm}
	state = binary.LittleEndian.AppendUint64(state, c.ArrangedAs())
	state = binary.LittleEndian.AppendUint16(state, uint16(open.Levels))
	state = binary.LittleEndian.AppendUint64(state, uint64(row))
	state = binary.LittleEndian.AppendUint32(state, instance)
	for id := range open.Other {
		state = binary.LittleEndian.AppendUint64(state, uint64(id))
	}
	return state, nil
}

// SetCollapseState opens and closes the categories as they were, moves the cursor to the row that the client looked at
// then, and returns a bookmark of it, [MS-OXCTABL] 3.2.5.20. If the row is gone, the cursor goes to the beginning.
func (t *Table) SetCollapseState(ctx context.Context, state []byte) ([]byte, error) {
	c, err := t.categorized(ctx)
	if err != nil {
		return nil, err
	}
	if len(state) < collapseStateHead || state[0] != collapseStateForm || (len(state)-collapseStateHead)%8 != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	if binary.LittleEndian.Uint64(state[1:]) != c.ArrangedAs() {
		return nil, mapi.ErrNotCompleted
	}
	open := view.Open{
		Levels: min(int(binary.LittleEndian.Uint16(state[9:])), t.arranged.Categories), Other: make(map[store.MessageID]struct{}),
	}
	row, instance := mapi.ID(binary.LittleEndian.Uint64(state[11:])), binary.LittleEndian.Uint32(state[19:])
	for rest := state[collapseStateHead:]; len(rest) > 0; rest = rest[8:] {
		open.Other[store.MessageID(binary.LittleEndian.Uint64(rest))] = struct{}{}
	}
	c.SetOpen(open)
	pos := 0
	if mark, ok := c.LookUp(store.MessageID(row.Counter()), instance); ok {
		pos, _ = c.Rank(mark)
	}
	t.version = c.Version()
	if err := t.moveTo(ctx, pos); err != nil {
		return nil, err
	}
	return t.CreateBookmark(ctx)
}
