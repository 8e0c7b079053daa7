package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/internal/keytab"
	"github.com/mapid/mapid/internal/mapiclient"
)

// realmKeys writes a keytab of a service account with keys of each type, and reads it as a KDC that issues tickets.
func realmKeys(t *testing.T) (file string, kdc *krb.Keytab) {
	t.Helper()
	var entries []keytab.Entry
	for _, k := range []struct {
		etype uint16
		size  int
	}{{keytab.AES256, 32}, {keytab.AES128, 16}, {keytab.RC4, 16}} {
		entries = append(entries, keytab.Entry{
			Principal: "exchangeMDB/exch01.mapid.test", Realm: "MAPID.TEST", Version: 2, Type: k.etype,
			Key: []byte(strings.Repeat("k", k.size)), Time: time.Unix(0, 0),
		})
	}
	b, err := keytab.Encode(entries)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "krb5.keytab")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if kdc, err = krb.LoadKeytab(file); err != nil {
		t.Fatal(err)
	}
	return file, kdc
}

// issue makes a ticket that is good for an hour, unless change says otherwise.
func issue(t *testing.T, kdc *krb.Keytab, client string, change func(*krb.TicketOptions)) *krb.Ticket {
	t.Helper()
	now := time.Now()
	o := krb.TicketOptions{Client: client, Service: "exchangeMDB/exch01.mapid.test", Start: now.Add(-time.Hour), End: now.Add(time.Hour)}
	if change != nil {
		change(&o)
	}
	ticket, err := kdc.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	return ticket
}

func TestKerberosReadsTheInbox(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab = file })
	want := len(r.subjects(r.mustConnect(r.client(nil)), "alice"))
	for _, service := range []auth.Service{auth.ServiceKerberos, auth.ServiceNegotiate} {
		for _, level := range []auth.Level{auth.LevelConnect, auth.LevelPacket, auth.LevelIntegrity, auth.LevelPrivacy} {
			for name, etype := range map[string]int32{"AES256": krb.AES256, "AES128": krb.AES128, "RC4": krb.RC4} {
				t.Run(service.String()+"_"+level.String()+"_"+name, func(t *testing.T) {
					t.Parallel()
					ticket := issue(t, kdc, "alice", func(o *krb.TicketOptions) { o.KeyType = etype })
					s := r.mustConnect(r.client(func(o *mapiclient.Options) {
						o.Service, o.Level, o.Ticket, o.Password = service, level, ticket, ""
					}))
					if got := len(r.subjects(s, "alice")); got != want {
						t.Errorf("%d subjects, want %d", got, want)
					}
				})
			}
		}
	}
}

func TestKerberosServicePrincipals(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab = file })
	for _, class := range []string{"exchangeMDB", "exchangeRFR", "exchangeAB", "host", "EXCHANGEmdb", "HOST"} {
		for _, host := range []string{"exch01.mapid.test", "EXCH01", "exch01", "Exch01.Mapid.Test"} {
			ticket := issue(t, kdc, "alice", nil).Named(class + "/" + host)
			_, err := r.connect(r.client(func(o *mapiclient.Options) { o.Service, o.Ticket = auth.ServiceKerberos, ticket }))
			if err != nil {
				t.Errorf("%s/%s: %v", class, host, err)
			}
		}
	}
}

func TestKerberosAccounts(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	seed := filepath.Join(t.TempDir(), "seed.yaml")
	text := "users:\n- {name: dave, password: x, mail: dave.d@mapid.test, aliases: [d@mapid.test, dd@other.test]}\n"
	if err := os.WriteFile(seed, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, func(o *Options) { o.Config.Auth.Keytab, o.Config.Seed = file, seed })
	for client, ok := range map[string]bool{
		"dave": true, "DAVE": true, // principal
		"d": true, "dave.d": true, // the mail address in the realm
		"dave@mapid.test": true, "dd@other.test": true, "D@MAPID.TEST": true, // user principal name, as an enterprise name
		"erin": false, "dd": false, "dave@other.test": false, "dave/admin": false,
	} {
		ticket := issue(t, kdc, client, nil)
		o := r.client(func(o *mapiclient.Options) { o.Service, o.Ticket, o.User = auth.ServiceKerberos, ticket, "dave" })
		if _, err := r.connect(o); (err == nil) != ok {
			t.Errorf("%s: %v, want it let in: %t", client, err, ok)
		}
	}
}

// TestKerberosRealmThatIsNotTheDomain: principals of the realm are the accounts of the mail domain.
func TestKerberosRealmThatIsNotTheDomain(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	r := start(t, func(o *Options) {
		o.Config.Auth.Keytab, o.Config.Organization.Domain = file, "corp.example"
	})
	if _, err := r.connect(r.client(func(o *mapiclient.Options) {
		o.Service, o.Ticket = auth.ServiceKerberos, issue(t, kdc, "alice@MAPID.TEST", nil)
	})); err != nil {
		t.Error(err)
	}
}

// TestKerberosRefusals: the client gets no reason, the log has it with the remedy.
func TestKerberosRefusals(t *testing.T) {
	t.Parallel()
	file, kdc := realmKeys(t)
	core, logs := observer.New(zapcore.WarnLevel)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab, o.Logger = file, zap.New(core) })
	for _, tt := range []struct {
		name string
		make func(t *testing.T) *krb.Ticket
		want string
	}{
		{"WrongService", func(t *testing.T) *krb.Ticket { return issue(t, kdc, "alice", nil).Named("http/exch01.mapid.test") }, "add the principal to the keytab"},
		{"KeyVersion", func(t *testing.T) *krb.Ticket {
			return issue(t, kdc, "alice", func(o *krb.TicketOptions) { o.KeyVersion = 7 })
		}, "export it again"},
		{"Expired", func(t *testing.T) *krb.Ticket {
			return issue(t, kdc, "alice", func(o *krb.TicketOptions) { o.End = time.Now().Add(-30 * time.Minute) })
		}, "klist purge"},
		{"NotYetValid", func(t *testing.T) *krb.Ticket {
			return issue(t, kdc, "alice", func(o *krb.TicketOptions) { o.Start = time.Now().Add(30 * time.Minute) })
		}, "set the clocks"},
		{"OtherRealm", func(t *testing.T) *krb.Ticket {
			return issue(t, kdc, "alice", func(o *krb.TicketOptions) { o.ClientRealm = "ELSEWHERE.TEST" })
		}, "another realm"},
	} {
		logs.TakeAll()
		_, err := r.connect(r.client(func(o *mapiclient.Options) { o.Service, o.Ticket = auth.ServiceKerberos, tt.make(t) }))
		if err == nil {
			t.Errorf("%s: let in", tt.name)
			continue
		}
		if strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: the client was told: %v", tt.name, err)
		}
		found := false
		for _, e := range logs.FilterMessage("authentication refused").All() {
			text, _ := e.ContextMap()["error"].(string)
			found = found || strings.Contains(text, tt.want)
		}
		if !found {
			t.Errorf("%s: the log does not say %q: %v", tt.name, tt.want, logs.All())
		}
	}
}

func TestKerberosNeedsAKeytabToBeOffered(t *testing.T) {
	t.Parallel()
	_, kdc := realmKeys(t)
	r := start(t, nil)
	ticket := issue(t, kdc, "alice", nil)
	if _, err := r.connect(r.client(func(o *mapiclient.Options) { o.Service, o.Ticket = auth.ServiceKerberos, ticket })); err == nil ||
		!strings.Contains(err.Error(), "8") {
		t.Errorf("raw: %v, want authentication type not recognized", err)
	}
	// Negotiate passes over what is not offered, and NTLM behind it is taken.
	r.mustConnect(r.client(func(o *mapiclient.Options) { o.Service, o.Ticket = auth.ServiceNegotiate, ticket }))
}

func TestUnusableKeytab(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "k")
	if err := os.WriteFile(file, []byte("\x05\x02\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, func(o *Options) { o.Config.Auth.Keytab = file }, "EXCH01", "auth.keytab", file, "export the keytab anew")
	refuse(t, func(o *Options) { o.Config.Auth.Keytab = file + ".gone" }, file+".gone", "no such file")
}

func TestExportKeytabHoldsTheServersKeys(t *testing.T) {
	t.Parallel()
	file, _ := realmKeys(t)
	r := start(t, func(o *Options) { o.Config.Auth.Keytab = file })
	b, n, err := ExportKeytab(t.Context(), r.cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := keytab.Decode(b)
	if err != nil || len(entries) != n {
		t.Fatalf("%d of %d entries, %v", len(entries), n, err)
	}
	kinds := make(map[string]int)
	for _, e := range entries {
		kinds[e.Principal]++
	}
	if kinds["alice"] != 1 || kinds["exchangeMDB/exch01.mapid.test"] != 3 {
		t.Errorf("%v", kinds)
	}
}
