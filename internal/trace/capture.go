package trace

import (
	"fmt"
	"io"
	"time"
)

// capture writes packets: the wire view, the clear view and one record per operation, tied by frame numbers.
type capture struct {
	ng     *NGWriter
	plain  *PcapWriter // instead of ng, with the clear view alone
	render Renderer
	opts   Options
	ifaces [3]uint32 // wire, clear, operations
	frame  uint32    // number of the last packet in the file, from 1
	conns  map[uint64]*capturedConn
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

// maxHeld bounds what is kept of a connection until its user is known.
const maxHeld = 256 << 10

func newCapture(w io.Writer, o Options, r Renderer) (*capture, error) {
	c := &capture{render: r, opts: o, conns: make(map[uint64]*capturedConn)}
	var err error
	if o.Format == Pcap {
		c.plain, err = NewPcapWriter(w)
		return c, err
	}
	const note = "Written by the server itself. Addresses and ports are those of the connections; IP and TCP headers are synthetic. " +
		"The interface \"clear\" shows the traffic without protection, obfuscation and compression; its addresses are written as " +
		"IPv4-mapped ones (IPv6: under fd6d:6170:6964::/64), so that the two views are told apart."
	if c.ng, err = NewNGWriter(w, o.Program, note); err != nil {
		return nil, err
	}
	for i, n := range []struct {
		link          LinkType
		name, comment string
	}{
		{LinkRaw, "wire", "bytes as sent"},
		{LinkRaw, ClearView, "the same conversations decrypted, de-obfuscated and decompressed"},
		{LinkUpperPDU, "operations", "one record per operation"},
	} {
		if c.ifaces[i], err = c.ng.Interface(n.link, n.name, n.comment); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *capture) dropped(at time.Time, total uint64) error {
	if c.ng == nil {
		return nil
	}
	return c.ng.Dropped(c.ifaces[1], at, total)
}

func (c *capture) event(e Event) error {
	switch e.Kind {
	case Opened:
		c.conns[e.Conn] = &capturedConn{
			peers: e.Peers, opened: e.Time, wire: NewConversation(e.Peers.Client, e.Peers.Server),
			clear: c.clearConversation(e.Peers), dissect: newDissector(c.opts.Rewrite),
			calls: make(map[uint32]*capturedCall), decided: len(c.opts.Filter.Users) == 0,
			shown: c.opts.Filter.packets() && len(c.opts.Filter.Users) == 0,
		}
		return c.open(c.conns[e.Conn])
	case Authenticated:
		return c.decide(e)
	case Closed:
		return c.close(e)
	}
	conn := c.conns[e.Conn]
	if conn == nil {
		return nil
	}
	if !conn.decided {
		if conn.heldBytes += len(e.Bytes); conn.heldBytes <= maxHeld {
			conn.held = append(conn.held, e)
		}
		return nil
	}
	return c.show(conn, e)
}

// clearConversation keeps the real addresses where the clear view is alone.
func (c *capture) clearConversation(p *Peers) *Conversation {
	if c.plain != nil {
		return NewConversation(p.Client, p.Server)
	}
	return newClearConversation(p.Client, p.Server)
}

// decide asks the filter once the user of a connection is known, and shows or forgets what was held until then.
func (c *capture) decide(e Event) error {
	conn := c.conns[e.Conn]
	if conn == nil || conn.decided {
		return nil
	}
	conn.decided = true
	held := conn.held
	conn.held = nil
	if !c.opts.Filter.user(e.User) {
		return nil
	}
	conn.shown = c.opts.Filter.packets()
	if err := c.open(conn); err != nil {
		return err
	}
	for _, h := range held {
		if err := c.show(conn, h); err != nil {
			return err
		}
	}
	return nil
}

func (c *capture) open(conn *capturedConn) error {
	if !conn.shown {
		return nil
	}
	if err := c.packets(0, conn.opened, conn.wire.Open()); err != nil {
		return err
	}
	return c.packets(1, conn.opened, conn.clear.Open())
}

func (c *capture) close(e Event) error {
	conn := c.conns[e.Conn]
	delete(c.conns, e.Conn)
	if conn == nil || !conn.shown {
		return nil
	}
	if err := c.packets(0, e.Time, conn.wire.Close(ToServer)); err != nil {
		return err
	}
	return c.packets(1, e.Time, conn.clear.Close(ToServer))
}

func (c *capture) show(conn *capturedConn, e Event) error {
	switch e.Kind {
	case Wire:
		if conn.shown {
			return c.packets(0, e.Time, conn.wire.Data(e.Dir, e.Bytes))
		}
	case Clear:
		return c.clearPDU(conn, e)
	case Operation:
		if !c.opts.Filter.op(e.Op) {
			return nil
		}
		call := conn.calls[e.Op.Call]
		if call == nil {
			call = &capturedCall{}
			if len(conn.calls) < maxCalls {
				conn.calls[e.Op.Call] = call
			}
		}
		if !conn.shown { // no packets to wait for
			if err := c.record(conn, e, ToServer, 0, requestText(c.render, e.Op)); err != nil {
				return err
			}
			if !e.Op.answered() {
				return nil
			}
			return c.record(conn, e, ToClient, 0, responseText(c.render, e.Op))
		}
		call.ops = append(call.ops, e)
		if call.response != 0 { // told of after it was answered
			delete(conn.calls, e.Op.Call)
			return c.records(conn, call)
		}
	}
	return nil
}

// records writes the operations of a call that was answered.
func (c *capture) records(conn *capturedConn, call *capturedCall) error {
	for _, op := range call.ops {
		if err := c.record(conn, op, ToServer, call.request, requestText(c.render, op.Op)); err != nil {
			return err
		}
		if !op.Op.answered() {
			continue
		}
		if err := c.record(conn, op, ToClient, call.response, responseText(c.render, op.Op)); err != nil {
			return err
		}
	}
	return nil
}

// clearPDU shows one unprotected PDU, and with a response the records of the operations it answers.
func (c *capture) clearPDU(conn *capturedConn, e Event) error {
	if !conn.shown {
		return nil
	}
	pdus, id := conn.dissect.pdu(e.Dir, e.Bytes)
	for _, p := range pdus {
		if err := c.packets(1, e.Time, conn.clear.Data(e.Dir, p)); err != nil {
			return err
		}
	}
	if len(pdus) == 0 || len(e.Bytes) < 16 {
		return nil
	}
	switch e.Bytes[2] {
	case pduRequest:
		if len(conn.calls) >= maxCalls {
			clear(conn.calls)
		}
		conn.calls[id] = &capturedCall{request: c.frame}
	case pduResponse, pduFault:
		call := conn.calls[id]
		if call == nil {
			return nil
		}
		call.response = c.frame
		if len(call.ops) > 0 {
			delete(conn.calls, id)
			return c.records(conn, call)
		}
	}
	return nil
}

func (c *capture) packets(iface int, at time.Time, list [][]byte) error {
	for _, p := range list {
		var err error
		switch {
		case c.ng != nil:
			err = c.ng.Packet(c.ifaces[iface], at, p, "")
		case iface == 1:
			err = c.plain.Packet(at, p)
		default:
			continue
		}
		if err != nil {
			return err
		}
		c.frame++
	}
	return nil
}

// record writes one half of an operation as text under the protocol name ROP or RPC.
func (c *capture) record(conn *capturedConn, e Event, dir Direction, frame uint32, text string) error {
	if c.ng == nil {
		return nil
	}
	column := "RPC"
	if e.Op.IsROP {
		column = "ROP"
	}
	at := e.Time
	comment := text
	for i := range len(text) {
		if text[i] == '\n' {
			comment = text[:i]
			break
		}
	}
	if frame != 0 {
		comment += fmt.Sprintf(" (frame %d)", frame)
	}
	if err := c.ng.Packet(c.ifaces[2], at, conn.clear.TextPDU(dir, column, frame, text), comment); err != nil {
		return err
	}
	c.frame++
	return nil
}
