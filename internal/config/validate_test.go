package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// jsonText finds the value at path in a JSON object and returns it as an environment variable would have it.
func jsonText(t *testing.T, text []byte, path string) string {
	t.Helper()
	var at any
	if err := json.Unmarshal(text, &at); err != nil {
		t.Fatal(err)
	}
	for key := range strings.SplitSeq(path, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			t.Fatalf("nothing at %s", path)
		}
		if at, ok = m[key]; !ok {
			t.Fatalf("nothing at %s", path)
		}
	}
	return fmt.Sprint(at)
}

func TestDefaultIsValid(t *testing.T) {
	t.Parallel()
	cfg := Default()
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	if w := cfg.Warnings(); len(w) != 0 {
		t.Errorf("warnings: %v", w)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"Name", "organization: {name: a/b}", `organization.name: "a/b" cannot stand in a DN`},
		{"NetBIOS", "organization: {netbios: SIXTEENCHARACTER}", "organization.netbios"},
		{"Domain", "organization: {domain: a b}", "organization.domain"},
		{"Fqdn", "server: {fqdn: other.mapid.test}", "server.fqdn: \"other.mapid.test\" must begin with the computer name EXCH01"},
		{"Profile", "server: {profile: exchange2010-sp}", `"exchange2010-sp" is not known, did you mean exchange2010-sp1?`},
		{"Address", "listen: {address: localhost}", `listen.address: "localhost" is not an IP address`},
		{"NoAddress", "listen: {address: []}", "listen.address: no address"},
		{"Port", "listen: {epm: 65536}", "listen.epm: 65536 is not a port"},
		{"X11", "listen: {dynamic_range: 5000-7000}", "listen.dynamic_range: 5000-7000 contains ports of 6000-6063"},
		{"EmptyRange", "listen: {dynamic_range: 7001-7000}", "listen.dynamic_range"},
		{"SmallRange", "listen: {dynamic_range: 7000-7000}", "holds fewer than the 2 ports"},
		{"Clash", "listen: {epm: 1135, emsmdb: 1135}", "listen.emsmdb: 127.0.0.1 port 1135 is wanted by listen.epm too"},
		{"Advertise", "advertise: {host: a b}", "advertise.host"},
		{"Blocked", "rpc: {blocked_client_versions: [14.0.0;outlook]}", "rpc.blocked_client_versions: \"outlook\""},
		{"Switch", "rpc: {xor: always}", "rpc.xor: \"always\" is not one of auto, on, off"},
		{"Interface", "auth: {interfaces: {nsp: [ntlm]}}", `auth.interfaces.nsp: "nsp" is not known, did you mean nspi?`},
		{"Service", "auth: {interfaces: {nspi: [ntml]}}", `auth.interfaces.nspi: "ntml" is not known, did you mean ntlm?`},
		{"Level", "auth: {minimum_level: {nspi: sealed}}", `auth.minimum_level.nspi: "sealed"`},
		{"Engine", "store: {engine: postgres}", "store.engine"},
		{"Durability", "store: {durability: some}", "store.durability"},
		{"Seed", "seed: /nowhere/seed.yaml", `seed: cannot open "/nowhere/seed.yaml": no such file`},
		{"SeedFolder", "seed: .", `seed: "." is not a file`},
		{"Limit", "limits: {sessions_per_user: 0}", "limits.sessions_per_user: 0 is too small, the least is 1"},
		{"LogLevel", "log: {level: warning}", `log.level: "warning" is not known, did you mean warn?`},
		{"SmtpPort", "listen: {smtp: 70000}", "listen.smtp: 70000"},
		{"SmtpOnAnotherPort", "listen: {smtp: 135}", "listen.epm: 127.0.0.1 port 135 is wanted by listen.smtp too"},
		{"SmtpHostname", "smtp: {hostname: a b}", `smtp.hostname: "a b" is not a host name`},
		{"SmtpKeyAlone", "smtp: {tls_key: k.pem}", "smtp.tls_cert: a certificate and its key belong together"},
		{"SmtpNoCertificate", "smtp: {tls_cert: /nowhere/c, tls_key: /nowhere/k}", `smtp.tls_cert: cannot read "/nowhere/c": no such file or directory`},
		{"SmtpNotACertificate", "smtp: {tls_cert: validate_test.go, tls_key: validate_test.go}", `smtp.tls_cert: "validate_test.go"`},
		{"Smarthost", "smtp: {smarthost: mail.test}", "smtp.smarthost: sending mail elsewhere is not available in this version"},
		{"NoKeytab", "auth: {keytab: /nowhere/k}", `auth.keytab: cannot read "/nowhere/k": no such file or directory`},
		{"KeytabFolder", "auth: {keytab: .}", `auth.keytab: cannot read ".": is a directory`},
		{"NotAKeytab", "auth: {keytab: validate_test.go}", `auth.keytab: "validate_test.go" is not a keytab`},
		{"KerberosWithoutKeytab", "auth: {interfaces: {rfr: [negotiate, kerberos]}}", "auth.interfaces.rfr: kerberos needs auth.keytab"},
		{"SameName", "servers: [{name: A}, {name: a, epm: 0}]", "servers[1].name: a is the name of servers[0].name too"},
		{"SameEpm", "servers: [{name: A}, {name: B}]", "servers[1].epm: 127.0.0.1 port 135 is wanted by servers[0].epm too"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg, err := Load(write(t, tt.text+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			err = cfg.Validate()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
			if n := len(Problems(err)); n != 1 {
				t.Errorf("%d problems, want 1: %v", n, err)
			}
		})
	}
}

func TestValidateTellsAllProblemsWithTheirPlaces(t *testing.T) {
	t.Parallel()
	cfg, err := Load(write(t, "log:\n  level: loud\nrpc:\n  xor: x\nlisten:\n  admin: -1\n"))
	if err != nil {
		t.Fatal(err)
	}
	problems := Problems(cfg.Validate())
	if len(problems) != 3 {
		t.Fatalf("%d problems, want 3: %v", len(problems), problems)
	}
	for i, want := range []string{"mapid.yaml:6: listen.admin:", "mapid.yaml:4: rpc.xor:", "mapid.yaml:2: log.level:"} {
		if !strings.Contains(problems[i].Error(), want) {
			t.Errorf("problem %d is %q, want %q in it", i, problems[i], want)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	cfg, err := Load(write(t, "server: {profile: exchange2016}\nlisten: {nspi: 6001}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	w := cfg.Warnings()
	if len(w) != 2 || w[0].Path != "server.profile" || w[1].Path != "listen.nspi" {
		t.Errorf("got %v", w)
	}
}

func TestScalarsPrintWhatTheyRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "1", "1023", "1KiB", "1536KiB", "4MiB", "3GiB"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s.String() != text {
			t.Errorf("size %s became %s, error %v", text, s, err)
		}
	}
	for _, text := range []string{"0s", "30s", "1m30s", "5m", "2h", "1h30m", "1h0m5s"} {
		var d Duration
		if err := d.UnmarshalText([]byte(text)); err != nil || d.String() != text {
			t.Errorf("span %s became %s, error %v", text, d, err)
		}
	}
	var s Size
	if err := s.UnmarshalText([]byte("9999999999999GiB")); err == nil {
		t.Errorf("overflowing size became %d", s)
	}
}

func TestAdminURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                       "http://127.0.0.1:8135",
		`listen: {address: ["10.0.0.1", "::1"]}`: "http://[::1]:8135",
		"listen: {address: 10.0.0.1, admin: 1}":  "http://127.0.0.1:1",
		`{listen: {admin: 9}, admin: {address: "::"}}`: "http://127.0.0.1:9",
		`admin: {address: 10.0.0.1}`:                   "http://10.0.0.1:8135",
	} {
		cfg, err := Load(write(t, text+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.AdminURL(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
