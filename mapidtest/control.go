package mapidtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// User is an account with a mailbox.
type User struct {
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	Mail        string `json:"mail"`
	DN          string `json:"dn"` // legacy distinguished name
	Enabled     bool   `json:"enabled"`
}

// Users returns all accounts, by name.
func (s *Server) Users() []User {
	s.process.t.Helper()
	var list struct{ Users []User }
	s.process.must(http.MethodGet, "/api/v1/users", nil, nil, &list)
	return list.Users
}

// User returns one account.
func (s *Server) User(name string) User {
	s.process.t.Helper()
	var u User
	s.process.must(http.MethodGet, "/api/v1/users/"+url.PathEscape(name), nil, nil, &u)
	return u
}

// Session is a client that is on.
type Session struct {
	Server  string    `json:"server"`
	ID      uint64    `json:"id"`
	User    string    `json:"user"`
	Remote  string    `json:"remote"`  // address that the client came from
	Service string    `json:"service"` // ntlm, negotiate or kerberos
	Level   string    `json:"level"`   // connect, packet, integrity or privacy
	Started time.Time `json:"started"`
	Calls   uint64    `json:"calls"`
	Client  struct {
		Process string `json:"process"`
		Machine string `json:"machine"`
	} `json:"client"` // what the client says of itself
}

// Sessions returns who is on this server.
func (s *Server) Sessions() []Session {
	s.process.t.Helper()
	list, err := s.sessions()
	if err != nil {
		s.process.t.Fatalf("mapidtest: %v", err)
	}
	return list
}

func (s *Server) sessions() ([]Session, error) {
	var list struct{ Sessions []Session }
	err := s.process.call(http.MethodGet, "/api/v1/sessions", s.query(), nil, &list)
	return list.Sessions, err
}

// WaitSession waits until a user is on this server, and returns the session.
func (s *Server) WaitSession(user string) Session {
	s.process.t.Helper()
	var event struct{ Session Session }
	s.process.wait(fmt.Sprintf("a session of %s", user),
		url.Values{"for": {"session"}, "user": {user}, "server": {s.Name()}}, &event)
	return event.Session
}

// Operation is a ROP that was carried out, or an RPC that carries none.
type Operation struct {
	Name    string  `json:"name"`    // RopOpenFolder, EcDoConnectEx
	Session uint64  `json:"session"` // 0 for what belongs to none
	Client  string  `json:"client"`  // the program, as it calls itself
	Code    Code    `json:"code"`
	Result  string  `json:"result"` // name of the code
	Millis  float64 `json:"ms"`     // how long it took
}

// WaitROP waits until a user does an operation, and returns it. What was done before the call does not count: let the
// client run beside it. "Rop" may be left out of the name.
func (s *Server) WaitROP(user, name string) Operation {
	s.process.t.Helper()
	var event struct{ ROP Operation }
	s.process.wait(fmt.Sprintf("%s of %s", name, user), url.Values{"for": {"rop"}, "user": {user}, "rop": {name}}, &event)
	return event.ROP
}

// SetEncryptionRequired says whether the next connect must be sealed. Sessions that are on stay on.
func (s *Server) SetEncryptionRequired(required bool) {
	s.process.t.Helper()
	s.process.must(http.MethodPatch, "/api/v1/rpc-client-access", s.query(), map[string]bool{"encryption_required": required}, nil)
}

// AddSeed adds what the text of a seed file says to what is there. It may not name files.
func (s *Server) AddSeed(yaml string) {
	s.process.t.Helper()
	s.process.must(http.MethodPost, "/api/v1/seed", nil, yaml, nil)
}

// Reset brings back the seeded state and ends all sessions.
func (s *Server) Reset() {
	s.process.t.Helper()
	s.process.must(http.MethodPost, "/api/v1/reset", nil, struct{}{}, nil)
}

// query names the server to the admin API.
func (s *Server) query() url.Values { return url.Values{"server": {s.Name()}} }

// must is call for what has to succeed.
func (p *process) must(method, path string, query url.Values, body, out any) {
	p.t.Helper()
	if err := p.call(method, path, query, body, out); err != nil {
		p.t.Fatalf("mapidtest: %v", err)
	}
}

// call calls the admin API.
func (p *process) call(method, path string, query url.Values, body, out any) error {
	return p.callWithin(p.timeout, method, path, query, body, out)
}

func (p *process) callWithin(timeout time.Duration, method, path string, query url.Values, body, out any) error {
	ctx, stop := context.WithTimeout(p.t.Context(), timeout)
	defer stop()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.admin+path+"?"+query.Encode(), reader)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, bytes.TrimSpace(text))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// Bounds of a wait: the longest that the admin API parks, and how much later than the time-out its answer may come.
const (
	longestWait = 10 * time.Minute
	grace       = 5 * time.Second
)

// wait asks the admin API for the event that a query describes; what is there already counts.
func (p *process) wait(what string, query url.Values, event any) {
	p.t.Helper()
	timeout := min(p.timeout, longestWait)
	query.Set("timeout", timeout.String())
	if err := p.callWithin(timeout+grace, http.MethodGet, "/api/v1/wait", query, nil, event); err != nil {
		p.t.Fatalf("mapidtest: waited for %s: %v", what, err)
	}
}
