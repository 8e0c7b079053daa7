package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
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
				if n := b.len(); n == 0 || n > blockSize {
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

// subjects are made of words that come in no order, as people choose them, and many belong to threads.
func subjects(n int) []string {
	words := strings.Fields(`quarterly figures northern office meeting moved to Thursday please review draft contract for
		the new building invoice overdue reminder holiday plans summer party lunch menu travel expenses approval request
		server maintenance window weekend status report project Aurora budget forecast training course registration
		feedback survey results minutes agenda board vendor offer price list order confirmation delivery delayed password`)
	rnd := rand.New(rand.NewPCG(1, 2))
	out := make([]string, n)
	for i := range out {
		switch rnd.IntN(4) {
		case 0:
			out[i] = "Re: " + out[rnd.IntN(max(1, i))]
		case 1:
			out[i] = fmt.Sprintf("Ticket #%06d: %s", rnd.IntN(1e6), words[rnd.IntN(len(words))])
		default:
			for range 4 + rnd.IntN(4) {
				out[i] += words[rnd.IntN(len(words))] + " "
			}
			out[i] = strings.TrimSpace(out[i])
		}
		out[i] = out[i][:min(len(out[i]), 120)]
	}
	return out
}

// TestOrderMemory holds orders to what a row may take.
func TestOrderMemory(t *testing.T) {
	t.Parallel()
	const n = 100_000
	order := prop.NewCollation(mapi.LocaleEnglish)
	subject := subjects(n)
	value := func(v prop.Value) string { return string(order.AppendSortKey(nil, v, prop.Ascending)) }
	sender := func(i int) string {
		return value(prop.String(fmt.Sprintf("a sender whose name is rather long, number %03d", i%500)))
	}
	clock := func(i int) string {
		return value(prop.Time(mapi.FileTime(133_000_000_000_000_000 + 12_345_678*i*7919%1_000_003)))
	}
	for _, tt := range []struct {
		name  string
		shape Shape
		key   func(i int) string
	}{
		{"ByID", Shape{}, func(int) string { return "" }},
		{"ByTime", Shape{}, clock},
		{"BySender", Shape{}, sender},
		{"BySize", Shape{}, func(i int) string { return value(prop.Int32(int32(1500 + i*7919%200_003))) }},
		{"BySubject", Shape{}, func(i int) string { return value(prop.String(subject[i])) }},
		{"BySubjectDescending", Shape{}, func(i int) string { return string(order.AppendSortKey(nil, prop.String(subject[i]), prop.Descending)) }},
		{"SendersByTime", Shape{Categories: 1}, func(i int) string { s := sender(i); return string(AppendCuts([]byte(s+clock(i)), len(s))) }},
		{"DaysBySubject", Shape{Categories: 1}, func(i int) string {
			day := value(prop.Time(mapi.FileTime(133_000_000_000_000_000 + int64(i%365)*864_000_000_000)))
			return string(AppendCuts([]byte(day+value(prop.String(subject[i]))), len(day)))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			entries := make([]Entry, n)
			for i := range entries {
				entries[i] = Entry{Key: tt.key(i), ID: store.MessageID(2*i + 1), Unread: tt.shape.Categories > 0 && i%9 == 0}
			}
			o := newOrder(tt.shape, entries)
			per := float64(o.bytes) / n
			t.Logf("%.1f bytes a row", per)
			if per > 32 {
				t.Errorf("%.1f bytes a row", per)
			}
			for i := 0; i < n; i += 997 {
				if pos, found := o.Rank(entries[i]); !found || pos != i {
					t.Fatalf("row %d has rank %d, %v", i, pos, found)
				}
			}
		})
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
