package decode

import (
	"encoding/binary"
	"time"

	"github.com/mapid/mapid/internal/trace"
)

// half is one direction of a TCP connection being joined.
type half struct {
	next    uint32
	known   bool
	pending []segment // arrived before what stands in front of them
	buf     []byte    // bytes of a PDU that is not complete
	lost    bool      // a gap made the rest unreadable
}

// maxPending bounds what waits for a missing segment.
const maxPending = 1024

// take joins a segment and returns the PDUs that are complete now.
func (h *half) take(s segment, each func(at time.Time, pdu []byte)) {
	if s.syn {
		h.next, h.known = s.seq+1, true
		return
	}
	if len(s.data) == 0 || h.lost {
		return
	}
	if !h.known {
		h.next, h.known = s.seq, true
	}
	s.data = append([]byte(nil), s.data...)
	h.pending = append(h.pending, s)
	for again := true; again; {
		again = false
		for i, p := range h.pending {
			skip := int32(h.next - p.seq)
			if skip < 0 {
				continue // a gap in front of it
			}
			h.pending = append(h.pending[:i], h.pending[i+1:]...)
			if int(skip) < len(p.data) {
				h.buf = append(h.buf, p.data[skip:]...)
				h.next = p.seq + uint32(len(p.data))
				h.pdus(p.at, each)
			}
			again = true
			break
		}
	}
	if len(h.pending) > maxPending {
		h.lost, h.pending = true, nil
	}
}

// pdus cuts the buffer into PDUs.
func (h *half) pdus(at time.Time, each func(time.Time, []byte)) {
	for len(h.buf) >= 16 && !h.lost {
		if h.buf[0] != 5 {
			h.lost = true // not DCE/RPC
			return
		}
		var order binary.ByteOrder = binary.LittleEndian
		if h.buf[4]&0x10 == 0 {
			order = binary.BigEndian
		}
		n := int(order.Uint16(h.buf[8:]))
		if n < 16 {
			h.lost = true
			return
		}
		if len(h.buf) < n {
			return
		}
		each(at, h.buf[:n:n])
		h.buf = h.buf[n:]
	}
}

// direction of a half.
func directionOf(toServer bool) trace.Direction {
	if toServer {
		return trace.ToServer
	}
	return trace.ToClient
}
