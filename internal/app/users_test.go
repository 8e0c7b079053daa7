package app

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/server/admin"
)

func as(user, password string) func(*mapiclient.Options) {
	return func(o *mapiclient.Options) { o.User, o.Password = user, password }
}

func TestUserLife(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	if _, err := r.connect(r.client(as("dave", "one"))); err == nil {
		t.Fatal("dave logs on before there is one")
	}
	var u admin.User
	r.must("POST", "/api/v1/users", `{"name":"dave","password":"one","directory":{"title":["Guard"],"home_phones":["1","2"]},"quota":{"warning":7}}`, &u)
	if u.Mail != "dave@mapid.test" || u.DisplayName != "dave" || !u.Enabled || u.Admin || u.Directory["title"][0] != "Guard" ||
		!slices.Equal(u.Directory["home_phones"], []string{"1", "2"}) || u.Quota.Warning != 7 {
		t.Errorf("%+v", u)
	}
	if status := r.api("POST", "/api/v1/users", `{"name":"DAVE","password":"two"}`, nil); status != 409 {
		t.Errorf("a second dave: status %d", status)
	}
	s := r.mustConnect(r.client(as("dave", "one")))
	if n := len(r.subjects(s, "dave")); n != 0 {
		t.Errorf("%d messages in a new mailbox", n)
	}

	u = admin.User{}
	r.must("PATCH", "/api/v1/users/dave", `{"password":"two","display_name":"Dave","aliases":["d@mapid.test"],"directory":{"title":[],"office":["9"]}}`, &u)
	if u.DisplayName != "Dave" || !slices.Equal(u.Aliases, []string{"d@mapid.test"}) || u.Directory["title"] != nil || u.Directory["office"][0] != "9" ||
		len(u.Directory["home_phones"]) != 2 || u.Quota.Warning != 7 {
		t.Errorf("%+v", u)
	}
	if _, err := r.connect(r.client(as("dave", "one"))); err == nil {
		t.Error("the old password is good")
	}
	r.mustConnect(r.client(as("dave", "two")))
	u = admin.User{}
	r.must("PATCH", "/api/v1/users/dave", `{"aliases":null,"display_name":null,"directory":null,"quota":null}`, &u)
	if u.DisplayName != "dave" || len(u.Aliases)+len(u.Directory) != 0 || u.Quota.Warning != 0 {
		t.Errorf("after nulls %+v", u)
	}

	r.must("DELETE", "/api/v1/users/dave", "", nil)
	if _, _, err := s.Logon(t.Context(), dn("dave")); err == nil {
		t.Error("a session of a removed account goes on")
	}
	if status := r.api("DELETE", "/api/v1/users/dave", "", nil); status != 404 {
		t.Errorf("a second removal: status %d", status)
	}
}

func TestUserThatCannotBe(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for body, want := range map[string]string{
		`{"name":"dave"}`:                                                       "password",
		`{"name":"da/ve","password":"x"}`:                                       "name",
		`{"name":"","password":"x"}`:                                            "name",
		`{"name":"healthmailbox","password":"x"}`:                               "healthmailbox",
		`{"name":"dave","password":"x","mail":"nowhere"}`:                       "mail",
		`{"name":"dave","password":"x","mail":"alice@mapid.test"}`:              "alice",
		`{"name":"dave","password":"x","directory":{"titel":["x"]}}`:            "titel",
		`{"name":"dave","password":"x","directory":{"certificates":["a.cer"]}}`: "certificate",
		`{"name":"dave","password":"x","directory":{"title":["a","b"]}}`:        "title",
	} {
		var p admin.Problem
		if status := r.api("POST", "/api/v1/users", body, &p); status != 400 || !strings.Contains(p.Detail+strings.Join(p.Errors, ""), want) {
			t.Errorf("%s: status %d, %+v", body, status, p)
		}
	}
	for _, body := range []string{`{"password":null}`, `{"password":""}`, `{"mail":"bob@mapid.test"}`} {
		if status := r.api("PATCH", "/api/v1/users/alice", body, nil); status != 400 {
			t.Errorf("%s: status %d", body, status)
		}
	}
}

func TestRemovedUserLeavesTheGroups(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.must("DELETE", "/api/v1/users/bob", "", nil)
	snapshot, err := r.store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if team := snapshot.ByName("team"); !slices.Equal(team.Members, []string{"alice", "carol"}) {
		t.Errorf("members %v", team.Members)
	}
}

func TestSeedOverTheAPI(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	var result admin.SeedResult
	r.must("POST", "/api/v1/seed", `{"users":[{"name":"erin","password":"x","messages":[{"folder":"Inbox","from":"bob","to":["erin"],"subject":"Hello","body":"hi"}]}]}`, &result)
	if result.Users != 1 || result.Messages != 1 {
		t.Errorf("%+v", result)
	}
	if got := r.subjects(r.mustConnect(r.client(as("erin", "x"))), "erin"); !slices.Equal(got, []string{"Hello"}) {
		t.Errorf("subjects %q", got)
	}
	var p admin.Problem
	status := r.api("POST", "/api/v1/seed", `"users:\n- name: f\n  directory: {certificates: [/etc/passwd]}\n- name: g\n  pasword: x\n"`, &p)
	if status != 400 || len(p.Errors) != 2 || !strings.Contains(p.Errors[0], "line 3") || !strings.Contains(p.Errors[0], "files") {
		t.Errorf("status %d, %+v", status, p)
	}
}

func TestHealthCredentialIsGoodForAMinute(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	r := start(t, func(o *Options) {
		o.Now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		}
	})
	var c admin.HealthCredential
	r.must("POST", "/api/v1/health/credential", "{}", &c)
	if c.Domain != "MAPID" || c.EPM != r.Addresses().Servers[0].EPM[0] || c.EMSMDB != r.Addresses().Servers[0].EMSMDB[0] || !c.Expires.Equal(now.Add(time.Minute)) {
		t.Errorf("%+v", c)
	}
	o := r.client(as(c.User, c.Password))
	s := r.mustConnect(o)
	if _, _, err := s.Logon(t.Context(), c.DN); err != nil {
		t.Errorf("log-on: %v", err)
	}
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	if _, err := r.connect(o); err == nil {
		t.Error("the credential is good after a minute")
	}
	if _, err := r.connect(r.client(as(c.User, ""))); err == nil {
		t.Error("the health mailbox takes an empty password")
	}
}

func TestOffLoopbackATokenIsNeeded(t *testing.T) {
	t.Parallel()
	r := start(t, func(o *Options) { o.Config.Admin.Address = "0.0.0.0" })
	_, port, _ := strings.Cut(strings.TrimPrefix(r.Addresses().Admin, "http://"), ":")
	url := "http://127.0.0.1:" + port
	path := filepath.Join(r.Addresses().Data, "admin.token")
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode().Perm(), err)
	}
	for header, want := range map[string]int{"": 401, "Bearer x": 401, "Bearer " + strings.TrimSpace(string(token)): 200} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", url+"/api/v1/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", header)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%q: status %d, want %d", header, resp.StatusCode, want)
		}
	}
}

func TestRequirement01NamesAndDomainsThatLogOn(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for _, name := range []struct{ domain, user string }{
		{"MAPID", "alice"}, {"", "alice"}, {"LAPTOP", "ALICE"}, {"mapid.test", "alice"}, {"", "alice@mapid.test"}, {"", "Alice@MAPID.TEST"},
	} {
		o := r.client(func(o *mapiclient.Options) { o.Domain, o.User = name.domain, name.user })
		conn, err := mapiclient.Dial(t.Context(), o, mapiclient.EMSMDB)
		if err != nil {
			t.Errorf("%s\\%s: %v", name.domain, name.user, err)
			continue
		}
		if _, _, err := conn.Connect(t.Context(), mapiclient.ConnectRequest{UserDN: dn("alice")}); err != nil {
			t.Errorf("%s\\%s: %v", name.domain, name.user, err)
		}
		conn.Close()
	}
	for _, user := range []string{"alice@elsewhere.test", "team", "nobody", ""} {
		conn, err := mapiclient.Dial(t.Context(), r.client(func(o *mapiclient.Options) { o.User = user }), mapiclient.EMSMDB)
		if err != nil {
			continue
		}
		if _, _, err := conn.Connect(t.Context(), mapiclient.ConnectRequest{UserDN: dn("alice")}); err == nil {
			t.Errorf("%q logs on", user)
		}
		conn.Close()
	}
}
