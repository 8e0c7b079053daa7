package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/server/admin"
)

// TestEveryRouteRefusesStrangers takes each operation of the OpenAPI document and asks for it as a stranger would: without
// the token, with a wrong one, from a page of another origin, under a name that was rebound to this address, as a form,
// and with a giant body. None does anything.
func TestEveryRouteRefusesStrangers(t *testing.T) {
	t.Parallel()
	const token = "open sesame"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	const limit = 64 << 10
	r := start(t, func(o *Options) {
		o.Config.Admin.Address, o.Config.Admin.TokenFile, o.Config.Limits.AdminBodySize = "0.0.0.0", file, limit
	})
	_, port, _ := strings.Cut(strings.TrimPrefix(r.Addresses().Admin, "http://"), ":")
	ask := func(method, path, body string, edit func(*http.Request)) (int, []byte) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:"+port+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		edit(req)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, text
	}
	same := func(*http.Request) {}
	_, before := ask("GET", "/api/v1/users", "", same)
	session := r.mustConnect(r.client(nil))
	_, text := ask("GET", "/api/v1/openapi.json", "", same)
	var doc struct {
		Paths map[string]map[string]struct{ RequestBody any }
	}
	if err := json.Unmarshal(text, &doc); err != nil || len(doc.Paths) < 25 {
		t.Fatalf("%d paths, %v", len(doc.Paths), err)
	}
	giant := `{"name":"` + strings.Repeat("x", limit) + `"}`
	fill := strings.NewReplacer("{name}", "bob", "{user}", "bob", "{id}", "1")
	for path, methods := range doc.Paths {
		for method, op := range methods {
			method, path := strings.ToUpper(method), fill.Replace(path)
			attacks := []struct {
				name, body string
				want       int
				edit       func(*http.Request)
			}{
				{"ForeignOrigin", "{}", 403, func(r *http.Request) { r.Header.Set("Origin", "http://evil.test") }},
				{"OpaqueOrigin", "{}", 403, func(r *http.Request) { r.Header.Set("Origin", "null") }},
				{"ReboundName", "{}", 421, func(r *http.Request) { r.Host = "evil.test:" + port }},
				{"ReboundNameAsItsOwnOrigin", "{}", 421, func(r *http.Request) { r.Host = "evil.test"; r.Header.Set("Origin", "http://evil.test") }},
				{"GiantBody", giant, 413, same},
			}
			if path != "/livez" && path != "/readyz" {
				attacks = append(attacks, []struct {
					name, body string
					want       int
					edit       func(*http.Request)
				}{
					{"NoToken", "{}", 401, func(r *http.Request) { r.Header.Del("Authorization") }},
					{"WrongToken", "{}", 401, func(r *http.Request) { r.Header.Set("Authorization", "Bearer open") }},
					{"TokenInTheQuery", "{}", 401, func(r *http.Request) { r.Header.Del("Authorization"); r.URL.RawQuery = "token=open+sesame" }},
				}...)
			}
			if op.RequestBody != nil {
				attacks = append(attacks, []struct {
					name, body string
					want       int
					edit       func(*http.Request)
				}{
					{"Form", "a=b", 415, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }},
					{"GiantChunks", giant, 413, func(r *http.Request) { r.ContentLength = -1 }},
					{"HalfJSON", `{"name":`, 400, same},
				}...)
			}
			for _, a := range attacks {
				status, text := ask(method, path, a.body, a.edit)
				var p admin.Problem
				if err := json.Unmarshal(text, &p); err != nil || status != a.want || p.Status != a.want || strings.Contains(string(text), token) {
					t.Errorf("%s: %s %s: status %d, want %d\n%s", a.name, method, path, status, a.want, text)
				}
			}
		}
	}
	if _, after := ask("GET", "/api/v1/users", "", same); string(after) != string(before) {
		t.Errorf("the accounts are\n%s\nand were\n%s", after, before)
	}
	if n := len(r.subjects(session, "alice")); n < 25 {
		t.Errorf("the session reads %d subjects", n)
	}
}

// TestSeedsThatNameFiles: over the API nothing of the server's disk can be read, whatever the seed calls it.
func TestSeedsThatNameFiles(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	secret := filepath.Join(r.Addresses().Data, "mapid.db")
	for _, seed := range []string{
		`{"users":[{"name":"f","directory":{"certificates":["/etc/passwd"]}}]}`,
		`{"users":[{"name":"f","directory":{"certificates":["` + secret + `"]}}]}`,
		`{"users":[{"name":"f","directory":{"certificates":["../mapid.db"]}}]}`,
		`{"users":[{"name":"f","messages":[{"folder":"Inbox","eml":"` + secret + `"}]}]}`,
		`"users:\n- name: f\n  messages:\n  - {folder: Inbox, eml: ../../etc/passwd}\n"`,
	} {
		var p admin.Problem
		if status := r.api("POST", "/api/v1/seed", seed, &p); status != 400 || strings.Contains(p.Detail+fmt.Sprint(p.Errors), "root:") {
			t.Errorf("%s: status %d, %+v", seed, status, p)
		}
	}
	if status := r.api("GET", "/api/v1/users/f", "", nil); status != 404 {
		t.Errorf("f: status %d", status)
	}
}

// TestThousandsOfParkedWaits: as many wait as limits.admin_streams says, the others are refused at once; memory stays
// bounded, clients go on being served, and the event is told to all who wait.
func TestThousandsOfParkedWaits(t *testing.T) {
	t.Parallel()
	const streams, callers = 64, 3000
	r := start(t, func(o *Options) { o.Config.Limits.AdminStreams = streams })
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	plain := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, MaxConnsPerHost: 400}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	statuses := make(chan int, callers)
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			kind := []string{"session", "rop"}[i%2]
			req, err := http.NewRequestWithContext(ctx, "GET", r.Addresses().Admin+"/api/v1/wait?timeout=10m&user=bob&for="+kind, nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := plain.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			io.Copy(io.Discard, resp.Body)
			statuses <- resp.StatusCode
		})
	}
	for range callers - streams {
		if status := <-statuses; status != http.StatusServiceUnavailable {
			t.Fatalf("status %d", status)
		}
	}
	if n := len(r.subjects(r.mustConnect(r.client(nil)), "alice")); n < 25 { // clients are served, and their ROPs told to waits
		t.Errorf("%d subjects", n)
	}
	r.must("GET", "/api/v1/users", "", nil)
	runtime.ReadMemStats(&during)
	if grown := int64(during.HeapInuse) - int64(before.HeapInuse); grown > 512<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	r.mustConnect(r.client(as("bob", "Password1!")))
	for range streams {
		if status := <-statuses; status != http.StatusOK {
			t.Errorf("a wait ended with status %d", status)
		}
	}
	all.Wait()
}
