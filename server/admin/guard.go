package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// openPaths need no token: whoever runs the process must be able to ask whether it lives.
var openPaths = []string{"/livez", "/readyz"}

// guard refuses requests before anything else looks at them.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				s.log.Error("panic in a request", zap.Any("panic", v), zap.ByteString("stack", debug.Stack()))
				s.fail(w, r, problemf(http.StatusInternalServerError, "the server could not do this; its log says why"))
			}
		}()
		if p := s.refusal(r); p != nil {
			if p.Status == http.StatusUnauthorized {
				h.Set("WWW-Authenticate", `Bearer realm="mapid"`)
			}
			h.Set("Connection", "close") // the body is not read
			s.fail(w, r, p)
			return
		}
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(s.readTime)); err != nil {
			s.fail(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.opts.BodyLimit)
		next.ServeHTTP(w, r)
	})
}

// refusal says why a request is refused, or nil.
func (s *Server) refusal(r *http.Request) *Problem {
	if !s.knownHost(r) {
		return problemf(http.StatusMisdirectedRequest, "Host %q is neither a loopback name nor configured (admin.address, advertise.host)", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" && !sameOrigin(origin, r) {
		return problemf(http.StatusForbidden, "requests of other origins are refused")
	}
	if s.opts.Token != "" && !slices.Contains(openPaths, r.URL.Path) && !s.authorized(r) {
		return problemf(http.StatusUnauthorized, "a bearer token is needed (admin.token_file)")
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			return problemf(http.StatusUnsupportedMediaType, "writes need Content-Type: application/json")
		}
	}
	if r.ContentLength > s.opts.BodyLimit {
		return problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes (limits.admin_body_size)", s.opts.BodyLimit)
	}
	return nil
}

// knownHost reports whether Host is a loopback name, the address the request came to, or a configured name.
func (s *Server) knownHost(r *http.Request) bool {
	host := hostOf(r.Host)
	if equalFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if a.Unmap().IsLoopback() {
			return true
		}
		if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			if at, err := netip.ParseAddrPort(local.String()); err == nil && at.Addr().Unmap() == a.Unmap() {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.opts.Hosts(), func(known string) bool { return equalFold(known, host) })
}

// hostOf cuts the port off a Host header, and the brackets off an IPv6 address.
func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func sameOrigin(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && equalFold(u.Host, r.Host)
}

// authorized compares digests, so that the time taken tells nothing of the token.
func (s *Server) authorized(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	got, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(s.opts.Token))
	return equalFold(scheme, "Bearer") && subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
