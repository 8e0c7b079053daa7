package trace

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"time"
)

// capture writes packets: the wire view, the clear view and one record per operation, tied by frame numbers.
type capture struct {
	ng     *NGWriter
	plain  *PcapWriter // instead of ng, with the clear view alone
	render *renderer
	opts   Options
	line   []byte    // a comment, in the making
	ifaces [3]uint32 // wire, clear, operations
	frame  uint32    // number of the last packet in the file, from 1
	conns  map[uint64]*capturedConn
	spare  []*capturedCall // to be used again
}

type capturedConn struct {
	peers       *Peers
	wire, clear *Conversation
	opened      time.Time
	shown       bool // lets packets through
	decided     bool // the filter on users has been asked
	held        []Event
	heldBytes   int
	dissect     *dissector
	calls       map[uint32]*capturedCall
}

// capturedCall ties the operations of a call to its packets.
type capturedCall struct {
	request  uint32 // frame of the request in the clear view
	response uint32 // frame of the answer, once it was written
	ops      []Event
}

// ClearView is the name of the interface that shows conversations without their protection.
const ClearView = "clear"

// maxCallOps bounds the operations that wait for the answer of their call: a request of 32 KiB holds fewer.
const maxCallOps = 32 << 10

// maxHeld bounds what is kept of a connection until its user is known.
const maxHeld = 256 << 10

func newCapture(w io.Writer, o Options, r *renderer) (*capture, error) {
	c := &capture{render: r, opts: o, conns: make(map[uint64]*capturedConn)}
	if o.Format == Pcap {
		c.plain = NewPcapWriter(w)
		return c, nil
	}
	const note = "Written by the server itself. Addresses and ports are those of the connections; IP and TCP headers are synthetic. " +
		"The interface \"clear\" shows the traffic without protection, obfuscation and compression; its addresses are written as " +
		"IPv4-mapped ones (IPv6: under fd6d:6170:6964::/64), so that the two views are told apart."
	c.ng = NewNGWriter(w, o.Program, note)
	for i, n := range []struct {
		link          LinkType
		name, comment string
	}{
		{LinkRaw, "wire", "bytes as sent"},
		{LinkRaw, ClearView, "the same conversations decrypted, de-obfuscated and decompressed"},
		{LinkUpperPDU, "operations", "one record per operation"},
	} {
		c.ifaces[i] = c.ng.Interface(n.link, n.name, n.comment)
	}
	return c, nil
}

func (c *capture) dropped(at time.Time, total uint64) error {
	if c.ng != nil {
		c.ng.Dropped(c.ifaces[1], at, total)
	}
	return nil
}

// output is where packets are collected.
func (c *capture) output() *output {
	if c.ng != nil {
		return &c.ng.output
	}
	return &c.plain.output
}

func (c *capture) flush() error { return c.output().flush() }

func (c *capture) event(e *Event) error {
	c.take(e)
	return c.output().full()
}

func (c *capture) take(e *Event) {
	switch e.Kind {
	case Opened:
		c.conns[e.Conn] = &capturedConn{
			peers: e.Peers, opened: e.Time, wire: NewConversation(e.Peers.Client, e.Peers.Server),
			clear: c.clearConversation(e.Peers), dissect: newDissector(c.opts.Rewrite),
			calls: make(map[uint32]*capturedCall), decided: len(c.opts.Filter.Users) == 0,
			shown: c.opts.Filter.packets() && len(c.opts.Filter.Users) == 0,
		}
		c.open(c.conns[e.Conn])
		return
	case Authenticated:
		c.decide(e)
		return
	case Closed:
		c.close(e)
		return
	}
	conn := c.conns[e.Conn]
	switch {
	case conn == nil:
	case conn.decided:
		c.show(conn, e)
	default:
		if conn.heldBytes += len(e.Bytes); conn.heldBytes <= maxHeld {
			held := *e
			held.Bytes = bytes.Clone(e.Bytes) // they are good for this batch only
			conn.held = append(conn.held, held)
		}
	}
}

// clearConversation keeps the real addresses where the clear view is alone.
func (c *capture) clearConversation(p *Peers) *Conversation {
	if c.plain != nil {
		return NewConversation(p.Client, p.Server)
	}
	return newClearConversation(p.Client, p.Server)
}

// decide asks the filter once the user of a connection is known, and shows or forgets what was held until then.
func (c *capture) decide(e *Event) {
	conn := c.conns[e.Conn]
	if conn == nil || conn.decided {
		return
	}
	conn.decided = true
	held := conn.held
	conn.held = nil
	if !c.opts.Filter.user(e.User) {
		return
	}
	conn.shown = c.opts.Filter.packets()
	c.open(conn)
	for i := range held {
		c.show(conn, &held[i])
	}
}

func (c *capture) open(conn *capturedConn) {
	if !conn.shown {
		return
	}
	for _, s := range handshake {
		c.packet(0, conn.opened, conn.wire, s.dir, s.flags, nil)
	}
	for _, s := range handshake {
		c.packet(1, conn.opened, conn.clear, s.dir, s.flags, nil)
	}
}

func (c *capture) close(e *Event) {
	conn := c.conns[e.Conn]
	delete(c.conns, e.Conn)
	if conn == nil || !conn.shown {
		return
	}
	for _, s := range farewell(ToServer) {
		c.packet(0, e.Time, conn.wire, s.dir, s.flags, nil)
	}
	for _, s := range farewell(ToServer) {
		c.packet(1, e.Time, conn.clear, s.dir, s.flags, nil)
	}
}

func (c *capture) show(conn *capturedConn, e *Event) {
	switch e.Kind {
	case Wire:
		if conn.shown {
			c.data(0, e.Time, conn.wire, e.Dir, e.Bytes)
		}
	case Clear:
		c.clearPDU(conn, e)
	case Operation:
		if c.opts.Filter.op(e.Op) {
			c.operation(conn, e)
		}
	}
}

// operation writes an operation, or keeps it until the packets of its call are there.
func (c *capture) operation(conn *capturedConn, e *Event) {
	if !conn.shown { // no packets to wait for
		c.records(conn, e, 0, 0)
		return
	}
	call := conn.calls[e.Op.Call]
	switch {
	case call == nil: // its request was not seen, so its answer will not be tied to it
		c.records(conn, e, 0, 0)
	case call.response != 0: // told of after it was answered
		c.records(conn, e, call.request, call.response)
		delete(conn.calls, e.Op.Call)
		c.forget(call)
	case len(call.ops) < maxCallOps:
		call.ops = append(call.ops, *e)
	}
}

// records writes the two halves of an operation, with the numbers of their packets.
func (c *capture) records(conn *capturedConn, e *Event, request, response uint32) {
	if !e.Op.unasked() {
		c.record(conn, e, ToServer, request)
	}
	if e.Op.answered() {
		c.record(conn, e, ToClient, response)
	}
}

// clearPDU shows one unprotected PDU, and with a response the records of the operations it answers.
func (c *capture) clearPDU(conn *capturedConn, e *Event) {
	if !conn.shown {
		return
	}
	pdus, id := conn.dissect.pdu(e.Dir, e.Bytes)
	for _, p := range pdus {
		c.data(1, e.Time, conn.clear, e.Dir, p)
	}
	if len(pdus) == 0 || len(e.Bytes) < 16 {
		return
	}
	switch e.Bytes[2] {
	case pduRequest:
		if len(conn.calls) >= maxCalls {
			clear(conn.calls)
		}
		conn.calls[id] = c.newCall(c.frame)
	case pduResponse, pduFault:
		call := conn.calls[id]
		if call == nil {
			return
		}
		call.response = c.frame
		for i := range call.ops {
			c.records(conn, &call.ops[i], call.request, call.response)
		}
		if len(call.ops) > 0 {
			delete(conn.calls, id)
			c.forget(call)
		}
	}
}

// newCall starts a call with the frame of its request.
func (c *capture) newCall(frame uint32) *capturedCall {
	n := len(c.spare)
	if n == 0 {
		return &capturedCall{request: frame}
	}
	call := c.spare[n-1]
	c.spare = c.spare[:n-1]
	call.request = frame
	return call
}

// forget keeps the space of a call for another.
func (c *capture) forget(call *capturedCall) {
	if len(c.spare) == maxCalls {
		return
	}
	clear(call.ops)
	*call = capturedCall{ops: call.ops[:0]}
	c.spare = append(c.spare, call)
}

// data shows bytes of a conversation.
func (c *capture) data(iface int, at time.Time, conv *Conversation, dir Direction, b []byte) {
	for part := range slices.Chunk(b, maxSegment) {
		c.packet(iface, at, conv, dir, tcpPsh|tcpAck, part)
	}
}

func (c *capture) packet(iface int, at time.Time, conv *Conversation, dir Direction, flags byte, payload []byte) {
	switch {
	case c.ng != nil:
		c.ng.beginPacket(c.ifaces[iface], at)
		c.ng.buf = conv.appendPacket(c.ng.buf, dir, flags, payload)
		c.ng.endPacket(nil)
	case iface == 1:
		c.plain.beginPacket(at)
		c.plain.buf = conv.appendPacket(c.plain.buf, dir, flags, payload)
		c.plain.endPacket()
	default:
		return
	}
	c.frame++
}

// record writes one half of an operation as text under the protocol name ROP or RPC, and its first line as a comment.
func (c *capture) record(conn *capturedConn, e *Event, dir Direction, frame uint32) {
	if c.ng == nil {
		return
	}
	column := "RPC"
	if e.Op.IsROP {
		column = "ROP"
	}
	n := c.ng
	n.beginPacket(c.ifaces[2], e.Time)
	if dir == ToServer {
		c.line = appendRequestHead(c.line[:0], e.Op)
	} else {
		c.line = appendResponseHead(c.line[:0], e.Op)
	}
	n.buf = conn.clear.appendTextTags(n.buf, dir, column, c.line, frame)
	n.buf = append(append(n.buf, c.line...), '\n')
	if dir == ToServer {
		n.buf = c.render.appendRequestFields(n.buf, e.Op)
	} else {
		n.buf = c.render.appendResponseFields(n.buf, e.Op)
	}
	if frame != 0 {
		c.line = append(c.line, " (frame "...)
		c.line = strconv.AppendUint(c.line, uint64(frame), 10)
		c.line = append(c.line, ')')
	}
	n.endPacket(c.line)
	c.frame++
}
