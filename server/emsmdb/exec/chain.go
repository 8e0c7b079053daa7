package exec

import (
	"context"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// Limits of chained responses, [MS-OXCRPC] 3.1.4.2.1.2.2.
const (
	maxPayloads    = 96
	minRoomStreams = 8 << 10  // residual room that ends RopReadStream and RopFastTransferSourceGetBuffer
	minRoomRows    = 32 << 10 // residual room that ends RopQueryRows
)

// chain continues the last ROP in further payloads, each as if the client had sent that ROP again for what is left of
// its demand, until the client's buffer or the data end.
func (b *buffer) chain(ctx context.Context, payloads [][]byte) [][]byte {
	used := len(payloads[0]) + b.in.Overhead
	codec := codecs[b.last.req.RopID()]
	for len(payloads) < maxPayloads {
		req, minRoom := continued(b.last.req, b.last.resp)
		room := b.in.Max - used
		if req == nil || room < minRoom {
			return payloads
		}
		c := &Call{Session: b.s, Header: req.Header(), room: min(room, rop.MaxPayload) - 2 - len(b.tail)}
		began, input := b.started(), b.handleAt(c.Header.Input)
		resp, err := b.handle(ctx, c, codec, req)
		if err != nil || empty(resp) {
			return payloads
		}
		b.fill(c, resp, mapi.Success)
		var w wire.Writer
		resp.Encode(&w)
		if w.Len() > c.room {
			return payloads
		}
		b.observe(began, req, resp, input, mapi.Success, nil)
		b.last.req, b.last.resp = req, resp
		p := b.payload(w.Bytes())
		payloads = append(payloads, p)
		used += len(p) + b.in.Overhead
	}
	return payloads
}

// continued returns the request for what a response left of the demand, and the room it takes at least; nil if
// nothing is left.
func continued(req rop.Request, resp rop.Response) (rop.Request, int) {
	switch req := req.(type) {
	case *rop.QueryRowsRequest:
		r := resp.(*rop.QueryRowsResponse)
		atEnd := r.Origin == mapi.BookmarkEnd && req.ForwardRead || r.Origin == mapi.BookmarkBeginning && !req.ForwardRead
		if atEnd || len(r.Rows) >= int(req.RowCount) {
			return nil, 0
		}
		next := *req
		next.RowCount -= uint16(len(r.Rows))
		return &next, minRoomRows
	case *rop.ReadStreamRequest:
		n := len(resp.(*rop.ReadStreamResponse).Data)
		next := *req
		switch {
		case n == 0:
			return nil, 0
		case req.ByteCount != rop.ByteCountExtended:
			if next.ByteCount -= uint16(n); next.ByteCount == 0 {
				return nil, 0
			}
			if next.ByteCount == rop.ByteCountExtended {
				next.ByteCount-- // it must not read as an escape
			}
		default:
			if next.MaximumByteCount -= uint32(n); next.MaximumByteCount == 0 {
				return nil, 0
			}
		}
		return &next, minRoomStreams
	}
	return nil, 0
}

// empty reports whether a response carries nothing.
func empty(resp rop.Response) bool {
	switch r := resp.(type) {
	case *rop.QueryRowsResponse:
		return len(r.Rows) == 0
	case *rop.ReadStreamResponse:
		return len(r.Data) == 0
	}
	return true
}
