package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// numbers is a source whose rows are numbers, in their order.
type numbers struct {
	List
	rows []int // what the next Sync shows
}

func (n *numbers) Kind() Kind                { return Contents }
func (n *numbers) Arrange(Arrangement) error { n.Forget(); return nil }

func (n *numbers) Sync(context.Context) error {
	marks := make([]view.Entry, len(n.rows))
	for i, id := range n.rows {
		marks[i] = view.Entry{ID: store.MessageID(id)}
	}
	n.Set(marks)
	return nil
}

// Rank finds a row, or the place it had.
func (n *numbers) Rank(mark view.Entry) (int, bool) { return slices.BinarySearch(n.rows, int(mark.ID)) }

func (n *numbers) Rows(_ context.Context, marks []view.Entry, tags []mapi.PropTag) ([][]prop.Value, error) {
	out := make([][]prop.Value, len(marks))
	for i, m := range marks {
		for range tags {
			out[i] = append(out[i], prop.Int64(int64(m.ID)))
		}
	}
	return out, nil
}

func (n *numbers) Find(_ context.Context, rs prop.Restriction, marks []view.Entry) (int, error) {
	want := rs.(prop.PropertyRestriction).Value.Value.Int()
	return slices.IndexFunc(marks, func(m view.Entry) bool { return int64(m.ID) == want }), nil
}

func (n *numbers) AllColumns(context.Context) ([]mapi.PropTag, error) { return nil, nil }

func newNumbers(t *testing.T, version string, rows ...int) (*Table, *numbers) {
	t.Helper()
	p, err := profile.ByName(version)
	if err != nil {
		t.Fatal(err)
	}
	src := &numbers{rows: rows}
	tab := New(Options{Source: src, Profile: &p.Table, Notify: &p.Notify, Typed: func(v prop.Value, _ mapi.PropType) prop.Value { return v }})
	if err := tab.SetColumns([]mapi.PropTag{mapi.TagMid}); err != nil {
		t.Fatal(err)
	}
	return tab, src
}

// rowSize is what a row of one PtypInteger64 takes: its flag and the value.
const rowSize = 1 + 8

// place is where a cursor or bookmark stands, as its rules say: at the beginning, at the end, or before a row.
type place struct {
	before     int
	begin, end bool
}

func placeAt(rows []int, pos int) place {
	switch {
	case pos == 0:
		return place{begin: true}
	case pos >= len(rows):
		return place{end: true}
	}
	return place{before: rows[pos]}
}

func (p place) in(rows []int) int {
	switch {
	case p.begin:
		return 0
	case p.end:
		return len(rows)
	}
	pos, _ := slices.BinarySearch(rows, p.before)
	return pos
}

// TestCursorRandomly runs a table against its rules while rows come and go beneath it: the cursor keeps its row, rows come
// in order and once, and nothing is given beyond what was asked.
func TestCursorRandomly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		tab, src := newNumbers(t, profile.Default)
		cursor := place{begin: true}
		bookmarks := make(map[string]place)
		for step := range 300 {
			what := fmt.Sprintf("seed %d, step %d", seed, step)
			switch rnd.IntN(7) {
			case 0, 1: // others make and delete rows
				for range rnd.IntN(5) {
					id := rnd.IntN(1000) + 1
					if at, there := slices.BinarySearch(src.rows, id); !there {
						src.rows = slices.Insert(slices.Clone(src.rows), at, id)
					}
				}
				for range rnd.IntN(4) {
					if len(src.rows) > 0 {
						at := rnd.IntN(len(src.rows))
						src.rows = slices.Delete(slices.Clone(src.rows), at, at+1)
					}
				}
			case 2:
				origin, n := uint8(rnd.IntN(3)), rnd.IntN(21)-10
				from := []int{mapi.BookmarkBeginning: 0, mapi.BookmarkCurrent: cursor.in(src.rows), mapi.BookmarkEnd: len(src.rows)}[origin]
				to := max(0, min(from+n, len(src.rows)))
				moved, less, err := tab.Seek(t.Context(), origin, n)
				if err != nil || moved != to-from || less != (to-from != n) {
					t.Fatalf("%s: seek %d from %d: moved %d, less %v, %v", what, n, from, moved, less, err)
				}
				cursor = placeAt(src.rows, to)
			case 3, 4:
				cursor = queryRandomly(t, rnd, what, tab, src.rows, cursor)
			case 5:
				b, err := tab.CreateBookmark(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				at := cursor.in(src.rows)
				bookmarks[string(b)] = place{end: true}
				if at < len(src.rows) {
					bookmarks[string(b)] = place{before: src.rows[at]}
				}
			case 6:
				for b, p := range bookmarks {
					from := p.in(src.rows)
					_, there := slices.BinarySearch(src.rows, p.before)
					gone, _, _, err := tab.SeekBookmark(t.Context(), []byte(b), 0)
					if err != nil || gone != (!p.end && !there) {
						t.Fatalf("%s: bookmark: gone %v, %v", what, gone, err)
					}
					cursor = placeAt(src.rows, from)
					break
				}
			}
			at, of, err := tab.Position(t.Context())
			if err != nil || int(at) != cursor.in(src.rows) || int(of) != len(src.rows) {
				t.Fatalf("%s: position %d of %d, %v; want %d of %d", what, at, of, err, cursor.in(src.rows), len(src.rows))
			}
		}
	}
}

// queryRandomly reads rows and returns where the cursor is then.
func queryRandomly(t *testing.T, rnd *rand.Rand, what string, tab *Table, rows []int, cursor place) place {
	t.Helper()
	req := QueryRowsRequest{Count: rnd.IntN(8), Backward: rnd.IntN(3) == 0, Stay: rnd.IntN(4) == 0, Room: rnd.IntN(6 * rowSize)}
	from := cursor.in(rows)
	var want []int
	if req.Backward {
		for i := from - 1; i >= 0 && len(want) < req.Count; i-- {
			want = append(want, rows[i])
		}
	} else {
		want = rows[from:min(from+req.Count, len(rows))]
	}
	fit := min(len(want), req.Room/rowSize)
	out, err := tab.QueryRows(t.Context(), req)
	if len(want) > 0 && fit == 0 {
		if !errors.Is(err, mapi.ErrBufferTooSmall) {
			t.Fatalf("%s: no room: %v", what, err)
		}
		return cursor
	}
	var got []int
	if err == nil {
		for _, row := range out.Rows {
			got = append(got, int(row.Values[0].Int()))
		}
	}
	if err != nil || !slices.Equal(got, want[:fit]) {
		t.Fatalf("%s: %+v: rows %v, %v; want %v", what, req, got, err, want[:fit])
	}
	if req.Stay {
		return cursor
	}
	if req.Backward {
		return placeAt(rows, from-fit)
	}
	return placeAt(rows, from+fit)
}

// TestFailuresMakeATableUnusable: what a failed order or restriction leaves behind is no rows, until that very thing
// succeeds or the table is reset, whatever else does.
func TestFailuresMakeATableUnusable(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	good, bad := SortRequest{Orders: []prop.SortOrder{{Tag: mapi.TagSubject}}}, SortRequest{Categories: 1}
	for name, tt := range map[string]struct {
		fail, other, heal func(*Table) error
	}{
		"Sort": {func(t *Table) error { return t.Sort(bad) }, func(t *Table) error { return t.Restrict(nil) }, func(t *Table) error { return t.Sort(good) }},
		"Restrict": {func(t *Table) error { t.Invalidate(); return mapi.ErrTooComplex }, func(t *Table) error { return t.Sort(good) },
			func(t *Table) error { return t.Restrict(nil) }},
		"Reset": {func(t *Table) error { return t.Sort(bad) }, func(t *Table) error { return t.Restrict(nil) },
			func(t *Table) error { return errors.Join(t.Reset(), t.SetColumns([]mapi.PropTag{mapi.TagMid})) }},
	} {
		tab, _ := newNumbers(t, profile.Default, 1, 2, 3)
		look := func() error { _, err := tab.QueryRows(ctx, QueryRowsRequest{Count: 1, Room: 100}); return err }
		if err := look(); err != nil {
			t.Fatal(err)
		}
		if tt.fail(tab) == nil {
			t.Errorf("%s: no failure", name)
		}
		for _, step := range []struct {
			fn   func(*Table) error
			want error
		}{{nil, mapi.ErrNullObject}, {tt.other, mapi.ErrNullObject}, {tt.heal, nil}} {
			if step.fn != nil {
				if err := step.fn(tab); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if err := look(); !errors.Is(err, step.want) {
				t.Errorf("%s: rows: %v, want %v", name, err, step.want)
			}
		}
	}
}

// TestFindRowLooksOnEachSide: forwards the row at the origin is looked at first, backwards the one before; a search in
// vain leaves the cursor.
func TestFindRowLooksOnEachSide(t *testing.T) {
	t.Parallel()
	tab, _ := newNumbers(t, profile.Default, 10, 20, 30, 40)
	is := func(n int64) prop.Restriction {
		return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagMid, Value: prop.Tagged{Tag: mapi.TagMid, Value: prop.Int64(n)}}
	}
	for _, tt := range []struct {
		at       int
		n        int64
		backward bool
		want     int // -1: not found
	}{
		{1, 20, false, 1}, {2, 20, false, -1}, {2, 20, true, 1}, {1, 20, true, -1}, {0, 40, false, 3}, {4, 10, true, 0}, {0, 99, false, -1},
	} {
		if _, _, err := tab.Seek(t.Context(), mapi.BookmarkBeginning, tt.at); err != nil {
			t.Fatal(err)
		}
		found, err := tab.FindRow(t.Context(), FindRowRequest{Restriction: is(tt.n), Origin: mapi.BookmarkCurrent, Backward: tt.backward})
		at, _, _ := tab.Position(t.Context())
		if tt.want < 0 {
			if !errors.Is(err, mapi.ErrNotFound) || int(at) != tt.at {
				t.Errorf("%+v: %v, the cursor is at %d", tt, err, at)
			}
			continue
		}
		if err != nil || int(at) != tt.want || found.Row.Values[0].Int() != tt.n {
			t.Errorf("%+v: %+v, %v, the cursor is at %d", tt, found, err, at)
		}
	}
}

// TestBookmarksAreBounded: a client that never frees bookmarks is refused more.
func TestBookmarksAreBounded(t *testing.T) {
	t.Parallel()
	tab, _ := newNumbers(t, profile.Default, 1)
	var last []byte
	for range maxBookmarks {
		b, err := tab.CreateBookmark(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		last = b
	}
	if _, err := tab.CreateBookmark(t.Context()); !errors.Is(err, mapi.ErrOutOfResources) {
		t.Errorf("one too many: %v", err)
	}
	if err := tab.FreeBookmark(last); err != nil {
		t.Error(err)
	}
	if b, err := tab.CreateBookmark(t.Context()); err != nil || string(b) == string(last) {
		t.Errorf("after one was freed: %x, %v; names are not used again", b, err)
	}
}

// TestCut: what rows show of long values ends with a whole character and has no more than the limit.
func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"a", "é", "€", "🎉"} {
		for n := RowLimit/4 - 3; n < RowLimit/4+3; n++ {
			for _, pad := range []string{"", "x", "xy", "xyz"} {
				text := pad
				for len(text) < n*len(c) {
					text += c
				}
				for len(text) < 2*RowLimit {
					text += text
				}
				wide, narrow := Cut(prop.String(text)), Cut(prop.String8(text))
				if units := len([]rune(wide.Str())); units > RowLimit/2 || !prefixOfRunes(text, wide.Str()) {
					t.Errorf("%q: %d characters", c, units)
				}
				if len(narrow.Str()) > RowLimit || len(narrow.Str()) < RowLimit-3 {
					t.Errorf("%q: %d bytes", c, len(narrow.Str()))
				}
			}
		}
	}
	if v := Cut(prop.Binary(make([]byte, 2*RowLimit))); len(v.Str()) != RowLimit {
		t.Errorf("%d bytes", len(v.Str()))
	}
}

func prefixOfRunes(text, part string) bool {
	return len(part) <= len(text) && text[:len(part)] == part && (len(part) == len(text) || text[len(part)]&0xC0 != 0x80)
}
