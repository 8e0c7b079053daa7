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

// Event is one thing that happened.
type Event struct {
	Kind  Kind
	Time  time.Time
	Conn  uint64
	Peers *Peers
	Dir   Direction
	User  string // on Authenticated
	Bytes []byte // on Wire and Clear; good until the reader's next Take
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

// Limits of one reader's queue. What a reader took at one time lives beside it.
const (
	queueEvents = 8192
	queueBytes  = 32 << 20
)

// Hub hands events to its readers. Its methods are safe for concurrent use; with no reader they cost next to nothing.
type Hub struct {
	readers atomic.Pointer[readers]
	now     func() time.Time

	mu    sync.Mutex // guards conns and changes of readers; keeps a new reader's view of connections whole
	conns map[uint64]*conn
}

// readers are those that are told, and whether any of them wants packets.
type readers struct {
	list    []*Subscription
	packets bool
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
	h.readers.Store(new(readers))
	return h
}

// Active reports whether anybody reads.
func (h *Hub) Active() bool { return len(h.readers.Load().list) > 0 }

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

// Wire tells of PDUs as they came or went; the bytes are copied if anybody wants packets.
func (h *Hub) Wire(id uint64, dir Direction, pdus []byte) {
	if h.readers.Load().packets {
		h.publish(Event{Kind: Wire, Time: h.now(), Conn: id, Dir: dir, Bytes: pdus})
	}
}

// Clear tells of one PDU without its protection. Those that name presentation contexts are remembered for readers
// that come later.
func (h *Hub) Clear(id uint64, dir Direction, pdu []byte) {
	keep := len(pdu) > 2 && (pdu[2] == pduBind || pdu[2] == pduBindAck || pdu[2] == pduAlter || pdu[2] == pduAlterResp)
	if !keep && !h.readers.Load().packets {
		return
	}
	e := Event{Kind: Clear, Time: h.now(), Conn: id, Dir: dir, Bytes: pdu}
	if !keep {
		h.publish(e)
		return
	}
	e.Bytes = slices.Clone(pdu)
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
	for _, s := range h.readers.Load().list {
		s.offer(e)
	}
}

// Subscribe starts a reader. It is told of the connections that are open already. A reader that wants no packets is
// not told of Wire and Clear.
func (h *Hub) Subscribe(packets bool) *Subscription {
	s := &Subscription{hub: h, packets: packets, ready: make(chan struct{}, 1), half: make(chan struct{}, 1)}
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
	h.setReaders(append(slices.Clone(h.readers.Load().list), s))
	return s
}

// setReaders changes who is told. The lock is held.
func (h *Hub) setReaders(list []*Subscription) {
	h.readers.Store(&readers{list, slices.ContainsFunc(list, func(s *Subscription) bool { return s.packets })})
}

// Subscription is one reader's queue. Events that find it full are dropped and counted: a slow reader loses records,
// never the server's time. Its methods are safe for concurrent use.
type Subscription struct {
	hub     *Hub
	packets bool
	ready   chan struct{} // holds a token while the queue may have events
	half    chan struct{} // holds a token once the queue is half full
	once    sync.Once

	mu      sync.Mutex // guards what follows
	queue   []Event
	data    []byte // copies of the events' bytes, or the last of several such blocks
	spare   []byte // the block of the batch that the reader has, to be used for the next
	bytes   int
	dropped uint64
}

// Ready is readable when there may be something to take. It is never closed; a reader that is done calls Close.
func (s *Subscription) Ready() <-chan struct{} { return s.ready }

// Sizes of a block for events' bytes: the least, and the most that is used again.
const (
	minData  = 64 << 10
	keptData = 1 << 20
)

// Take returns what is waiting and how many events were lost so far. It takes over the space of the batch before,
// spent, whose bytes are not to be looked at any more; spent may be nil.
func (s *Subscription) Take(spent []Event) (batch []Event, dropped uint64) {
	clear(spent) // lets go of what the events hold
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, s.queue, s.bytes = s.queue, spent[:0], 0
	s.data, s.spare = s.spare[:0], s.data
	if cap(s.spare) > keptData {
		s.spare = nil
	}
	select {
	case <-s.half:
	default:
	}
	return batch, s.dropped
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.once.Do(func() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()
		s.hub.setReaders(slices.DeleteFunc(slices.Clone(s.hub.readers.Load().list), func(o *Subscription) bool { return o == s }))
	})
}

func (s *Subscription) offer(e Event) {
	if !s.packets && (e.Kind == Wire || e.Kind == Clear) {
		return
	}
	s.mu.Lock()
	if len(s.queue) >= queueEvents || s.bytes+len(e.Bytes) > queueBytes {
		s.dropped++
		s.mu.Unlock()
		return
	}
	if n := len(e.Bytes); n > 0 {
		s.bytes += n
		if len(s.data)+n > cap(s.data) { // what is in the old block stays there for the events that have it
			s.data = make([]byte, 0, max(n, 2*cap(s.data), minData))
		}
		at := len(s.data)
		s.data = append(s.data, e.Bytes...)
		e.Bytes = s.data[at:len(s.data):len(s.data)]
	}
	s.queue = append(s.queue, e)
	n, bytes := len(s.queue), s.bytes
	s.mu.Unlock()
	if n == 1 {
		signal(s.ready)
	}
	if n >= queueEvents/2 || bytes >= queueBytes/2 {
		signal(s.half)
	}
}

// signal leaves a token, unless there is one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func parseAddr(s string) netip.AddrPort {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
	return a
}
