package exec

import (
	"slices"
	"sync"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// noHandle stands in a handle table for no object.
const noHandle uint32 = 0xFFFFFFFF

// Session is what ROPs act on: handles, logons and queued notifications of one session, [MS-OXCROPS] 3.2.1. Only
// the holder of the session's lock may use it, but for Queue and Stats.
type Session struct {
	exec          *Executor
	facts         *object.Session
	index         uint16
	log           *zap.Logger
	handles       map[uint32]handle
	next          uint32 // handles are never used again, so a released one is told from one never given
	logons        map[uint8]uint32
	running       map[*object.Logon]work // what clients wait for
	queue         *Queue
	subscriptions int
	broken        bool   // a panic left the state unknown
	client        string // the program, as the last buffer told it

	mu    sync.Mutex // guards stats
	stats Stats
}

// handle is one row of the Server Object Map.
type handle struct {
	object object.Object
	logon  *object.Logon
	place  *Place // where it tells of what happens; nil if it tells nothing
}

// Stats are counters of a session for an operator.
type Stats struct {
	ROPs     uint64
	Failed   uint64
	Handles  int
	Logons   []string // accounts of the mailboxes logged on to
	LastROPs []string // the newest first
}

// lastROPs is how many names Stats keeps.
const lastROPs = 10

// NewSession returns a Session without objects.
func (e *Executor) NewSession(facts *object.Session) *Session {
	facts.Origin = e.env.Origin()
	return &Session{
		exec: e, facts: facts, log: e.log, handles: make(map[uint32]handle), logons: make(map[uint8]uint32),
		queue: newQueue(e.opts.Notifications),
	}
}

// Bind tells the session the index clients know it by and its logger.
func (s *Session) Bind(index uint16, log *zap.Logger) { s.index, s.log = index, log }

// Queue is the session's queue of notifications.
func (s *Session) Queue() *Queue { return s.queue }

// Broken reports whether a panic left the session in an unknown state: it must be closed.
func (s *Session) Broken() bool { return s.broken }

// Close frees all objects.
func (s *Session) Close() {
	s.queue.Shut()
	for h := range s.handles {
		s.free(h)
	}
	clear(s.logons)
}

// Stats returns a copy of the counters.
func (s *Session) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Logons, st.LastROPs = slices.Clone(st.Logons), slices.Clone(st.LastROPs)
	return st
}

// count notes one ROP for Stats.
func (s *Session) count(id rop.ID, code mapi.ErrorCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.ROPs++
	s.exec.account.count(id, code)
	if code != mapi.Success {
		s.stats.Failed++
	}
	s.stats.Handles = len(s.handles)
	if len(s.stats.LastROPs) >= lastROPs {
		s.stats.LastROPs = s.stats.LastROPs[:lastROPs-1]
	}
	s.stats.LastROPs = slices.Insert(s.stats.LastROPs, 0, name(id))
}

// put keeps an object under a fresh handle.
func (s *Session) put(obj object.Object, logon *object.Logon) (uint32, error) {
	if len(s.handles) >= s.exec.opts.Handles {
		return noHandle, mapi.ErrOutOfResources
	}
	s.next++
	if s.next == noHandle {
		return noHandle, mapi.ErrOutOfResources // four thousand million objects in one session
	}
	h := handle{object: obj, logon: logon}
	if t, ok := obj.(Teller); ok {
		if t.Kind() == object.KindSubscription {
			if s.subscriptions >= maxSubscriptions {
				return noHandle, mapi.ErrOutOfResources
			}
			s.subscriptions++
		}
		h.place = s.queue.Add(s.next, s.logonID(logon), t)
		t.Attach(h.place)
	}
	s.handles[s.next] = h
	return s.next, nil
}

// maxSubscriptions bounds what each change costs in one session.
const maxSubscriptions = 1024

// logonID is the LogonId of a logon.
func (s *Session) logonID(l *object.Logon) uint8 {
	for id, h := range s.logons {
		if s.handles[h].object == object.Object(l) {
			return id
		}
	}
	return 0
}

// free takes an object out and frees it.
func (s *Session) free(h uint32) {
	e := s.handles[h]
	delete(s.handles, h)
	e.object.Close()
	if e.place != nil {
		e.place.remove()
		if e.object.Kind() == object.KindSubscription {
			s.subscriptions--
		}
	}
}

// drop frees the object under h; of a logon, everything that belongs to it as well, [MS-OXCROPS] 3.2.5.3.
func (s *Session) drop(h uint32) {
	e, ok := s.handles[h]
	if !ok {
		return
	}
	s.free(h)
	if e.object != object.Object(e.logon) {
		return
	}
	s.abandon(e.logon)
	for id, lh := range s.logons {
		if lh == h {
			delete(s.logons, id)
		}
	}
	for other, o := range s.handles {
		if o.logon == e.logon {
			s.free(other)
		}
	}
	s.noteLogons()
}

// logOn keeps a logon under its LogonId, in place of one that used it before, [MS-OXCROPS] 3.1.4.2.
func (s *Session) logOn(id uint8, l *object.Logon) (uint32, error) {
	if old, ok := s.logons[id]; ok {
		s.drop(old)
	} else if len(s.logons) >= s.exec.opts.Logons {
		return noHandle, mapi.ErrOutOfResources
	}
	h, err := s.put(l, l)
	if err != nil {
		return noHandle, err
	}
	s.logons[id] = h
	s.noteLogons()
	return h, nil
}

func (s *Session) noteLogons() {
	names := make([]string, 0, len(s.logons))
	for _, h := range s.logons {
		if l, ok := s.handles[h].object.(*object.Logon); ok {
			names = append(names, l.Name())
		}
	}
	slices.Sort(names)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Logons = names
}

// logon returns the logon with that LogonId, or nil.
func (s *Session) logon(id uint8) *object.Logon {
	h, ok := s.logons[id]
	if !ok {
		return nil
	}
	l, _ := s.handles[h].object.(*object.Logon)
	return l
}

// resolve turns a value of a handle table into an object, [MS-OXCROPS] 3.2.5.1.
func (s *Session) resolve(value uint32, logon *object.Logon) (object.Object, error) {
	h, ok := s.handles[value]
	switch {
	case value == noHandle || value == 0 || value > s.next:
		return nil, mapi.ErrNullObject // never given
	case !ok:
		return nil, mapi.ErrInvalidObject // released
	case h.logon != logon:
		return nil, mapi.ErrAccessDenied
	}
	return h.object, nil
}
