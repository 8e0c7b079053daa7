package object

import (
	"context"
	"unicode/utf8"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/view"
)

// rowLimit is how many bytes of a value a row shows, [MS-OXCTABL] 2.2.2.5.2.
const rowLimit = 510

// windowSize is how many rows are read from the store at once.
const windowSize = 256

// source is what a table shows: rows in an order. mark names a row in a way that lasts.
type source interface {
	// sync brings the order up to date. Nothing else moves rows.
	sync(ctx context.Context) error
	len() int
	// version changes whenever positions do.
	version() uint64
	window(ctx context.Context, pos, n int) ([]view.Entry, error)
	// rank returns where a row is, or where it would be.
	rank(mark view.Entry) int
	// rows reads tags of rows. A row that is gone is nil.
	rows(ctx context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error)
	// find returns the index of the first of marks that a restriction lets pass, -1 if none does.
	find(ctx context.Context, rs prop.Restriction, marks []view.Entry) (int, error)
	// order sets order and restriction; ErrNoSupport if the table has no order to set.
	order(orders []prop.SortOrder, rs prop.Restriction) error
	columns(ctx context.Context) ([]mapi.PropTag, error)
	close()
}

// Table is an open table, [MS-OXCTABL].
type Table struct {
	logon *Logon
	src   source
	page  uint32

	columns     []mapi.PropTag
	orders      []prop.SortOrder
	restriction prop.Restriction
	invalid     bool // a failed SetColumns, SortTable or Restrict left it unusable

	// The cursor stands before the row at pos. mark is that row, so that the cursor keeps its place when others come
	// and go; without one it stands at the end.
	pos     int
	mark    view.Entry
	marked  bool
	version uint64
}

// Kind implements Object.
func (t *Table) Kind() Kind { return KindTable }

// Close implements Object.
func (t *Table) Close() { t.src.close() }

// SetColumns chooses the columns, [MS-OXCTABL] 3.2.5.2. The cursor stays where it is.
func (t *Table) SetColumns(columns []mapi.PropTag) error {
	t.columns = nil
	if len(columns) == 0 {
		return mapi.ErrInvalidParameter
	}
	for _, c := range columns {
		if !columnType(c.Type()) {
			return mapi.ErrNoSupport
		}
	}
	t.columns = columns
	return nil
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
	case mapi.PtypUnspecified, mapi.PtypInteger16, mapi.PtypInteger32, mapi.PtypFloating32, mapi.PtypFloating64,
		mapi.PtypCurrency, mapi.PtypFloatingTime, mapi.PtypInteger64, mapi.PtypString8, mapi.PtypString, mapi.PtypTime,
		mapi.PtypGuid, mapi.PtypBinary:
		return t != mapi.PtypMultiple
	case mapi.PtypErrorCode, mapi.PtypBoolean, mapi.PtypObject, mapi.PtypServerId, mapi.PtypRestriction, mapi.PtypRuleAction:
		return t&mapi.PtypMultiple == 0
	}
	return false
}

// Columns returns the columns that are set.
func (t *Table) Columns() []mapi.PropTag { return t.columns }

// Sort sets the order and moves the cursor to the beginning, [MS-OXCTABL] 3.2.5.3.
func (t *Table) Sort(orders []prop.SortOrder) error {
	for _, o := range orders {
		if o.Order != prop.Ascending && o.Order != prop.Descending {
			return mapi.ErrInvalidParameter
		}
		if !columnType(o.Tag.Type()) || o.Tag.Type() == mapi.PtypObject || o.Tag.Type()&mapi.PtypMVInstance != 0 {
			return mapi.ErrNoSupport // one row per value comes with categories
		}
	}
	return t.arrange(orders, t.restriction)
}

// Restrict sets the restriction, nil for none, and moves the cursor to the beginning, [MS-OXCTABL] 3.2.5.4.
func (t *Table) Restrict(rs prop.Restriction) error { return t.arrange(t.orders, rs) }

// Invalidate is what a failed RopRestrict leaves behind: rows can't be read until the next success, [MS-OXCTABL] 3.2.5.4.
func (t *Table) Invalidate() { t.invalid = true }

func (t *Table) arrange(orders []prop.SortOrder, rs prop.Restriction) error {
	if err := t.src.order(orders, rs); err != nil {
		if code, ok := mapi.CodeOf(err); !ok || code != mapi.ErrNoSupport {
			t.invalid = true
		}
		return err
	}
	t.orders, t.restriction, t.invalid = orders, rs, false
	t.rewind()
	return nil
}

// Reset forgets columns, order and restriction, [MS-OXCTABL] 3.2.5.16.
func (t *Table) Reset() error {
	t.columns = nil
	if t.orders == nil && t.restriction == nil && !t.invalid {
		t.rewind()
		return nil
	}
	return t.arrange(nil, nil)
}

func (t *Table) rewind() {
	t.pos, t.marked, t.version = 0, false, 0
}

// sync brings the order up to date and the cursor to its row.
func (t *Table) sync(ctx context.Context) error {
	if t.invalid {
		return mapi.ErrNullObject
	}
	if err := t.src.sync(ctx); err != nil {
		return err
	}
	if v := t.src.version(); v != t.version {
		if t.marked {
			t.pos = t.src.rank(t.mark)
		} else if t.version != 0 && t.pos > 0 {
			t.pos = t.src.len() // it stood at the end
		}
		t.version = v
	}
	t.pos = min(t.pos, t.src.len())
	return nil
}

// moveTo puts the cursor before the row at pos.
func (t *Table) moveTo(ctx context.Context, pos int) error {
	marks, err := t.src.window(ctx, pos, 1)
	if err != nil {
		return err
	}
	t.pos = pos
	if t.marked = len(marks) == 1; t.marked {
		t.mark = marks[0]
	}
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
	if t.columns == nil {
		return nil, mapi.ErrNullObject
	}
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	out := &Rows{Columns: t.columns}
	pos, room := t.pos, req.Room
	for len(out.Rows) < req.Count {
		n := min(req.Count-len(out.Rows), windowSize, likely(room, req.Room, len(out.Rows)))
		from := pos
		if req.Backward {
			n = min(n, pos)
			from = pos - n
		}
		marks, err := t.src.window(ctx, from, n)
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
	rows, err := t.src.rows(ctx, marks, t.columns)
	if err != nil {
		return 0, false, err
	}
	for _, values := range rows {
		if values != nil {
			row := prop.Row{Values: t.shown(values)}
			need := prop.RowSize(t.columns, row)
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

func reversed(marks []view.Entry) []view.Entry {
	out := make([]view.Entry, len(marks))
	for i, m := range marks {
		out[len(marks)-1-i] = m
	}
	return out
}

// shown turns values into what stands in a row: of the column's type and cut to what rows show.
func (t *Table) shown(values []prop.Value) []prop.Value {
	for i, c := range t.columns {
		values[i] = Typed(cut(values[i]), prop.ColumnType(c), true, t.page)
	}
	return values
}

// cut shortens a text or binary to what a row shows, [MS-OXCTABL] 2.2.2.5.2.
func cut(v prop.Value) prop.Value {
	switch v.Type() {
	case mapi.PtypBinary:
		if s := v.Str(); len(s) > rowLimit {
			return prop.BinaryString(s[:rowLimit])
		}
	case mapi.PtypString:
		s := v.Str()
		if len(s) <= rowLimit/2 {
			return v
		}
		units := 0
		for i, c := range s {
			if units += wire.UTF16Len(string(c)); units > rowLimit/2 {
				return prop.String(s[:i])
			}
		}
	case mapi.PtypString8:
		if s := v.Str(); len(s) > rowLimit {
			s = s[:rowLimit]
			for !utf8.ValidString(s) && len(s) > rowLimit-utf8.UTFMax {
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
		return t.logon.env.Profile.Table.BackwardsEnd
	case t.pos >= t.src.len():
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
	return uint32(t.pos), uint32(t.src.len()), nil
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
	to := max(0, min(from+rows, t.src.len()))
	return to - from, to-from != rows, t.moveTo(ctx, to)
}

func (t *Table) from(origin uint8) (int, error) {
	switch origin {
	case mapi.BookmarkBeginning:
		return 0, nil
	case mapi.BookmarkCurrent:
		return t.pos, nil
	case mapi.BookmarkEnd:
		return t.src.len(), nil
	case mapi.BookmarkCustom:
		return 0, mapi.ErrInvalidBookmark
	}
	return 0, mapi.ErrInvalidParameter
}

// FindRow moves the cursor to the next row that rs lets pass, from an origin on, and returns that row, [MS-OXCTABL]
// 3.2.5.14.
func (t *Table) FindRow(ctx context.Context, rs prop.Restriction, origin uint8, backward bool) (*prop.Row, error) {
	if t.columns == nil && t.logon.env.Profile.Table.NeedsColumns {
		return nil, mapi.ErrNullObject
	}
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	pos, err := t.from(origin)
	if err != nil {
		return nil, err
	}
	for {
		from, n := pos, windowSize
		if backward {
			n = min(n, pos)
			from = pos - n
		}
		marks, err := t.src.window(ctx, from, n)
		if err != nil {
			return nil, err
		}
		if len(marks) == 0 {
			return nil, mapi.ErrNotFound
		}
		if backward {
			marks = reversed(marks)
		}
		at, err := t.src.find(ctx, rs, marks)
		if err != nil {
			return nil, err
		}
		if at >= 0 {
			found := pos + at
			if backward {
				found = pos - 1 - at
			}
			if err := t.moveTo(ctx, found); err != nil {
				return nil, err
			}
			return t.row(ctx, marks[at])
		}
		if backward {
			pos -= len(marks)
		} else {
			pos += len(marks)
		}
	}
}

// row reads one row; nil if it is gone, or if there are no columns.
func (t *Table) row(ctx context.Context, mark view.Entry) (*prop.Row, error) {
	if t.columns == nil {
		return nil, nil
	}
	rows, err := t.src.rows(ctx, []view.Entry{mark}, t.columns)
	if err != nil {
		return nil, err
	}
	if rows[0] == nil {
		return nil, mapi.ErrNotFound
	}
	return &prop.Row{Values: t.shown(rows[0])}, nil
}

// AllColumns lists what the table could show, [MS-OXCTABL] 3.2.5.13.
func (t *Table) AllColumns(ctx context.Context) ([]mapi.PropTag, error) {
	if err := t.sync(ctx); err != nil {
		return nil, err
	}
	return t.src.columns(ctx)
}
