package trace

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

// Kind says what an Event tells.
type Kind uint8

// Kinds of events.
const (
	Opened        Kind = iota // a connection began
	Closed                    // a connection ended
	Authenticated             // somebody proved who they are
	Wire                      // PDUs as they came and went
	Clear                     // one PDU without its protection
	Operation                 // one operation was carried out
)

// Event is one thing that happened. Events are shared between readers and never changed.
type Event struct {
	Kind  Kind
	Time  time.Time
	Conn  uint64
	Peers *Peers
	Dir   Direction
	User  string // on Authenticated
	Bytes []byte // on Wire and Clear
	Op    *Op    // on Operation
}

// Peers are the two ends of a connection.
type Peers struct {
	Client, Server netip.AddrPort
}

// Op is one operation: a ROP, or an RPC that carries none.
type Op struct {
	Call     uint32 // call id of the RPC it came in
	Session  uint64
	User     string
	Client   string // name of the client program, if it told it
	Name     string // RopOpenFolder, EcDoConnectEx, NspiQueryRows
	IsROP    bool
	Index    int    // place among the ROPs of its buffer, from 0
	Input    uint32 // handle of the object operated on
	Output   uint32 // handle of the object made, 0 if none
	Request  any    // typed messages, not changed any more
	Response any
	Code     mapi.ErrorCode
	Fault    bool   // Code is the status of an RPC fault
	Err      string // what led to Code, for the operator
	Dur      time.Duration
}

// Limits of one reader's queue.
const (
	queueEvents = 8192
	queueBytes  = 32 << 20
)

// Hub hands events to its readers. Its methods are safe for concurrent use; with no reader they cost next to nothing.
type Hub struct {
	readers atomic.Pointer[[]*Subscription]
	now     func() time.Time

	mu    sync.Mutex // guards conns and changes of readers; keeps a new reader's view of connections whole
	conns map[uint64]*conn
}

// conn is what a reader that comes later must know of a connection.
type conn struct {
	peers     *Peers
	opened    time.Time
	user      string
	handshake []Event // unprotected bind and alter_context PDUs, so that later calls can be named
}

// maxHandshake bounds the PDUs kept of one connection.
const maxHandshake = 32

// NewHub returns a Hub; now may be nil.
func NewHub(now func() time.Time) *Hub {
	if now == nil {
		now = time.Now
	}
	h := &Hub{now: now, conns: make(map[uint64]*conn)}
	h.readers.Store(new([]*Subscription))
	return h
}

// Active reports whether anybody reads.
func (h *Hub) Active() bool { return len(*h.readers.Load()) > 0 }

// ConnOpened tells of a new connection.
func (h *Hub) ConnOpened(id uint64, client, server string) {
	p := &Peers{Client: parseAddr(client), Server: parseAddr(server)}
	h.mu.Lock()
	defer h.mu.Unlock()
	at := h.now()
	h.conns[id] = &conn{peers: p, opened: at}
	h.publish(Event{Kind: Opened, Time: at, Conn: id, Peers: p})
}

// ConnClosed tells that a connection is gone.
func (h *Hub) ConnClosed(id uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.conns[id]; c != nil {
		delete(h.conns, id)
		h.publish(Event{Kind: Closed, Time: h.now(), Conn: id, Peers: c.peers})
	}
}

// ConnAuthenticated tells who a connection belongs to.
func (h *Hub) ConnAuthenticated(id uint64, user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.conns[id]; c != nil {
		c.user = user
		h.publish(Event{Kind: Authenticated, Time: h.now(), Conn: id, Peers: c.peers, User: user})
	}
}

// Wire tells of PDUs as they came or went; the bytes are copied if anybody reads.
func (h *Hub) Wire(id uint64, dir Direction, pdus []byte) {
	if h.Active() {
		h.publish(Event{Kind: Wire, Time: h.now(), Conn: id, Dir: dir, Bytes: slices.Clone(pdus)})
	}
}

// Clear tells of one PDU without its protection. Those that name presentation contexts are remembered for readers
// that come later.
func (h *Hub) Clear(id uint64, dir Direction, pdu []byte) {
	keep := len(pdu) > 2 && (pdu[2] == pduBind || pdu[2] == pduBindAck || pdu[2] == pduAlter || pdu[2] == pduAlterResp)
	if !keep && !h.Active() {
		return
	}
	e := Event{Kind: Clear, Time: h.now(), Conn: id, Dir: dir, Bytes: slices.Clone(pdu)}
	if !keep {
		h.publish(e)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.conns[id]; c != nil && len(c.handshake) < maxHandshake {
		c.handshake = append(c.handshake, e)
	}
	h.publish(e)
}

// Operation tells of an operation that was carried out; callers build op only if Active.
func (h *Hub) Operation(id uint64, op *Op) {
	h.publish(Event{Kind: Operation, Time: h.now(), Conn: id, Op: op})
}

func (h *Hub) publish(e Event) {
	for _, s := range *h.readers.Load() {
		s.offer(e)
	}
}

// Subscribe starts a reader. It is told of the connections that are open already.
func (h *Hub) Subscribe() *Subscription {
	s := &Subscription{hub: h, queue: make(chan Event, queueEvents)}
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, c := range h.conns {
		s.offer(Event{Kind: Opened, Time: c.opened, Conn: id, Peers: c.peers})
		for _, e := range c.handshake {
			s.offer(e)
		}
		if c.user != "" {
			s.offer(Event{Kind: Authenticated, Time: c.opened, Conn: id, Peers: c.peers, User: c.user})
		}
	}
	next := append(slices.Clone(*h.readers.Load()), s)
	h.readers.Store(&next)
	return s
}

// Subscription is one reader's queue. Events that find it full are dropped and counted: a slow reader loses records,
// never the server's time.
type Subscription struct {
	hub     *Hub
	queue   chan Event
	bytes   atomic.Int64
	dropped atomic.Uint64
	once    sync.Once
}

// Events returns the queue. It is never closed; a reader that is done calls Close and stops reading.
func (s *Subscription) Events() <-chan Event { return s.queue }

// Taken must be called once for every event taken from Events.
func (s *Subscription) Taken(e Event) { s.bytes.Add(-int64(len(e.Bytes))) }

// Dropped returns how many events were lost so far.
func (s *Subscription) Dropped() uint64 { return s.dropped.Load() }

// Close ends the subscription.
func (s *Subscription) Close() {
	s.once.Do(func() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		next := slices.DeleteFunc(slices.Clone(*s.hub.readers.Load()), func(o *Subscription) bool { return o == s })
		s.hub.readers.Store(&next)
	})
}

func (s *Subscription) offer(e Event) {
	n := int64(len(e.Bytes))
	if s.bytes.Add(n) > queueBytes {
		s.bytes.Add(-n)
		s.dropped.Add(1)
		return
	}
	select {
	case s.queue <- e:
	default:
		s.bytes.Add(-n)
		s.dropped.Add(1)
	}
}

func parseAddr(s string) netip.AddrPort {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
	return a
}
