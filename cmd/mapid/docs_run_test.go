package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
)

// desk is a folder with a running server, where the commands of the documentation are typed.
type desk struct {
	t       *testing.T
	dir     string
	server  *process
	environ []string
}

// newDesk starts a server with the default data folder in dir, and prepares what the documentation takes for granted: a
// message Hello, more seeds, and a capture of a sealed session.
func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir()}
	d.server = serve(t, filepath.Join(d.dir, "mapid-data"))
	d.environ = append(os.Environ(), runMain+"=1", "MAPID_ADMIN="+d.server.admin(t), "MAPID_LISTEN_EPM=0", "MAPID_LISTEN_ADMIN=0")
	for name, text := range map[string]string{
		"more.yaml":      "users:\n- {name: alice, messages: [{folder: Inbox, from: bob, to: [alice], subject: Hello}]}\n",
		"test/seed.yaml": "users:\n- {name: frank, password: x}\n",
		"hello.eml":      "From: stranger@elsewhere.test\r\nSubject: hello\r\n\r\ntext\r\n",
	} {
		path := filepath.Join(d.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.run([]string{"seed", "-"}, "more.yaml")
	d.endless([]string{"trace", "--out", "capture.pcapng"}, func() { d.readInbox(func() {}) })
	return d
}

// readInbox is what a client does: alice logs on, sealed, and looks into the Inbox. She is on while she does something
// else.
func (d *desk) readInbox(meanwhile func()) {
	t := d.t
	t.Helper()
	ctx := t.Context()
	text, err := os.ReadFile(filepath.Join(d.server.data, "addresses.json"))
	if err != nil {
		t.Fatal(err)
	}
	var a struct{ Servers []struct{ EPM []string } }
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	conn, err := mapiclient.Dial(ctx, mapiclient.Options{
		Mapper: a.Servers[0].EPM[0], Service: auth.ServiceNTLM, Level: auth.LevelPrivacy, User: "alice", Password: "Password1!",
	}, mapiclient.EMSMDB)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	dn := "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"
	s, _, err := conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: dn})
	if err != nil {
		t.Fatal(err)
	}
	l, handle, err := s.Logon(ctx, dn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Execute(ctx, []rop.Request{
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
		&rop.GetPropertiesSpecificRequest{In: rop.In{InputHandleIndex: 1}, PropertyTags: []mapi.PropTag{mapi.TagDisplayName}},
	}, handle); err != nil {
		t.Fatal(err)
	}
	meanwhile()
	if err := s.Disconnect(ctx); err != nil {
		t.Fatal(err)
	}
}

// command is mapid in the folder.
func (d *desk) command(args []string) *exec.Cmd {
	cmd := exec.CommandContext(d.t.Context(), os.Args[0], args...)
	cmd.Dir, cmd.Env = d.dir, d.environ
	return cmd
}

// run runs a command to its end, which must be a good one.
func (d *desk) run(args []string, stdin string) {
	d.t.Helper()
	cmd := d.command(args)
	if stdin != "" {
		f, err := os.Open(filepath.Join(d.dir, stdin))
		if err != nil {
			d.t.Fatal(err)
		}
		defer f.Close()
		cmd.Stdin = f
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stdout.Len() == 0 && stderr.Len() == 0 {
		d.t.Errorf("mapid %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
}

// endless runs a command that goes on, does something meanwhile, and ends it as Ctrl-C does once it has told of it.
func (d *desk) endless(args []string, meanwhile func()) {
	d.t.Helper()
	started := map[string]string{"trace": "tracing", "sessions": "SERVER", "": "data folder"}
	told := map[string]string{"trace": "RopLogon", "sessions": "alice", "": "data folder"}
	first := ""
	if len(args) > 0 {
		first = args[0]
	}
	ready, saw := &lines{want: started[first], seen: make(chan struct{})}, &lines{want: told[first], seen: make(chan struct{})}
	cmd := d.command(args)
	cmd.Stdout, cmd.Stderr = both{ready, saw}, ready
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	wait := func(l *lines) {
		select {
		case <-l.seen:
		case err := <-ended:
			ended <- err
			d.t.Errorf("mapid %s ended before it said %q: %v\n%s%s", strings.Join(args, " "), l.want, err, ready, saw)
		}
	}
	wait(ready)
	meanwhile()
	if i := slices.Index(args, "--out"); i >= 0 && args[i+1] != "-" {
		d.grown(filepath.Join(d.dir, args[i+1]), told[first])
	} else {
		wait(saw)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		d.t.Fatal(err)
	}
	if err := <-ended; err != nil {
		d.t.Errorf("mapid %s after Ctrl-C: %v\n%s", strings.Join(args, " "), err, ready)
	}
}

// grown waits until a file holds a text.
func (d *desk) grown(path, want string) {
	d.t.Helper()
	for {
		text, err := os.ReadFile(path)
		if err != nil {
			d.t.Fatal(err)
		}
		if bytes.Contains(text, []byte(want)) {
			return
		}
		if err := d.t.Context().Err(); err != nil {
			d.t.Fatal(err)
		}
	}
}

// both writes to two.
type both struct{ one, two *lines }

func (b both) Write(p []byte) (int, error) {
	b.two.Write(p)
	return b.one.Write(p)
}

// TestDocumentedCommandsAreExecuted types every command of the documentation, in its order, beside a running server and
// with a client that is at work.
func TestDocumentedCommandsAreExecuted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var done []string
	for _, c := range documented(t) {
		line := strings.NewReplacer("NAME", "alice").Replace(c[1])
		if slices.Contains(done, line) {
			continue
		}
		done = append(done, line)
		args, stdin := arguments(line)
		switch {
		case len(args) == 0: // the server itself, over a data folder of its own
			alone := *d
			alone.dir = t.TempDir()
			alone.endless(args, func() {})
		case args[0] == "trace":
			d.endless(args, func() { d.readInbox(func() {}) })
		case slices.Contains(args, "--watch"):
			d.readInbox(func() { d.endless(args, func() {}) })
		default:
			if args[0] == "wait" {
				d.run([]string{"seed", "-"}, "more.yaml") // a reset may have taken what is waited for
			}
			d.run(args, stdin)
		}
		if t.Failed() {
			t.Fatalf("%s says %s", c[0], line)
		}
	}
	if len(done) < 20 {
		t.Errorf("only %d commands: %q", len(done), done)
	}
}
