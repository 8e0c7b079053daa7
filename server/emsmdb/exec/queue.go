package exec

import (
	"sync"

	"github.com/mapid/mapid/internal/rop"
)

// Queue holds a session's notifications until an Execute fetches them, [MS-OXCNOTIF] 3.1.1. It is safe for
// concurrent use; nothing that holds its lock blocks.
type Queue struct {
	mu       sync.Mutex // guards what follows
	items    []Notification
	limit    int
	overflow bool // something was dropped since the last drain
	woken    bool // a wait was told of what is queued
	shut     bool
	signal   chan struct{} // closed and replaced whenever waits should look again
}

// Notification is one queued event. Render makes the response when an Execute drains the queue, under the session's
// lock, so that it sees the columns of its table as they are then; nil means that there is nothing to tell.
type Notification struct {
	Handle uint32
	Render func() rop.Response
}

func newQueue(limit int) *Queue { return &Queue{limit: limit, signal: make(chan struct{})} }

// Push queues an event and wakes a wait. Over the limit it drops the event and remembers that.
func (q *Queue) Push(n Notification) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return
	}
	if len(q.items) >= q.limit {
		q.overflow = true
		return
	}
	q.items = append(q.items, n)
	q.woken = false
	q.wake()
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

// Poll tells a wait how things stand: pending reports events it was not told of yet, and counts as telling; shut
// that none will come; otherwise again is closed when it should ask once more.
func (q *Queue) Poll() (pending, shut bool, again <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		return false, true, nil
	}
	if len(q.items) > 0 && !q.woken {
		q.woken = true
		return true, false, nil
	}
	return false, false, q.signal
}

// Len returns the number of queued events.
func (q *Queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// take removes and returns the oldest event.
func (q *Queue) take() (Notification, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.overflow = false
		return Notification{}, false
	}
	n := q.items[0]
	q.items = q.items[1:]
	if len(q.items) == 0 {
		q.items = nil
	}
	return n, true
}

// putBack returns an event that did not fit to the front.
func (q *Queue) putBack(n Notification) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append([]Notification{n}, q.items...)
	q.woken = false
}
