package admin

import (
	"net/http"
	"time"
)

// Session is one client that is on.
type Session struct {
	Server        string        `json:"server"`
	Conn          uint64        `json:"conn"` // connection it was made on
	ID            uint64        `json:"id"`
	User          string        `json:"user"`
	Remote        string        `json:"remote"` // address the client came from
	Local         string        `json:"local"`  // address it came to
	Transport     string        `json:"transport"`
	Service       string        `json:"service"` // ntlm, negotiate, kerberos
	Level         string        `json:"level"`   // connect, packet, integrity, privacy
	KeyBits       int           `json:"key_bits"`
	ClientVersion string        `json:"client_version"`
	Client        SessionClient `json:"client"`
	Started       time.Time     `json:"started"`
	Last          time.Time     `json:"last"` // its last call
	Calls         uint64        `json:"calls"`
	BytesIn       uint64        `json:"bytes_in"`
	BytesOut      uint64        `json:"bytes_out"`
	Waiting       bool          `json:"waiting"` // a wait for notifications is parked
}

// SessionClient is what a client says of itself.
type SessionClient struct {
	Process string `json:"process"`
	Machine string `json:"machine"`
	User    string `json:"user"`
	Mode    string `json:"mode"` // cached or classic (online)
	IP      string `json:"ip"`
}

// SessionList is the answer to who is on.
type SessionList struct {
	Sessions    []Session    `json:"sessions"`
	Connections []Connection `json:"connections"`
}

func (s *Server) sessions(r *http.Request) (SessionList, error) {
	list := SessionList{Sessions: []Session{}, Connections: []Connection{}}
	server, user := r.URL.Query().Get("server"), r.URL.Query().Get("user")
	if server != "" {
		if _, err := s.controller(r); err != nil {
			return list, err
		}
	}
	for _, c := range s.opts.Servers {
		if server != "" && !equalFold(server, c.Name()) {
			continue
		}
		list.Connections = append(list.Connections, connectionsOf(c, user)...)
		for _, session := range c.Sessions() {
			if user == "" || equalFold(user, session.User) {
				list.Sessions = append(list.Sessions, session)
			}
		}
	}
	return list, nil
}
