package emsmdb

import (
	"context"
	"time"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
)

// AsyncConnect allows waits on a session, [MS-OXCRPC] 3.1.4.4.
func (s *Service) AsyncConnect(_ context.Context, caller auth.Caller, id SessionID) error {
	ses, err := s.session(caller, id)
	if err != nil {
		return err
	}
	if s.opts.Profile.EMSMDB.AsyncRejectsPolling && ses.polls() {
		return mapi.ErrRejected
	}
	return nil
}

// Wait returns when a session has notifications to fetch (true), or after five minutes without (false), [MS-OXCRPC]
// 3.3.4.1. A second wait on a session is refused with ErrRejected while the first is parked. A session that ends, or
// never was, reports notifications, so that the client comes to fetch them and learns how things stand; ErrNoSession
// says so where the version refuses such a call.
func (s *Service) Wait(ctx context.Context, caller auth.Caller, id SessionID) (bool, error) {
	ses, err := s.session(caller, id)
	if err != nil {
		if s.opts.Profile.EMSMDB.AsyncBadHandleCompletes {
			return true, nil
		}
		return false, err
	}
	if !ses.park() {
		return false, mapi.ErrRejected
	}
	defer ses.unpark()
	p := &s.opts.Profile.EMSMDB
	from := s.opts.Now()
	timer := time.NewTimer(p.AsyncTimeout)
	defer timer.Stop()
	for {
		pending, shut, again := ses.state.Queue().Poll()
		switch {
		case pending:
			return true, nil
		case shut && s.registry.isDraining():
			return false, mapi.ErrExiting
		case shut:
			return true, nil
		}
		select {
		case <-again:
		case <-ctx.Done():
			return false, ctx.Err()
		case <-timer.C:
			if !p.AsyncTimeoutFromCall {
				from = later(from, ses.lastCall())
			}
			left := p.AsyncTimeout - s.opts.Now().Sub(from)
			if left <= 0 {
				return false, nil
			}
			timer.Reset(left)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// park takes the session's one place for a wait.
func (s *session) park() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waits > 0 {
		return false
	}
	s.waits++
	return true
}

func (s *session) unpark() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waits--
}

// polls reports whether the client fetched notifications by empty buffers, or has itself told by datagrams.
func (s *session) polls() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.polled || s.push != nil
}
