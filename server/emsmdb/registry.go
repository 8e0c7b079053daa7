package emsmdb

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mapid/mapid/server/emsmdb/exec"
)

// registry holds the living sessions.
type registry struct {
	mu       sync.Mutex // guards what follows
	sessions map[SessionID]*session
	indexes  map[uint16]*session
	users    map[string]int
	next     SessionID
	index    uint16
	draining bool
}

func newRegistry() *registry {
	return &registry{
		sessions: make(map[SessionID]*session), indexes: make(map[uint16]*session), users: make(map[string]int),
	}
}

// add gives s an id and an index and keeps it, unless that would be over a limit.
func (r *registry) add(s *session, total, perUser int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.draining:
		return ErrDraining
	case total > 0 && len(r.sessions) >= total, perUser > 0 && r.users[s.account] >= perUser, len(r.indexes) >= 0xFFFF:
		return ErrTooBusy
	}
	for r.index++; r.index == 0 || r.indexes[r.index] != nil; r.index++ {
	}
	r.next++
	s.id, s.index = r.next, r.index
	r.sessions[s.id] = s
	r.indexes[s.index] = s
	r.users[s.account]++
	return nil
}

// find returns the session, or ErrNoSession.
func (r *registry) find(id SessionID) (*session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sessions[id]; s != nil {
		return s, nil
	}
	return nil, ErrNoSession
}

// linked reports whether a living session has that index and time stamp.
func (r *registry) linked(index uint16, stamp uint32) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.indexes[index]
	return s != nil && s.stamp == stamp
}

// link links a session with the one of an index and time stamp, if that is of the same account.
func (r *registry) link(s *session, index uint16, stamp uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	to := r.indexes[index]
	if to == nil || to == s || to.stamp != stamp || to.account != s.account {
		return
	}
	if to.links == nil {
		to.links = &[]*session{to}
	}
	s.links = to.links
	*s.links = append(*s.links, s)
}

// linkedWith lists the other sessions that a session is linked with.
func (r *registry) linkedWith(s *session) (out []*session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.links == nil {
		return nil
	}
	for _, other := range *s.links {
		if other != s {
			out = append(out, other)
		}
	}
	return out
}

// remove forgets the session and returns it, or nil if it is gone already.
func (r *registry) remove(id SessionID) *session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sessions[id]
	if s == nil {
		return nil
	}
	delete(r.sessions, id)
	delete(r.indexes, s.index)
	if s.links != nil {
		*s.links = slices.DeleteFunc(*s.links, func(other *session) bool { return other == s })
	}
	if r.users[s.account]--; r.users[s.account] <= 0 {
		delete(r.users, s.account)
	}
	return s
}

// all returns the living sessions by id.
func (r *registry) all() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *session) int { return int(a.id) - int(b.id) })
	return out
}

// drain refuses further sessions.
func (r *registry) drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
}

// isDraining reports whether the service is shutting down.
func (r *registry) isDraining() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.draining
}

// SessionInfo describes a living session for an operator.
type SessionInfo struct {
	ID            SessionID
	Index         uint16 // the session index clients see
	User          string // account
	Remote, Local string
	Transport     string
	Service       string // authentication service as negotiated
	Level         string // authentication level of the connect
	KeyBits       int    // strength of its session key
	Conn          uint64 // connection of the connect
	ClientVersion string
	Client        ClientInfo
	Started, Last time.Time
	Calls         uint64
	BytesIn       uint64
	BytesOut      uint64
	Waiting       bool // a wait for notifications is parked
	exec.Stats
}

// Sessions lists the living sessions by id.
func (s *Service) Sessions() []SessionInfo {
	all := s.registry.all()
	out := make([]SessionInfo, len(all))
	for i, ses := range all {
		out[i] = ses.info()
	}
	return out
}

// Kill ends a session. Its client sees the handle destroyed with its next call. It reports whether there was one.
func (s *Service) Kill(id SessionID) bool { return s.drop(id, ErrNoSession) }

// KillUser ends every session of an account and returns how many there were.
func (s *Service) KillUser(account string) (n int) {
	for _, ses := range s.registry.all() {
		if strings.EqualFold(ses.account, account) && s.drop(ses.id, ErrNoSession) {
			n++
		}
	}
	return n
}

func (s *Service) drop(id SessionID, cause error) bool {
	ses := s.registry.remove(id)
	if ses == nil {
		return false
	}
	if ended := s.opts.Observer.Ended; ended != nil {
		ended(ses.info())
	}
	ses.close(cause)
	return true
}

func (s *session) info() SessionInfo {
	stats := s.state.Stats()
	s.mu.Lock()
	defer s.mu.Unlock()
	return SessionInfo{
		ID: s.id, Index: s.index, User: s.account, Remote: s.caller.Remote, Local: s.caller.Local,
		Transport: s.caller.Transport, Service: s.caller.Service.String(), Level: s.caller.Level.String(), KeyBits: s.caller.Identity.KeyBits, Conn: s.caller.Conn,
		ClientVersion: s.version.String(), Client: s.client, Started: s.started, Last: s.last, Calls: s.calls,
		BytesIn: s.in, BytesOut: s.out, Waiting: s.waits > 0, Stats: stats,
	}
}
