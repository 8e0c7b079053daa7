package table

import (
	"context"
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
)

// FindRowRequest says which row to look for.
type FindRowRequest struct {
	Restriction prop.Restriction
	Origin      uint8
	Bookmark    []byte // where Origin is BookmarkCustom
	Backward    bool
}

// FoundRow is what FindRow found.
type FoundRow struct {
	Row  *prop.Row // nil without columns
	Gone bool      // the bookmark's row is not in the table any more
}

// FindRow moves the cursor to the next row that a restriction lets pass and returns it, [MS-OXCTABL] 3.2.5.14. Forwards
// the row at the origin is looked at first, backwards the one before.
func (t *Table) FindRow(ctx context.Context, req FindRowRequest) (found FoundRow, err error) {
	if err := t.can(opFind); err != nil {
		return found, err
	}
	if err := t.prepared(); err != nil {
		return found, err
	}
	if err := t.sync(ctx); err != nil {
		return found, err
	}
	var pos int
	if req.Origin == mapi.BookmarkCustom {
		if pos, found.Gone, err = t.place(req.Bookmark); err != nil {
			return found, err
		}
		found.Gone = found.Gone && (t.src.Kind() == Contents || t.profile.FindTellsGoneRow)
	} else if pos, err = t.from(req.Origin); err != nil {
		return found, err
	}
	pos, mark, err := t.search(ctx, req, pos)
	if err != nil {
		return found, err
	}
	if err := t.moveTo(ctx, pos); err != nil {
		return found, err
	}
	found.Row, err = t.row(ctx, mark)
	return found, err
}

// Ranger is a Source that knows where in its order the rows are that a restriction may let pass.
type Ranger interface {
	// Within returns the first such position and the one after the last.
	Within(ctx context.Context, rs prop.Restriction) (from, to int, err error)
}

// Locator is a Source that may know which rows a restriction can let pass, wherever they stand.
type Locator interface {
	// Locate returns the rows in their order, some of which may not be in the table. ok is false if any row may pass.
	Locate(ctx context.Context, rs prop.Restriction) (marks []view.Entry, ok bool, err error)
}

// search looks for a row from a position on.
func (t *Table) search(ctx context.Context, req FindRowRequest, pos int) (int, view.Entry, error) {
	if l, ok := t.src.(Locator); ok {
		marks, known, err := l.Locate(ctx, req.Restriction)
		if err != nil {
			return 0, view.Entry{}, err
		}
		if known {
			return t.among(ctx, req, pos, marks)
		}
	}
	first, end := 0, t.src.Len()
	if r, ok := t.src.(Ranger); ok {
		var err error
		if first, end, err = r.Within(ctx, req.Restriction); err != nil {
			return 0, view.Entry{}, err
		}
	}
	if req.Backward {
		end = min(end, pos)
	} else {
		first = max(first, pos)
	}
	for size := firstLook; first < end; size = windowSize {
		n := min(size, end-first)
		from := first
		if req.Backward {
			from = end - n
		}
		marks, err := t.src.Window(ctx, from, n)
		if err != nil {
			return 0, view.Entry{}, err
		}
		if req.Backward {
			marks = reversed(marks)
		}
		at, err := t.src.Find(ctx, req.Restriction, marks)
		switch {
		case err != nil:
			return 0, view.Entry{}, err
		case at >= 0 && req.Backward:
			return from + len(marks) - 1 - at, marks[at], nil
		case at >= 0:
			return from + at, marks[at], nil
		case req.Backward:
			end = from
		default:
			first += n
		}
	}
	return 0, view.Entry{}, mapi.ErrNotFound
}

// among looks for a row from a position on among those that may pass.
func (t *Table) among(ctx context.Context, req FindRowRequest, pos int, marks []view.Entry) (int, view.Entry, error) {
	marks = slices.DeleteFunc(marks, func(m view.Entry) bool {
		at, there := t.src.Rank(m)
		return !there || (at < pos) != req.Backward
	})
	if req.Backward {
		marks = reversed(marks)
	}
	for chunk := range slices.Chunk(marks, windowSize) {
		at, err := t.src.Find(ctx, req.Restriction, chunk)
		if err != nil {
			return 0, view.Entry{}, err
		}
		if at >= 0 {
			found, _ := t.src.Rank(chunk[at])
			return found, chunk[at], nil
		}
	}
	return 0, view.Entry{}, mapi.ErrNotFound
}

// firstLook is how many rows are read first: often the row is near.
const firstLook = 16

// row reads one row; nil if there are no columns.
func (t *Table) row(ctx context.Context, mark view.Entry) (*prop.Row, error) {
	if t.columns == nil {
		return nil, nil
	}
	rows, err := t.rows(ctx, []view.Entry{mark}, t.columns)
	if err != nil {
		return nil, err
	}
	if rows[0].Values == nil {
		return nil, mapi.ErrNotFound
	}
	return &rows[0], nil
}
