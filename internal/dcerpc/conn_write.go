package dcerpc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
)

// maxKeptReply is the largest answer whose buffer is kept for the next one.
const maxKeptReply = 512 << 10

// errWrite reports that an answer could not be written; the reader then meets the closed connection.
var errWrite = errors.New("dcerpc: client does not take its answers")

// send writes whole PDUs with the write lock held. A client that does not read loses the connection.
func (c *conn) send(pdus []byte, count uint32) error {
	if f := c.srv.hooks.Wire; f != nil {
		f(c.id, Outbound, pdus)
	}
	c.nc.SetWriteDeadline(time.Now().Add(c.srv.limits.Load().Write))
	if _, err := c.nc.Write(pdus); err != nil {
		c.nc.Close()
		return fmt.Errorf("%w: %w", errWrite, err)
	}
	c.srv.stats.pdusOut.Add(count)
	return nil
}

// sendPDU encodes and writes a PDU that is never protected.
func (c *conn) sendPDU(p *PDU) error {
	b := p.Encode()
	c.write.Lock()
	defer c.write.Unlock()
	if c.srv.hooks.Clear != nil {
		c.clear(Outbound, (&PDU{Header: p.Header, Body: p.Body}).Encode())
	}
	return c.send(b, 1)
}

// watched reports whether requests and answers are to be shown without protection.
func (s *Server) watched() bool {
	return s.hooks.Clear != nil && (s.hooks.Active == nil || s.hooks.Active())
}

func (c *conn) clear(dir Direction, pdu []byte) {
	if f := c.srv.hooks.Clear; f != nil {
		f(c.id, dir, pdu)
	}
}

// sendShutdown tells the client not to use the connection any more, [C706] 12.6.4.11.
func (c *conn) sendShutdown() {
	_ = c.sendPDU(&PDU{Header: Header{Type: TypeShutdown, Flags: flagsWhole}, Body: &Empty{}})
}

// faultHint is the alloc_hint of a fault: Windows tells the size of the whole PDU.
const faultHint = faultSize

// sendFault answers a call. Faults are never protected and use up no sequence number: clients do not run their
// security context over them.
func (c *conn) sendFault(callID uint32, contextID uint16, status Status, flags Flags) error {
	return c.sendPDU(&PDU{
		Header: Header{Type: TypeFault, Flags: flagsWhole | flags, CallID: callID},
		Body:   &FaultBody{AllocHint: faultHint, ContextID: contextID, Status: status},
	})
}

// end sends a fault and returns the error that ends the connection.
func (c *conn) end(callID uint32, contextID uint16, status Status, flags Flags, why error) error {
	if err := c.sendFault(callID, contextID, status, flags); err != nil {
		return err
	}
	return fmt.Errorf("dcerpc: answered %s: %w", status, why)
}

// protocolError is end with nca_s_proto_error.
func (c *conn) protocolError(callID uint32, contextID uint16, flags Flags, why string) error {
	return c.end(callID, contextID, StatusProtocolError, flags, errors.New(why))
}

// nak refuses a bind and returns the error that ends the connection.
func (c *conn) nak(h Header, reason NakReason, why error) error {
	err := c.sendPDU(&PDU{
		Header: Header{Type: TypeBindNak, Flags: flagsWhole, CallID: h.CallID},
		Body:   &BindNak{Reason: reason},
	})
	if err != nil {
		return err
	}
	return fmt.Errorf("dcerpc: bind refused with reason %d: %w", reason, why)
}

// sendResponse answers a call: all fragments are numbered, protected and written in one hold of the write lock and
// by one write. It does not allocate per fragment.
func (c *conn) sendResponse(k *inflight, stub []byte) error {
	buf := c.srv.replies.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxKeptReply {
			c.srv.replies.Put(buf)
		}
	}()
	c.write.Lock()
	defer c.write.Unlock()
	b, count, err := c.appendResponse((*buf)[:0], k, stub)
	*buf = b
	if err != nil {
		c.nc.Close()
		return err
	}
	return c.send(b, count)
}

// appendResponse appends the fragments of a response. The write lock is held.
func (c *conn) appendResponse(b []byte, k *inflight, stub []byte) (_ []byte, count uint32, err error) {
	room := c.fragment - requestSize
	var g *guard
	if k.security != nil && (k.mirror || k.security.level > auth.LevelConnect) {
		g = k.security.guard(c.headerSign)
		room = g.room(c.fragment, requestSize)
	}
	watched := c.srv.watched()
	for first := true; first || len(stub) > 0; first = false {
		n := min(len(stub), room)
		flags := Flags(0)
		if first {
			flags |= FlagFirst
		}
		if n == len(stub) {
			flags |= FlagLast
		}
		start := len(b)
		b = appendHeader(b, TypeResponse, flags, k.CallID)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(stub)))
		b = append(b, byte(k.context), 0, 0, 0) // p_cont_id is cut to 8 bits, as Windows does; then cancel_count
		b = append(b, stub[:n]...)
		stub = stub[n:]
		count++
		if watched {
			setLengths(b[start:], 0)
			c.clear(Outbound, b[start:])
		}
		if g == nil {
			setLengths(b[start:], 0)
			continue
		}
		if b, err = g.protect(b, start, start+requestSize); err != nil {
			return b, count, err
		}
	}
	return b, count, nil
}

// logWrite reports a failed answer; the connection ends by itself.
func (c *conn) logWrite(k *inflight, err error) {
	if err != nil && c.log.Core().Enabled(zap.DebugLevel) {
		c.log.Debug("answer not sent", zap.Uint32("call", k.CallID), zap.Error(err))
	}
}
