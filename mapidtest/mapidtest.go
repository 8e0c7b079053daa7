// Package mapidtest gives a Go test an Exchange-compatible mailbox server of its own: in the test's process, on free
// ports of loopback, filled from a seed, gone when the test ends.
//
//	s := mapidtest.Start(t, mapidtest.Demo())
//	c := s.LogOn("alice", "Password1!")
//	subjects := c.Subjects("Inbox")
//
// What goes wrong in a method of Server or Client ends the test, unless the method returns an error. A failing test
// shows the server's trace: every operation that clients asked for, with its answer.
package mapidtest

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/app"
)

// Server is one running Exchange server. Its methods may be called from several goroutines, but those that can end the
// test only from the test's own.
type Server struct {
	process   *process
	addresses app.ServerAddresses
}

// process is what the servers of one Start have in common.
type process struct {
	t       testing.TB
	admin   string // URL of the admin API
	token   string // of the admin API, empty on loopback
	smtp    string // where mail comes in
	http    *http.Client
	timeout time.Duration
	servers []*Server
}

// Start runs a server until the end of the test and returns it once clients can connect. Without an option for the
// seed it has the demo organisation. Environment variables have no influence. With several servers in the
// configuration it returns the first; On returns the others.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	dir := t.TempDir()
	o := settings{timeout: defaultTimeout}
	for _, option := range options {
		option(&o)
	}
	cfg, err := o.config(dir)
	if err == nil {
		err = putImage(&cfg)
	}
	if err != nil {
		t.Fatalf("mapidtest: %v", err)
	}
	log := zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))
	a, err := app.New(t.Context(), app.Options{Config: cfg, Logger: log, Build: app.Build{Version: "mapidtest"}})
	if err != nil {
		t.Fatalf("mapidtest: %v", err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }() // the ports are open: what comes before Run accepts waits its turn

	at := a.Addresses()
	transport := new(http.Transport)
	p := &process{t: t, admin: at.Admin, token: token(at.Data), http: &http.Client{Transport: transport}, timeout: o.timeout}
	if len(at.SMTP) > 0 {
		p.smtp = at.SMTP[0]
	}
	for _, s := range at.Servers {
		p.servers = append(p.servers, &Server{p, s})
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("mapidtest: %v", err)
		}
		if t.Failed() {
			logTrace(t, cfg.Trace.File)
		}
	})
	return p.servers[0]
}

// token is that of an admin API off loopback, which the server leaves in its data folder.
func token(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "admin.token"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// maxTrace is how much of the end of a trace a failing test shows, in bytes.
const maxTrace = 256 << 10

// logTrace shows what clients did.
func logTrace(t testing.TB, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Logf("mapidtest: no trace: %v", err)
		return
	}
	if cut := len(text) - maxTrace; cut > 0 {
		t.Logf("mapidtest: the first %d bytes of the trace are left out", cut)
		text = text[cut:]
	}
	if filepath.Ext(file) != traceExt {
		t.Logf("mapidtest: the trace of %d bytes was in %s", len(text), file)
		return
	}
	t.Logf("mapidtest: what clients asked for (>) and got (<):\n%s", text)
}
