// Package table holds tables as clients see them, [MS-OXCTABL]: columns, a cursor, bookmarks, finding, and what each
// version and each kind of table refuses, over a Source of rows. It knows no ROP and no store.
package table

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/view"
)

// RowLimit is how many bytes of a value a row shows, [MS-OXCTABL] 2.2.2.5.2.
const RowLimit = 510

// windowSize is how many rows are read from the store at once.
const windowSize = 256

// Source is what a table shows: rows in an order. A mark names a row in a way that lasts.
type Source interface {
	Kind() Kind
	// Sync brings the order up to date. Nothing else moves rows.
	Sync(ctx context.Context) error
	Len() int
	// Version changes whenever positions do; it is never 0.
	Version() uint64
	// Window returns the marks of up to n rows from a position on. The slice must not be changed.
	Window(ctx context.Context, pos, n int) ([]view.Entry, error)
	// Rank returns where a row is, or, if it is not there, where the next one is.
	Rank(mark view.Entry) (pos int, there bool)
	// Rows reads tags of rows. A row that is gone is nil.
	Rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error)
	// Find returns the index of the first of marks that a restriction lets pass, -1 if none does.
	Find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error)
	// Arrange sets order and restriction. A source is only asked for what its Kind can do.
	Arrange(a Arrangement) error
	AllColumns(ctx context.Context) ([]mapi.PropTag, error)
	Close()
}

// Keeper is a Source that keeps rows as clients see them, for all tables that show the same.
type Keeper interface {
	// Shown returns rows of columns as show makes them of their values, which it may change. A row that is gone has no
	// values. The rows are shared.
	Shown(ctx context.Context, marks []view.Entry, columns []mapi.PropTag, show func(values []prop.Value) prop.Row) ([]prop.Row, error)
}

// Arrangement is what a table was asked to show, and in which order.
type Arrangement struct {
	Orders      []prop.SortOrder
	Categories  int // so many of Orders make categories
	Expanded    int // of them so many start open
	Restriction prop.Restriction
	Split       mapi.PropTag // the property with a row for each value, 0 if there is none
}

// Options configures a Table.
type Options struct {
	Source  Source
	Profile *profile.Table
	Notify  *profile.Notify
	// Typed turns a value into the type that a column has for the client.
	Typed func(v prop.Value, want mapi.PropType) prop.Value
}

// New returns a table with its cursor at the beginning, without columns.
func New(opts Options) *Table {
	return &Table{src: opts.Source, profile: opts.Profile, notify: opts.Notify, typed: opts.Typed}
}

// Table is an open table, [MS-OXCTABL].
type Table struct {
	src     Source
	profile *profile.Table
	notify  *profile.Notify
	typed   func(v prop.Value, want mapi.PropType) prop.Value

	columns  []mapi.PropTag
	arranged Arrangement
	// A SortTable or Restrict that failed leaves the table unusable until the next that does not.
	unsorted, unrestricted, aborted bool
	running                         uint8 // TableStatus of what the client did not wait for yet

	// The cursor stands before the row at pos. mark is that row, so that the cursor keeps its place when others come
	// and go; without one it stands at the beginning or at the end, and stays there.
	pos     int
	mark    view.Entry
	marked  bool
	ended   bool // it stands at the end, even if all rows before it go
	version uint64

	bookmarks    map[uint32]bookmark
	lastBookmark uint32

	events *following // nil if the table does not tell of its changes
}

// Close gives up what the table shows.
func (t *Table) Close() {
	t.end()
	t.src.Close()
}

// SetColumns chooses the columns, [MS-OXCTABL] 3.2.5.2. The cursor stays where it is.
func (t *Table) SetColumns(columns []mapi.PropTag) error {
	t.columns = nil
	if len(columns) == 0 {
		return mapi.ErrInvalidParameter
	}
	for _, c := range columns {
		if !columnType(c.Type()) {
			return mapi.ErrInvalidParameter
		}
	}
	a := t.arranged
	if a.Split = splitOf(a.Orders, columns); a.Split != t.arranged.Split {
		if err := t.rearrange(a); err != nil {
			return err
		}
		t.arranged = a
	}
	t.columns = columns
	return nil
}

// splitOf returns the property that has a row for each of its values: that of the order, or the first such column.
func splitOf(orders []prop.SortOrder, columns []mapi.PropTag) mapi.PropTag {
	for _, o := range orders {
		if o.Tag.Type()&mapi.PtypMVInstance != 0 {
			return o.Tag
		}
	}
	for _, c := range columns {
		if c.Type()&mapi.PtypMVInstance != 0 {
			return c
		}
	}
	return 0
}

// columnType reports whether a table can have a column of that type.
func columnType(t mapi.PropType) bool {
	if t&mapi.PtypMVInstance != 0 {
		if t&mapi.PtypMultiple == 0 {
			return false
		}
		t &^= mapi.PtypMVInstance
	}
	switch t &^ mapi.PtypMultiple {
	case mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64,
		mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypString8, mapi.PtypString, mapi.PtypTime,
		mapi.PtypGuid, mapi.PtypBinary:
		return true
	case mapi.PtypBoolean, mapi.PtypObject, mapi.PtypServerId, mapi.PtypRestriction, mapi.PtypRuleAction:
		return t&mapi.PtypMultiple == 0
	}
	return false
}

// Columns returns the columns that are set.
func (t *Table) Columns() []mapi.PropTag { return t.columns }

// SortRequest is an order, [MS-OXCTABL] 2.2.2.3.1.
type SortRequest struct {
	Orders     []prop.SortOrder
	Categories int // so many of the orders make categories
	Expanded   int // of them so many start open
}

// MaxOrders is how many columns may take part in an order.
const MaxOrders = 32

// Sort sets the order and moves the cursor to the beginning, [MS-OXCTABL] 3.2.5.3.
func (t *Table) Sort(req SortRequest) error {
	if err := t.can(opSort); err != nil {
		return err
	}
	t.unsorted = true
	if req.Categories > len(req.Orders) || req.Expanded > req.Categories {
		return mapi.ErrInvalidParameter
	}
	orders, err := checkOrders(req.Orders, req.Categories)
	if err != nil {
		return err
	}
	a := t.arranged
	a.Orders, a.Categories, a.Expanded, a.Split = orders, req.Categories, req.Expanded, splitOf(orders, t.columns)
	if err := t.arrange(a); err != nil {
		return err
	}
	t.unsorted = false
	return nil
}

// checkOrders refuses what is no order, and leaves out what has no effect: a column that rows are sorted by already.
func checkOrders(orders []prop.SortOrder, categories int) ([]prop.SortOrder, error) {
	var out []prop.SortOrder
	multiple := 0
	for i, o := range orders {
		typ := o.Tag.Type()
		switch {
		case !columnType(typ) || typ == mapi.PtypObject:
			return nil, mapi.ErrInvalidParameter
		case typ&mapi.PtypMultiple != 0 && typ&mapi.PtypMVInstance == 0:
			return nil, mapi.ErrNoSupport
		case typ&mapi.PtypMVInstance != 0:
			if multiple++; multiple > 1 {
				return nil, mapi.ErrInvalidParameter
			}
		}
		switch o.Order {
		case prop.Ascending, prop.Descending:
			if i >= categories && slices.ContainsFunc(out, func(p prop.SortOrder) bool { return p.Tag == o.Tag && !IsExtreme(p) }) {
				continue
			}
		case prop.MaximumCategory, prop.MinimumCategory:
			if categories == 0 || i != categories {
				return nil, mapi.ErrInvalidParameter
			}
		default:
			return nil, mapi.ErrInvalidParameter
		}
		if len(out) == MaxOrders {
			return nil, mapi.ErrTooComplex
		}
		out = append(out, o)
	}
	return out, nil
}

// IsExtreme reports whether an order is one of categories by the values of the rows in them.
func IsExtreme(o prop.SortOrder) bool {
	return o.Order == prop.MaximumCategory || o.Order == prop.MinimumCategory
}

// Restrict sets the restriction, nil for none, and moves the cursor to the beginning, [MS-OXCTABL] 3.2.5.4.
func (t *Table) Restrict(rs prop.Restriction) error {
	if err := t.can(opRestrict); err != nil {
		return err
	}
	t.unrestricted = true
	a := t.arranged
	a.Restriction = rs
	if err := t.arrange(a); err != nil {
		return err
	}
	t.unrestricted = false
	if t.notify.RestrictionChanged && t.Notifies() {
		t.events.restricted = true
		t.events.wake()
	}
	return nil
}

// Invalidate is what a failed RopRestrict leaves behind: rows can't be read until the next success, [MS-OXCTABL] 3.2.5.4.
func (t *Table) Invalidate() { t.unrestricted = t.unrestricted || t.can(opRestrict) == nil }

// rearrange has the source show something else. What was to be told of the rows so far says nothing any more.
func (t *Table) rearrange(a Arrangement) error {
	again := t.Notifies() && !t.notify.NeedsView
	t.end()
	if err := t.src.Arrange(a); err != nil {
		return err
	}
	if again {
		t.begin()
		t.events.source.Mark()
	}
	return nil
}

func (t *Table) arrange(a Arrangement) error {
	if err := t.rearrange(a); err != nil {
		return err
	}
	t.arranged = a
	t.forgetBookmarks()
	t.rewind()
	return nil
}

// Reset forgets columns, order, restriction and what failed, [MS-OXCTABL] 3.2.5.16.
func (t *Table) Reset() error {
	if err := t.can(opReset); err != nil {
		return err
	}
	t.columns, t.running = nil, 0
	if err := t.arrange(Arrangement{}); err != nil {
		return err
	}
	t.unsorted, t.unrestricted, t.aborted = false, false, false
	return nil
}

func (t *Table) rewind() {
	t.pos, t.marked, t.ended, t.version = 0, false, false, 0
}

// sync brings the order up to date and the cursor to its row.
func (t *Table) sync(ctx context.Context) error {
	if t.unsorted || t.unrestricted || t.aborted {
		return mapi.ErrNullObject
	}
	t.running = 0
	first := t.begin()
	if err := t.src.Sync(ctx); err != nil {
		if first {
			t.end()
		}
		return err
	}
	if first {
		t.events.source.Mark()
	}
	t.looked()
	if v := t.src.Version(); v != t.version {
		if t.marked {
			t.pos, _ = t.src.Rank(t.mark)
		} else if t.ended {
			t.pos = t.src.Len()
		}
		t.version = v
	}
	t.pos = min(t.pos, t.src.Len())
	return nil
}

// moveTo puts the cursor before the row at pos.
func (t *Table) moveTo(ctx context.Context, pos int) error {
	if pos == 0 {
		t.pos, t.marked, t.ended = 0, false, false
		return nil
	}
	marks, err := t.src.Window(ctx, pos, 1)
	if err != nil {
		return err
	}
	t.pos = pos
	if t.marked = len(marks) == 1; t.marked {
		t.mark = marks[0]
	}
	t.ended = !t.marked
	return nil
}

// Rows are rows read by QueryRows.
type Rows struct {
	Columns []mapi.PropTag
	Rows    []prop.Row
	Origin  uint8
}

// QueryRowsRequest says which rows to read.
type QueryRowsRequest struct {
	Count    int
	Backward bool
	Stay     bool // do not move the cursor
	// Room is how many bytes the rows may take; a row that does not fit is left for the next call.
	Room int
}

// QueryRows reads rows from the cursor on, [MS-OXCTABL] 3.2.5.5. If there is a row but not even it fits, it returns
// ErrBufferTooSmall.
func (t *Table) QueryRows(ctx context.Context, req QueryRowsRequest) (*Rows, error) {
	columns := t.columns
	if columns == nil {
		if !t.profile.QueryBeforeColumns {
			return nil, mapi.ErrNullObject
		}
		columns = t.src.Kind().usual()
	}
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	out := &Rows{Columns: columns}
	pos, room := t.pos, req.Room
	for len(out.Rows) < req.Count {
		n := min(req.Count-len(out.Rows), windowSize, likely(room, req.Room, len(out.Rows)))
		from := pos
		if req.Backward {
			n = min(n, pos)
			from = pos - n
		}
		marks, err := t.src.Window(ctx, from, n)
		if err != nil {
			return nil, err
		}
		if len(marks) == 0 {
			break
		}
		read, full, err := t.appendRows(ctx, out, marks, req.Backward, &room)
		if err != nil {
			return nil, err
		}
		if req.Backward {
			pos -= read
		} else {
			pos += read
		}
		if full {
			if len(out.Rows) == 0 {
				return nil, mapi.ErrBufferTooSmall
			}
			break
		}
	}
	if !req.Stay {
		if err := t.moveTo(ctx, pos); err != nil {
			return nil, err
		}
	}
	out.Origin = t.origin(req.Backward && len(out.Rows) == 0)
	return out, nil
}

// likely estimates how many rows will fit into what is left of the room, from those that fitted so far: reading rows
// is what costs.
func likely(left, room, rows int) int {
	if rows == 0 {
		return windowSize
	}
	return left*rows/max(1, room-left) + 1
}

// appendRows reads the rows of marks and appends what fits into room. It returns how many positions were dealt with,
// rows that are gone included, and whether room ran out.
func (t *Table) appendRows(ctx context.Context, out *Rows, marks []view.Entry, backward bool, room *int) (read int, full bool, err error) {
	if backward {
		marks = reversed(marks)
	}
	rows, err := t.rows(ctx, marks, out.Columns)
	if err != nil {
		return 0, false, err
	}
	for _, row := range rows {
		if row.Values != nil {
			need := prop.RowSize(out.Columns, row)
			if need > *room {
				return read, true, nil
			}
			*room -= need
			out.Rows = append(out.Rows, row)
		}
		read++
	}
	return read, false, nil
}

// rows reads rows as clients see them. A row that is gone has no values.
func (t *Table) rows(ctx context.Context, marks []view.Entry, columns []mapi.PropTag) ([]prop.Row, error) {
	if k, ok := t.src.(Keeper); ok {
		return k.Shown(ctx, marks, columns, func(values []prop.Value) prop.Row {
			return prop.Row{Values: t.shown(columns, values)}.Encoded(columns)
		})
	}
	read, err := t.src.Rows(ctx, marks, columns)
	if err != nil {
		return nil, err
	}
	out := make([]prop.Row, len(read))
	for i, values := range read {
		if values != nil {
			out[i].Values = t.shown(columns, values)
		}
	}
	return out, nil
}

func reversed(marks []view.Entry) []view.Entry {
	out := make([]view.Entry, len(marks))
	for i, m := range marks {
		out[len(marks)-1-i] = m
	}
	return out
}

// shown turns values into what stands in a row: of the column's type and cut to what rows show.
func (t *Table) shown(columns []mapi.PropTag, values []prop.Value) []prop.Value {
	for i, c := range columns {
		v := values[i]
		if len(v.Str()) > RowLimit/2 && t.src.Kind() != Rules { // rules can be read in no other way
			v = Cut(v)
		}
		if want := prop.ColumnType(c); v.Type() != want {
			v = t.typed(v, want)
		}
		values[i] = v
	}
	return values
}

// Cut shortens a text or binary to what a row shows, [MS-OXCTABL] 2.2.2.5.2.
func Cut(v prop.Value) prop.Value {
	switch v.Type() {
	case mapi.PtypBinary:
		if s := v.Str(); len(s) > RowLimit {
			return prop.BinaryString(s[:RowLimit])
		}
	case mapi.PtypString:
		s := v.Str()
		if len(s) <= RowLimit/2 {
			return v
		}
		units := 0
		for i, c := range s {
			if units += wire.UTF16Len(string(c)); units > RowLimit/2 {
				return prop.String(s[:i])
			}
		}
	case mapi.PtypString8:
		if s := v.Str(); len(s) > RowLimit {
			s = s[:RowLimit]
			for !utf8.ValidString(s) && len(s) > RowLimit-utf8.UTFMax {
				s = s[:len(s)-1]
			}
			return prop.String8(s)
		}
	}
	return v
}

// origin tells where the cursor stands.
func (t *Table) origin(nothingBehind bool) uint8 {
	switch {
	case nothingBehind:
		return t.profile.BackwardsEnd
	case t.pos >= t.src.Len():
		return mapi.BookmarkEnd
	case t.pos == 0:
		return mapi.BookmarkBeginning
	}
	return mapi.BookmarkCurrent
}

// Position returns the cursor's row number and the number of rows, [MS-OXCTABL] 3.2.5.8.
func (t *Table) Position(ctx context.Context) (numerator, denominator uint32, err error) {
	if err := t.sync(ctx); err != nil {
		return 0, 0, err
	}
	return uint32(t.pos), uint32(t.src.Len()), nil
}

// Seek moves the cursor by rows from an origin and returns how far it went; less than asked at either end,
// [MS-OXCTABL] 3.2.5.9.
func (t *Table) Seek(ctx context.Context, origin uint8, rows int) (moved int, less bool, err error) {
	if err := t.sync(ctx); err != nil {
		return 0, false, err
	}
	from, err := t.from(origin)
	if err != nil {
		return 0, false, err
	}
	return t.seek(ctx, from, rows)
}

// seek moves the cursor by rows from a position.
func (t *Table) seek(ctx context.Context, from, rows int) (moved int, less bool, err error) {
	to := max(0, min(from+rows, t.src.Len()))
	return to - from, to-from != rows, t.moveTo(ctx, to)
}

// SeekFraction moves the cursor to a fraction of the rows, [MS-OXCTABL] 3.2.5.11.
func (t *Table) SeekFraction(ctx context.Context, numerator, denominator uint32) error {
	if denominator == 0 {
		return mapi.ErrInvalidBookmark
	}
	if err := t.sync(ctx); err != nil {
		return err
	}
	n := uint64(t.src.Len())
	if numerator < denominator { // to the nearest row; both factors have 32 bits at most
		n = (n*uint64(numerator) + uint64(denominator)/2) / uint64(denominator)
	}
	return t.moveTo(ctx, int(n))
}

// from returns where an origin is.
func (t *Table) from(origin uint8) (int, error) {
	switch origin {
	case mapi.BookmarkBeginning:
		return 0, nil
	case mapi.BookmarkCurrent:
		return t.pos, nil
	case mapi.BookmarkEnd:
		return t.src.Len(), nil
	case mapi.BookmarkCustom:
		return 0, mapi.ErrInvalidBookmark
	}
	return 0, mapi.ErrInvalidParameter
}

// AllColumns lists what the table could show, [MS-OXCTABL] 3.2.5.13.
func (t *Table) AllColumns(ctx context.Context) ([]mapi.PropTag, error) {
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	return t.src.AllColumns(ctx)
}
