package dcerpc

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"
)

// readBuffer is what one connection keeps between PDUs; most requests fit, and a larger one takes another read.
const readBuffer = 2048

// conn is one connection. Whoever reads from it owns the fields above mu: one goroutine at any time, though not always
// the same, since it also runs the calls it reads and another takes over when one takes long; see runInline.
//
// Locks, in this order: write, mu.
type conn struct {
	srv           *Server
	ep            *Endpoint
	nc            net.Conn
	in            *bufio.Reader
	id            uint64
	log           *zap.Logger
	local, remote string
	overLimit     bool // the first PDU is answered by a refusal
	deadline      time.Time

	bound      bool
	anonymous  bool // the bind carried no security context
	fragment   int  // largest PDU to send
	headerSign bool // agreed, for all security contexts; written with the write lock held
	multiplex  bool // agreed: the client may have several calls in flight
	features   uint16
	contexts   map[uint16]presentation
	security   securityTable
	partial    *assembly // the request that is being received
	ready      *inflight // the call that the reader runs next

	endCalls context.CancelFunc // ends the calls that run
	ended    chan error         // gets the reason when the connection is not read any more

	write sync.Mutex // held while answers are numbered, sealed and written, all fragments of one in one hold

	mu      sync.Mutex // guards what follows
	assoc   *Association
	calls   map[uint32]*inflight // calls to be answered
	running int                  // calls that run, those nobody waits for included
	silent  bool                 // the connection ends: calls are not answered any more
	state   ConnInfo

	busy sync.WaitGroup // calls that run
}

// presentation is an accepted presentation context.
type presentation struct {
	iface        *Interface
	abstract     SyntaxID
	offeredNDR64 bool
}

func newConn(s *Server, e *Endpoint, nc net.Conn, id uint64) *conn {
	c := &conn{
		srv: s, ep: e, nc: nc, id: id,
		in:       bufio.NewReaderSize(nc, readBuffer),
		log:      s.log.WithLazy(zap.Uint64("conn", id)), // few connections log anything
		local:    nc.LocalAddr().String(),
		remote:   nc.RemoteAddr().String(),
		fragment: MaxFragment,
		ended:    make(chan error, 1),
	}
	c.state = ConnInfo{
		ID: id, Endpoint: e.name, Transport: e.transport, Local: c.local, Remote: c.remote, Opened: time.Now(),
	}
	return c
}

// info tells what is known of the connection.
func (c *conn) info() ConnInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.state
	i.Interfaces = append([]string(nil), i.Interfaces...)
	i.Security = append([]SecurityInfo(nil), i.Security...)
	i.Pending = c.running
	return i
}

// errQuiet ends a connection without a word in the log: the client left, or the server ends.
var errQuiet = errors.New("dcerpc: connection ended")

// serve runs the connection to its end.
func (c *conn) serve(parent context.Context) {
	var ctx context.Context
	ctx, c.endCalls = context.WithCancel(c.srv.base)
	stop := context.AfterFunc(parent, func() {
		c.endCalls()
		c.nc.Close()
	})
	if f := c.srv.hooks.ConnOpened; f != nil {
		f(c.info())
	}
	c.deadline = time.Now().Add(c.srv.Limits().Handshake)
	growStack(len(c.remote))
	c.read(ctx)
	err := <-c.ended
	if c.srv.draining.Load() {
		c.busy.Wait()
		c.sendShutdown()
	}
	c.endCalls()
	c.linger(err)
	c.busy.Wait()
	stop()
	c.srv.forget(c)
	c.leave()
	if errors.Is(err, errQuiet) {
		err = nil
	}
	if err != nil && !errors.As(err, new(*refusedError)) {
		c.log.Warn("connection closed by the server", zap.Error(fmt.Errorf("%s from %s: %w", c.ep.name, c.remote, err)))
	}
	if f := c.srv.hooks.ConnClosed; f != nil {
		f(c.info(), err)
	}
}

// growStack makes the goroutine's stack as large as calls need it while there is next to nothing on it. Growing it step
// by step in the depth of the first calls costs each connection some 20 µs.
//
//go:noinline
func growStack(i int) byte {
	var frame [12 << 10]byte
	return frame[i%len(frame)]
}

// leave ends the connection's share in its association group.
func (c *conn) leave() {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in rundown", zap.Any("err", p), zap.Stack("stack"))
		}
	}()
	c.mu.Lock()
	assoc := c.assoc
	c.assoc = nil
	c.mu.Unlock()
	if assoc != nil {
		c.srv.groups.leave(assoc)
	}
}

// read reads PDUs and runs calls until the connection has to end or another goroutine took over.
func (c *conn) read(ctx context.Context) {
	reading, err := c.readAll(ctx)
	if !reading {
		return
	}
	if !c.srv.draining.Load() { // here, since serve may be busy with a call
		c.mu.Lock()
		c.silent = true
		c.mu.Unlock()
		c.endCalls()
	}
	c.ended <- err
}

// readAll is read, with the reason of the end; it recovers from a panic of this package's own. It returns false if
// another goroutine took over.
func (c *conn) readAll(ctx context.Context) (reading bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic in connection", zap.Any("err", p), zap.Stack("stack"))
			reading, err = true, errQuiet
		}
	}()
	t := new(takeOver)
	for {
		buf, h, err := c.readPDU()
		if err == nil {
			err = c.handle(ctx, h, *buf)
		} else if isRefusal(err) {
			err = c.refuse(h, err)
		}
		if buf != nil {
			c.srv.putPDU(buf)
		}
		if err != nil {
			return true, err
		}
		if c.ready != nil && !c.runInline(ctx, t) {
			return false, nil
		}
	}
}

// readPDU returns the next PDU in a borrowed buffer.
func (c *conn) readPDU() (*[]byte, Header, error) {
	if err := c.awaitPDU(); err != nil {
		return nil, Header{}, err
	}
	limits := c.srv.limits.Load()
	if c.in.Buffered() < headerSize {
		c.nc.SetReadDeadline(time.Now().Add(limits.PDU))
	}
	head, err := c.in.Peek(headerSize)
	if err != nil {
		return nil, Header{}, incomplete(err)
	}
	h, err := parseHeader(head)
	if err != nil && h.FragLength < headerSize {
		return nil, h, err
	}
	if c.in.Buffered() < int(h.FragLength) {
		c.nc.SetReadDeadline(time.Now().Add(limits.PDU))
	}
	buf := c.srv.getPDU(int(h.FragLength))
	if _, rerr := io.ReadFull(c.in, *buf); rerr != nil {
		c.srv.putPDU(buf)
		return nil, h, incomplete(rerr)
	}
	c.srv.stats.pdusIn.Add(1)
	if f := c.srv.hooks.Wire; f != nil {
		f(c.id, Inbound, *buf)
	}
	return buf, h, err
}

// awaitPDU waits for the first byte of a PDU. The rest of a request whose first fragments have arrived must come as
// soon as the rest of a PDU.
func (c *conn) awaitPDU() error {
	for {
		limits := c.srv.limits.Load()
		limit := c.deadline
		switch {
		case c.partial != nil:
			limit = time.Now().Add(limits.PDU)
		case limit.IsZero() && limits.Idle > 0:
			limit = time.Now().Add(limits.Idle)
		}
		c.nc.SetReadDeadline(limit)
		if c.srv.draining.Load() {
			return errQuiet
		}
		_, err := c.in.Peek(1)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return errQuiet // the client left, orderly or not
		case c.srv.draining.Load():
			return errQuiet
		case c.partial != nil:
			return errSlow
		case !c.deadline.IsZero():
			return errHandshake
		case c.pending() == 0:
			return errIdle
		}
	}
}

// Ends of a connection that are worth a line in the log.
var (
	errHandshake = errors.New("dcerpc: no bind or no end of authentication in time")
	errIdle      = errors.New("dcerpc: idle for too long")
	errSlow      = errors.New("dcerpc: PDU did not arrive in time")
	errCut       = errors.New("dcerpc: connection cut inside a PDU")
)

func incomplete(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errSlow
	}
	return errCut
}

// isRefusal reports whether the client is told of an error of readPDU before the connection ends.
func isRefusal(err error) bool { return errors.Is(err, ErrMalformed) || errors.Is(err, errVersion) }

// refuse answers a PDU whose header is wrong.
func (c *conn) refuse(h Header, err error) error {
	if h.Type == TypeBind {
		return c.nak(h, NakVersion, err)
	}
	return c.protocolError(h.CallID, 0, 0, err.Error())
}

// handle acts on one PDU; an error ends the connection.
func (c *conn) handle(ctx context.Context, h Header, pdu []byte) error {
	if c.overLimit && h.Type == TypeBind {
		return c.nak(h, NakLocalLimit, errTooManyConnections)
	}
	switch h.Type {
	case TypeRequest:
		return c.request(ctx, h, pdu)
	case TypeBind:
		return c.bind(ctx, h, pdu)
	case TypeAlterContext:
		return c.alter(ctx, h, pdu)
	case TypeAuth3:
		return c.auth3(ctx, h, pdu)
	case TypeCancel:
		c.cancel(h.CallID, false)
		return nil
	case TypeOrphaned:
		c.cancel(h.CallID, true)
		return nil
	}
	return c.protocolError(h.CallID, 0, 0, "unexpected "+h.Type.String())
}

// linger closes the connection so that the last answer is not lost to unread input: with bytes unread, closing at
// once would reset the connection and throw the fault away at the client.
func (c *conn) linger(err error) {
	if tcp, ok := c.nc.(interface{ CloseWrite() error }); ok && err != nil && !errors.Is(err, errQuiet) {
		if tcp.CloseWrite() == nil {
			c.nc.SetReadDeadline(time.Now().Add(time.Second))
			io.CopyN(io.Discard, c.nc, 1<<18)
		}
	}
	c.nc.Close()
}

// port is what the client is told as secondary address.
func (c *conn) port() string {
	if a, ok := c.nc.LocalAddr().(*net.TCPAddr); ok {
		return strconv.Itoa(a.Port)
	}
	return strconv.Itoa(int(c.ep.Port()))
}

// getPDU borrows a buffer of n bytes.
func (s *Server) getPDU(n int) *[]byte {
	b := s.pdus.Get().(*[]byte)
	if cap(*b) < n {
		*b = make([]byte, n)
	}
	*b = (*b)[:n]
	return b
}

// putPDU gives a buffer back; large ones, which only authentication tokens need, are dropped.
func (s *Server) putPDU(b *[]byte) {
	if cap(*b) <= 2*MaxFragment {
		s.pdus.Put(b)
	}
}
