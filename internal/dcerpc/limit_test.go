package dcerpc

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/mapid/mapid/auth"
)

// TestTimeouts leaves a connection alone in each of its states and expects its end at the limit, not before, with the
// reason in the log.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	tests := []struct {
		name  string
		do    func(p *peer)
		after time.Duration
		want  error
	}{
		{"NothingSent", func(*peer) {}, l.Handshake, errHandshake},
		{"Bound", func(p *peer) { p.bind(0, offer(0, echoID, NDR20)) }, l.Idle, errIdle},
		{"HalfAuthenticated", func(p *peer) {
			s := &session{peer: p, security: toySecurity(7, auth.LevelIntegrity, "alice")}
			s.leg(TypeBind, 0)
			s.recv()
		}, l.Handshake, errHandshake},
		{"HeaderCut", func(p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			p.sendRaw([]byte{5, 0})
		}, l.PDU, errSlow},
		{"PDUCut", func(p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			b := requestPDU(2, flagsWhole, opEcho, pattern(5000)).Encode()
			p.sendRaw(b[:len(b)-1])
		}, l.PDU, errSlow},
		{"HalfRequest", func(p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			p.send(requestPDU(2, FlagFirst, opEcho, nil))
		}, l.PDU, errSlow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := toyOptions()
				var reason error
				o.Hooks.ConnClosed = func(_ ConnInfo, err error) { reason = err }
				p := newWorld(t, o).peer()
				tt.do(p)
				start := time.Now()
				p.ended()
				if got := time.Since(start); got != tt.after {
					t.Errorf("ended after %v, want %v", got, tt.after)
				}
				synctest.Wait()
				if !errors.Is(reason, tt.want) {
					t.Errorf("reason %v, want %v", reason, tt.want)
				}
			})
		})
	}
}

// TestHandshakeTimeoutLater begins another security context on a connection that was good for an hour, and does not
// finish it.
func TestHandshakeTimeoutLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newWorld(t, toyOptions()).peer()
		p.bind(0, offer(0, echoID, NDR20))
		<-time.After(time.Hour)
		b := bindPDU(TypeAlterContext, 2, 0, offer(0, echoID, NDR20))
		b.Trailer, b.Token = &SecTrailer{Type: 16, Level: 5, ContextID: 1}, []byte("hello")
		p.send(b)
		p.recv()
		start := time.Now()
		p.ended()
		if got, want := time.Since(start), DefaultLimits().Handshake; got != want {
			t.Errorf("ended after %v, want %v", got, want)
		}
	})
}

// TestParkedCallIsNotIdle waits in a call for longer than an idle connection may last.
func TestParkedCallIsNotIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.echo.Ops[opPark] = Op{Name: "sleep", Run: func(ctx context.Context, _ *Call) ([]byte, error) {
			<-time.After(5 * DefaultLimits().Idle)
			return []byte("good morning"), ctx.Err()
		}}
		c := w.client(ClientOptions{}, nil)
		stub, err := c.Call(t.Context(), 0, opPark, nil)
		if err != nil || string(stub) != "good morning" {
			t.Errorf("%q, %v", stub, err)
		}
	})
}

// TestIdleForEver switches the idle limit off.
func TestIdleForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := DefaultLimits()
		l.Idle = 0
		c := newWorld(t, Options{Limits: l}).client(ClientOptions{}, nil)
		<-time.After(1000 * time.Hour)
		if _, err := c.Call(t.Context(), 0, opEcho, nil); err != nil {
			t.Error(err)
		}
	})
}

// TestClientDoesNotRead asks for answers and takes none: the connection ends, others are not held up.
func TestClientDoesNotRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan time.Time, 2)
		o := Options{Hooks: Hooks{ConnClosed: func(ConnInfo, error) { closed <- time.Now() }}}
		w := newWorld(t, o)
		p := w.peer()
		p.bind(0, offer(0, echoID, NDR20))
		start := time.Now()
		p.send(requestPDU(2, flagsWhole, opBig, []byte{0, 0, 16, 0}))
		if _, err := w.client(ClientOptions{}, nil).Call(t.Context(), 0, opEcho, nil); err != nil {
			t.Errorf("another client: %v", err)
		}
		if got, want := (<-closed).Sub(start), DefaultLimits().Write; got != want {
			t.Errorf("ended after %v, want %v", got, want)
		}
	})
}

// TestConnectionLimit refuses one connection too many in the protocol's own words, and takes the next when one left.
func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := DefaultLimits()
		l.Connections = 1
		w := newWorld(t, Options{Limits: l})
		first := w.client(ClientOptions{}, nil)
		p := w.peer()
		p.send(bindPDU(TypeBind, 1, 0, offer(0, echoID, NDR20)))
		if b, ok := p.recv().Body.(*BindNak); !ok || b.Reason != NakLocalLimit {
			t.Errorf("answer %+v", b)
		}
		p.ended()
		first.Close()
		synctest.Wait()
		w.client(ClientOptions{}, nil)

		// A limit that is raised counts at once.
		l.Connections = 2
		w.server.SetLimits(l)
		w.client(ClientOptions{}, nil)
	})
}

// TestConnectionFlood opens connections that say nothing: past the limit and some more they are closed unheard.
func TestConnectionFlood(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := DefaultLimits()
		l.Connections = 8
		w := newWorld(t, Options{Limits: l})
		for range l.Connections + l.Connections/8 + extraConnections {
			w.peer()
			synctest.Wait()
		}
		start := time.Now()
		w.peer().ended()
		if time.Since(start) > 0 {
			t.Error("one more was listened to")
		}
		if n := len(w.server.Connections()); n != 25 {
			t.Errorf("%d connections", n)
		}
	})
}

// TestShutdown ends a server with a quiet connection, and one whose call returns in time.
func TestShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		w.echo.Ops[opPark] = Op{Name: "nap", Run: func(context.Context, *Call) ([]byte, error) {
			<-time.After(time.Second)
			return []byte("done"), nil
		}}
		quiet, busy := w.peer(), w.peer()
		quiet.bind(0, offer(0, echoID, NDR20))
		busy.bind(FlagMultiplex, offer(0, echoID, NDR20))
		busy.send(requestPDU(2, flagsWhole, opPark, nil))
		synctest.Wait()
		ended := make(chan error)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			ended <- w.server.Shutdown(ctx)
		}()
		if u := quiet.recv(); u.Type != TypeShutdown {
			t.Errorf("quiet connection: %+v", u)
		}
		quiet.ended()
		if r, ok := busy.recv().Body.(*Response); !ok || string(r.Stub) != "done" {
			t.Errorf("busy connection: %+v", r)
		}
		if u := busy.recv(); u.Type != TypeShutdown {
			t.Errorf("busy connection: %+v", u)
		}
		busy.ended()
		if err := <-ended; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		w.peer().ended() // no new connection is served
	})
}

// TestShutdownCancels ends a server whose call does not return by itself.
func TestShutdownCancels(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		p := w.peer()
		p.bind(0, offer(0, echoID, NDR20))
		p.send(requestPDU(2, flagsWhole, opPark, nil))
		<-w.parked
		go func() {
			for p.next() != nil {
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if err := w.server.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		if got := time.Since(start); got != 10*time.Second {
			t.Errorf("Shutdown took %v", got)
		}
	})
}

// TestServeConnContext ends a connection with the context it is served in.
func TestServeConnContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		client, server := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.server.ServeConn(ctx, w.endpoint, server)
		}()
		p := &peer{t: t, nc: client}
		p.bind(0, offer(0, echoID, NDR20))
		p.send(requestPDU(2, flagsWhole, opPark, nil))
		<-w.parked
		cancel()
		p.ended()
		<-done
	})
}

// TestLogs shows the one line that each end of a connection leaves, and that an orderly end leaves none.
func TestLogs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func(w *world, p *peer)
		want []string
	}{
		{"Orderly", func(_ *world, p *peer) { p.bind(0, offer(0, echoID, NDR20)) }, nil},
		{"ProtocolError", func(_ *world, p *peer) {
			p.send(requestPDU(2, flagsWhole, opEcho, nil))
			p.recv()
		}, []string{"warn: connection closed by the server"}},
		{"WrongPasswordInAuth3", func(_ *world, p *peer) {
			s := &session{peer: p, security: toySecurity(7, auth.LevelIntegrity, "mallory")}
			s.leg(TypeBind, 0)
			s.recv()
			s.leg(TypeAuth3, 0)
			p.send(requestPDU(2, flagsWhole, opEcho, nil))
			p.recv()
		}, []string{"warn: authentication refused"}},
		{"WrongPasswordInAlter", func(_ *world, p *peer) {
			s := &session{peer: p, security: toySecurity(7, auth.LevelIntegrity, "mallory")}
			s.leg(TypeBind, 0)
			s.recv()
			s.leg(TypeAlterContext, 0)
			p.recv()
		}, []string{"warn: authentication refused"}},
		{"GarbageAtBind", func(_ *world, p *peer) {
			b := bindPDU(TypeBind, 1, 0, offer(0, echoID, NDR20))
			b.Trailer, b.Token = &SecTrailer{Type: 16, Level: 5}, []byte("garbage")
			p.send(b)
			p.recv()
		}, []string{"warn: authentication refused"}},
		{"OperationFails", func(_ *world, p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			p.send(requestPDU(2, flagsWhole, opFail, nil))
			p.recv()
		}, []string{"error: call failed"}},
		{"OperationPanics", func(_ *world, p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			p.send(requestPDU(2, flagsWhole, opPanic, nil))
			p.recv()
		}, []string{"error: panic in call"}},
		{"OperationFaults", func(_ *world, p *peer) {
			p.bind(0, offer(0, echoID, NDR20))
			p.send(requestPDU(2, flagsWhole, opFault, nil))
			p.recv()
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			core, logs := observer.New(zapcore.InfoLevel)
			closed := make(chan struct{})
			o := toyOptions()
			o.Logger = zap.New(core)
			o.Hooks.ConnClosed = func(ConnInfo, error) { close(closed) }
			w := newWorld(t, o)
			p := w.peer()
			tt.do(w, p)
			p.nc.Close()
			<-closed
			var got []string
			for _, e := range logs.All() {
				got = append(got, e.Level.String()+": "+e.Message)
			}
			if len(got) != len(tt.want) || len(got) == 1 && got[0] != tt.want[0] {
				t.Errorf("log %q, want %q", got, tt.want)
			}
		})
	}
}
