package admin

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestHostMustBeKnown(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(o *Options) { o.Hosts = func() []string { return []string{"", "lab.mapid.test", "10.1.2.3"} } })
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8135": 200, "mapid.localhost:1": 200, "127.0.0.1": 200, "127.1.2.3:99": 200, "[::1]:8135": 200,
		"lab.mapid.test": 200, "Lab.Mapid.Test:8135": 200, "10.1.2.3:8135": 200,
		"evil.test": 421, "evil.test:8135": 421, "localhost.evil.test": 421, "10.1.2.4": 421, "127.0.0.1.evil.test": 421, "0.0.0.0": 421,
	} {
		status, _, text := a.do("GET", "/api/v1/version", "", func(r *http.Request) { r.Host = host })
		if status != want {
			t.Errorf("Host %q: status %d, want %d\n%s", host, status, want, text)
		}
	}
}

func TestForeignOriginsAreRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for origin, want := range map[string]int{
		a.url: 200, "": 200, "http://evil.test": 403, "null": 403, "https" + a.url[len("http"):]: 403, "http://127.0.0.1:1": 403, a.url + ".evil.test": 403, "://": 403,
	} {
		for _, method := range []string{"GET", "PATCH"} {
			body := ""
			if method == "PATCH" {
				body = "{}"
			}
			status, _, text := a.do(method, "/api/v1/rpc-client-access", body, func(r *http.Request) {
				if origin != "" {
					r.Header.Set("Origin", origin)
				}
			})
			if status != want {
				t.Errorf("%s with Origin %q: status %d, want %d\n%s", method, origin, status, want, text)
			}
		}
	}
}

func TestWritesNeedJSON(t *testing.T) {
	t.Parallel()
	a := newAPI(t, nil)
	for kind, want := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "Application/JSON": 200,
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/jsonp": 415, ";": 415,
	} {
		status, _, _ := a.do("POST", "/api/v1/reset", "{}", func(r *http.Request) { r.Header.Set("Content-Type", kind) })
		if status != want {
			t.Errorf("Content-Type %q: status %d, want %d", kind, status, want)
		}
	}
	if a.app.resets != 3 {
		t.Errorf("%d resets, want 3", a.app.resets)
	}
}

func TestTokenIsNeededEverywhereButForHealth(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(o *Options) { o.Token = "sesame" })
	for _, path := range []string{"/livez", "/readyz"} {
		call[HealthStatus](a, "GET", path, "")
	}
	for token, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer open": 401, "Basic sesame": 401, "sesame": 401,
		"Bearer sesame": 200, "bearer  sesame": 200,
	} {
		status, header, text := a.do("GET", "/api/v1/users", "", func(r *http.Request) { r.Header.Set("Authorization", token) })
		if status != want || want == 401 && header.Get("WWW-Authenticate") == "" {
			t.Errorf("Authorization %q: status %d, want %d\n%s", token, status, want, text)
		}
	}
	a.refused(401, "GET", "/api/v1/nothing", "", nil) // not even what there is
}

func TestLargeBodiesAreRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(o *Options) { o.BodyLimit = 100 })
	large := `{"users":"` + strings.Repeat("x", 200) + `"}`
	a.refused(413, "POST", "/api/v1/seed", large, nil)
	a.refused(413, "POST", "/api/v1/seed", large, func(r *http.Request) { r.ContentLength = -1 }) // chunked: seen while reading
	if len(a.app.seeds) != 0 {
		t.Error("a seed that is too large was applied")
	}
}

func TestSurprisesAreLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	p, ok := problemOf(errors.New("disk on fire at /secret"))
	if ok || p.Status != 500 || strings.Contains(p.Detail, "secret") {
		t.Errorf("got %+v", p)
	}
}
