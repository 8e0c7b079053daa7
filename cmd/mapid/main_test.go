package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs one command line in a process of its own making.
func call(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, &environment{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, environ: environ})
	return code, out.String(), errs.String()
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "serve", "config", "config print", "config check", "version",
		"rpcclientaccess", "rpcclientaccess get", "rpcclientaccess set", "user", "user list", "user add", "user passwd", "user remove", "deliver", "seed",
		"reset", "sessions", "healthz", "wait", "trace", "keytab", "keytab export", "decode", "profile",
		"snapshot", "snapshot list", "snapshot save", "snapshot restore", "snapshot remove"} {
		code, stdout, stderr := call(t, nil, append(strings.Fields(command), "--help")...)
		if code != exitDone || !strings.Contains(stdout, "Usage: mapid") || stderr != "" {
			t.Errorf("%q --help: code %d\n%s%s", command, code, stdout, stderr)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--no-such-flag"}, {"no-such-command"}, {"config"}} {
		code, _, stderr := call(t, nil, args...)
		if code != exitUsage || !strings.HasPrefix(stderr, "mapid: ") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: code %d, %q", args, code, stderr)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, stdout, _ := call(t, nil, "version", "--json")
	var b build
	if err := json.Unmarshal([]byte(stdout), &b); err != nil || code != exitDone || b.Version != "dev" || !strings.HasPrefix(b.Go, "go1.") {
		t.Errorf("code %d, error %v, %s", code, err, stdout)
	}
}

func TestConfigCheckTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mapid.yaml")
	if err := os.WriteFile(file, []byte("sede: demo\nlog: {level: loud}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"MAPID_RPC_STRICT=perhaps"}
	code, _, stderr := call(t, environ, "config", "check", "--config", file)
	want := []string{
		"mapid: " + file + ":1: sede: unknown key, did you mean seed?",
		`mapid: MAPID_RPC_STRICT: rpc.strict: "perhaps" is neither true nor false`,
		"mapid: " + file + ":2: log.level:",
	}
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if code != exitUsage || len(lines) != len(want) {
		t.Fatalf("code %d:\n%s", code, stderr)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("line %d is %q, want %q", i, line, want[i])
		}
	}

	code, stdout, _ := call(t, environ, "config", "check", "--json", "--config", file)
	var r checkReport
	if err := json.Unmarshal([]byte(stdout), &r); err != nil || code != exitUsage || r.OK || len(r.Problems) != 3 {
		t.Errorf("code %d, error %v, %s", code, err, stdout)
	}
}

func TestConfigCheckOfDefaults(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t, nil, "config", "check")
	if code != exitDone || stderr != "" || stdout != "the configuration is valid\n" {
		t.Errorf("code %d\n%s%s", code, stdout, stderr)
	}
}

func TestConfigPrintShowsWhatCounts(t *testing.T) {
	t.Parallel()
	code, stdout, _ := call(t, []string{"MAPID_LOG_LEVEL=debug"}, "config", "print")
	if code != exitDone || !strings.Contains(stdout, "level: debug") {
		t.Errorf("code %d\n%s", code, stdout)
	}
	code, stdout, _ = call(t, nil, "config", "print", "--json")
	if code != exitDone || !json.Valid([]byte(stdout)) {
		t.Errorf("code %d\n%s", code, stdout)
	}
}
