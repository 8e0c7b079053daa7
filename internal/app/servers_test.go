package app

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/admin"
)

// threeServers is an organisation in the middle of a migration: a strict server, an old lax one, and one that takes a
// single connection and refers nobody.
const threeServers = `
listen: {epm: 0, admin: 0}
servers:
  - {name: EXCH01, address: 127.0.0.2, rpc: {encryption_required: true}}
  - {name: EXCH02, fqdn: exch02.old.test, address: 127.0.0.3, profile: exchange2007, rpc: {encryption_required: false}}
  - {name: EXCH03, address: 127.0.0.4, profile: exchange2016, rpc: {encryption_required: false, maximum_connections: 1}, rfr: {enabled: false}}
`

// startServers runs the servers of a configuration file.
func startServers(t *testing.T, yaml string) *running {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mapid.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return start(t, func(o *Options) {
		cfg.Store = o.Config.Store
		o.Config = cfg
	})
}

// at is how alice reaches the server of a number.
func (r *running) at(n int, edit ...func(*mapiclient.Options)) mapiclient.Options {
	return r.client(func(o *mapiclient.Options) {
		o.Mapper = r.Addresses().Servers[n].EPM[0]
		for _, e := range edit {
			e(o)
		}
	})
}

// negotiate is the choice for clients of Exchange 2007, whose referral service takes no bare NTLM.
func negotiate(o *mapiclient.Options) { o.Service = auth.ServiceNegotiate }

// bound binds an interface of a server, found through its endpoint mapper.
func (r *running) bound(n int, iface dcerpc.SyntaxID) *mapiclient.Conn {
	r.t.Helper()
	conn, err := mapiclient.Dial(r.t.Context(), r.at(n, negotiate), iface)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn
}

func TestServersHaveMappersOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := startServers(t, threeServers)
	for n, want := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4"} {
		s := r.Addresses().Servers[n]
		for _, list := range [][]string{s.EPM, s.EMSMDB, s.NSPI} {
			if host, _, _ := net.SplitHostPort(list[0]); len(list) != 1 || host != want {
				t.Errorf("%s listens on %v, want %s", s.Name, list, want)
			}
		}
		for iface, at := range map[dcerpc.SyntaxID]string{mapiclient.EMSMDB: s.EMSMDB[0], mapiclient.NSPI: s.NSPI[0], mapiclient.RFR: s.NSPI[0]} {
			got, err := mapiclient.Resolve(t.Context(), r.at(n), iface)
			if err != nil || got != at {
				t.Errorf("the mapper of %s says %s, %v, want %s", s.Name, got, err, at)
			}
		}
		if !strings.Contains(r.banner.String(), s.FQDN) {
			t.Errorf("the banner does not name %s:\n%s", s.FQDN, r.banner)
		}
	}
}

func TestServersHavePoliciesAndVersionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	r := startServers(t, threeServers)
	if _, err := r.connect(r.at(0, clear)); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("clear connect to EXCH01: %v, want ecNotEncrypted", err)
	}
	var subjects [][]string
	for n, want := range []uint16{14, 8, 15} {
		conn := r.bound(n, mapiclient.EMSMDB)
		s, resp, err := conn.Connect(t.Context(), mapiclient.ConnectRequest{UserDN: dn("alice")})
		if err != nil {
			t.Fatal(err)
		}
		if got := resp.ServerVersion[0] >> 8; got != want {
			t.Errorf("server %d says version %#x, want major %d", n, resp.ServerVersion, want)
		}
		subjects = append(subjects, r.subjects(s, "alice"))
	}
	if len(subjects[0]) == 0 || !slices.Equal(subjects[0], subjects[1]) || !slices.Equal(subjects[0], subjects[2]) {
		t.Errorf("one store, three views: %q", subjects)
	}
	r.mustConnect(r.at(1, clear))
	if _, err := r.connect(r.at(2)); err == nil {
		t.Error("EXCH03 takes a second session, its maximum is 1")
	}
}

func TestServersReferByTheirOwnNames(t *testing.T) {
	t.Parallel()
	r := startServers(t, threeServers)
	const serverDN = "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn="
	for n, own := range []string{"exch01.mapid.test", "exch02.old.test"} {
		referral := r.bound(n, mapiclient.RFR)
		if got, err := referral.NewDSA(t.Context(), dn("alice")); err != nil || got != own {
			t.Errorf("%s refers to %q, %v", own, got, err)
		}
		for name, want := range map[string]string{"EXCH01": "exch01.mapid.test", "EXCH02": "exch02.old.test", "EXCH03": "exch03.mapid.test"} {
			if got, err := referral.FQDNFromServerDN(t.Context(), serverDN+name); err != nil || got != want {
				t.Errorf("%s says that %s is %q, %v, want %s", own, name, got, err, want)
			}
		}
	}
	if got, err := r.bound(2, mapiclient.RFR).NewDSA(t.Context(), dn("alice")); err == nil {
		t.Errorf("EXCH03, whose referral is off, refers to %q", got)
	}
	for n, name := range []string{"EXCH01", "EXCH02", "EXCH03"} {
		book, err := r.bound(n, mapiclient.NSPI).OpenBook(t.Context(), mapiclient.NewStat())
		if err != nil {
			t.Fatal(err)
		}
		_, rows, err := book.ResolveNames(t.Context(), mapiclient.NewStat(), []mapi.PropTag{mapi.TagAddressBookHomeMessageDatabase}, "alice")
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		home, _ := rows[0].Get(mapi.TagAddressBookHomeMessageDatabase)
		if want := serverDN + name + "/cn=Microsoft Private MDB"; home.Str() != want {
			t.Errorf("at %s alice's home is %q", name, home.Str())
		}
	}
}

func TestServersAreControlledOneByOne(t *testing.T) {
	t.Parallel()
	r := startServers(t, threeServers)
	if status := r.api("PATCH", "/api/v1/rpc-client-access", `{"encryption_required":true}`, nil); status != 400 {
		t.Errorf("a change that names no server: status %d", status)
	}
	if status := r.api("GET", "/api/v1/advertise?server=EXCH09", "", nil); status != 404 {
		t.Errorf("an unknown server: status %d", status)
	}
	r.must("PATCH", "/api/v1/rpc-client-access?server=EXCH01", `{"encryption_required":false}`, nil)
	r.must("PATCH", "/api/v1/rpc-client-access?server=exch02", `{"encryption_required":true}`, nil)
	r.mustConnect(r.at(0, clear))
	if _, err := r.connect(r.at(1, clear)); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("clear connect to EXCH02: %v, want ecNotEncrypted", err)
	}
	r.must("PATCH", "/api/v1/advertise?server=EXCH02", `{"emsmdb":45002}`, nil)
	for n, want := range []string{port(r.Addresses().Servers[0].EMSMDB[0]), "45002"} {
		got, err := mapiclient.Resolve(t.Context(), r.at(n), mapiclient.EMSMDB)
		if err != nil || port(got) != want {
			t.Errorf("mapper %d says %s, %v, want port %s", n, got, err, want)
		}
	}
	var list admin.SessionList
	for query, want := range map[string]int{"": 1, "?server=EXCH01": 1, "?server=EXCH02": 0} {
		if r.must("GET", "/api/v1/sessions"+query, "", &list); len(list.Sessions) != want {
			t.Errorf("%q lists %d sessions, want %d", query, len(list.Sessions), want)
		}
	}
	var credential admin.HealthCredential
	if r.must("POST", "/api/v1/health/credential?server=EXCH02", "{}", &credential); credential.EPM != r.Addresses().Servers[1].EPM[0] {
		t.Errorf("the credential leads to %s", credential.EPM)
	}
	r.must("POST", "/api/v1/reset", "{}", nil)
	if _, err := r.connect(r.at(0, clear)); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("after the reset EXCH01 says %v", err)
	}
	r.mustConnect(r.at(1, clear))
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

// TestOnePortCarriesMailAndBook: a firewall that lets one port through is enough.
func TestOnePortCarriesMailAndBook(t *testing.T) {
	t.Parallel()
	const address = "127.0.0.9" // nobody else's, so a port that was free stays free
	free, err := net.Listen("tcp", address+":0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	both := port(free.Addr().String())
	r := startServers(t, "listen: {address: "+address+", epm: 0, admin: 0, emsmdb: "+both+", nspi: "+both+"}")
	for _, iface := range []dcerpc.SyntaxID{mapiclient.EMSMDB, mapiclient.NSPI, mapiclient.RFR} {
		got, err := mapiclient.Resolve(t.Context(), r.at(0), iface)
		if err != nil || got != net.JoinHostPort(address, both) {
			t.Errorf("%v is at %s, %v", iface, got, err)
		}
		r.bound(0, iface)
	}
}

func TestServersWithOneNameOrOnePlaceAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, yaml, want string }{
		{"OneName", "servers: [{name: A, epm: 1}, {name: a, epm: 2}]", "is the name of"},
		{"OnePlace", "servers: [{name: A}, {name: B}]", "135 is wanted by"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "mapid.yaml")
			if err := os.WriteFile(file, []byte(tt.yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(file)
			if err == nil {
				err = cfg.Validate()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestServersRedirectToTheHomeServer follows a redirect as clients do: RopLogon names a server, whose address the address
// book knows, and there the mailbox opens, [MS-OXCSTOR] 3.1.5.1.
func TestServersRedirectToTheHomeServer(t *testing.T) {
	t.Parallel()
	r := startServers(t, threeServers)
	r.must("POST", "/api/v1/seed", `{"users":[{"name":"alice","directory":{"home_server":"EXCH02"}}]}`, nil)
	const home = "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers/cn=EXCH02"
	s := r.mustConnect(r.at(0))
	resp, _, err := mapiclient.Do[*rop.LogonResponse](t.Context(), s, &rop.LogonRequest{
		LogonFlags: mapi.LogonPrivate, OpenFlags: mapi.OpenUsePerMdbReplidMapping, Essdn: dn("alice"),
	}, 0xFFFFFFFF)
	if !errors.Is(err, mapi.ErrWrongServer) || resp.ServerName != home || resp.LogonFlags != mapi.LogonPrivate {
		t.Fatalf("EXCH01 says %v, %+v", err, resp)
	}
	book, err := r.bound(0, mapiclient.NSPI).OpenBook(t.Context(), mapiclient.NewStat())
	if err != nil {
		t.Fatal(err)
	}
	_, rows, err := book.ResolveNames(t.Context(), mapiclient.NewStat(), []mapi.PropTag{mapi.TagAddressBookHomeMessageDatabase}, "alice")
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if v, _ := rows[0].Get(mapi.TagAddressBookHomeMessageDatabase); v.Str() != home+"/cn=Microsoft Private MDB" {
		t.Errorf("alice's home is %q", v.Str())
	}
	mids, err := book.DNToMId(t.Context(), resp.ServerName)
	if err != nil || len(mids) != 1 || mids[0] == 0 {
		t.Fatalf("ids %x, %v", mids, err)
	}
	stat := mapiclient.NewStat()
	stat.CurrentRec = mids[0]
	row, err := book.Props(t.Context(), stat, []mapi.PropTag{mapi.TagAddressBookNetworkAddress})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := row.Get(mapi.TagAddressBookNetworkAddress); !slices.Contains(prop.Elements[string](v), "ncacn_ip_tcp:exch02.old.test") {
		t.Errorf("addresses %v", v)
	}
	if _, _, err := r.mustConnect(r.at(1, negotiate)).Logon(t.Context(), dn("alice")); err != nil {
		t.Errorf("EXCH02 says %v", err)
	}
}
