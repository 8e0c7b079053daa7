package app

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/mapid/mapid/internal/config"
)

// BenchmarkStartToReady measures from nothing to ready over an existing store, and the end, apart.
func BenchmarkStartToReady(b *testing.B) {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path = filepath.Join(b.TempDir(), "mapid.db")
	once := func() {
		a, err := New(b.Context(), Options{Config: cfg})
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		for a.ready.err() != nil {
			if _, err := a.store.Snapshot(ctx); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		stop()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	once() // seeds
	for b.Loop() {
		once()
	}
}

// BenchmarkReset measures the way back to the demo organisation, durable.
func BenchmarkReset(b *testing.B) {
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path = filepath.Join(b.TempDir(), "mapid.db")
	a, err := New(b.Context(), Options{Config: cfg})
	if err != nil {
		b.Fatal(err)
	}
	defer a.close()
	for b.Loop() {
		if err := (appData{a}).Reset(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
