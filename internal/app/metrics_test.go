package app

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/admin"
)

// metrics reads the exposition as name with labels to value.
func (r *running) metrics() map[string]string {
	r.t.Helper()
	resp, err := http.Get(r.Addresses().Admin + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	line := regexp.MustCompile(`^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) ([0-9.e+-]+)$`)
	out := make(map[string]string)
	for l := range strings.Lines(string(text)) {
		l = strings.TrimSuffix(l, "\n")
		if strings.HasPrefix(l, "# HELP ") || strings.HasPrefix(l, "# TYPE ") {
			continue
		}
		m := line.FindStringSubmatch(l)
		if m == nil {
			r.t.Errorf("not a sample: %q", l)
			continue
		}
		if _, twice := out[m[1]]; twice {
			r.t.Errorf("twice: %s", m[1])
		}
		out[m[1]] = m[2]
	}
	return out
}

func TestMetricsCountWhatHappens(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	before := r.metrics()
	s := r.mustConnect(r.client(nil))
	r.subjects(s, "alice")
	if _, err := r.connect(r.client(as("alice", "wrong"))); err == nil {
		t.Fatal("a wrong password is good")
	}
	r.must("PATCH", "/api/v1/rpc-client-access", `{"encryption_required":true}`, nil)
	if _, err := r.connect(r.client(clear)); err == nil {
		t.Fatal("a clear connect is not refused")
	}
	now := r.metrics()
	for name, want := range map[string][2]string{
		`mapid_sessions{server="EXCH01"}`:                                                                                {"0", "1"},
		`mapid_connects_refused_total{server="EXCH01"}`:                                                                  {"0", "1"},
		`mapid_rops_total{server="EXCH01",rop="RopLogon",result="ok"}`:                                                   {"", "1"},
		`mapid_rops_total{server="EXCH01",rop="RopLogon",result="error"}`:                                                {"", "0"},
		`mapid_authentications_total{server="EXCH01",service="ntlm",level="privacy",result="accepted"}`:                  {"", "1"},
		`mapid_authentications_total{server="EXCH01",service="ntlm",level="privacy",result="refused"}`:                   {"", "1"},
		`mapid_rpc_call_duration_seconds_count{server="EXCH01",interface="emsmdb",operation="EcDoConnectEx"}`:            {"", "2"},
		`mapid_rpc_call_duration_seconds_bucket{server="EXCH01",interface="emsmdb",operation="EcDoConnectEx",le="+Inf"}`: {"", "2"},
		`mapid_rpc_faults_total{server="EXCH01",interface="emsmdb",operation="EcDoConnectEx"}`:                           {"", "0"},
		`mapid_store_changes_total{kind="mailbox_deleted"}`:                                                              {"0", "0"},
		`mapid_build_info{version="test",commit="",go=""}`:                                                               {"1", "1"},
	} {
		if before[name] != want[0] || now[name] != want[1] {
			t.Errorf("%s: %q, then %q, want %q", name, before[name], now[name], want)
		}
	}
}

func TestGapsNameWhatIsMissing(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	s := r.mustConnect(r.client(nil))
	_, handle, err := s.Logon(t.Context(), dn("alice"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // no store has an account
		req := &rop.GetPropertiesSpecificRequest{PropertyTags: []mapi.PropTag{mapi.TagAccount, mapi.TagMailboxOwnerName}}
		if _, _, err := mapiclient.Do[*rop.GetPropertiesSpecificResponse](t.Context(), s, req, handle); err != nil {
			t.Fatal(err)
		}
	}
	var list admin.GapList
	r.must("GET", "/api/v1/gaps", "", &list)
	if len(list.Gaps) != 1 {
		t.Fatalf("%+v", list)
	}
	if g := list.Gaps[0]; g.Server != "EXCH01" || g.Kind != "property" || g.Name != "PidTagAccount" || g.Count != 3 || !strings.HasPrefix(g.Client, "version 12.") || g.Last.IsZero() {
		t.Errorf("%+v", g)
	}
}

func TestWaitForASessionAndARop(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	type result struct {
		status int
		event  admin.Event
	}
	wait := func(query string) <-chan result {
		done := make(chan result, 1)
		go func() {
			var e admin.Event
			status := r.api("GET", "/api/v1/wait?timeout=60s&"+query, "", &e)
			done <- result{status, e}
		}()
		return done
	}
	session, operation := wait("for=session&user=alice"), wait("for=rop&rop=GetContentsTable&user=alice")
	s := r.mustConnect(r.client(nil))
	if got := <-session; got.status != 200 || got.event.Session.User != "alice" {
		t.Errorf("%+v", got)
	}
	for len(operation) == 0 { // of ROPs only what comes counts, and the wait may not have begun
		r.subjects(s, "alice")
	}
	if got := <-operation; got.status != 200 || got.event.ROP.Name != "RopGetContentsTable" || got.event.ROP.Result != "ecNone" {
		t.Errorf("%+v", got)
	}
	begin := time.Now()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("the end took %v", d)
	}
}
