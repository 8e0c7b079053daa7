package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"go.uber.org/zap"

	"github.com/mapid/mapid/store"
)

// Problem is an answer that is an error, RFC 9457. Implementations of this package's interfaces return it to choose
// the status; store errors have theirs; everything else is an internal error, which is logged.
type Problem struct {
	Type   string   `json:"type"`
	Title  string   `json:"title"`
	Status int      `json:"status"`
	Detail string   `json:"detail,omitempty"`
	Errors []string `json:"errors,omitempty"` // all problems, where there may be several
}

// Error is the detail.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Detail
}

// problemf makes a Problem of a status and a sentence.
func problemf(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// Invalid is the Problem of a request that asks for something that cannot be. Each cause is one sentence.
func Invalid(causes ...error) *Problem {
	p := problemf(http.StatusBadRequest, "the request is not valid")
	for _, c := range causes {
		p.Errors = append(p.Errors, c.Error())
	}
	if len(causes) == 1 {
		p.Detail, p.Errors = causes[0].Error(), nil
	}
	return p
}

// problemOf finds the Problem that stands for err; ok is false if it is a surprise.
func problemOf(err error) (p *Problem, ok bool) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.As(err, &tooLarge):
		return problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes (limits.admin_body_size)", tooLarge.Limit), true
	case errors.Is(err, store.ErrNotFound):
		return problemf(http.StatusNotFound, "%v", err), true
	case errors.Is(err, store.ErrExists), errors.Is(err, store.ErrConflict):
		return problemf(http.StatusConflict, "%v", err), true
	case errors.Is(err, store.ErrQuota), errors.Is(err, store.ErrDenied):
		return problemf(http.StatusForbidden, "%v", err), true
	case errors.Is(err, store.ErrBusy):
		return problemf(http.StatusServiceUnavailable, "%v", err), true
	}
	return problemf(http.StatusInternalServerError, "the server could not do this; its log says why"), false
}

// fail answers with err.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p, ok := problemOf(err)
	if !ok {
		s.log.Error("request failed", zap.String("op", r.Method+" "+r.URL.Path), zap.Error(err))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		json.NewEncoder(w).Encode(p) // the client may be gone
	}
}

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }

func joinNames(names []string) string { return strings.Join(names, ", ") }
