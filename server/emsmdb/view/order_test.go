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
	var o order
	var all []Entry
	for i := range 5000 {
		e := Entry{Key: fmt.Sprintf("%04d", rand.IntN(2000)), ID: store.MessageID(i + 1)}
		all = append(all, e)
		o.insert(e)
		o.insert(e) // twice is once
	}
	slices.SortFunc(all, Entry.Compare)
	check := func() {
		t.Helper()
		if got := o.window(0, len(all)+1); !slices.Equal(got, all) || o.count != len(all) {
			t.Fatalf("%d entries, want %d", o.count, len(all))
		}
		bytes := int64(0)
		for _, e := range all {
			bytes += entrySize + int64(len(e.Key))
		}
		if o.bytes != bytes {
			t.Errorf("%d bytes, want %d", o.bytes, bytes)
		}
		for _, b := range o.blocks {
			if n := len(b.entries); n == 0 || n > blockSize {
				t.Errorf("a block of %d", n)
			}
			for _, e := range b.entries {
				if e.ID < b.lo || e.ID > b.hi {
					t.Errorf("message %d outside %d to %d", e.ID, b.lo, b.hi)
				}
				if at, found, ok := o.position(e.ID); !ok || found != e || all[at] != e {
					t.Fatalf("message %d at %d", e.ID, at)
				}
			}
		}
	}
	check()
	for _, n := range []int{1, 4, 5, 1000, 3990} {
		gone := make([]store.MessageID, 0, n)
		for range n {
			i := rand.IntN(len(all))
			gone = append(gone, all[i].ID)
			all = slices.Delete(all, i, i+1)
		}
		o.remove(gone)
		check()
	}
	if o.window(0, 1) != nil || o.rank(Entry{Key: "x"}) != 0 {
		t.Error("something is left")
	}
}

func TestOrderRankOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	var o order
	o.build([]Entry{{Key: "b", ID: 1}, {Key: "d", ID: 2}, {Key: "d", ID: 5}})
	for _, tt := range []struct {
		e    Entry
		want int
	}{
		{Entry{Key: "a"}, 0}, {Entry{Key: "b", ID: 1}, 0}, {Entry{Key: "c"}, 1}, {Entry{Key: "d", ID: 3}, 2}, {Entry{Key: "e"}, 3},
	} {
		if got := o.rank(tt.e); got != tt.want {
			t.Errorf("rank of %+v = %d, want %d", tt.e, got, tt.want)
		}
	}
}

func BenchmarkOrder(b *testing.B) {
	entries := make([]Entry, 100_000)
	for i := range entries {
		entries[i] = Entry{Key: fmt.Sprintf("%08x", rand.Uint32()), ID: store.MessageID(i + 1)}
	}
	var o order
	o.build(entries)
	b.Run("Window", func(b *testing.B) {
		for b.Loop() {
			o.window(rand.IntN(100_000), 50)
		}
	})
	b.Run("Rank", func(b *testing.B) {
		for b.Loop() {
			o.rank(entries[rand.IntN(100_000)])
		}
	})
	b.Run("InsertAndRemove", func(b *testing.B) {
		for b.Loop() {
			e := Entry{Key: fmt.Sprintf("%08x", rand.Uint32()), ID: 1 << 40}
			o.insert(e)
			o.remove([]store.MessageID{e.ID})
		}
	})
}
