package dcerpc

import (
	"crypto/rand"
	"sync"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// Association is one association group: the connections of one client that share context handles. Handles are
// usable by every interface of the group, by the principal that made them, at no lower level than they were made.
// When the group's last connection is gone, handles are run down after calls in flight have returned.
type Association struct {
	id       uint32
	endpoint *Endpoint

	mu      sync.Mutex // guards what follows
	conns   int        // connections that are bound to the group; 0 = the group is dead
	handles map[ndr.UUID]*handle
	values  map[any]any
}

// handle is what a context handle stands for.
type handle struct {
	value   any
	account string // who made it; empty = nobody proved who they are
	level   auth.Level
	rundown func()
}

// ID returns the association group id, which is never 0.
func (a *Association) ID() uint32 { return a.id }

// Len returns the number of open handles, so that an interface can bound what one client keeps.
func (a *Association) Len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.handles)
}

// Value returns what SetValue kept under key, or nil.
func (a *Association) Value(key any) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.values[key]
}

// SetValue keeps a value of an interface for the life of the group. Keys are of a type of the interface's own.
func (a *Association) SetValue(key, value any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.values == nil {
		a.values = make(map[any]any)
	}
	a.values[key] = value
}

// NewHandle keeps value under a fresh context handle; rundown, which may be nil, is called once if the group dies
// before CloseHandle.
func (a *Association) NewHandle(caller auth.Caller, value any, rundown func()) ndr.ContextHandle {
	var h ndr.ContextHandle
	rand.Read(h.UUID[:]) // never fails: crypto/rand ends the process instead
	h.UUID[7] = h.UUID[7]&0x0F | 0x40
	h.UUID[8] = h.UUID[8]&0x3F | 0x80
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.handles == nil {
		a.handles = make(map[ndr.UUID]*handle)
	}
	a.handles[h.UUID] = &handle{value: value, account: caller.Identity.Account, level: caller.Level, rundown: rundown}
	return h
}

// Handle returns the value kept under h, or a *Fault with StatusContextMismatch.
func (a *Association) Handle(caller auth.Caller, h ndr.ContextHandle) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, err := a.find(caller, h)
	if err != nil {
		return nil, err
	}
	return x.value, nil
}

// CloseHandle forgets h without running it down and returns its value.
func (a *Association) CloseHandle(caller auth.Caller, h ndr.ContextHandle) (any, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, err := a.find(caller, h)
	if err != nil {
		return nil, err
	}
	delete(a.handles, h.UUID)
	return x.value, nil
}

// find is called with mu held.
func (a *Association) find(caller auth.Caller, h ndr.ContextHandle) (*handle, error) {
	x := a.handles[h.UUID]
	if x == nil || h.Attributes != 0 || x.account != caller.Identity.Account || caller.Level < x.level {
		return nil, &Fault{Status: StatusContextMismatch}
	}
	return x, nil
}

// join adds a connection and reports false if the group is dead already.
func (a *Association) join() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conns == 0 {
		return false
	}
	a.conns++
	return true
}

// leave takes a connection away and returns the rundowns to run if it was the last one.
func (a *Association) leave() (last bool, rundowns []func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conns--; a.conns > 0 {
		return false, nil
	}
	for _, x := range a.handles {
		if x.rundown != nil {
			rundowns = append(rundowns, x.rundown)
		}
	}
	a.handles = nil
	return true, rundowns
}

// groups are the live association groups of a server.
type groups struct {
	mu   sync.Mutex // guards what follows
	next uint32
	live map[uint32]*Association
}

// join returns the group with that id on that endpoint, or a new one for id 0, with one connection more. It returns
// nil if there is no such group.
func (g *groups) join(id uint32, ep *Endpoint) *Association {
	g.mu.Lock()
	defer g.mu.Unlock()
	if id != 0 {
		if a := g.live[id]; a != nil && a.endpoint == ep && a.join() {
			return a
		}
		return nil
	}
	if g.live == nil {
		g.live = make(map[uint32]*Association)
		var seed [2]byte
		rand.Read(seed[:])
		g.next = uint32(seed[0])<<16 | uint32(seed[1])<<8
	}
	for g.next++; g.next == 0 || g.live[g.next] != nil; g.next++ {
	}
	a := &Association{id: g.next, endpoint: ep, conns: 1}
	g.live[a.id] = a
	return a
}

// leave takes one connection out of a and runs the handles down if it was the last.
func (g *groups) leave(a *Association) {
	last, rundowns := a.leave()
	if !last {
		return
	}
	g.mu.Lock()
	delete(g.live, a.id)
	g.mu.Unlock()
	for _, f := range rundowns {
		f()
	}
}
