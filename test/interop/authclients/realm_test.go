package authclients

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Services of the throw-away realm. Their tickets and session keys are of one encryption type each.
const (
	serviceAES256 = "exchangeMDB/exch01.mapid.test"
	serviceAES128 = "exchangeRFR/exch01.mapid.test"
	serviceRC4    = "exchangeAB/exch01.mapid.test"
	serviceHost   = "host/exch01.mapid.test" // AES-256; the name impacket asks for
)

// realm is MIT Kerberos on loopback, with alice in it.
type realm struct {
	dir string
	env []string
}

// startRealm makes a throw-away realm and logs alice on. The KDC ends with the test.
func startRealm(t *testing.T) *realm {
	t.Helper()
	wanted(t)
	for _, program := range []string{"/usr/sbin/krb5kdc", "/usr/sbin/kdb5_util", "/usr/sbin/kadmin.local", "/usr/bin/kinit", "/usr/bin/kvno"} {
		if _, err := os.Stat(program); err != nil {
			missing(t, fmt.Sprintf("client not installed: MIT Kerberos (krb5-kdc, krb5-admin-server, krb5-user): %v", err))
		}
	}
	r := &realm{dir: t.TempDir()}
	port := freePort(t)
	r.write(t, "krb5.conf", `[libdefaults]
  default_realm = MAPID.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 arcfour-hmac-md5
  default_tgs_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96 arcfour-hmac-md5
  allow_weak_crypto = true
  allow_rc4 = true
[realms]
  MAPID.TEST = {
    kdc = 127.0.0.1:`+fmt.Sprint(port)+`
  }
[domain_realm]
  .mapid.test = MAPID.TEST
`)
	r.write(t, "kdc.conf", `[kdcdefaults]
  kdc_listen = 127.0.0.1:`+fmt.Sprint(port)+`
  kdc_tcp_listen = 127.0.0.1:`+fmt.Sprint(port)+`
[realms]
  MAPID.TEST = {
    database_name = `+r.path("principal")+`
    key_stash_file = `+r.path("stash")+`
    acl_file = `+r.path("acl")+`
    supported_enctypes = aes256-cts-hmac-sha1-96:normal aes128-cts-hmac-sha1-96:normal arcfour-hmac-md5:normal
  }
[logging]
  kdc = FILE:`+r.path("kdc.log")+`
`)
	r.env = append(os.Environ(), "KRB5_CONFIG="+r.path("krb5.conf"), "KRB5_KDC_PROFILE="+r.path("kdc.conf"),
		"KRB5CCNAME="+r.path("cc"), "KRB5RCACHETYPE=none")
	r.run(t, "", "/usr/sbin/kdb5_util", "create", "-s", "-r", "MAPID.TEST", "-P", "master")
	commands := "addprinc -pw Password1! alice\naddprinc -pw Password1! bob\n"
	for service, etype := range map[string]string{
		serviceAES256: "aes256-cts-hmac-sha1-96", serviceAES128: "aes128-cts-hmac-sha1-96", serviceRC4: "arcfour-hmac-md5",
		serviceHost: "aes256-cts-hmac-sha1-96",
	} {
		commands += "addprinc -randkey -e " + etype + ":normal " + service + "\nsetstr " + service + " session_enctypes " + etype +
			"\nktadd -k " + r.path("keytab") + " -norandkey " + service + "\n"
	}
	r.run(t, commands, "/usr/sbin/kadmin.local", "-r", "MAPID.TEST")
	r.serve(t)
	r.run(t, "Password1!\n", "/usr/bin/kinit", "alice")
	return r
}

// wanted skips a test that starts programs of others unless make interop asked for them: they take minutes. What they
// were recorded to say is tested always.
func wanted(t *testing.T) {
	t.Helper()
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "" {
		t.Skip("not asked for: make interop runs the clients of other projects")
	}
}

// missing skips a test whose client is not there, or fails it where clients are demanded.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (r *realm) path(name string) string { return filepath.Join(r.dir, name) }

func (r *realm) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(r.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs a program in the realm.
func (r *realm) run(t *testing.T, input, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Stdin = r.env, strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// serve starts the KDC and waits until it answers.
func (r *realm) serve(t *testing.T) {
	t.Helper()
	var trouble bytes.Buffer
	kdc := exec.CommandContext(context.Background(), "/usr/sbin/krb5kdc", "-n", "-r", "MAPID.TEST")
	kdc.Env, kdc.Stdout, kdc.Stderr = r.env, &trouble, &trouble
	if err := kdc.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = kdc.Process.Kill()
		_ = kdc.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(r.path("kdc.log"))
			t.Logf("KDC: %s%s", trouble.Bytes(), log)
		}
	})
	deadline := time.Now().Add(20 * time.Second)
	for {
		log, _ := os.ReadFile(r.path("kdc.log"))
		if bytes.Contains(log, []byte("commencing operation")) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the KDC does not start")
		}
		<-time.After(20 * time.Millisecond)
	}
}

// keytab returns the bytes of the keytab.
func (r *realm) keytab(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(r.path("keytab"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
