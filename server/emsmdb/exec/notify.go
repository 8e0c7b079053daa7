package exec

import (
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// notify appends what is queued for the session after all responses, as many as fit, and RopPending if some do not,
// [MS-OXCNOTIF] 3.1.5.5 to 3.1.5.7.
func (b *buffer) notify() {
	if b.closed {
		return
	}
	for {
		n, ok := b.s.queue.take()
		if !ok {
			return
		}
		resp := n.Render()
		if resp == nil {
			continue
		}
		var w wire.Writer
		resp.Encode(&w)
		if b.out.Len()+w.Len() > b.limit {
			b.s.queue.putBack(n)
			b.pending()
			return
		}
		b.out.Put(w.Bytes())
	}
}

// pending appends RopPending if it fits.
func (b *buffer) pending() {
	var w wire.Writer
	(&rop.PendingResponse{SessionIndex: b.s.index}).Encode(&w)
	if b.out.Len()+w.Len() <= b.limit {
		b.out.Put(w.Bytes())
	}
}
