package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// route is one operation of the API. The mux and the OpenAPI document are made of the same table.
type route struct {
	method, path string
	summary      string
	query        []parameter
	body         reflect.Type // nil: none is read
	result       reflect.Type // nil: no content
	status       int
	stream       string // content type of an answer that is no JSON value
	brief        bool   // such an answer ends by itself
	parks        bool   // the request may wait for long
	serve        http.HandlerFunc
}

// parameter is one query parameter.
type parameter struct {
	name, text string
}

var serverParameter = parameter{"server", "name of the server; needed where there are several"}

// routes is the table, in the order of the document.
func (s *Server) routes() []route {
	return []route{
		get(s, "/livez", "Whether the process lives.", s.livez),
		get(s, "/readyz", "Whether listeners are bound, the seed is applied and the store can be written.", s.readyz),
		metricsRoute(s),
		get(s, "/api/v1/version", "Version, commit and Go version.", s.version),
		get(s, "/api/v1/servers", "The Exchange servers, and what clients need to find them.", s.servers),
		get(s, "/api/v1/rpc-client-access", "What Get-RpcClientAccess shows.", s.getRPCClientAccess, serverParameter),
		write(s, http.MethodPatch, "/api/v1/rpc-client-access", "Changes what the next connect obeys; sessions that are on stay on.", http.StatusOK, s.patchRPCClientAccess, serverParameter),
		get(s, "/api/v1/advertise", "What clients are told of addresses and ports.", s.getAdvertise, serverParameter),
		write(s, http.MethodPatch, "/api/v1/advertise", "Changes what clients are told.", http.StatusOK, s.patchAdvertise, serverParameter),
		get(s, "/api/v1/referral", "How the referral service answers.", s.getReferral, serverParameter),
		write(s, http.MethodPatch, "/api/v1/referral", "Changes what the next referral says.", http.StatusOK, s.patchReferral, serverParameter),
		get(s, "/api/v1/log", "The log level.", s.getLog),
		write(s, http.MethodPatch, "/api/v1/log", "Changes the log level.", http.StatusOK, s.patchLog),
		get(s, "/api/v1/sessions", "Who is on: sessions, and every connection.", s.sessions, parameter{"server", "only those of that server"}, parameter{"user", "only those of that account"}),
		get(s, "/api/v1/gaps", "What clients asked for that is not implemented, the most wanted first.", s.gaps,
			parameter{"server", "only of that server"}, parameter{"client", "only of that program"}),
		eventStream(s),
		waitRoute(s),
		traceStream(s),
		get(s, "/api/v1/trace/file", "The trace that is written all the time.", s.getTraceFile),
		write(s, http.MethodPatch, "/api/v1/trace/file", "Starts it, under a name in the data folder, or ends it with an empty name.", http.StatusOK, s.patchTraceFile),
		get(s, "/api/v1/users", "All accounts with a mailbox.", s.listUsers),
		write(s, http.MethodPost, "/api/v1/users", "Adds an account and its mailbox.", http.StatusCreated, s.addUser),
		get(s, "/api/v1/users/{name}", "One account.", s.getUser),
		write(s, http.MethodPatch, "/api/v1/users/{name}", "Changes an account; what is not named stays.", http.StatusOK, s.patchUser),
		remove(s, "/api/v1/users/{name}", "Removes an account and its mailbox.", s.removeUser),
		get(s, "/api/v1/mailboxes/{user}/folders", "All folders of a mailbox.", s.folders),
		get(s, "/api/v1/mailboxes/{user}/messages", "Messages of a folder, newest first.", s.messages,
			append([]parameter{
				{"folder", "path or id; Inbox if not given"}, {"limit", "most messages to return, 100 if not given, at most 1000"}, {"offset", "messages to pass over"},
			}, queryParameters...)...),
		deleteMessagesRoute(s),
		get(s, "/api/v1/messages/{id}", "All properties of a message, its recipients and attachments.", s.message),
		emlRoute(s),
		write(s, http.MethodPost, "/api/v1/deliver", "Delivers a mail to all of its recipients, or to none.", http.StatusOK, s.deliver),
		write(s, http.MethodPost, "/api/v1/seed", "Adds what a seed says. It may not name files.", http.StatusOK, s.seed),
		write(s, http.MethodPost, "/api/v1/reset", "Back to the seeded state; ends all sessions.", http.StatusOK, s.reset),
		get(s, "/api/v1/snapshots", "States of the store that are kept.", s.listSnapshots),
		write(s, http.MethodPost, "/api/v1/snapshots", "Keeps the state as it is, under a name.", http.StatusCreated, s.saveSnapshot),
		write(s, http.MethodPost, "/api/v1/snapshots/{name}/restore", "Brings a state back; ends all sessions.", http.StatusOK, s.restoreSnapshot),
		remove(s, "/api/v1/snapshots/{name}", "Forgets a state.", s.removeSnapshot),
		write(s, http.MethodPost, "/api/v1/health/credential", "A credential for the health mailbox, good for a minute.", http.StatusOK, s.healthCredential, serverParameter),
		get(s, "/api/v1/openapi.json", "This document.", s.openAPI),
	}
}

// get is a route that reads.
func get[T any](s *Server, path, summary string, run func(*http.Request) (T, error), query ...parameter) route {
	return route{
		method: http.MethodGet, path: path, summary: summary, query: query, result: reflect.TypeFor[T](), status: http.StatusOK,
		serve: func(w http.ResponseWriter, r *http.Request) {
			v, err := run(r)
			s.answer(w, r, http.StatusOK, v, err)
		},
	}
}

// write is a route with a JSON body.
func write[B, T any](s *Server, method, path, summary string, status int, run func(*http.Request, B) (T, error), query ...parameter) route {
	return route{
		method: method, path: path, summary: summary, query: query, body: reflect.TypeFor[B](), result: reflect.TypeFor[T](), status: status,
		serve: func(w http.ResponseWriter, r *http.Request) {
			body, err := decode[B](r)
			if err != nil {
				s.fail(w, r, err)
				return
			}
			v, err := run(r, body)
			s.answer(w, r, status, v, err)
		},
	}
}

// remove is a route that deletes and answers nothing.
func remove(s *Server, path, summary string, run func(*http.Request) error) route {
	return route{
		method: http.MethodDelete, path: path, summary: summary, status: http.StatusNoContent,
		serve: func(w http.ResponseWriter, r *http.Request) {
			if err := run(r); err != nil {
				s.fail(w, r, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		},
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, status int, v any, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // the client may be gone
}

// decode reads a body that must be one JSON value; members that are not known are refused, so that a misspelt one
// does not pass for done. json.RawMessage takes any value, and an empty body is an empty object.
func decode[B any](r *http.Request) (B, error) {
	var body B
	text, err := io.ReadAll(r.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); err != nil && !large {
		return body, problemf(http.StatusBadRequest, "the body did not come whole: %v", err)
	}
	if err != nil {
		return body, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&body); err != nil {
		return body, Invalid(errors.New(strings.TrimPrefix(err.Error(), "json: ")))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return body, problemf(http.StatusBadRequest, "the body must be one JSON value")
	}
	return body, nil
}

// mux serves the table. What is not in it is answered with a Problem too.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	methods := make(map[string][]string)
	for _, r := range s.routes() {
		if r.parks || r.stream != "" && !r.brief {
			r.serve = s.parked(r.serve)
		}
		mux.HandleFunc(r.method+" "+r.path, r.serve)
		methods[r.path] = append(methods[r.path], r.method)
	}
	for path, allowed := range methods {
		slices.Sort(allowed)
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			s.fail(w, r, problemf(http.StatusMethodNotAllowed, "%s is not possible here, only %s", r.Method, strings.Join(allowed, ", ")))
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problemf(http.StatusNotFound, "there is nothing at %s; /api/v1/openapi.json lists what there is", r.URL.Path))
	})
	return mux
}
