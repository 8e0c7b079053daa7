package admin

import (
	"net/http"
	"time"
)

// HealthStatus is the answer of the health checks; everything but ok is a Problem.
type HealthStatus struct {
	Status  string    `json:"status"`
	Started time.Time `json:"started"`
}

// HealthCredential logs on to the hidden health mailbox for a minute.
type HealthCredential struct {
	User     string    `json:"user"`
	DN       string    `json:"dn"`
	Domain   string    `json:"domain"`
	Password string    `json:"password"`
	Expires  time.Time `json:"expires"`
	EPM      string    `json:"epm"`    // address of the endpoint mapper, host:port
	EMSMDB   string    `json:"emsmdb"` // real address of EMSMDB, whatever is advertised
	Server   string    `json:"server"`
}

func (s *Server) livez(*http.Request) (HealthStatus, error) {
	return HealthStatus{"ok", s.started}, nil
}

func (s *Server) readyz(r *http.Request) (HealthStatus, error) {
	if err := s.opts.Health.Ready(r.Context()); err != nil {
		return HealthStatus{}, problemf(http.StatusServiceUnavailable, "not ready: %v", err)
	}
	return HealthStatus{"ok", s.started}, nil
}

func (s *Server) healthCredential(r *http.Request, _ Nothing) (HealthCredential, error) {
	c, err := s.controller(r)
	if err != nil {
		return HealthCredential{}, err
	}
	return s.opts.Health.Credential(r.Context(), c.Name())
}

func (s *Server) version(*http.Request) (Build, error) { return s.opts.Build, nil }
