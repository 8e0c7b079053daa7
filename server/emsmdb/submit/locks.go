package submit

import (
	"sync"

	"github.com/mapid/mapid/store"
)

// Locks are the messages that clients have locked for sending them themselves, RopSpoolerLockMessage, [MS-OXOMSG] 2.2.5.3.
// They end with the process and with the logon that holds them. The zero value is ready.
type Locks struct {
	mu   sync.Mutex // guards held
	held map[store.MessageID]any
}

// Lock gives a message to a holder, unless somebody else has it.
func (l *Locks) Lock(id store.MessageID, holder any) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if by, ok := l.held[id]; ok {
		return by == holder
	}
	if l.held == nil {
		l.held = make(map[store.MessageID]any)
	}
	l.held[id] = holder
	return true
}

// Unlock takes a message back, and reports whether the holder had it.
func (l *Locks) Unlock(id store.MessageID, holder any) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if by, ok := l.held[id]; !ok || by != holder {
		return false
	}
	delete(l.held, id)
	return true
}

// Locked reports whether anybody has a message.
func (l *Locks) Locked(id store.MessageID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.held[id]
	return ok
}

// Release takes back everything that a holder has.
func (l *Locks) Release(holder any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, by := range l.held {
		if by == holder {
			delete(l.held, id)
		}
	}
}
