package app

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/admin"
)

// subjects reads the subjects of a user's inbox through the protocol.
func (r *running) subjects(s *mapiclient.Session, user string) []string {
	r.t.Helper()
	ctx := r.t.Context()
	logon, handle, err := s.Logon(ctx, dn(user))
	if err != nil {
		r.t.Fatal(err)
	}
	_, handles, err := mapiclient.Do[*rop.OpenFolderResponse](ctx, s, &rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: logon.FolderIDs[4]}, handle)
	if err != nil {
		r.t.Fatal(err)
	}
	_, handles, err = mapiclient.Do[*rop.GetContentsTableResponse](ctx, s, &rop.GetContentsTableRequest{InOut: rop.InOut{OutputHandleIndex: 1}}, handles[1])
	if err != nil {
		r.t.Fatal(err)
	}
	table := handles[1]
	if _, _, err = mapiclient.Do[*rop.SetColumnsResponse](ctx, s, &rop.SetColumnsRequest{PropertyTags: []mapi.PropTag{mapi.TagSubject}}, table); err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for {
		rows, _, err := mapiclient.Do[*rop.QueryRowsResponse](ctx, s, &rop.QueryRowsRequest{ForwardRead: true, RowCount: 10}, table)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(rows.Rows) == 0 {
			return out
		}
		for _, row := range rows.Rows {
			out = append(out, rowText(row))
		}
	}
}

// rowText is the only column of a row.
func rowText(row prop.Row) string { return row.Values[0].Str() }

func TestInboxHasTheSubjectsOfTheSeed(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	var list admin.MessageList
	r.must("GET", "/api/v1/mailboxes/alice/messages?limit=1000", "", &list)
	want := make([]string, len(list.Messages))
	for i, m := range list.Messages {
		want[i] = m.Subject
	}
	slices.Sort(want)
	for name, edit := range map[string]func(*mapiclient.Options){
		"NTLMPrivacy":        func(o *mapiclient.Options) {},
		"NTLMIntegrity":      func(o *mapiclient.Options) { o.Level = auth.LevelIntegrity },
		"NTLMConnect":        func(o *mapiclient.Options) { o.Level = auth.LevelConnect },
		"NegotiatePrivacy":   func(o *mapiclient.Options) { o.Service = auth.ServiceNegotiate },
		"NegotiateIntegrity": func(o *mapiclient.Options) { o.Service, o.Level = auth.ServiceNegotiate, auth.LevelIntegrity },
	} {
		s := r.mustConnect(r.client(edit))
		got := r.subjects(s, "alice")
		slices.Sort(got)
		if len(got) < 25 || !slices.Equal(got, want) {
			t.Errorf("%s: %d subjects, want %d\n%q\n%q", name, len(got), len(want), got, want)
		}
	}
}

func clear(o *mapiclient.Options) { o.Level = auth.LevelConnect }

func TestEncryptionRequiredIsObeyedByTheNextConnectOnly(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	on := r.mustConnect(r.client(clear))
	before := len(r.subjects(on, "alice"))
	r.must("PATCH", "/api/v1/rpc-client-access", `{"encryption_required":true}`, nil)
	// mapiclient says it is Outlook 2007: 12.0.6206.
	if _, err := r.connect(r.client(clear)); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("clear connect: %v, want ecNotEncrypted", err)
	}
	if n := len(r.subjects(on, "alice")); n != before {
		t.Errorf("the clear session that was on reads %d subjects, %d before", n, before)
	}
	r.mustConnect(r.client(nil))
	r.must("PATCH", "/api/v1/rpc-client-access", `{"encryption_required":null}`, nil)
	r.mustConnect(r.client(clear))
}

func TestBlockedVersions(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.must("PATCH", "/api/v1/rpc-client-access", `{"blocked_client_versions":["12.0.0-12.32767.65535"]}`, nil)
	if _, err := r.connect(r.client(nil)); !errors.Is(err, mapi.ErrClientVerBlocked) {
		t.Errorf("connect: %v, want ecClientVerDisallowed", err)
	}
	for _, bad := range []string{`{"blocked_client_versions":["-"]}`, `{"compression":"maybe"}`, `{"maximum_connections":0}`} {
		if status := r.api("PATCH", "/api/v1/rpc-client-access", bad, nil); status != 400 {
			t.Errorf("%s: status %d", bad, status)
		}
	}
	r.must("POST", "/api/v1/reset", "{}", nil)
	r.mustConnect(r.client(nil))
}

func TestAdvertiseChangesWhatTheMapperSays(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	host := func() string {
		t.Helper()
		at, err := mapiclient.Resolve(t.Context(), r.client(nil), mapiclient.EMSMDB)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if got, want := host(), r.Addresses().Servers[0].EMSMDB[0]; got != want {
		t.Errorf("mapper says %s, want %s", got, want)
	}
	r.must("PATCH", "/api/v1/advertise", `{"emsmdb":45001}`, nil)
	if _, port, _ := net.SplitHostPort(host()); port != "45001" {
		t.Errorf("mapper says port %s", port)
	}
	if status := r.api("PATCH", "/api/v1/advertise", `{"nspi":70000}`, nil); status != 400 {
		t.Errorf("port 70000: status %d", status)
	}
	r.must("PATCH", "/api/v1/advertise", `{"emsmdb":null}`, nil)
	if got, want := host(), r.Addresses().Servers[0].EMSMDB[0]; got != want {
		t.Errorf("mapper says %s, want %s", got, want)
	}
}

func TestSessionsTellWhoIsOn(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	var list admin.SessionList
	r.must("GET", "/api/v1/sessions", "", &list)
	if len(list.Sessions) != 1 {
		t.Fatalf("%+v", list)
	}
	got := list.Sessions[0]
	if got.Server != "EXCH01" || got.User != "alice" || got.Level != "privacy" || got.Service != "ntlm" || got.Transport != "ncacn_ip_tcp" ||
		!strings.HasPrefix(got.ClientVersion, "12.") || got.Started.IsZero() || !strings.HasPrefix(got.Remote, "127.0.0.1:") {
		t.Errorf("%+v", got)
	}
	if err := s.Disconnect(t.Context()); err != nil {
		t.Fatal(err)
	}
	list = admin.SessionList{}
	r.must("GET", "/api/v1/sessions", "", &list)
	if len(list.Sessions) != 0 {
		t.Errorf("after the end: %+v", list)
	}
}

func TestResetEndsSessionsAndUndoesEverything(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	before := r.subjects(s, "alice")
	r.must("POST", "/api/v1/users", `{"name":"dave","password":"x"}`, nil)
	r.must("PATCH", "/api/v1/rpc-client-access", `{"encryption_required":true}`, nil)
	r.must("PATCH", "/api/v1/log", `{"level":"error"}`, nil)
	r.must("POST", "/api/v1/reset", "{}", nil)
	if _, _, err := s.Logon(t.Context(), dn("alice")); err == nil {
		t.Error("the session survived")
	}
	if status := r.api("GET", "/api/v1/users/dave", "", nil); status != 404 {
		t.Errorf("dave: status %d", status)
	}
	var log admin.LogSettings
	if r.must("GET", "/api/v1/log", "", &log); log.Level != "debug" {
		t.Errorf("log level %s", log.Level)
	}
	if got := r.subjects(r.mustConnect(r.client(clear)), "alice"); !slices.Equal(got, before) {
		t.Errorf("after the reset %q, before %q", got, before)
	}
}

func TestSeveralServersShareOneStore(t *testing.T) {
	t.Parallel()
	yes := true
	r := start(t, func(o *Options) {
		first := o.Config.EffectiveServers()[0]
		second := first
		second.Name, second.FQDN, second.Profile = "EXCH02", "exch02.mapid.test", "exchange2007"
		second.RPC.EncryptionRequired = &yes
		o.Config.Servers = append(o.Config.Servers, first, second)
	})
	if n := len(r.Addresses().Servers); n != 2 {
		t.Fatalf("%d servers", n)
	}
	one := r.mustConnect(r.client(clear))
	at2 := func(o *mapiclient.Options) { o.Mapper = r.Addresses().Servers[1].EPM[0] }
	if _, err := r.connect(r.client(func(o *mapiclient.Options) { at2(o); clear(o) })); !errors.Is(err, mapi.ErrNotEncrypted) {
		t.Errorf("clear connect to EXCH02: %v, want ecNotEncrypted", err)
	}
	two := r.mustConnect(r.client(at2))
	if a, b := r.subjects(one, "alice"), r.subjects(two, "alice"); len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("%q\n%q", a, b)
	}
	var access admin.RPCClientAccess
	if r.must("GET", "/api/v1/rpc-client-access?server=EXCH02", "", &access); !access.EncryptionRequired {
		t.Errorf("%+v", access)
	}
	var list admin.SessionList
	if r.must("GET", "/api/v1/sessions?server=EXCH02", "", &list); len(list.Sessions) != 1 {
		t.Errorf("%+v", list)
	}
}
