package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/delivery"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// fakeServer is a Controller that remembers what it was told.
type fakeServer struct {
	gaps     []Gap
	name     string
	access   RPCClientAccess
	adv      Advertise
	sessions []Session

	referral    Referral
	connections []Connection
}

func (f *fakeServer) Name() string                     { return f.name }
func (f *fakeServer) RPCClientAccess() RPCClientAccess { return f.access }
func (f *fakeServer) Advertise() Advertise             { return f.adv }
func (f *fakeServer) Sessions() []Session              { return f.sessions }
func (f *fakeServer) Gaps() []Gap                      { return f.gaps }
func (f *fakeServer) Referral() Referral               { return f.referral }
func (f *fakeServer) Connections() []Connection        { return f.connections }
func (f *fakeServer) Info() ServerInfo {
	return ServerInfo{Name: f.name, ServicePrincipals: []string{}, Addresses: []string{}}
}

func (f *fakeServer) ChangeReferral(c ReferralChange) (Referral, error) {
	c.Enabled.Apply(&f.referral.Enabled, true)
	c.TargetServer.Apply(&f.referral.TargetServer, "")
	c.NSPITarget.Apply(&f.referral.NSPITarget, "")
	return f.referral, nil
}

func (f *fakeServer) ChangeRPCClientAccess(c RPCClientAccessChange) (RPCClientAccess, error) {
	if c.MaximumConnections.Value < 0 {
		return f.access, Invalid(errors.New("maximum_connections: too small"))
	}
	c.EncryptionRequired.Apply(&f.access.EncryptionRequired, true)
	c.MaximumConnections.Apply(&f.access.MaximumConnections, 65536)
	return f.access, nil
}

func (f *fakeServer) ChangeAdvertise(c AdvertiseChange) (Advertise, error) {
	c.Host.Apply(&f.adv.Host, "")
	return f.adv, nil
}

// fakeApp is everything else that the API needs.
type fakeApp struct {
	traced    trace.Options
	traceFile TraceFile
	ready     error
	seeds     []string
	resets    int
	level     string
	hub       *trace.Hub
	metrics   []Metric
}

func (f *fakeApp) Metrics() []Metric              { return f.metrics }
func (f *fakeApp) Subscribe() *trace.Subscription { return f.hub.Subscribe(false) }

func (f *fakeApp) Ready(context.Context) error { return f.ready }
func (f *fakeApp) Credential(_ context.Context, server string) (HealthCredential, error) {
	return HealthCredential{User: "healthmailbox", Server: server}, nil
}
func (f *fakeApp) Seed(_ context.Context, text []byte) (SeedResult, error) {
	f.seeds = append(f.seeds, string(text))
	return SeedResult{Users: 1}, nil
}
func (f *fakeApp) Reset(context.Context) error                      { f.resets++; return nil }
func (f *fakeApp) Level() string                                    { return f.level }
func (f *fakeApp) SetLevel(l string) error                          { f.level = l; return nil }
func (f *fakeApp) Add(context.Context, NewUser) error               { return nil }
func (f *fakeApp) Change(context.Context, string, UserChange) error { return nil }
func (f *fakeApp) Remove(context.Context, string) error             { return nil }

// fakeSnapshots keeps nothing.
type fakeSnapshots struct{}

func (fakeSnapshots) List(context.Context) ([]Snapshot, error) { return nil, nil }
func (fakeSnapshots) Save(_ context.Context, name string) (Snapshot, error) {
	return Snapshot{Name: name}, nil
}
func (fakeSnapshots) Restore(context.Context, string) error { return nil }
func (fakeSnapshots) Remove(context.Context, string) error  { return nil }

// api is an API over a demo store, as a client sees it.
type api struct {
	t       *testing.T
	url     string
	app     *fakeApp
	servers []*fakeServer
	store   *sqlite.Store
	broker  *Broker
	served  *Server
}

// newAPI starts one with one server; edit may change its options.
func newAPI(t *testing.T, edit func(*Options)) *api {
	t.Helper()
	ctx := t.Context()
	org := seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}
	st, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off, Replica: org.ReplicaGUID(), Logger: zaptest.NewLogger(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := seed.Apply(ctx, st, st, seed.Demo(), seed.Options{Organization: org}); err != nil {
		t.Fatal(err)
	}
	a := &api{t: t, app: &fakeApp{level: "info", hub: trace.NewHub(nil)}, store: st, broker: new(Broker), servers: []*fakeServer{{name: "EXCH01", access: RPCClientAccess{
		Server: "EXCH01", BlockedClientVersions: []string{}, MaximumConnections: 65536,
	}}}}
	o := Options{
		Logger: zaptest.NewLogger(t), Build: Build{Version: "1.2.3"}, Servers: []Controller{a.servers[0]}, Store: st, Directory: st,
		Accounts: a.app, Data: a.app, Snapshots: fakeSnapshots{}, Health: a.app, Log: a.app, Trace: a.app, BodyLimit: 1 << 20,
		Metrics: a.app, Broker: a.broker, Streams: 16, Connections: 64,
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	}
	if edit != nil {
		edit(&o)
	}
	o.Deliver = delivery.New(delivery.Options{Store: st, Directory: st, Domain: org.Domain}).Deliver
	t.Cleanup(st.Changes().Subscribe(func(changes []store.Change) { a.broker.Changes(o.Now(), changes) }))
	a.served = New(o)
	server := httptest.NewServer(a.served.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		if err := a.served.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	a.url = server.URL
	return a
}

// do sends a request; edit may change it.
func (a *api) do(method, path, body string, edit func(*http.Request)) (int, http.Header, []byte) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if edit != nil {
		edit(req)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, text
}

// call sends a request that must succeed and decodes the answer.
func call[T any](a *api, method, path, body string) T {
	a.t.Helper()
	status, header, text := a.do(method, path, body, nil)
	var v T
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil || status/100 != 2 || header.Get("Content-Type") != "application/json" {
		a.t.Fatalf("%s %s: status %d, %v\n%s", method, path, status, err, text)
	}
	return v
}

// refused sends a request that must be answered with a problem of that status.
func (a *api) refused(want int, method, path, body string, edit func(*http.Request)) Problem {
	a.t.Helper()
	status, header, text := a.do(method, path, body, edit)
	var p Problem
	if err := json.Unmarshal(text, &p); err != nil || status != want || p.Status != want || p.Title == "" ||
		header.Get("Content-Type") != "application/problem+json" {
		a.t.Errorf("%s %s: status %d, want %d, %v\n%s", method, path, status, want, err, text)
	}
	return p
}

func TestReadRPCClientAccess(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	got := call[RPCClientAccess](a, "GET", "/api/v1/rpc-client-access", "")
	if got.Server != "EXCH01" || got.EncryptionRequired || got.MaximumConnections != 65536 {
		t.Errorf("got %+v", got)
	}
}

func TestChangeLeavesWhatIsNotNamed(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.servers[0].access.MaximumConnections = 7
	if got := call[RPCClientAccess](a, "PATCH", "/api/v1/rpc-client-access", `{"encryption_required":true}`); !got.EncryptionRequired || got.MaximumConnections != 7 {
		t.Errorf("got %+v", got)
	}
	if got := call[RPCClientAccess](a, "PATCH", "/api/v1/rpc-client-access", `{"maximum_connections":null}`); !got.EncryptionRequired || got.MaximumConnections != 65536 {
		t.Errorf("null: got %+v", got)
	}
	p := a.refused(400, "PATCH", "/api/v1/rpc-client-access", `{"encryption_requird":true}`, nil)
	if !strings.Contains(p.Detail, "encryption_requird") {
		t.Errorf("detail %q does not name the member", p.Detail)
	}
	a.refused(400, "PATCH", "/api/v1/rpc-client-access", `{"maximum_connections":-1}`, nil)
	a.refused(400, "PATCH", "/api/v1/rpc-client-access", `{"maximum_connections":"many"}`, nil)
	a.refused(400, "PATCH", "/api/v1/rpc-client-access", `{} {}`, nil)
	a.refused(400, "PATCH", "/api/v1/rpc-client-access", `{`, nil)
}

func TestSeveralServersMustBeNamed(t *testing.T) {
	t.Parallel()
	second := &fakeServer{name: "EXCH02", sessions: []Session{{Server: "EXCH02", ID: 2, User: "bob"}}}
	a := newAPI(t, func(o *Options) { o.Servers = append(o.Servers, second) })
	a.servers[0].sessions = []Session{{Server: "EXCH01", ID: 1, User: "alice"}}
	if p := a.refused(400, "GET", "/api/v1/rpc-client-access", "", nil); !strings.Contains(p.Detail, "EXCH01, EXCH02") {
		t.Errorf("detail %q", p.Detail)
	}
	a.refused(404, "GET", "/api/v1/rpc-client-access?server=EXCH03", "", nil)
	call[Advertise](a, "PATCH", "/api/v1/advertise?server=exch02", `{"host":"10.0.0.1"}`)
	if second.adv.Host != "10.0.0.1" || a.servers[0].adv.Host != "" {
		t.Error("the change did not reach EXCH02 alone")
	}
	for query, want := range map[string]int{"": 2, "?server=EXCH02": 1, "?user=ALICE": 1, "?server=EXCH02&user=alice": 0} {
		if got := call[SessionList](a, "GET", "/api/v1/sessions"+query, ""); len(got.Sessions) != want {
			t.Errorf("%s: %d sessions, want %d", query, len(got.Sessions), want)
		}
	}
	if got := call[ServerList](a, "GET", "/api/v1/servers", ""); len(got.Servers) != 2 || got.Servers[1].Name != "EXCH02" {
		t.Errorf("%+v", got)
	}
}

func TestConnectionsOfAUser(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	on := func(user string) []ConnectionSecurity { return []ConnectionSecurity{{User: user, Level: "privacy"}} }
	a.servers[0].connections = []Connection{
		{ID: 1, Interfaces: []string{"nspi"}, Security: on("alice")}, {ID: 2, Interfaces: []string{"rfr"}, Security: on("bob")},
		{ID: 3, Interfaces: []string{"epm"}, Security: []ConnectionSecurity{}},
	}
	for query, want := range map[string]int{"": 3, "?user=ALICE": 1, "?user=carol": 0} {
		if got := call[SessionList](a, "GET", "/api/v1/sessions"+query, ""); len(got.Connections) != want {
			t.Errorf("%s: %d connections, want %d", query, len(got.Connections), want)
		}
	}
}

func TestReferralChanges(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	got := call[Referral](a, "PATCH", "/api/v1/referral", `{"enabled":false,"target_server":"gc.mapid.test"}`)
	if got.Enabled || got.TargetServer != "gc.mapid.test" || call[Referral](a, "GET", "/api/v1/referral", "") != got {
		t.Errorf("%+v", got)
	}
	if got = call[Referral](a, "PATCH", "/api/v1/referral", `{"enabled":null}`); !got.Enabled || got.TargetServer != "gc.mapid.test" {
		t.Errorf("null: %+v", got)
	}
	a.refused(400, "PATCH", "/api/v1/referral", `{"target":"x"}`, nil)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for _, path := range []string{"/livez", "/readyz"} {
		if got := call[HealthStatus](a, "GET", path, ""); got.Status != "ok" {
			t.Errorf("%s: %+v", path, got)
		}
	}
	a.app.ready = errors.New("the seed is not applied yet")
	call[HealthStatus](a, "GET", "/livez", "")
	if p := a.refused(503, "GET", "/readyz", "", nil); !strings.Contains(p.Detail, "the seed is not applied yet") {
		t.Errorf("detail %q", p.Detail)
	}
}

func TestSeedAndReset(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	if got := call[SeedResult](a, "POST", "/api/v1/seed", `{"users":[{"name":"dave"}]}`); got.Users != 1 {
		t.Errorf("got %+v", got)
	}
	if len(a.app.seeds) != 1 || a.app.seeds[0] != `{"users":[{"name":"dave"}]}` {
		t.Errorf("seeds %q", a.app.seeds)
	}
	call[SeedResult](a, "POST", "/api/v1/seed", `"users:\n- name: dave # of the night shift\n"`)
	if len(a.app.seeds) != 2 || a.app.seeds[1] != "users:\n- name: dave # of the night shift\n" {
		t.Errorf("seeds %q", a.app.seeds)
	}
	call[Done](a, "POST", "/api/v1/reset", `{}`)
	if a.app.resets != 1 {
		t.Errorf("%d resets", a.app.resets)
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	if got := call[LogSettings](a, "PATCH", "/api/v1/log", `{"level":"debug"}`); got.Level != "debug" || a.app.level != "debug" {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	a.refused(404, "GET", "/", "", nil)
	a.refused(404, "GET", "/api/v1/nothing", "", nil)
	status, header, _ := a.do("DELETE", "/api/v1/rpc-client-access", "", nil)
	if status != 405 || header.Get("Allow") != "GET, PATCH" {
		t.Errorf("status %d, Allow %q", status, header.Get("Allow"))
	}
}

func TestServeAndShutdown(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var s *Server
	newAPI(t, func(o *Options) { s = New(*o) })
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	resp, err := http.Get("http://" + l.Addr().String() + "/livez")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
