package emsmdb

// The law of locks in this package and below it:
//
//	registry.mu → session.busy (a one-slot channel, held for one whole Execute) → subscription → notification queue → session.mu
//
// Take them in that order. Never write to the network, wait for a client, or send on an unbuffered channel while
// holding one. Never start a store Update inside an Update. Objects behind handles have no locks: only the Execute
// that holds the session touches them. Wait takes the queue only, so a parked wait never blocks an Execute. The
// change feed calls into queues and views, never into sessions.

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/late"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// SessionID names a session for as long as the process lives; 0 is none. A DCE/RPC context handle and a MAPI/HTTP
// cookie turn into one at the transport's edge.
type SessionID uint64

// session is one Session Context, [MS-OXCRPC] 3.1.1.1.
type session struct {
	id      SessionID
	index   uint16      // picxr, unique among living sessions
	stamp   uint32      // pulTimeStamp, for linking
	links   *[]*session // the sessions linked with this one, itself included; nil if none are; guarded by the registry
	caller  auth.Caller
	account string
	version profile.Version
	started time.Time
	log     *zap.Logger

	busy  chan struct{} // one slot; whoever put something in owns state
	state *exec.Session // owned by the holder of busy, but for its queue and its counters
	done  chan struct{} // closed when the session ends

	mu     sync.Mutex // guards what follows
	client ClientInfo
	// nameless is what program gives for a client that tells no name.
	nameless string
	last     time.Time // start of the last Execute
	calls    uint64
	in       uint64 // bytes of ROP buffers as sent
	out      uint64
	waits    int           // parked waits: 0 or 1
	polled   bool          // the client sent an empty buffer
	push     *pushTarget   // where datagrams go; nil without a registration
	cause    error         // why the session ended; nil while it lives
	runs     *late.Context // of the Execute that runs, if any
}

// ClientInfo is what a client told of itself in auxiliary blocks, [MS-OXCRPC] 2.2.2.2; older clients tell nothing.
type ClientInfo struct {
	Process string // OUTLOOK.EXE
	Machine string
	User    string
	Mode    ClientMode
	Adapter string
	IP      string
}

// ClientMode is the mode in AUX_PERF_CLIENTINFO, [MS-OXCRPC] 2.2.2.2.4.
type ClientMode uint16

// Client modes.
const (
	ModeUnknown ClientMode = 0
	ModeClassic ClientMode = 1
	ModeCached  ClientMode = 2
)

// String returns unknown, classic or cached.
func (m ClientMode) String() string {
	switch m {
	case ModeClassic:
		return "classic"
	case ModeCached:
		return "cached"
	}
	return "unknown"
}

// acquire waits for the session until ctx or the session ends.
func (s *session) acquire(ctx context.Context) error {
	if err := s.ended(); err != nil {
		return err
	}
	select {
	case s.busy <- struct{}{}: // as a rule, and without the channel that ctx would have to make
	default:
		select {
		case s.busy <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.done:
			return s.ended()
		}
	}
	if err := s.ended(); err != nil { // while we were given the slot
		s.release()
		return err
	}
	return nil
}

func (s *session) release() { <-s.busy }

// ended returns why the session ended, nil while it lives.
func (s *session) ended() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cause
}

// close ends the session for cause and frees its objects once the Execute that runs has returned. It is called once.
func (s *session) close(cause error) {
	s.mu.Lock()
	s.cause = cause
	if s.runs != nil {
		s.runs.Cancel()
	}
	s.mu.Unlock()
	close(s.done)
	s.busy <- struct{}{} // never given back: nobody may use state again
	s.state.Close()
}

// running makes a context for an Execute that ends with the session as well. It must be given back to ran.
func (s *session) running(parent context.Context) *late.Context {
	ctx := late.From(parent)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs = ctx; s.cause != nil {
		ctx.Cancel()
	}
	return ctx
}

// ran ends the context of an Execute.
func (s *session) ran(ctx *late.Context) {
	s.mu.Lock()
	s.runs = nil
	s.mu.Unlock()
	ctx.Cancel()
}

// begin notes the start of an Execute.
func (s *session) begin(now time.Time, auxIn []byte, in int, empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = now
	s.calls++
	s.polled = s.polled || empty
	s.in += uint64(in)
	if len(auxIn) > 0 {
		readAux(auxIn, &s.client)
	}
}

// sent notes the end of an Execute.
func (s *session) sent(out int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out += uint64(out)
}

// lastCall is when the last Execute started.
func (s *session) lastCall() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
