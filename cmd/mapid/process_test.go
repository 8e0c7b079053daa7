package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// runMain in the environment makes this test binary behave as mapid.
const runMain = "TEST_RUN_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(runMain) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a mapid in a process of its own.
type process struct {
	cmd    *exec.Cmd
	stdout *lines
	stderr *bytes.Buffer
	data   string
	ended  func() error
}

// lines collects output and tells when it holds a text.
type lines struct {
	mu   sync.Mutex // guards what follows
	text strings.Builder
	want string
	seen chan struct{}
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text.String(), l.want)
	l.text.Write(p)
	if !before && strings.Contains(l.text.String(), l.want) {
		close(l.seen)
	}
	return len(p), nil
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serve starts mapid on free ports over data and waits for its banner.
func serve(t testing.TB, data string, args ...string) *process {
	t.Helper()
	p := &process{stdout: &lines{want: "data folder", seen: make(chan struct{})}, stderr: new(bytes.Buffer), data: data}
	p.cmd = exec.Command(os.Args[0], append([]string{"serve", "--data", data}, args...)...)
	p.cmd.Env = append(os.Environ(), runMain+"=1", "MAPID_LISTEN_EPM=0", "MAPID_LISTEN_ADMIN=0")
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.ended = sync.OnceValue(p.cmd.Wait)
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		p.ended()
	})
	gone := make(chan struct{})
	go func() {
		p.ended()
		close(gone)
	}()
	select {
	case <-p.stdout.seen:
	case <-gone:
		t.Fatalf("it ended:\n%s%s", p.stdout, p.stderr)
	}
	return p
}

// admin is the URL of the admin API.
func (p *process) admin(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data, "addresses.json"))
	if err != nil {
		t.Fatal(err)
	}
	var a struct{ Admin string }
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	return a.Admin
}

func TestServeAndEveryClientCommand(t *testing.T) {
	t.Parallel()
	p := serve(t, filepath.Join(t.TempDir(), "data"))
	environ := []string{"MAPID_ADMIN=" + p.admin(t)}
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(seed, []byte("users:\n- {name: frank, password: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(mail, []byte("From: x@elsewhere.test\r\nSubject: delivered\r\n\r\ntext\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("users:\n- {name: gina, pasword: x}\n- {nam: x}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		out  string // in standard output, or in standard error if the code is not 0
	}{
		{"healthz", 0, "ok\n"},
		{"healthz --deep", 0, "log on"},
		{"healthz --deep --json", 0, `"status": "ok"`},
		{"rpcclientaccess get", 0, "EXCH01  false"},
		{"rpcclientaccess set --encryption-required=true --maximum-connections=9", 0, "EXCH01  true"},
		{"healthz --deep", 0, "ok\n"}, // sealed, so it works all the same
		{"rpcclientaccess set --encryption-required=default --blocked-client-versions=1.0.0,2.0.0-", 0, "EXCH01  false               1.0.0,2.0.0-           9"},
		{"rpcclientaccess get --json", 0, `"maximum_connections": 9`},
		{"rpcclientaccess set", 2, "nothing to set"},
		{"rpcclientaccess set --encryption-required=perhaps", 2, "perhaps"},
		{"rpcclientaccess set --maximum-connections=0", 2, "maximum_connections"},
		{"rpcclientaccess get --server=NONE", 1, "EXCH01"},
		{"user list", 0, "alice@mapid.test"},
		{"user list --json", 0, `"name": "alice"`},
		{"user add dave --password=x --display-name=Dave --alias=d@mapid.test", 0, "added dave, dave@mapid.test\n"},
		{"user add dave --password=x", 1, "exists"},
		{"user add dave", 2, "no password"},
		{"user add da/ve --password=x", 2, "name"},
		{"user passwd dave --password=y", 0, "changed the password of dave\n"},
		{"user passwd nobody --password=y", 1, "nobody"},
		{"user remove dave", 0, "removed dave\n"},
		{"user remove dave", 1, "dave"},
		{"deliver --to=alice --to=team " + mail, 0, "delivered " + mail + " to alice, bob, carol\n"},
		{"deliver --to=alice --json " + mail, 0, `"user": "alice"`},
		{"wait message --user=bob --subject=delivered", 0, "delivered"},
		{"deliver --to=nobody " + mail, 1, "nobody"},
		{"deliver --to=alice /nowhere.eml", 2, "/nowhere.eml"},
		{"deliver " + mail, 2, "--to"},
		{"seed " + seed, 0, "seeded 1 users"},
		{"seed " + seed + " --json", 0, `"users": 1`},
		{"seed " + bad, 2, "line 2"},
		{"seed /nowhere.yaml", 2, "/nowhere.yaml"},
		{"sessions", 0, "SERVER"},
		{"sessions --json", 0, `"sessions": []`},
		{"profile --user=alice --format=prf", 0, "HomeServer=exch01.mapid.test\r\n"},
		{"profile --user=alice --format=hosts", 0, "127.0.0.1\texch01.mapid.test EXCH01\n"},
		{"profile --user=alice@mapid.test --format=setspn", 0, "setspn -S exchangeAB/EXCH01 MAPID\\EXCH01$\r\n"},
		{"profile --user=alice --format=reg", 0, "\"EnableRPCEncryption\"=dword:00000000\r\n"},
		{"profile --user=alice --format=autodiscover-xml", 0, "<LegacyDN>/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice</LegacyDN>"},
		{"profile --user=nobody --format=prf", 1, "nobody"},
		{"profile --user=alice --format=zip", 2, "zip"},
		{"profile --user=alice --format=prf --server=EXCH09", 1, "EXCH01"},
		{"sessions --gaps", 0, "SERVER"},
		{"sessions --gaps --json", 0, `"gaps": []`},
		{"sessions --gaps --watch", 2, "exclude"},
		{"wait message --user=alice --folder=Inbox", 0, "Inbox"},
		{"wait message --user=alice --folder=Inbox --json", 0, `"type": "message"`},
		{"wait message --user=alice --subject=never --timeout=10ms", 1, "no message matched within 10ms"},
		{"wait message", 2, "user"},
		{"wait weather", 2, "weather"},
		{"snapshot save one", 0, "saved one"},
		{"snapshot save two --json", 0, `"name": "two"`},
		{"snapshot save ../three", 2, "name"},
		{"snapshot list", 0, "two"},
		{"snapshot list --json", 0, `"snapshots"`},
		{"user remove bob", 0, "removed bob\n"},
		{"snapshot restore one", 0, "restored one\n"},
		{"user passwd bob --password=y", 0, "changed"},
		{"snapshot remove one", 0, "removed one\n"},
		{"snapshot restore one", 1, "one"},
		{"reset", 0, "reset\n"},
		{"user passwd frank --password=y", 1, "frank"},
	} {
		code, stdout, stderr := call(t, environ, strings.Fields(tt.args)...)
		got := stdout
		if tt.code != 0 {
			got = stderr
		}
		if code != tt.code || !strings.Contains(got, tt.out) {
			t.Errorf("mapid %s: code %d, want %d and %q\n%s%s", tt.args, code, tt.code, tt.out, stdout, stderr)
		}
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.ended(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, p.stderr)
	}
	if code, _, stderr := call(t, environ, "healthz"); code != exitUnreachable || !strings.Contains(stderr, "MAPID_ADMIN") {
		t.Errorf("without a server: code %d, %s", code, stderr)
	}
}

func TestPasswordFromStandardInput(t *testing.T) {
	t.Parallel()
	p := serve(t, filepath.Join(t.TempDir(), "data"))
	var out, errs bytes.Buffer
	env := &environment{stdin: strings.NewReader("secret\r\nmore\n"), stdout: &out, stderr: &errs, environ: []string{"MAPID_ADMIN=" + p.admin(t)}}
	if code := run([]string{"user", "add", "dave"}, env); code != exitDone {
		t.Errorf("code %d\n%s", code, errs.String())
	}
}

func TestKilledServerKeepsWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	p := serve(t, data)
	environ := []string{"MAPID_ADMIN=" + p.admin(t)}
	for _, name := range []string{"dave", "erin", "frank"} {
		if code, _, stderr := call(t, environ, "user", "add", name, "--password=x"); code != exitDone {
			t.Fatal(stderr)
		}
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.ended()
	again := serve(t, data)
	_, stdout, stderr := call(t, []string{"MAPID_ADMIN=" + again.admin(t)}, "user", "list")
	for _, name := range []string{"alice", "dave", "erin", "frank"} {
		if !strings.Contains(stdout, name+"@mapid.test") {
			t.Errorf("%s is gone:\n%s%s", name, stdout, stderr)
		}
	}
}

func TestServeTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // after the parallel subtests
	_, port, _ := net.SplitHostPort(l.Addr().String())
	data := t.TempDir()
	damaged := filepath.Join(t.TempDir(), "mapid.db")
	if err := os.WriteFile(damaged, bytes.Repeat([]byte("not a database\n"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "seed.yaml")
	if err := os.WriteFile(bad, []byte("users:\n- name: dave\n  pasword: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args, environ []string
		want          string
	}{
		"PortTaken":   {nil, []string{"MAPID_LISTEN_EPM=0", "MAPID_LISTEN_ADMIN=" + port}, "port " + port + " on 127.0.0.1"},
		"Damaged":     {[]string{"--data", filepath.Dir(damaged)}, nil, damaged},
		"UnknownKey":  {nil, []string{"MAPID_LISTEN_EPN=1"}, "MAPID_LISTEN_EPM"},
		"BadSeed":     {[]string{"--seed", bad}, nil, bad + ":3"},
		"NoSuchSeed":  {[]string{"--seed", "/nowhere"}, nil, "/nowhere"},
		"NoSuchFile":  {[]string{"--config", "/nowhere"}, nil, "/nowhere"},
		"UnknownFlag": {[]string{"--sead", "x"}, nil, "--sead"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], append([]string{"serve"}, tt.args...)...)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), runMain+"=1", "MAPID_DATA="+filepath.Join(data, name))
			if tt.args != nil && tt.args[0] == "--data" {
				cmd.Env = cmd.Env[:len(cmd.Env)-1]
			}
			cmd.Env = append(cmd.Env, tt.environ...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.ExitCode() != exitUsage {
				t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
			}
			sentence, rest, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
			if !strings.HasPrefix(sentence, "mapid: ") || !strings.Contains(sentence, tt.want) || rest != "" || stdout.Len() > 0 {
				t.Errorf("want one line with %q:\n%s%s", tt.want, stdout.String(), stderr.String())
			}
		})
	}
}
