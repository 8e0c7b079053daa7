package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write puts a configuration into a file.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mapid.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadKeepsDefaultsOfWhatIsNotSet(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "limits:\n", "limits: {}\nservers: []\n"} {
		cfg, err := Load(write(t, text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(Default(), cfg, values); diff != "" {
			t.Errorf("%q changed defaults:\n%s", text, diff)
		}
	}
}

func TestLoadOrder(t *testing.T) {
	t.Parallel()
	file := write(t, "seed: file\nlog: {level: debug}\norganization: {name: file}\n")
	cfg, err := LoadFrom(Sources{
		File: file, Environ: []string{"MAPID_SEED=environment", "MAPID_LOG_LEVEL=warn", "HOME=/"},
		Flags: []Flag{{Name: "--seed", Path: "seed", Value: "flag"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Seed, cfg.Log.Level, cfg.Organization.Name, cfg.Organization.Domain}
	if diff := cmp.Diff([]string{"flag", "warn", "file", "mapid.test"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestLoadProblems(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Misspelt", "rpc:\n  encrypton_required: true\n", ":2: rpc.encrypton_required: unknown key, did you mean rpc.encryption_required?"},
		{"MisspeltSection", "\norganisation: {name: x}\n", ":2: organisation: unknown key, did you mean organization?"},
		{"Misplaced", "encryption_required: true\n", ":1: encryption_required: unknown key, did you mean rpc.encryption_required?"},
		{"InServer", "servers:\n- name: A\n  rpc:\n    strikt: true\n", ":4: servers[0].rpc.strikt: unknown key, did you mean servers[0].rpc.strict?"},
		{"NotABool", "rpc: {strict: yes}\n", `:1: rpc.strict: "yes" is neither true nor false`},
		{"NotANumber", "listen:\n  admin: http\n", `:2: listen.admin: "http" is not a whole number`},
		{"NotAPort", "listen: {smtp: on}\n", `:1: listen.smtp: "on" is neither a port nor off`},
		{"NotASize", "limits: {request_size: big}\n", `:1: limits.request_size: "big" is not a size like 64KiB, 4MiB or 1GiB`},
		{"NotATime", "limits: {idle_timeout: 5}\n", `:1: limits.idle_timeout: "5" is not a time span like 90s, 5m or 2h`},
		{"NotARange", "listen: {dynamic_range: 5}\n", `:1: listen.dynamic_range: "5" is not a range like 59531-60554`},
		{"NotASection", "rpc: true\n", ":1: rpc: must be a mapping of keys to values"},
		{"NotAList", "rpc: {blocked_client_versions: {a: b}}\n", ":1: rpc.blocked_client_versions: must be a list"},
		{"NotServers", "servers: A\n", ":1: servers: must be a list of servers"},
		{"NotYAML", "a: [\n", "not valid YAML"},
		{"Twice", "seed: demo\nseed: none\n", "not valid YAML"},
		{"Circle", "servers: [&a [*b], &b *a]\nseed: *b\n", "not valid YAML"},
		{"NoAnchor", "seed: *nowhere\n", ":1: seed: must be a single value"},
		{"TwoDocuments", "seed: demo\n---\nseed: none\n", "a second YAML document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(write(t, tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
			if n := len(Problems(err)); n != 1 {
				t.Errorf("%d problems, want 1: %v", n, err)
			}
		})
	}
}

func TestLoadTellsAllProblems(t *testing.T) {
	t.Parallel()
	_, err := LoadFrom(Sources{
		File:    write(t, "sede: x\nlog: {levle: x}\nrpc: {strict: 1}\n"),
		Environ: []string{"MAPID_LISTEN_ADMIN=x", "MAPID_LOG_LEVLE=debug"},
	})
	want := []string{"did you mean seed?", "did you mean log.level?", "rpc.strict", "MAPID_LISTEN_ADMIN: listen.admin:", "did you mean MAPID_LOG_LEVEL?"}
	problems := Problems(err)
	if len(problems) != len(want) {
		t.Fatalf("%d problems, want %d: %v", len(problems), len(want), err)
	}
	for i, p := range problems {
		if !strings.Contains(p.Error(), want[i]) {
			t.Errorf("problem %d is %q, want %q in it", i, p, want[i])
		}
	}
}

func TestLoadMissingFile(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.Contains(err.Error(), "none.yaml: cannot read the configuration: no such file") {
		t.Errorf("got %v", err)
	}
}

// TestEnvironmentCoversEveryKey sets every leaf by its variable to what YAML prints of it and expects no change.
func TestEnvironmentCoversEveryKey(t *testing.T) {
	t.Parallel()
	cfg := Default()
	paths := Keys()
	if len(paths) < 50 {
		t.Fatalf("only %d keys", len(paths))
	}
	special := map[string]string{
		"rpc.encryption_required": "null", "servers": "[]", "auth.interfaces": "{}", "auth.minimum_level": "{}",
		"rpc.blocked_client_versions": "", "listen.address": "127.0.0.1", "listen.smtp": "off",
	}
	text, err := cfg.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var environ []string
	for _, p := range paths {
		value, ok := special[p]
		if !ok {
			value = jsonText(t, text, p)
		}
		environ = append(environ, Variable(p)+"="+value)
	}
	got, err := LoadFrom(Sources{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cfg, got, values); diff != "" {
		t.Error(diff)
	}
	for _, p := range paths {
		if !got.IsSet(p) {
			t.Errorf("%s is not set by %s", p, Variable(p))
		}
	}
}

func TestEnvironmentForms(t *testing.T) {
	t.Parallel()
	cfg, err := LoadFrom(Sources{Environ: []string{
		"MAPID_RPC_ENCRYPTION_REQUIRED=true", "MAPID_RPC_BLOCKED_CLIENT_VERSIONS=14.0.0, 15.0.0-",
		"MAPID_LISTEN_ADDRESS=127.0.0.1,::1", `MAPID_AUTH_INTERFACES={"rfr": ["negotiate"], "epm": ["none"]}`,
		`MAPID_AUTH_MINIMUM_LEVEL={"nspi":"privacy"}`, "MAPID_AUTH_NTLM_REQUIRE_128=false",
		`MAPID_SERVERS=[{"name":"A"},{"name":"B","address":"127.0.0.2","rpc":{"encryption_required":false}}]`,
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	yes, no := true, false
	want.RPC.EncryptionRequired = &yes
	want.RPC.BlockedClientVersions = []string{"14.0.0", "15.0.0-"}
	want.Listen.Address = Addresses{"127.0.0.1", "::1"}
	want.Auth.Interfaces = map[string][]string{"rfr": {"negotiate"}, "epm": {"none"}}
	want.Auth.MinimumLevel = map[string]string{"nspi": "privacy"}
	want.Auth.NTLM.Require128 = false
	a, b := want.top(), want.top()
	a.Name, a.FQDN = "A", "a.mapid.test"
	b.Name, b.FQDN, b.Address, b.RPC.EncryptionRequired = "B", "b.mapid.test", Addresses{"127.0.0.2"}, &no
	want.Servers = []Server{a, b}
	if diff := cmp.Diff(want, cfg, values); diff != "" {
		t.Error(diff)
	}
}

func TestEnvironmentOfOrchestratorsIsLeftAlone(t *testing.T) {
	t.Parallel()
	_, err := LoadFrom(Sources{Environ: []string{
		"MAPID_SERVICE_HOST=10.0.0.1", "MAPID_SERVICE_PORT=135", "MAPID_SERVICE_PORT_ADMIN=8135", "MAPID_PORT=tcp://10.0.0.1:135",
		"MAPID_PORT_135_TCP=tcp://10.0.0.1:135", "MAPID_PORT_135_TCP_ADDR=10.0.0.1", "MAPID_ADMIN=http://127.0.0.1:1",
		"MAPID_LAB_SERVICE_HOST=10.0.0.2", "MAPID_REQUIRE_INTEROP=1",
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestServersInheritAndOverride(t *testing.T) {
	t.Parallel()
	cfg, err := Load(write(t, `
servers:
- &first
  name: ONE
  fqdn: one.lab.test
  profile: exchange2007
- name: TWO
  address: [127.0.0.2, "::1"]
  rfr: {enabled: false}
rpc: {strict: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	one, two := cfg.top(), cfg.top()
	one.Name, one.FQDN, one.Profile = "ONE", "one.lab.test", "exchange2007"
	two.Name, two.FQDN, two.Address, two.RFR.Enabled = "TWO", "two.mapid.test", Addresses{"127.0.0.2", "::1"}, false
	if !one.RPC.Strict || !two.RPC.Strict {
		t.Error("rpc.strict of the top level, further down in the file, is not inherited")
	}
	if diff := cmp.Diff([]Server{one, two}, cfg.EffectiveServers()); diff != "" {
		t.Error(diff)
	}
}

func TestPrintReadsBack(t *testing.T) {
	t.Parallel()
	file := write(t, `
listen: {address: ["127.0.0.1", "::1"], smtp: 0, epm: 1135}
rpc: {encryption_required: false, blocked_client_versions: ["1.2.3"], compression: on}
auth: {interfaces: {rfr: [negotiate]}, minimum_level: {nspi: privacy}}
servers: [{name: A}, {name: B, epm: 0}]
organization: {name: "12"}
`)
	cfg, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := cfg.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(write(t, string(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(cfg, again, values); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
}

func TestPrintMasksPasswords(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"smtp://joe:sesame@mail.test:25": "smtp://joe:********@mail.test:25",
		"joe:sesame@mail.test":           "joe:********@mail.test",
		"mail.test:25":                   "mail.test:25",
	} {
		cfg := Default()
		cfg.SMTP.Smarthost = address
		for _, form := range []func() ([]byte, error){cfg.YAML, cfg.JSON} {
			text, err := form()
			if err != nil || strings.Contains(string(text), "sesame") || !strings.Contains(string(text), want) {
				t.Errorf("%s: error %v, want %q in\n%s", address, err, want, text)
			}
		}
	}
}
