package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/mapiclient"
)

// testConfig is the default configuration on free ports over a store of the test's own.
func testConfig(t *testing.T) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Listen.EPM, cfg.Listen.Admin = 0, 0
	cfg.Store.Path = filepath.Join(t.TempDir(), "mapid.db")
	cfg.Store.Durability = "off"
	return cfg
}

// running is an App that runs until stop or the end of the test.
type running struct {
	*App
	t      *testing.T
	banner *bytes.Buffer
	stop   func() error
}

// start runs an App; edit may change its options.
func start(t *testing.T, edit func(*Options)) *running {
	t.Helper()
	level := zap.NewAtomicLevelAt(zap.DebugLevel)
	r := &running{t: t, banner: new(bytes.Buffer)}
	o := Options{Config: testConfig(t), Logger: zaptest.NewLogger(t), Level: &level, Banner: r.banner, Build: Build{Version: "test"}}
	if edit != nil {
		edit(&o)
	}
	if err := o.Config.Validate(); err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	r.App = a
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
	for a.ready.err() != nil { // Run sets it in its first moments
		if ctx.Err() != nil {
			t.Fatal("ended before it was ready")
		}
		resp, err := http.Get(a.Addresses().Admin + "/livez") // answers once Run serves
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	return r
}

// api calls the admin API and decodes the answer; it returns the status.
func (r *running) api(method, path, body string, out any) int {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.Addresses().Admin+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			r.t.Fatalf("%s %s: status %d, %v\n%s", method, path, resp.StatusCode, err, text)
		}
	}
	return resp.StatusCode
}

// must is api for what has to succeed.
func (r *running) must(method, path, body string, out any) {
	r.t.Helper()
	if status := r.api(method, path, body, out); status/100 != 2 {
		r.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// client is how alice reaches the first server.
func (r *running) client(edit func(*mapiclient.Options)) mapiclient.Options {
	o := mapiclient.Options{
		Mapper: r.Addresses().Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy,
		Domain: "MAPID", User: "alice", Password: "Password1!",
	}
	if edit != nil {
		edit(&o)
	}
	return o
}

func dn(user string) string {
	return "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=" + user
}

// connect makes a session, or returns why not.
func (r *running) connect(o mapiclient.Options) (*mapiclient.Session, error) {
	r.t.Helper()
	conn, err := mapiclient.Dial(r.t.Context(), o, mapiclient.EMSMDB)
	if err != nil {
		return nil, err
	}
	r.t.Cleanup(func() { conn.Close() })
	s, _, err := conn.Connect(r.t.Context(), mapiclient.ConnectRequest{UserDN: dn(o.User)})
	return s, err
}

// mustConnect is connect for what has to succeed.
func (r *running) mustConnect(o mapiclient.Options) *mapiclient.Session {
	r.t.Helper()
	s, err := r.connect(o)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func TestProfilesOfTheConfigurationExist(t *testing.T) {
	t.Parallel()
	for _, name := range config.Profiles {
		r := start(t, func(o *Options) { o.Config.Server.Profile = name })
		if got := r.Addresses().Servers[0].Profile; got != name {
			t.Errorf("profile %s, want %s", got, name)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestAddressesFile(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	path := filepath.Join(filepath.Dir(r.cfg.Store.Path), "addresses.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got Addresses
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.PID != os.Getpid() || !strings.HasPrefix(got.Admin, "http://127.0.0.1:") || len(got.Servers) != 1 {
		t.Errorf("%s", text)
	}
	s := got.Servers[0]
	for name, list := range map[string][]string{"epm": s.EPM, "emsmdb": s.EMSMDB, "nspi": s.NSPI} {
		if len(list) != 1 || !strings.HasPrefix(list[0], "127.0.0.1:") || strings.HasSuffix(list[0], ":0") {
			t.Errorf("%s: %v", name, list)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("addresses.json outlives the server: %v", err)
	}
}

func TestEphemeralLeavesNothing(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) { o.Config.Store.Path = config.Memory })
	dir := r.Addresses().Data
	if _, err := os.Stat(filepath.Join(dir, "mapid.db")); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s outlives the server: %v", dir, err)
	}
}

func TestDataFolderIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "data")
	r := start(t, func(o *Options) { o.Config.Store.Path = filepath.Join(dir, "mapid.db") })
	for path, want := range map[string]os.FileMode{dir: 0o700, r.cfg.Store.Path: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v, want %v", path, info.Mode().Perm(), err, want)
		}
	}
}

func TestBannerShowsDemoPasswordsWhileTheyAreTrue(t *testing.T) {
	t.Parallel()
	var cfg config.Config
	r := start(t, func(o *Options) { cfg = o.Config })
	r.must("PATCH", "/api/v1/users/bob", `{"password":"other"}`, nil)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, func(o *Options) { o.Config = cfg })
	if err := again.stop(); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][2]bool{
		`user               MAPID\alice  password Password1!`: {true, true},
		`user               MAPID\bob  password Password1!`:   {true, false},
		`user               MAPID\bob`:                        {true, true},
		"other":                                               {false, false},
		"healthmailbox":                                       {false, false},
		r.Addresses().Admin:                                   {true, false},
		again.Addresses().Admin:                               {false, true},
		filepath.Dir(cfg.Store.Path):                          {true, true},
	} {
		if got := [2]bool{strings.Contains(r.banner.String(), text), strings.Contains(again.banner.String(), text)}; got != want {
			t.Errorf("%q: %v, want %v\n%s\n%s", text, got, want, r.banner, again.banner)
		}
	}
}

func TestFallbackPortStandsInTheFirstLine(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.servers[0].fallback = true
	r.banner.Reset()
	r.printBanner()
	if first, _, _ := strings.Cut(r.banner.String(), "\n"); !strings.Contains(first, "1135") || !strings.Contains(first, "135 is not permitted") {
		t.Errorf("first line %q", first)
	}
}

func TestShutdownIsQuick(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	conn, err := mapiclient.Dial(t.Context(), r.client(nil), mapiclient.AsyncEMSMDB)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = s
	begin := time.Now()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("took %v with an idle session", d)
	}
}
