// Package mailclients drives the real binary with clients of other projects: they find it through the endpoint mapper,
// authenticate, log on and read mail.
package mailclients

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// need ends a test for which a client is not installed: it fails where interoperation is required.
func need(t *testing.T, program string, args ...string) {
	t.Helper()
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "" {
		t.Skip("not asked for: make interop runs the clients of other projects")
	}
	if err := exec.CommandContext(t.Context(), program, args...).Run(); err != nil {
		if os.Getenv("MAPID_REQUIRE_INTEROP") == "1" {
			t.Fatalf("%s is not installed, and MAPID_REQUIRE_INTEROP=1 wants it: %v", program, err)
		}
		t.Skipf("not run: client not installed: %s", program)
	}
}

// python is Debian's, which has the packages; another one may come first on the path.
const python = "/usr/bin/python3"

func needImpacket(t *testing.T) {
	t.Helper()
	need(t, python, "-c", "import impacket")
}

var build struct {
	once sync.Once
	path string
	err  error
}

// binary builds mapid once.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "mapid-interop-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "mapid")
		out, err := exec.Command("go", "build", "-o", build.path, "../../../cmd/mapid").CombinedOutput()
		if err != nil {
			build.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

// TestMain removes the binary.
func TestMain(m *testing.M) {
	code := m.Run()
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// server is a running mapid.
type server struct {
	t     *testing.T
	data  string
	admin string
	epm   string // port of the endpoint mapper
	ports []string
}

// serve starts mapid on free ports with a seed and waits until it is ready.
func serve(t *testing.T, seed string, settings ...string) *server {
	t.Helper()
	s := &server{t: t, data: t.TempDir()}
	cmd := exec.CommandContext(context.Background(), binary(t), "serve", "--data", s.data, "--seed", seed)
	cmd.Env = append(os.Environ(), "MAPID_LISTEN_EPM=0", "MAPID_LISTEN_ADMIN=0", "MAPID_STORE_DURABILITY=off")
	cmd.Env = append(cmd.Env, settings...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("mapid ended with %v", err)
			}
		case <-time.After(30 * time.Second):
			cmd.Process.Kill()
			t.Error("mapid did not end")
		}
		if t.Failed() {
			t.Logf("log of the server:\n%s", log.String())
		}
		if strings.Contains(log.String(), "panic") {
			t.Error("the server panicked")
		}
	})
	var addresses struct {
		Admin   string
		Servers []struct{ EPM, EMSMDB, NSPI []string }
	}
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.After(30 * time.Second); ; {
		text, err := os.ReadFile(filepath.Join(s.data, "addresses.json"))
		if err == nil && json.Unmarshal(text, &addresses) == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("mapid ended: %v\n%s", err, log.String())
		case <-deadline:
			t.Fatalf("mapid is not ready\n%s", log.String())
		case <-poll.C:
		}
	}
	s.admin = addresses.Admin
	a := addresses.Servers[0]
	for _, list := range [][]string{a.EPM, a.EMSMDB, a.NSPI} {
		_, port, err := net.SplitHostPort(list[0])
		if err != nil {
			t.Fatal(err)
		}
		s.ports = append(s.ports, port)
	}
	s.epm = s.ports[0]
	return s
}

// in returns the server for use in a subtest.
func (s *server) in(t *testing.T) *server {
	c := *s
	c.t = t
	return &c
}

// mapid runs a client command and returns what it printed.
func (s *server) mapid(args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), binary(s.t), args...)
	cmd.Env = append(os.Environ(), "MAPID_ADMIN="+s.admin, "MAPID_DATA="+s.data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("mapid %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

// flow runs a scenario of mapi_flow.py and returns what it printed.
func (s *server) flow(scenario string, args ...string) map[string]any {
	s.t.Helper()
	var seen map[string]any
	s.output(s.command(scenario, args...), &seen)
	return seen
}

// output runs a script that must succeed and decodes what it prints.
func (s *server) output(cmd *exec.Cmd, seen any) {
	s.t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", cmd.Args, err, stderr.String())
	}
	if err := json.Unmarshal(out, seen); err != nil {
		s.t.Fatalf("%v printed %q: %v", cmd.Args, out, err)
	}
}

func (s *server) command(scenario string, args ...string) *exec.Cmd {
	return s.python("mapi_flow.py", append([]string{scenario, "--epm", s.epm}, args...)...)
}

// clientTime bounds one run of a client.
const clientTime = 3 * time.Minute

// python is a script of the folder above; it is killed if it hangs.
func (s *server) python(script string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(s.t.Context(), clientTime)
	s.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, python, append([]string{"../" + script}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	return cmd
}
