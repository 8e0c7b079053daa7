// Package compose runs the compose files of docker/ as plain processes in network namespaces: the same environment,
// user, commands and published ports, without a container engine. What it does not show, the image itself and its
// read-only root, make image-test does.
package compose

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// need ends a test that cannot run here: it fails where interoperation is required.
func need(t *testing.T) {
	t.Helper()
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "" {
		t.Skip("not run: make interop does")
	}
	if os.Getuid() != 0 {
		if os.Getenv("MAPID_REQUIRE_COMPOSE") == "1" {
			t.Fatal("network namespaces need root, and MAPID_REQUIRE_COMPOSE=1 wants them")
		}
		t.Skip("not run: network namespaces need root: make compose-test as root")
	}
	for _, program := range [][]string{
		{"ip", "-V"}, {"nft", "--version"}, {"setpriv", "--version"}, {"curl", "--version"}, {python, "-c", "import impacket"},
	} {
		if err := exec.CommandContext(t.Context(), program[0], program[1:]...).Run(); err != nil {
			if os.Getenv("MAPID_REQUIRE_INTEROP") == "1" {
				t.Fatalf("%v is not installed, and MAPID_REQUIRE_INTEROP=1 wants it: %v", program, err)
			}
			t.Skipf("not run: not installed: %v", program)
		}
	}
}

// python is Debian's, which has impacket; another one may come first on the path.
const python = "/usr/bin/python3"

var build struct {
	once sync.Once
	dir  string
	err  error
}

// binary builds mapid once, where every user can run it.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		if build.dir, build.err = os.MkdirTemp("", "mapid-compose-"); build.err != nil {
			return
		}
		if build.err = os.Chmod(build.dir, 0o755); build.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-buildvcs=false", "-o", build.dir, root+"/cmd/mapid").CombinedOutput()
		if err != nil {
			build.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return filepath.Join(build.dir, "mapid")
}

// TestMain removes the binary.
func TestMain(m *testing.M) {
	code := m.Run()
	if build.dir != "" {
		os.RemoveAll(build.dir)
	}
	os.Exit(code)
}

// container is a service as processes in a namespace.
type container struct {
	host
	service service
	image   image
	env     []string
	mounts  map[string]string
	workdir string
}

// place prepares a service of a compose file in a namespace.
func place(t *testing.T, f composeFile, name string, h host) *container {
	t.Helper()
	s := f.service(t, name)
	c := &container{host: h, service: s, image: f.image(t, s)}
	uid, err := strconv.Atoi(strings.Split(c.image.user, ":")[0])
	if err != nil || uid == 0 {
		t.Fatalf("the image of %s runs as %q", name, c.image.user)
	}
	c.mounts = f.mounts(t, s, uid)
	env := maps.Clone(c.image.env)
	maps.Copy(env, s.Environment)
	c.env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONDONTWRITEBYTECODE=1"}
	for key, value := range env {
		c.env = append(c.env, key+"="+inside(c.mounts, value))
	}
	if c.image.workdir != "" { // holds what the image copied
		c.workdir = filepath.Join(f.dir, s.Build.Context, filepath.Dir(c.image.copied[0]))
	}
	return c
}

// command is a program of the container as its user, with what engines take from it taken.
func (c *container) command(ctx context.Context, args ...string) *exec.Cmd {
	c.t.Helper()
	args = slices.Clone(args)
	switch args[0] {
	case "/mapid":
		args[0] = binary(c.t)
	case "python3":
		args[0] = python
	}
	uid, gid, _ := strings.Cut(c.image.user, ":")
	drop := []string{"netns", "exec", c.ns, "setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs"}
	if len(c.service.CapDrop) > 0 {
		drop = append(drop, "--bounding-set", "-"+strings.ToLower(c.service.CapDrop[0]), "--inh-caps", "-all")
	}
	cmd := exec.CommandContext(ctx, "ip", slices.Concat(drop, []string{"--"}, args)...)
	cmd.Env, cmd.Dir = c.env, c.workdir
	return cmd
}

// up runs the service until the end of the test and waits until its health check says yes.
func (c *container) up() {
	c.t.Helper()
	command := c.image.cmd
	if len(c.service.Command) > 0 {
		command = c.service.Command
	}
	cmd := c.command(context.Background(), slices.Concat(c.image.entrypoint, command)...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	c.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			if err != nil {
				c.t.Errorf("%s ended with %v", c.ns, err)
			}
		case <-time.After(30 * time.Second):
			cmd.Process.Kill()
			c.t.Errorf("%s did not end", c.ns)
		}
		if c.t.Failed() {
			c.t.Logf("log of %s:\n%s", c.ns, log.String())
		}
	})
	deadline, stop := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer stop()
	for {
		out, err := c.command(deadline, c.image.health...).CombinedOutput()
		if err == nil {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			c.t.Fatalf("%s ended: %v\n%s", c.ns, err, log.String())
		case <-deadline.Done():
			c.t.Fatalf("%s is not healthy: %s", c.ns, out)
		default:
		}
	}
}

// run runs a client to its end and returns what it printed.
func (c *container) run(args ...string) (map[string]any, error) {
	c.t.Helper()
	if len(args) == 0 {
		args = c.service.Command
	}
	cmd := c.command(c.t.Context(), slices.Concat(c.image.entrypoint, args)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", args, err, stderr.String())
	}
	var seen map[string]any
	return seen, json.Unmarshal(out, &seen)
}

// TestComposeOneServer: the plain file, as a client in the container's network sees it.
func TestComposeOneServer(t *testing.T) {
	t.Parallel()
	need(t)
	n, f := newNetwork(t), readCompose(t, "compose.yaml")
	server := place(t, f, "mapid", n.join(containers))
	server.up()
	client := place(t, readCompose(t, "compose.two.yaml"), "accepted", n.join(containers))
	seen, err := client.run("libmapi", "--host", server.address, "--epm", "135")
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := seen["messages"].([]any); len(list) < 25 {
		t.Errorf("%d messages in the demo Inbox, at least 25 are promised", len(list))
	}
}

// TestComposeTwoServers: the server with EncryptionRequired refuses the clear client, the other one takes it, each by
// the commands that the file gives its clients.
func TestComposeTwoServers(t *testing.T) {
	t.Parallel()
	need(t)
	n, f := newNetwork(t), readCompose(t, "compose.two.yaml")
	addresses := map[string]string{}
	all := map[string]*container{}
	for _, name := range []string{"strict", "lax", "refused", "accepted"} {
		h := n.join(containers)
		addresses[name] = h.address
		all[name] = place(t, f, name, h)
	}
	if len(f.Services) != len(all) {
		t.Errorf("the file has %d services, %d are run", len(f.Services), len(all))
	}
	for _, c := range all {
		c.names(addresses)
	}
	all["strict"].up()
	all["lax"].up()
	if seen, err := all["refused"].run(); err != nil || seen["refused"] != true {
		t.Errorf("refused: %v, %v", seen, err)
	}
	seen, err := all["accepted"].run()
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(seen["subjects"]); !strings.Contains(got, "Welcome") || !strings.Contains(got, "Minutes") {
		t.Errorf("the clear client reads %s", got)
	}
	// The proof proves something: the same clients, the other way round, fail.
	if _, err := all["refused"].run("refused", "--host", "lax"); err == nil {
		t.Error("lax refuses a clear client")
	}
	if _, err := all["accepted"].run("read", "--host", "strict", "--level", "connect"); err == nil {
		t.Error("strict takes a clear client")
	}
}

// TestComposeNAT: behind published ports of other numbers, clients get through once the server is told the numbers.
func TestComposeNAT(t *testing.T) {
	t.Parallel()
	need(t)
	n, f := newNetwork(t), readCompose(t, "compose.nat.yaml")
	server := place(t, f, "mapid", n.join(containers))
	n.publish(server.host, server.service.Ports)
	server.up()
	client := place(t, readCompose(t, "compose.two.yaml"), "accepted", n.join(world))
	const machine = world + ".1"

	out, err := client.run("libmapi", "--host", machine, "--epm", "1135")
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("before it is told, a client outside gets %v, %v: want a refused connection", out, err)
	}
	token, err := os.ReadFile(filepath.Join(inside(server.mounts, "/data"), "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	patch := client.command(t.Context(), "curl", "-sS", "--fail-with-body", "-X", "PATCH", "http://"+machine+":18135/api/v1/advertise",
		"-H", "Host: 127.0.0.1:18135", "-H", "Authorization: Bearer "+strings.TrimSpace(string(token)),
		"-H", "Content-Type: application/json", "-d", `{"host": "`+machine+`", "emsmdb": 45001, "nspi": 45002}`)
	if out, err := patch.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen, err := client.run("endpoints", "--host", machine, "--epm", "1135")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{"emsmdb": 45001, "nspi": 45002, "rfr": 45002} {
		if seen[name] != want {
			t.Errorf("outside, %s is at port %v, want %v", name, seen[name], want)
		}
	}
	if seen, err = client.run("libmapi", "--host", machine, "--epm", "1135"); err != nil {
		t.Fatal(err)
	}
	if list, _ := seen["messages"].([]any); len(list) < 25 {
		t.Errorf("%d messages in the demo Inbox, at least 25 are promised", len(list))
	}
}

// TestServersInOneProcess: several servers of one process have their endpoint mappers on the one port that clients
// know, each on its own address.
func TestServersInOneProcess(t *testing.T) {
	t.Parallel()
	need(t)
	n := newNetwork(t)
	server := place(t, readCompose(t, "compose.yaml"), "mapid", n.join(containers))
	second := containers + ".200"
	n.ip("-n", server.ns, "addr", "add", second+"/24", "dev", "eth0")
	server.env = append(server.env, fmt.Sprintf(`MAPID_SERVERS=[
		{"name": "EXCH01", "address": %q, "rpc": {"encryption_required": true}},
		{"name": "EXCH02", "address": %q, "profile": "exchange2007", "rpc": {"encryption_required": false}}]`, server.address, second))
	server.up()
	client := place(t, readCompose(t, "compose.two.yaml"), "accepted", n.join(containers))
	if seen, err := client.run("refused", "--host", server.address, "--epm", "135"); err != nil || seen["refused"] != true {
		t.Errorf("EXCH01: %v, %v", seen, err)
	}
	seen, err := client.run("read", "--host", second, "--epm", "135", "--level", "connect")
	if err != nil {
		t.Fatal(err)
	}
	if list, _ := seen["messages"].([]any); len(list) < 25 {
		t.Errorf("EXCH02 shows %d messages, at least 25 are promised", len(list))
	}
}
