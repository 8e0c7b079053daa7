package exec

import (
	"errors"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// errNoRoom reports that a ROP did not run because its response would not have fit.
var errNoRoom = errors.New("exec: no room for the response")

// bufferTooSmallLen is the size of a RopBufferTooSmall without the requests it returns.
const bufferTooSmallLen = 3

// tooSmall ends the buffer at a ROP whose response does not fit, [MS-OXCROPS] 3.2.4.3. What is left of the request
// goes back to the client, which asks again with more room, or with nothing before it. Only a ROP that has the whole
// of the largest buffer to itself fails: the call from Exchange 2010 on, that ROP alone before.
func (b *buffer) tooSmall(codec *rop.Codec, c *Call, start int) error {
	b.s.count(codec.ID, mapi.ErrBufferTooSmall)
	if b.alone() {
		if b.e.env.Profile.ROP.MaxTooBig != profile.TooBigROP {
			return mapi.ErrBufferTooSmall
		}
		return b.failTooSmall(codec, c)
	}
	if b.done == 0 && b.rops.Len() == 0 && b.e.env.Profile.ROP.FirstTooBig == profile.TooBigROP {
		return b.failTooSmall(codec, c)
	}
	rest := append(append([]byte(nil), b.list[start:]...), b.tail...)
	resp := &rop.BufferTooSmallResponse{SizeNeeded: rop.MaxPayload, RequestBuffers: rest}
	var w wire.Writer
	resp.Encode(&w)
	if b.out.Len()+w.Len() > b.limit {
		return mapi.ErrBufferTooSmall
	}
	b.out.Put(w.Bytes())
	b.stopped, b.closed = true, true
	return nil
}

// failTooSmall fails one ROP for want of room.
func (b *buffer) failTooSmall(codec *rop.Codec, c *Call) error {
	resp := codec.NewResponse()
	b.fill(c, resp, mapi.ErrBufferTooSmall)
	resp.Encode(&b.out)
	b.done++
	if b.out.Len() > b.limit {
		return mapi.ErrBufferTooSmall
	}
	return nil
}
