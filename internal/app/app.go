// Package app builds a mapid from its parts, runs it, and takes it down: one store, one directory and its accounts,
// any number of Exchange servers over them, and the admin API. Everything is made by hand, in order, in New; there is
// no container and no global. cmd/mapid, mapidtest and end-to-end tests use the same New and Run.
package app

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/server/admin"
	"github.com/mapid/mapid/server/emsmdb/search"
	"github.com/mapid/mapid/server/smtp"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// Options of an App. Config is required and must be valid.
type Options struct {
	Config config.Config
	// DataDir is where addresses.json and the like go; empty is the folder of the database.
	DataDir string
	Logger  *zap.Logger      // nil is silent
	Level   *zap.AtomicLevel // of Logger, so that it can be changed; nil cannot
	Banner  io.Writer        // nil prints none
	Build   Build
	Now     func() time.Time // nil is time.Now
}

// Build says what binary this is.
type Build = admin.Build

// App is one process's worth of servers. Its life is New, Run once, and the end of Run's context.
type App struct {
	opts     Options
	cfg      config.Config
	log      *zap.Logger
	level    *logLevel
	data     *dataDir
	store    *sqlite.Store
	users    *accounts
	outbox   *delivery.Engine
	servers  []*server
	searches *search.Worker
	admin    *admin.Server
	hub      *trace.Hub
	file     *traceFile
	broker   *admin.Broker
	counters *counters
	started  time.Time
	demo     func() *seed.Seed // parsed once
	seeding  sync.Mutex        // held while a seed of the API is read: one takes much memory
	api      []net.Listener
	mail     *smtp.Server   // nil without SMTP
	doors    []net.Listener // of mail

	base   context.Context // the life of every connection and call
	cancel context.CancelFunc
	tasks  sync.WaitGroup // accept loops and the admin API
	ready  readiness
}

// New opens the store and every port, and fills the store if it is empty. What it opened it closes again on an error; the
// text of an error is one sentence for the operator.
func New(ctx context.Context, o Options) (_ *App, err error) {
	if o.Logger == nil {
		o.Logger = zap.NewNop()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &App{opts: o, cfg: o.Config, log: o.Logger, level: newLogLevel(o.Level)}
	a.ready.set("starting")
	a.broker, a.counters, a.started = new(admin.Broker), newCounters(a), o.Now()
	a.demo = sync.OnceValue(seed.Demo)
	a.base, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.data, err = openData(&a.cfg, o.DataDir); err != nil {
		return nil, err
	}
	durability, _ := sqlite.ParseDurability(a.cfg.Store.Durability) // Validate saw it
	if a.store, err = sqlite.Open(ctx, sqlite.Options{
		Path: a.data.database, Durability: durability, Replica: a.organization().ReplicaGUID(), Clock: o.Now, Logger: a.log,
	}); err != nil {
		return nil, err
	}
	a.store.Changes().Subscribe(func(changes []store.Change) { // until the store is closed
		a.broker.Changes(o.Now(), changes)
		a.counters.changed(changes)
	})
	a.users = &accounts{directory: a.store, domain: a.cfg.Organization.Domain, realm: a.cfg.Organization.Realm, now: o.Now}
	if a.outbox, err = a.newOutbox(); err != nil {
		return nil, err
	}
	a.hub = trace.NewHub(o.Now)
	a.file = &traceFile{hub: a.hub, log: a.log, program: a.program(), tasks: &a.tasks}
	if err = a.file.set(a.cfg.Trace); err != nil {
		return nil, err
	}
	for _, c := range a.cfg.EffectiveServers() {
		s, err := a.newServer(ctx, c)
		if err != nil {
			return nil, err
		}
		a.servers = append(a.servers, s)
	}
	a.searches = search.New(search.Options{Store: a.store, Logger: a.log.Named("search"), Judge: a.servers[0].emsmdb.Judge})
	if err = a.openAdmin(ctx); err != nil {
		return nil, err
	}
	if err = a.openSMTP(ctx); err != nil {
		return nil, err
	}
	if err = a.seedIfEmpty(ctx); err != nil { // after the ports: one that is taken leaves nothing behind
		return nil, err
	}
	if err = a.data.writeAddresses(a.addresses()); err != nil {
		return nil, err
	}
	return a, nil
}

// close gives back what New opened, in reverse; it is for an App that did not run.
func (a *App) close() error {
	a.cancel()
	for _, l := range append(a.api, a.doors...) {
		l.Close()
	}
	for _, s := range a.servers {
		s.closeListeners()
	}
	if a.file != nil {
		a.file.close()
	}
	var err error
	if a.store != nil {
		err = a.store.Close()
	}
	if a.data != nil {
		err = errors.Join(err, a.data.close())
	}
	return err
}

// Addresses is what addresses.json holds: where a running mapid is reached.
type Addresses struct {
	PID     int               `json:"pid"`
	Data    string            `json:"data"`
	Admin   string            `json:"admin"` // URL
	SMTP    []string          `json:"smtp"`  // each host:port
	Servers []ServerAddresses `json:"servers"`
}

// ServerAddresses are the addresses of one server, each host:port.
type ServerAddresses struct {
	Name    string   `json:"name"`
	FQDN    string   `json:"fqdn"`
	Profile string   `json:"profile"`
	EPM     []string `json:"epm"`
	EMSMDB  []string `json:"emsmdb"`
	NSPI    []string `json:"nspi"`
}

// Addresses tells where the App listens.
func (a *App) Addresses() Addresses { return a.addresses() }

func (a *App) addresses() Addresses {
	out := Addresses{PID: os.Getpid(), Data: a.data.path, SMTP: []string{}, Servers: []ServerAddresses{}}
	if len(a.api) > 0 {
		out.Admin = "http://" + a.api[0].Addr().String()
	}
	for _, l := range a.doors {
		out.SMTP = append(out.SMTP, l.Addr().String())
	}
	for _, s := range a.servers {
		out.Servers = append(out.Servers, s.addresses())
	}
	return out
}
