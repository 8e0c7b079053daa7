package emsmdb

import (
	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// Observer is told what happens to sessions. Every field may be nil. They run on the goroutine of the call, so they
// must be quick.
type Observer struct {
	Connected func(SessionInfo)
	Ended     func(SessionInfo)
	Refused   func(Refusal)
}

// Refusal is a connect that was refused.
type Refusal struct {
	Caller  auth.Caller
	UserDN  string
	Version profile.Version
	Err     error
}

// Counts lists the ROPs that were asked for, by id.
func (s *Service) Counts() []exec.ROPCount { return s.exec.Counts() }

// Gaps lists what clients asked for in vain, in no order.
func (s *Service) Gaps() []exec.Gap { return s.exec.Gaps() }

// program is what the client calls itself, or its version if it does not.
func (s *session) program() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client.Process != "" {
		return s.client.Process
	}
	if s.nameless == "" {
		s.nameless = "version " + s.version.String()
	}
	return s.nameless
}

// cached reports whether the client told that it keeps a copy of the mailbox.
func (s *session) cached() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.Mode == ModeCached
}

// linked returns what lists the indexes of the sessions linked with one that have something to fetch; nil where versions
// link no sessions, [MS-OXCNOTIF] 3.1.5.6.
func (s *Service) linked(ses *session) func() []uint16 {
	if !s.opts.Profile.EMSMDB.LinksSessions {
		return nil
	}
	return func() (pending []uint16) {
		for _, other := range s.registry.linkedWith(ses) {
			if other.state.Queue().Pending() {
				pending = append(pending, other.index)
			}
		}
		return pending
	}
}
