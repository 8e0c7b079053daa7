package app

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest"
)

// refuse expects New to fail with one sentence that holds every part.
func refuse(t *testing.T, edit func(*Options), parts ...string) {
	t.Helper()
	o := Options{Config: testConfig(t), Logger: zaptest.NewLogger(t)}
	edit(&o)
	a, err := New(t.Context(), o)
	if err == nil {
		a.close()
		t.Fatal("it starts")
	}
	text := err.Error()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q does not say %q", text, p)
		}
	}
	if strings.Contains(text, "\n") {
		t.Errorf("more than one line: %q", text)
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	at := fmt.Sprintf("port %d on 127.0.0.1", port)
	refuse(t, func(o *Options) { o.Config.Listen.EPM = port }, at, "listen.epm", "MAPID_LISTEN_EPM", "EXCH01", "taken")
	refuse(t, func(o *Options) { o.Config.Listen.EMSMDB = port }, at, "listen.emsmdb", "MAPID_LISTEN_EMSMDB", "taken")
	refuse(t, func(o *Options) { o.Config.Listen.NSPI = port }, at, "listen.nspi", "taken")
	refuse(t, func(o *Options) { o.Config.Listen.Admin = port }, at, "listen.admin", "MAPID_LISTEN_ADMIN", "taken")
}

func TestAddressOfAnotherMachine(t *testing.T) {
	t.Parallel()
	refuse(t, func(o *Options) { o.Config.Listen.Address = []string{"192.0.2.1"} }, "192.0.2.1", "does not have the address", "listen.address")
}

func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	refuse(t, func(o *Options) {
		if err := os.WriteFile(o.Config.Store.Path, []byte(strings.Repeat("this is no database ", 400)), 0o600); err != nil {
			t.Fatal(err)
		}
	}, "mapid.db")
}

func TestDatabaseOfARunningServer(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	refuse(t, func(o *Options) { o.Config.Store.Path = r.cfg.Store.Path }, r.cfg.Store.Path)
	if _, err := os.Stat(filepath.Join(filepath.Dir(r.cfg.Store.Path), "addresses.json")); err != nil {
		t.Errorf("the second one removed the first one's addresses: %v", err)
	}
}

func TestDataFolderThatIsAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, func(o *Options) { o.Config.Store.Path = filepath.Join(file, "mapid.db") }, file, "not a directory", "--data")
}

func TestBadSeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(file, []byte("users:\n- name: dave\n  pasword: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, func(o *Options) { o.Config.Seed = file }, file+":3", "pasword", "password")
	refuse(t, func(o *Options) { o.Config.Seed = file + ".gone" }, file+".gone", "can't be read")
}

func TestAdvertisedNameThatDoesNotResolve(t *testing.T) {
	t.Parallel()
	refuse(t, func(o *Options) { o.Config.Advertise.Host = "no-such-host.invalid" }, "EXCH01", "no-such-host.invalid", "give an address")
}
