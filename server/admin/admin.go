// Package admin is the HTTP API that administers a running server and lets tests look into it. It declares what it
// needs of the rest as small interfaces; internal/app implements them.
//
// The API is for the machine it runs on: it listens on loopback, and off loopback it wants a bearer token. Pages in
// a browser of that machine are kept out by three checks: the Host must be one that is known, so that a name that was
// rebound to 127.0.0.1 does not reach it; an Origin must be the API's own; and writes must be application/json,
// which no form can send.
package admin

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/store"
)

// Options of a Server. Everything but Token, Hosts and Now is required.
type Options struct {
	Logger    *zap.Logger
	Build     Build
	Servers   []Controller // in the order of the configuration; at least one
	Store     store.Store
	Directory store.Directory
	Accounts  Accounts
	Data      Data
	Snapshots Snapshots
	Health    Health
	Log       LogLevel
	Trace     Trace
	Metrics   Metrics
	Broker    *Broker // what happens is told to it
	Domain    string  // of message ids and addresses that are made
	// Deliver delivers a mail to all of its recipients or to none.
	Deliver   func(ctx context.Context, m delivery.Mail) ([]delivery.Delivered, error)
	Outbound  string          // account whose mailbox gets what goes elsewhere; empty: there is none
	Token     string          // bearer token that callers need; empty needs none
	Hosts     func() []string // names besides loopback ones that may stand in Host
	BodyLimit int64           // bytes of a request's body
	// Streams is how many requests may wait or stream at a time, Connections how many connections there may be.
	Streams, Connections int
	Now                  func() time.Time
}

// Build says what binary this is.
type Build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

// Controller is one Exchange server as an administrator sees it. Methods are safe for concurrent use.
type Controller interface {
	Name() string
	RPCClientAccess() RPCClientAccess
	ChangeRPCClientAccess(RPCClientAccessChange) (RPCClientAccess, error)
	Advertise() Advertise
	ChangeAdvertise(AdvertiseChange) (Advertise, error)
	Referral() Referral
	ChangeReferral(ReferralChange) (Referral, error)
	Sessions() []Session
	Gaps() []Gap
	Connections() []Connection
	Info() ServerInfo
}

// Data is everything the store holds.
type Data interface {
	// Seed adds what a seed says, given as JSON or YAML. The seed may not name files.
	Seed(ctx context.Context, seed []byte) (SeedResult, error)
	// Reset brings back the seeded state, ends all sessions and undoes live changes.
	Reset(ctx context.Context) error
}

// LogLevel is the threshold of the server's log: debug, info, warn or error.
type LogLevel interface {
	Level() string
	SetLevel(string) error
}

// Health tells whether the server works.
type Health interface {
	// Ready returns nil if listeners are bound, the seed is applied and the store can be written.
	Ready(ctx context.Context) error
	// Credential makes a credential for the hidden health mailbox that is good for a minute.
	Credential(ctx context.Context, server string) (HealthCredential, error)
}

// Server is the API.
type Server struct {
	opts    Options
	log     *zap.Logger
	started time.Time
	http    *http.Server
	// readTime is how long the body of a request may take to come. It is no ReadTimeout of http.Server, which would end
	// waits and streams as well.
	readTime time.Duration
	slots    chan struct{}   // one for each request that waits or streams
	conns    chan struct{}   // one for each connection
	base     context.Context // ends with Shutdown, and waits and streams with it
	end      context.CancelFunc
	stopping sync.RWMutex   // held to begin a stream, and to end beginning them
	streams  sync.WaitGroup // goroutines behind waits and streams
}

// New returns a Server that does not listen yet.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Hosts == nil {
		o.Hosts = func() []string { return nil }
	}
	s := &Server{
		opts: o, log: o.Logger.Named("admin"), started: o.Now(), readTime: time.Minute, slots: make(chan struct{}, max(o.Streams, 1)),
		conns: make(chan struct{}, max(o.Connections, 1)),
	}
	s.base, s.end = context.WithCancel(context.Background())
	s.http = &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: zap.NewStdLog(s.log.WithOptions(zap.IncreaseLevel(zap.ErrorLevel))),
	}
	return s
}

// Handler is the API without a listener.
func (s *Server) Handler() http.Handler { return s.guard(s.mux()) }

// Serve answers on l until Shutdown. Several listeners may be served at a time.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(&limited{l, s.conns}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown stops listening and waits for requests in flight until ctx ends; then it cuts them off.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopping.Lock() // requests that are cut off may still run: what they begin must not be missed below
	s.end()
	s.stopping.Unlock()
	err := s.http.Shutdown(ctx)
	if err != nil {
		s.http.Close()
	}
	s.streams.Wait()
	return err
}

// controller finds the server that the query parameter server names. Where there is only one it need not be named.
func (s *Server) controller(r *http.Request) (Controller, error) {
	name := r.URL.Query().Get("server")
	if name == "" && len(s.opts.Servers) == 1 {
		return s.opts.Servers[0], nil
	}
	names := make([]string, len(s.opts.Servers))
	for i, c := range s.opts.Servers {
		if names[i] = c.Name(); equalFold(names[i], name) {
			return c, nil
		}
	}
	if name == "" {
		return nil, problemf(http.StatusBadRequest, "there are several servers: name one with ?server=%s", joinNames(names))
	}
	return nil, problemf(http.StatusNotFound, "there is no server %q, there are %s", name, joinNames(names))
}
