// Package emsmdb is the mailbox service: sessions and the calls EcDoConnectEx, EcDoRpcExt2, EcDoDisconnect and
// EcDoAsyncWaitEx, [MS-OXCRPC]. Service speaks Go structs and knows no transport; the rpc_*.go files turn it into
// DCE/RPC interfaces. What the ROPs in a buffer do is the business of the packages below.
package emsmdb

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/store"
)

// Errors of a request as a whole, which a transport translates into its own. Everything else a method returns is a
// mapi.ErrorCode, the call's return value.
var (
	ErrNoSession = errors.New("emsmdb: no such session")
	ErrDraining  = errors.New("emsmdb: the server is shutting down")
	ErrTooBusy   = errors.New("emsmdb: too many sessions")
	// ErrBadRequest reports sizes that the interface definition forbids.
	ErrBadRequest = errors.New("emsmdb: a size is out of range")
)

// Options configures a Service. Store, Directory, Profile, Policy and Server are required.
type Options struct {
	Store     store.Store
	Directory store.Directory
	Profile   *profile.Profile
	// Policy is read by every connect and never written; its owner may put another one in place at any time.
	Policy *atomic.Pointer[Policy]
	Server object.Server
	Logger *zap.Logger // nil is silent
	Limits Limits
	// Middlewares wrap every ROP, outermost first.
	Middlewares []exec.Middleware
	// Trace is told of every ROP while somebody reads it; nil is told nothing.
	Trace *trace.Hub
	// Now is the clock of time stamps shown to clients and operators; nil is time.Now.
	Now func() time.Time
	// Authentication of the RPC interfaces; see dcerpc.Interface.
	Services []auth.Service
	MinLevel auth.Level
	// Observer is told of sessions.
	Observer Observer
}

// Limits bounds what clients may use. A zero field stands for its default.
type Limits struct {
	SessionsPerUser int   // 256
	Handles         int   // 32768 per session
	Logons          int   // 256 per session, the width of a LogonId
	Notifications   int   // 1024 queued per session
	Orders          int64 // 256 MiB for the shared orders of contents tables
	Message         object.Limits
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.SessionsPerUser, 256)
	set(&l.Handles, 32768)
	set(&l.Logons, 256)
	set(&l.Notifications, 1024)
	if l.Orders == 0 {
		l.Orders = 256 << 20
	}
	return l
}

// Service is the mailbox service of one server. It is safe for concurrent use.
type Service struct {
	opts     Options
	log      *zap.Logger
	exec     *exec.Executor
	env      *object.Env
	registry *registry
	push     *pusher
	encoders sync.Pool // of *lzxpress.Encoder: their tables are larger than most of what they compress
}

// New returns a Service. It owns nothing that needs closing but its sessions: see Shutdown.
func New(opts Options) *Service {
	if opts.Logger == nil {
		opts.Logger = zap.NewNop()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.Limits = opts.Limits.withDefaults()
	env := object.NewEnv(object.EnvOptions{
		Store: opts.Store, Directory: opts.Directory, Profile: opts.Profile, Server: opts.Server, Now: opts.Now,
		Orders: opts.Limits.Orders, Limits: opts.Limits.Message,
	})
	return &Service{
		opts: opts, log: opts.Logger, env: env, registry: newRegistry(), push: &pusher{log: opts.Logger},
		exec: exec.New(exec.Options{
			Env: env, Logger: opts.Logger, Middlewares: opts.Middlewares, Strict: func() bool { p := opts.Policy.Load(); return p != nil && p.Strict },
			Handles: opts.Limits.Handles, Logons: opts.Limits.Logons, Notifications: opts.Limits.Notifications,
		}),
	}
}

// Drain refuses new sessions and wakes every parked wait with ecExiting. Executes go on.
func (s *Service) Drain() {
	s.registry.drain()
	for _, ses := range s.registry.all() {
		ses.state.Queue().Shut()
	}
}

// Shutdown drains the service, waits until ctx ends for Executes that run, and ends all sessions.
func (s *Service) Shutdown(ctx context.Context) error {
	s.Drain()
	for _, ses := range s.registry.all() {
		if err := ses.acquire(ctx); err == nil {
			ses.release()
		}
	}
	err := ctx.Err()
	s.EndAll()
	s.push.close()
	s.env.Close()
	return err
}

// EndAll ends every session, as a reset does.
func (s *Service) EndAll() {
	for _, ses := range s.registry.all() {
		s.drop(ses.id, ErrNoSession)
	}
}

// Judge prepares to judge messages of a mailbox for search folders.
func (s *Service) Judge(ctx context.Context, mailbox store.MailboxID, restrictions []prop.Restriction) (*search.Judge, error) {
	return s.env.Judge(ctx, mailbox, restrictions)
}

// Unimplemented returns how often clients asked for a ROP that has no handler.
func (s *Service) Unimplemented() uint64 { return s.exec.Unimplemented() }

func (s *Service) policy() *Policy {
	if p := s.opts.Policy.Load(); p != nil {
		return p
	}
	return &Policy{}
}
