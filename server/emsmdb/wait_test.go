package emsmdb

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/object"
)

var waiter = auth.Caller{Identity: auth.Identity{Account: "alice"}, Level: auth.LevelPrivacy}

// waiting is a service with one session and no store: waits need none.
func waiting(t *testing.T, name string) (*Service, *session) {
	t.Helper()
	p, err := profile.ByName(name)
	if err != nil {
		t.Fatal(err)
	}
	s := &Service{
		opts: Options{Profile: p, Policy: new(atomic.Pointer[Policy]), Now: time.Now}, log: zap.NewNop(), registry: newRegistry(),
		push: &pusher{log: zap.NewNop()},
		exec: exec.New(exec.Options{
			Env: &object.Env{EnvOptions: object.EnvOptions{Profile: p}}, Logger: zap.NewNop(), Notifications: 4, Handles: 4, Logons: 4,
		}),
	}
	ses := &session{
		account: "alice", caller: waiter, started: time.Now(), last: time.Now(), log: zap.NewNop(),
		busy: make(chan struct{}, 1), done: make(chan struct{}), state: s.exec.NewSession(&object.Session{}),
	}
	if err := s.registry.add(ses, 0, 0); err != nil {
		t.Fatal(err)
	}
	return s, ses
}

type waited struct {
	pending bool
	err     error
	after   time.Duration
}

// wait parks a wait and returns where its outcome will appear.
func wait(ctx context.Context, s *Service, id SessionID) <-chan waited {
	out := make(chan waited, 1)
	start := time.Now()
	go func() {
		pending, err := s.Wait(ctx, waiter, id)
		out <- waited{pending, err, time.Since(start)}
	}()
	return out
}

// silent is an object that wakes waits and then has nothing to tell.
type silent struct{}

func (silent) Kind() object.Kind                                   { return object.KindSubscription }
func (silent) Close()                                              {}
func (silent) Attach(notify.Sink)                                  {}
func (silent) Events(context.Context, int) ([]notify.Event, error) { return nil, nil }
func (silent) Told(int)                                            {}

// happen queues an event.
func happen(ses *session) { ses.state.Queue().Add(1, 0, silent{}).Wake() }

func TestWaitTimesOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		want    time.Duration
	}{
		{"exchange2007", 5 * time.Minute},                   // from the start of the wait
		{"exchange2010-sp1", 5*time.Minute + 3*time.Minute}, // from the client's last call
	} {
		synctest.Test(t, func(t *testing.T) {
			s, ses := waiting(t, tt.profile)
			out := wait(t.Context(), s, ses.id)
			<-time.After(3 * time.Minute)
			ses.begin(time.Now(), nil, 0, true) // an Execute
			if got := <-out; got.pending || got.err != nil || got.after != tt.want {
				t.Errorf("%s: %+v, want after %v", tt.profile, got, tt.want)
			}
		})
	}
}

func TestWaitWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, profile.Default)
		out := wait(t.Context(), s, ses.id)
		<-time.After(time.Minute)
		happen(ses)
		if got := <-out; !got.pending || got.err != nil || got.after != time.Minute {
			t.Errorf("%+v", got)
		}
		// The client was told: without a new event the next wait parks, though nothing was fetched.
		out = wait(t.Context(), s, ses.id)
		synctest.Wait()
		select {
		case got := <-out:
			t.Errorf("told again: %+v", got)
		default:
		}
		happen(ses)
		if got := <-out; !got.pending {
			t.Errorf("%+v", got)
		}
	})
}

func TestWaitCompletesAtOnceWithQueuedEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, profile.Default)
		happen(ses)
		if got := <-wait(t.Context(), s, ses.id); !got.pending || got.err != nil || got.after != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestWaitSecondIsRejected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, profile.Default)
		first := wait(t.Context(), s, ses.id)
		synctest.Wait()
		if !ses.info().Waiting {
			t.Error("the parked wait is not shown")
		}
		if got := <-wait(t.Context(), s, ses.id); !errors.Is(got.err, mapi.ErrRejected) {
			t.Errorf("second: %+v", got)
		}
		happen(ses)
		if got := <-first; !got.pending || got.err != nil {
			t.Errorf("first: %+v", got)
		}
	})
}

func TestWaitEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		end     func(s *Service, ses *session, cancel context.CancelFunc)
		pending bool
		err     error
	}{
		{"SessionKilled", func(s *Service, ses *session, _ context.CancelFunc) { s.Kill(ses.id) }, true, nil},
		{"Shutdown", func(s *Service, _ *session, _ context.CancelFunc) { s.Drain() }, false, mapi.ErrExiting},
		{"ConnectionGone", func(_ *Service, _ *session, cancel context.CancelFunc) { cancel() }, false, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, ses := waiting(t, profile.Default)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := wait(ctx, s, ses.id)
			synctest.Wait()
			tt.end(s, ses, cancel)
			if got := <-out; got.pending != tt.pending || !errors.Is(got.err, tt.err) {
				t.Errorf("%s: %+v", tt.name, got)
			}
			if ses.info().Waiting {
				t.Errorf("%s: still waiting", tt.name)
			}
		})
	}
}

func TestWaitUnknownSession(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]waited{
		"exchange2010-sp1": {err: ErrNoSession}, "exchange2013": {pending: true},
	} {
		s, ses := waiting(t, name)
		pending, err := s.Wait(t.Context(), waiter, ses.id+1)
		if pending != want.pending || !errors.Is(err, want.err) {
			t.Errorf("%s: %v, %v", name, pending, err)
		}
	}
}

// TestWaitDoesNotHoldTheSession checks that a parked wait leaves Executes alone.
func TestWaitDoesNotHoldTheSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, profile.Default)
		ctx, cancel := context.WithCancel(t.Context())
		out := wait(ctx, s, ses.id)
		synctest.Wait()
		if err := ses.acquire(t.Context()); err != nil {
			t.Errorf("acquire: %v", err)
		}
		ses.release()
		cancel()
		<-out
	})
}

func TestAsyncConnectOfAPollingClient(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]error{"exchange2007": mapi.ErrRejected, "exchange2010-sp1": nil} {
		s, ses := waiting(t, name)
		if err := s.AsyncConnect(t.Context(), waiter, ses.id); err != nil {
			t.Errorf("%s, before it polls: %v", name, err)
		}
		ses.begin(time.Now(), nil, 10, true)
		if err := s.AsyncConnect(t.Context(), waiter, ses.id); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCloseWaitsForTheExecuteThatRuns checks that objects are not freed under a running call, and that the call is
// told to end.
func TestCloseWaitsForTheExecuteThatRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ses := waiting(t, profile.Default)
		if err := ses.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx := ses.running(t.Context())
		defer ses.ran(ctx)
		killed := make(chan struct{})
		go func() { s.Kill(ses.id); close(killed) }()
		<-ctx.Done()
		synctest.Wait()
		select {
		case <-killed:
			t.Error("killed while the call runs")
		default:
		}
		ses.release()
		<-killed
		if err := ses.acquire(t.Context()); !errors.Is(err, ErrNoSession) {
			t.Errorf("acquire: %v", err)
		}
	})
}
