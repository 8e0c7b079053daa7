package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// readiness says whether a run has begun and has not begun to end.
type readiness struct {
	mu    sync.Mutex // guards state
	state string     // why not, or empty while it is ready
}

func (r *readiness) set(state string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = state
}

func (r *readiness) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != "" {
		return errors.New(r.state)
	}
	return nil
}

// Run serves until ctx ends, then shuts down in the reverse order of construction. It returns once everything has
// ended; an error means that something could not be saved or did not end in time.
func (a *App) Run(ctx context.Context) error {
	for _, s := range a.servers {
		for _, l := range slices.Compact(slices.Clone(s.listeners)) {
			a.tasks.Go(func() { l.Serve(a.base) })
		}
	}
	a.tasks.Go(func() { a.outbox.Run(a.base) })
	failed := make(chan error, len(a.api)+len(a.doors))
	for _, l := range a.doors {
		a.tasks.Go(func() {
			if err := a.mail.Serve(l); err != nil {
				failed <- err
			}
		})
	}
	for _, l := range a.api {
		a.tasks.Go(func() {
			if err := a.admin.Serve(l); err != nil {
				failed <- err
			}
		})
	}
	a.tasks.Go(func() { a.searches.Run(a.base) })
	a.printBanner()
	a.ready.set("")
	a.log.Info("ready", zap.String("admin", a.addresses().Admin), zap.Int("servers", len(a.servers)))

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	return errors.Join(err, a.shutdown(context.WithoutCancel(ctx)))
}

// adminGrace is how long requests to the API may take to finish after everything else has ended.
const adminGrace = time.Second

// shutdown takes everything down; each step is bounded.
func (a *App) shutdown(ctx context.Context) error {
	a.ready.set("shutting down")
	a.log.Info("shutting down")
	for _, s := range a.servers { // 1: nobody new
		s.closeListeners()
	}
	for _, s := range a.servers { // 2, 3: no new sessions; parked waits return
		s.emsmdb.Drain()
	}
	grace, stop := context.WithTimeout(ctx, time.Duration(a.cfg.Limits.ShutdownGrace))
	defer stop()
	var ending sync.WaitGroup
	for _, s := range a.servers { // 4: calls in progress finish, connections are told and closed
		ending.Go(func() {
			if err := s.rpc.Shutdown(grace); err != nil {
				a.log.Warn("calls were cut off", zap.String("server", s.cfg.Name), zap.Error(err))
			}
			if err := s.emsmdb.Shutdown(grace); err != nil {
				a.log.Warn("sessions were cut off", zap.String("server", s.cfg.Name), zap.Error(err))
			}
		})
	}
	if a.mail != nil {
		ending.Go(func() { // mail that is being taken is taken; the store is still there
			if err := a.mail.Shutdown(grace); err != nil {
				a.log.Warn("mail was cut off", zap.Error(err))
			}
		})
	}
	ending.Wait()
	last, stopLast := context.WithTimeout(ctx, adminGrace)
	defer stopLast()
	if err := a.admin.Shutdown(last); err != nil {
		a.log.Warn("requests to the admin API were cut off", zap.Error(err))
	}
	a.cancel()     // 5: what is left ends
	a.file.close() // 7
	a.tasks.Wait()
	err := errors.Join(a.store.Close(), a.data.close()) // 8
	a.log.Info("stopped", zap.Error(err))
	return err
}
