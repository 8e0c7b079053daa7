package admin

import (
	"sync"
	"time"

	"github.com/mapid/mapid/store"
)

// Bounds of the broker.
const (
	keptHappenings = 1024 // for readers that come back
	queueLength    = 256  // of one reader; what is more is lost to it and counted
)

// happening is one thing that happened, before anybody asked what it was about.
type happening struct {
	seq     uint64
	time    time.Time
	kind    string // session, message, folder, reset
	action  string
	session Session
	reason  string // of a refusal
	change  store.Change
}

// Broker takes what happens and hands it to the readers of the API. Whoever tells it never waits. The zero Broker is
// ready for use.
type Broker struct {
	mu    sync.Mutex // guards what follows
	seq   uint64
	kept  []happening // in order; readers get the last keptHappenings
	queue map[*queue]struct{}
}

// queue is one reader.
type queue struct {
	c    chan happening
	lost uint64 // guarded by the broker's mutex
}

func (b *Broker) publish(h happening) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq++
	h.seq = b.seq
	if len(b.kept) == 2*keptHappenings { // to move them is dear
		b.kept = append(b.kept[:0], b.kept[keptHappenings+1:]...)
	}
	b.kept = append(b.kept, h)
	for q := range b.queue {
		select {
		case q.c <- h:
		default:
			q.lost++
		}
	}
}

// recent returns the last happenings, as many as are kept for readers.
func (b *Broker) recent() []happening { return b.kept[max(0, len(b.kept)-keptHappenings):] }

// subscribe starts a reader behind the happening of that number; 0 is from now on. What is kept no more is lost.
func (b *Broker) subscribe(after uint64) (*queue, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := &queue{c: make(chan happening, keptHappenings+queueLength)}
	if after > 0 && after < b.seq {
		kept := b.recent()
		for _, h := range kept {
			if h.seq > after {
				q.c <- h
			}
		}
		if len(kept) > 0 && kept[0].seq > after+1 {
			q.lost = kept[0].seq - after - 1
		}
	}
	if b.queue == nil {
		b.queue = make(map[*queue]struct{})
	}
	b.queue[q] = struct{}{}
	return q, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.queue, q)
	}
}

// lost takes the number of happenings that a reader missed since it asked last.
func (b *Broker) lost(q *queue) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := q.lost
	q.lost = 0
	return n
}

// Session tells of a session that was connected, has ended, or was refused for a reason.
func (b *Broker) Session(now time.Time, action string, s Session, reason string) {
	b.publish(happening{time: now, kind: eventSession, action: action, session: s, reason: reason})
}

// Actions on sessions.
const (
	Connected = "connected"
	Ended     = "ended"
	Refused   = "refused"
)

// actions name the changes that the API tells of.
var actions = map[store.ChangeKind][2]string{
	store.MessageCreated: {eventMessage, "created"}, store.MessageModified: {eventMessage, "modified"},
	store.MessageDeleted: {eventMessage, "deleted"}, store.MessageMoved: {eventMessage, "moved"}, store.MessageCopied: {eventMessage, "copied"},
	store.FolderCreated: {eventFolder, "created"}, store.FolderDeleted: {eventFolder, "deleted"}, store.FolderMoved: {eventFolder, "moved"},
	store.FolderCopied: {eventFolder, "copied"}, store.StoreReset: {eventReset, "reset"},
}

// Changes tells of what a commit changed. It may be subscribed to the store's feed.
func (b *Broker) Changes(now time.Time, changes []store.Change) {
	for _, c := range changes {
		if a, ok := actions[c.Kind]; ok {
			b.publish(happening{time: now, kind: a[0], action: a[1], change: c})
		}
	}
}
