package view_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/server/emsmdb/view"
	"github.com/mapid/mapid/store"
)

// apart is bySubject whose rows another goroutine places.
func (w *world) apart(key string, place func(subject string) error) view.Spec {
	spec := w.bySubject(nil)
	spec.Key, spec.Apart = key, true
	spec.Place = func() view.PlaceFunc {
		return func(_ store.Reader, _ store.MessageID, values []prop.Value, emit func(view.Place)) error {
			emit(view.Place{Key: []byte(values[0].Str())})
			return place(values[0].Str())
		}
	}
	return spec
}

// TestPlacedApart compares orders made by one goroutine and by two.
func TestPlacedApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<30)
	for _, n := range []int{0, 1, 255, 1, 600, 2000} {
		var subjects []string
		for i := range n {
			subjects = append(subjects, fmt.Sprintf("s%05d", i*7919%10_007))
		}
		if n > 0 {
			w.add(subjects...)
		}
		one, two := w.acquire(w.bySubject(nil)), w.acquire(w.apart("apart", func(string) error { return nil }))
		a, b := w.sync(one), w.sync(two)
		if !slices.Equal(a.Window(0, a.Len()), b.Window(0, b.Len())) {
			t.Fatalf("after %d more messages: %d rows, and %d placed apart", n, a.Len(), b.Len())
		}
		w.cache.Close() // no view follows, so that each round reads the folder
		w.cache = view.NewCache(w.store, 1<<30)
	}
}

// TestPlacingApartFails checks that what goes wrong beside the reading of a folder ends it.
func TestPlacingApartFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1<<30)
	w.add(slices.Repeat([]string{"subject"}, 3000)...)
	refused, n := errors.New("refused"), 0
	v := w.acquire(w.apart("refused", func(string) error {
		if n++; n == 700 {
			return refused
		}
		return nil
	}))
	if _, err := v.Sync(context.Background()); !errors.Is(err, refused) {
		t.Errorf("error %v, want %v", err, refused)
	}
	if o := w.sync(v); o.Len() != 3000 {
		t.Errorf("%d rows after an error", o.Len())
	}
	v = w.acquire(w.apart("panic", func(string) error { panic("at the first message") }))
	if _, err := v.Sync(context.Background()); err == nil {
		t.Error("a panic was no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	v = w.acquire(w.apart("cancelled", func(string) error { cancel(); return nil }))
	if _, err := v.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
