package exec

import (
	"context"
	"sync"

	"github.com/mapid/mapid/server/emsmdb/notify"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// Queue knows which objects of a session have something to tell until an Execute fetches it, [MS-OXCNOTIF] 3.1.1. What
// they have to tell stands in the objects themselves. It is safe for concurrent use; nothing that holds its lock blocks.
type Queue struct {
	mu      sync.Mutex // guards what follows, and the places of the queue
	ready   []*Place   // the first one ready is the first
	limit   int        // events that may be kept
	events  int        // that are
	woken   bool       // a wait was told of what is ready
	held    bool       // an Execute runs, which will fetch what there is
	shut    bool
	drained uint64        // how often everything was fetched
	signal  chan struct{} // closed and replaced whenever waits should look again
}

// Teller is an object that tells of what happens without being asked each time: a subscription or a table. All but
// Attach is called under the session's lock.
type Teller interface {
	object.Object
	// Attach starts it. It is called once.
	Attach(to notify.Sink)
	// Events returns up to so many events that were not told yet, the oldest first. An error comes with what can be told
	// all the same.
	Events(ctx context.Context, most int) ([]notify.Event, error)
	// Told says that the first n of them were told.
	Told(n int)
}

// Place is an object's place in the queue. It implements notify.Sink.
type Place struct {
	queue  *Queue
	handle uint32
	logon  uint8
	object Teller
	ready  bool
	gone   bool
}

func newQueue(limit int) *Queue { return &Queue{limit: limit, signal: make(chan struct{})} }

// Add gives an object its place, under its handle and the LogonId of its logon.
func (q *Queue) Add(handle uint32, logon uint8, obj Teller) *Place {
	return &Place{queue: q, handle: handle, logon: logon, object: obj}
}

// Wake says that the object has something to tell.
func (p *Place) Wake() {
	q := p.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut || p.gone {
		return
	}
	told := len(q.ready) > 0 && !q.woken // already, to whoever looks
	if !p.ready {
		p.ready = true
		q.ready = append(q.ready, p)
	}
	if q.woken = false; !q.held && !told {
		q.wake()
	}
}

// Reserve takes room for an event.
func (p *Place) Reserve() bool {
	q := p.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.events >= q.limit || q.shut {
		return false
	}
	q.events++
	return true
}

// Release gives room back.
func (p *Place) Release(n int) {
	q := p.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	q.events -= n
}

// remove gives the place up.
func (p *Place) remove() {
	q := p.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	p.gone = true
	for i, other := range q.ready {
		if other == p {
			q.ready = append(q.ready[:i:i], q.ready[i+1:]...)
			break
		}
	}
}

// Shut ends the queue: waits return at once from now on.
func (q *Queue) Shut() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.shut {
		q.shut = true
		q.wake()
	}
}

// wake makes waits look again; mu is held.
func (q *Queue) wake() {
	close(q.signal)
	q.signal = make(chan struct{})
}

// hold says that an Execute runs: what there is when it ends it fetches itself, so that nobody need be woken before, least
// of all for what it does itself.
func (q *Queue) hold() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = true
}

// unhold ends hold. What is left, or came since, wakes.
func (q *Queue) unhold() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.held = false; len(q.ready) > 0 && !q.shut {
		q.wake()
	}
}

// Poll tells a wait how things stand: pending reports events it was not told of yet, and counts as telling; shut
// that none will come; otherwise again is closed when it should ask once more.
func (q *Queue) Poll() (pending, shut bool, again <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return false, true, nil
	}
	if len(q.ready) > 0 && !q.woken && !q.held {
		q.woken = true
		return true, false, nil
	}
	return false, false, q.signal
}

// Look is Poll for who must be told only once of whatever there is, until it is fetched: pending reports events, drained
// changes when all are fetched. It does not count as telling a wait.
func (q *Queue) Look() (pending bool, drained uint64, shut bool, again <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.ready) > 0 && !q.held, q.drained, q.shut, q.signal
}

// Pending reports whether there is something to fetch.
func (q *Queue) Pending() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.ready) > 0
}

// take takes all places out, those that have been ready longest first.
func (q *Queue) take() []*Place {
	q.mu.Lock()
	defer q.mu.Unlock()
	places := q.ready
	q.ready = nil
	for _, p := range places {
		p.ready = false
	}
	return places
}

// fetched says that what take gave was told, but for what places have left. They go to the front.
func (q *Queue) fetched(left []*Place) {
	q.mu.Lock()
	defer q.mu.Unlock()
	front := make([]*Place, 0, len(left)+len(q.ready))
	for _, p := range left {
		if !p.gone && !p.ready { // else it is there again already
			p.ready = true
			front = append(front, p)
			q.woken = false
		}
	}
	if q.ready = append(front, q.ready...); len(q.ready) == 0 {
		q.ready = nil
	}
	if len(left) == 0 {
		q.drained++
	}
}
