package exec

import (
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
)

// Done tells of one ROP that was carried out or refused, for traces and metrics. Its messages are not changed any more.
type Done struct {
	Index    int    // place in the buffer, from 0
	Input    uint32 // handle of the input object; 0 if the index names none
	Output   uint32 // handle of the object made; 0 if none
	Request  rop.Request
	Response rop.Response // nil for RopRelease
	Code     mapi.ErrorCode
	Err      error // what led to Code
	Dur      time.Duration
}

// started returns the time if anybody wants to know how long a ROP takes.
func (b *buffer) started() (t time.Time) {
	if b.in.Observe != nil {
		t = time.Now()
	}
	return t
}

// observe tells of a ROP. input is the handle it named before it ran.
func (b *buffer) observe(start time.Time, req rop.Request, resp rop.Response, input uint32, code mapi.ErrorCode, err error) {
	if b.in.Observe == nil {
		return
	}
	d := Done{Index: b.seen, Input: input, Request: req, Response: resp, Code: code, Err: err, Dur: time.Since(start)}
	if h := req.Header(); makes(req) && code == mapi.Success {
		d.Output = b.handleAt(h.Output)
	}
	b.seen++
	b.in.Observe(d)
}

// handleAt is the handle at an index of the table, 0 if there is none.
func (b *buffer) handleAt(index int) uint32 {
	if index < 0 || index >= len(b.table) || b.table[index] == noHandle {
		return 0
	}
	return b.table[index]
}
