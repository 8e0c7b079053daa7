package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mapid/mapid/store"
)

func TestOrderSplitsAndShrinks(t *testing.T) {
	t.Parallel()
	for _, shape := range []Shape{{}, {Reverse: true}} {
		o := newOrder(shape, nil)
		var all []Entry
		check := func() {
			t.Helper()
			slices.SortFunc(all, shape.Compare)
			if got := o.Window(0, len(all)+1); !slices.Equal(got, all) || o.Len() != len(all) {
				t.Fatalf("%d entries, want %d", o.Len(), len(all))
			}
			bytes := int64(0)
			for _, b := range o.blocks {
				if n := len(b.ids); n == 0 || n > blockSize {
					t.Errorf("a block of %d", n)
				}
				bytes += b.bytes() + 16
			}
			if o.bytes != bytes {
				t.Errorf("%d bytes, want %d", o.bytes, bytes)
			}
			for i, e := range all {
				if pos, found := o.Rank(e); !found || pos != i {
					t.Fatalf("row %d has rank %d, %v", i, pos, found)
				}
				if pos, found, ok := o.Find(e.ID, e.Instance); i%50 == 0 && (!ok || found != e || pos != i) {
					t.Fatalf("message %d at %d", e.ID, pos)
				}
			}
		}
		next := store.MessageID(1)
		for _, n := range []int{1, 300, 2000, 1, 700} {
			var add []Entry
			for range n {
				e := Entry{ID: next, Unread: rand.IntN(2) == 0}
				if rand.IntN(4) > 0 {
					e.Key = fmt.Sprintf("%04d", rand.IntN(500))
				}
				add = append(add, e)
				if rand.IntN(5) == 0 { // another row of the message
					add = append(add, Entry{Key: e.Key, ID: next, Instance: 1})
				}
				next++
			}
			all = append(all, add...)
			o, _ = o.patched(nil, add)
			check()
		}
		for _, n := range []int{1, 4, 1000, 4000} {
			var ids []store.MessageID
			for range n {
				ids = append(ids, store.MessageID(1+rand.IntN(int(next))))
			}
			keep := slices.DeleteFunc(slices.Clone(all), func(e Entry) bool { return slices.Contains(ids, e.ID) })
			p, gone := o.patched(ids, nil)
			if gone != len(all)-len(keep) {
				t.Errorf("%d rows gone, want %d", gone, len(all)-len(keep))
			}
			if got := o.Window(0, len(all)); !slices.Equal(got, all) {
				t.Fatal("a patch changed the order it was made of")
			}
			o, all = p, keep
			check()
		}
	}
}

func TestOrderRankOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	o := newOrder(Shape{}, []Entry{{Key: "b", ID: 1}, {Key: "d", ID: 2}, {Key: "d", ID: 5}})
	for _, tt := range []struct {
		e     Entry
		want  int
		found bool
	}{
		{Entry{Key: "a"}, 0, false}, {Entry{Key: "b", ID: 1}, 0, true}, {Entry{Key: "c"}, 1, false},
		{Entry{Key: "d", ID: 3}, 2, false}, {Entry{Key: "e"}, 3, false},
	} {
		if got, found := o.Rank(tt.e); got != tt.want || found != tt.found {
			t.Errorf("rank of %+v = %d, %v, want %d", tt.e, got, found, tt.want)
		}
	}
}

// TestOrderMemory holds orders to what a row may take.
func TestOrderMemory(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for _, tt := range []struct {
		name string
		key  func(i int) string
	}{
		{"ByID", func(int) string { return "" }},
		{"ByTime", func(i int) string { return fmt.Sprintf("%08d", i) }},
		{"BySender", func(i int) string { return fmt.Sprintf("a sender whose name is rather long, number %03d", i%500) }},
	} {
		entries := make([]Entry, n)
		for i := range entries {
			entries[i] = Entry{Key: tt.key(i), ID: store.MessageID(i + 1)}
		}
		if per := float64(newOrder(Shape{}, entries).bytes) / n; per > 32 {
			t.Errorf("%s: %.1f bytes a row", tt.name, per)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	entries := make([]Entry, 100_000)
	for i := range entries {
		entries[i] = Entry{Key: fmt.Sprintf("%08x", rand.Uint32()), ID: store.MessageID(i + 1)}
	}
	o := newOrder(Shape{}, slices.Clone(entries))
	b.Run("Window", func(b *testing.B) {
		for b.Loop() {
			o.Window(rand.IntN(100_000), 50)
		}
	})
	b.Run("Rank", func(b *testing.B) {
		for b.Loop() {
			o.Rank(entries[rand.IntN(100_000)])
		}
	})
	b.Run("Patch", func(b *testing.B) {
		id := store.MessageID(1 << 40)
		for b.Loop() {
			e := Entry{Key: fmt.Sprintf("%08x", rand.Uint32()), ID: id}
			o, _ = o.patched([]store.MessageID{id}, []Entry{e})
		}
	})
}
