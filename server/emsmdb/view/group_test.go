package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mapid/mapid/store"
)

// modelRow is a row of a table with categories, in the plain.
type modelRow struct {
	categories   []string
	key, extreme string
	id           store.MessageID
	unread       bool
}

func (r *modelRow) entry(shape Shape) Entry {
	var key []byte
	var cuts []int
	for _, c := range r.categories {
		key = append(key, c...)
		cuts = append(cuts, len(key))
	}
	key = append(key, r.key...)
	if shape.Extreme != NoExtreme {
		cuts = append(cuts, len(key))
		key = append(key, r.extreme...)
	}
	return Entry{Key: string(AppendCuts(key, cuts...)), ID: r.id, Unread: r.unread}
}

// modelLine is what a table shows in one line: a header or a row.
type modelLine struct {
	path          string // of a header
	level         int
	count, unread int
	open          bool
	id            store.MessageID // of a row
}

// lay shows rows, sorted by category, with the categories in open only.
func lay(shape Shape, rows []modelRow, level int, path string, open func(level int, path string) bool) (out []modelLine) {
	type group struct {
		value, extreme string
		rows           []modelRow
	}
	var list []group
	for _, r := range rows {
		if n := len(list); n == 0 || list[n-1].value != r.categories[level] {
			list = append(list, group{value: r.categories[level], extreme: r.extreme})
		}
		g := &list[len(list)-1]
		if shape.Extreme == Largest && r.extreme > g.extreme || shape.Extreme == Smallest && r.extreme < g.extreme {
			g.extreme = r.extreme
		}
		g.rows = append(g.rows, r)
	}
	if shape.Extreme != NoExtreme && level == shape.Categories-1 {
		slices.SortStableFunc(list, func(a, b group) int {
			if shape.Descending {
				return cmp.Compare(b.extreme, a.extreme)
			}
			return cmp.Compare(a.extreme, b.extreme)
		})
	}
	for _, g := range list {
		line := modelLine{path: path + g.value, level: level, count: len(g.rows), open: open(level, path+g.value)}
		for _, r := range g.rows {
			if r.unread {
				line.unread++
			}
		}
		out = append(out, line)
		switch {
		case !line.open:
		case level+1 < shape.Categories:
			out = append(out, lay(shape, g.rows, level+1, path+g.value, open)...)
		default:
			for _, r := range g.rows {
				out = append(out, modelLine{id: r.id})
			}
		}
	}
	return out
}

// lineOf describes a row of a layout as the model does.
func lineOf(l *Layout, e Entry) modelLine {
	if !e.IsCategory() {
		return modelLine{id: e.ID}
	}
	c, open, ok := l.Category(e)
	if !ok {
		return modelLine{path: "nothing"}
	}
	return modelLine{path: e.Key, level: c.Level, count: c.Count, unread: c.Unread, open: open}
}

// TestLayoutRandomly compares tables with categories with a plain list, for every position, before and after rows come
// and go.
func TestLayoutRandomly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		shape := Shape{
			Categories: rapid.IntRange(1, 3).Draw(rt, "categories"), Descending: rapid.Bool().Draw(rt, "descending"),
			Extreme: rapid.SampledFrom([]Extreme{NoExtreme, Largest, Smallest}).Draw(rt, "extreme"),
		}
		text := rapid.StringMatching(`[a-c]`)
		next := store.MessageID(0)
		row := rapid.Custom(func(rt *rapid.T) modelRow {
			next++
			return modelRow{
				categories: rapid.SliceOfN(text, shape.Categories, shape.Categories).Draw(rt, "values"),
				key:        rapid.StringMatching(`[a-f]{2}`).Draw(rt, "key"), extreme: rapid.StringMatching(`[a-f]{2}`).Draw(rt, "extreme"),
				id: next, unread: rapid.Bool().Draw(rt, "unread"),
			}
		})
		o := newOrder(shape, nil)
		var rows []modelRow
		levels := rapid.IntRange(0, shape.Categories).Draw(rt, "levels")
		other := make(map[store.MessageID]struct{})
		var marks []Entry
		for range 3 {
			add := rapid.SliceOfN(row, 0, 12).Draw(rt, "rows")
			var gone []store.MessageID
			for _, r := range rows {
				if rapid.IntRange(0, 3).Draw(rt, "gone") == 0 {
					gone = append(gone, r.id)
				}
			}
			rows = slices.DeleteFunc(rows, func(r modelRow) bool { return slices.Contains(gone, r.id) })
			rows = append(rows, add...)
			entries := make([]Entry, len(add))
			for i := range add {
				entries[i] = add[i].entry(shape)
			}
			o, _ = o.patched(gone, entries)
			slices.SortFunc(rows, func(a, b modelRow) int { return shape.Compare(a.entry(shape), b.entry(shape)) })
			if len(o.groups.nodes) > 0 && rapid.Bool().Draw(rt, "toggle") {
				other[rapid.SampledFrom(o.groups.nodes).Draw(rt, "category").id] = struct{}{}
			}
			l := o.Layout(Open{Levels: levels, Other: other})
			want := lay(shape, rows, 0, "", func(level int, path string) bool {
				_, toggled := other[categoryID(path)]
				return level < levels != toggled
			})
			checkLayout(rt, l, want)
			for _, m := range marks { // rows seen before have a place still
				if pos, shown := l.Rank(m); pos < 0 || pos > l.Len() || shown && l.Window(pos, 1)[0].ID != m.ID {
					rt.Fatalf("row %+v is now at %d of %d", m, pos, l.Len())
				}
			}
			marks = l.Window(0, l.Len())
		}
	})
}

func checkLayout(t *rapid.T, l *Layout, want []modelLine) {
	got := make([]modelLine, 0, len(want))
	window := l.Window(0, l.Len()+1)
	for _, e := range window {
		got = append(got, lineOf(l, e))
	}
	if !slices.Equal(got, want) || l.Len() != len(want) {
		t.Fatalf("shows\n%v\nwant\n%v", got, want)
	}
	for i, e := range window {
		if pos, shown := l.Rank(e); pos != i || !shown {
			t.Fatalf("row %d has rank %d, %v", i, pos, shown)
		}
		if found, ok := l.Find(e.ID, e.Instance); !ok || found.Key != e.Key {
			t.Fatalf("row %d is not found", i)
		}
		for n := range 3 {
			if part := l.Window(i, n); !slices.Equal(part, window[i:min(i+n, len(window))]) {
				t.Fatalf("%d rows from %d = %v", n, i, part)
			}
		}
		if !e.IsCategory() {
			continue
		}
		below := 0
		for _, line := range want[i+1:] {
			if line.id == 0 && line.level <= want[i].level {
				break
			}
			below++
		}
		if got, ok := l.Below(e); !ok || got != below {
			t.Fatalf("%d rows below row %d, want %d", got, i, below)
		}
	}
}

// TestLayoutPlaceOfWhatIsNotShown names the row that a hidden or deleted row gives its place to: the next one.
func TestLayoutPlaceOfWhatIsNotShown(t *testing.T) {
	t.Parallel()
	shape := Shape{Categories: 1}
	rows := []modelRow{ // a: 1 2, b: 3 4 5, d: 6
		{categories: []string{"a"}, id: 1}, {categories: []string{"a"}, id: 2}, {categories: []string{"b"}, id: 3},
		{categories: []string{"b"}, id: 4}, {categories: []string{"b"}, id: 5}, {categories: []string{"d"}, id: 6},
	}
	var entries []Entry
	for i := range rows {
		entries = append(entries, rows[i].entry(shape))
	}
	whole := newOrder(shape, slices.Clone(entries))
	closed := func(o *Order, paths ...string) *Layout {
		other := make(map[store.MessageID]struct{})
		for _, p := range paths {
			other[categoryID(p)] = struct{}{}
		}
		return o.Layout(Open{Levels: 1, Other: other})
	}
	without := func(ids ...store.MessageID) *Order {
		o, _ := whole.patched(ids, nil)
		return o
	}
	header := func(path string) Entry { return Entry{Key: path, ID: categoryID(path)} }
	absent := modelRow{categories: []string{"c"}, id: 9}
	for _, tt := range []struct {
		name string
		l    *Layout
		e    Entry
		want int
	}{
		{"InAClosedCategory", closed(whole, "b"), entries[3], 4},          // a 1 2 b | d 6
		{"LastInAClosedCategory", closed(whole, "d"), entries[5], 8},      // a 1 2 b 3 4 5 d |
		{"First", closed(without(3)), entries[2], 4},                      // a 1 2 b | 4 5 d 6
		{"Middle", closed(without(4)), entries[3], 5},                     // a 1 2 b 3 | 5 d 6
		{"Last", closed(without(5)), entries[4], 6},                       // a 1 2 b 3 4 | d 6
		{"WithItsCategory", closed(without(6)), entries[5], 7},            // a 1 2 b 3 4 5 |
		{"WithACategoryBetween", closed(without(3, 4, 5)), entries[4], 3}, // a 1 2 | d 6
		{"OfACategoryThatNeverWas", closed(whole), absent.entry(shape), 7},
		{"Header", closed(without(3, 4, 5)), header("b"), 3},
		{"LastHeader", closed(without(6)), header("d"), 7},
	} {
		if pos, shown := tt.l.Rank(tt.e); pos != tt.want || shown {
			t.Errorf("%s: %d, %v, want %d", tt.name, pos, shown, tt.want)
		}
	}
	empty := newOrder(shape, nil).Layout(Open{Levels: 1})
	if pos, shown := empty.Rank(entries[0]); pos != 0 || shown || empty.Len() != 0 || empty.Window(0, 1) != nil {
		t.Errorf("an empty table has rank %d, %v", pos, shown)
	}
}

func TestCategoryIDsAreNoMessageIDs(t *testing.T) {
	t.Parallel()
	seen := make(map[store.MessageID]string)
	for i := range 10_000 {
		key := strings.Repeat("x", i%7) + fmt.Sprint(i)
		id := categoryID(key)
		if e := (Entry{ID: id}); !e.IsCategory() || id >= 1<<48 || seen[id] != "" {
			t.Fatalf("id %X of %q and %q", uint64(id), key, seen[id])
		}
		seen[id] = key
	}
}

// BenchmarkGroup finds the 500 categories of 100,000 rows.
func BenchmarkGroup(b *testing.B) {
	shape := Shape{Categories: 1}
	entries := make([]Entry, 100_000)
	for i := range entries {
		r := modelRow{categories: []string{fmt.Sprintf("sender %03d", i%500)}, key: fmt.Sprintf("%08d", i), id: store.MessageID(i + 1)}
		entries[i] = r.entry(shape)
	}
	o := newOrder(shape, entries)
	for b.Loop() {
		o.group()
	}
}
