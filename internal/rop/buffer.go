package rop

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// Buffer is a ROP buffer, [MS-OXCROPS] 2.2.1: a list of requests or responses and the table of handles that their
// indexes point into.
type Buffer struct {
	ROPs    []byte
	Handles []uint32
}

// NoHandle stands in a handle table where there is no object. It is never given out as a handle.
const NoHandle uint32 = 0xFFFFFFFF

// ParseBuffer reads a ROP buffer that takes all of payload, which ROPs then aliases. Its errors carry ErrRpcFormat.
func ParseBuffer(payload []byte) (Buffer, error) {
	r := wire.NewReader(payload)
	size := int(r.U16())
	if r.Err() == nil && size < 2 {
		r.Failf("rop: RopSize of %d", size)
	}
	list := r.Take(size - 2)
	if r.Len()%4 != 0 {
		r.Failf("rop: handle table of %d bytes", r.Len())
	}
	b := Buffer{ROPs: list, Handles: make([]uint32, 0, r.Len()/4)}
	for r.Len() > 0 {
		b.Handles = append(b.Handles, r.U32())
	}
	if err := r.Err(); err != nil {
		return Buffer{}, mapi.Wrap(mapi.ErrRpcFormat, err)
	}
	return b, nil
}

// MaxListSize is the number of bytes of the longest list of ROPs, which RopSize can just express.
const MaxListSize = math.MaxUint16 - 2

// Begin starts a ROP buffer in w; its list is then appended to w and completed by End.
func Begin(w *wire.Writer) (mark int) { return w.Mark16() }

// End completes a ROP buffer with its handle table. The list must not be longer than MaxListSize.
func End(w *wire.Writer, mark int, handles []uint32) {
	w.Set16(mark, uint16(w.Len()-mark))
	for _, h := range handles {
		w.U32(h)
	}
}

// Errors that Requests.Next wraps for RopIds that no request has.
var (
	ErrReserved     = errors.New("the RopId is reserved")
	ErrResponseOnly = errors.New("the ROP is one that only servers send")
)

// UnreadableError says which message of a list could not be read. What follows it can't be read either, since messages
// carry no length.
type UnreadableError struct {
	ID     ID
	Offset int // of the message in the list
	Err    error
}

// Error implements error.
func (e *UnreadableError) Error() string {
	return fmt.Sprintf("rop: %v at byte %d of the list: %v", e.ID, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// Requests reads the requests of a buffer one at a time, so that each is decoded with what those before it did:
// a RopLogon decides how later requests on its logon read.
type Requests struct {
	dec   *Decoder
	list  []byte
	start int // of the request that Next returned last
}

// NewRequests returns a reader of the requests in list. publicLogon is Decoder.PublicLogon.
func NewRequests(list []byte, publicLogon func(logonID uint8) bool) *Requests {
	d := NewDecoder(list)
	d.PublicLogon = publicLogon
	return &Requests{dec: d, list: list}
}

// More reports whether there is another request.
func (r *Requests) More() bool { return r.dec.Len() > 0 }

// Next returns the next request, or io.EOF after the last. Every other error is an *UnreadableError that carries
// ErrRpcFormat: it fails the whole call, [MS-OXCROPS] 3.2.5.1.
func (r *Requests) Next() (Request, error) {
	if !r.More() {
		if r.dec.Err() != nil {
			return nil, r.unreadable(r.dec.Err())
		}
		return nil, io.EOF
	}
	r.start = r.dec.Offset()
	c := Lookup(r.id())
	switch {
	case c == nil:
		r.dec.Fail(ErrReserved)
	case c.NewRequest == nil:
		r.dec.Fail(ErrResponseOnly)
	}
	if err := r.dec.Err(); err != nil {
		return nil, r.unreadable(err)
	}
	req := c.NewRequest()
	req.Decode(r.dec)
	if err := r.dec.Err(); err != nil {
		return nil, r.unreadable(err)
	}
	return req, nil
}

// Tail returns the list from the request on that Next returned last: what RopBufferTooSmall gives back, but for the
// handle table, when that request was not executed. It aliases the list.
func (r *Requests) Tail() []byte { return r.list[r.start:] }

func (r *Requests) id() ID { return ID(r.list[r.start]) }

func (r *Requests) unreadable(err error) error {
	return mapi.Wrap(mapi.ErrRpcFormat, &UnreadableError{r.id(), r.start, err})
}

// Responses reads the responses of a buffer one at a time.
type Responses struct {
	dec  *Decoder
	list []byte
}

// NewResponses returns a reader of the responses in list.
func NewResponses(list []byte) *Responses { return &Responses{NewDecoder(list), list} }

// Peek returns the RopId of the next response and the handle index that it repeats, which has no meaning for the few
// responses that have none; false after the last response.
func (r *Responses) Peek() (id ID, handleIndex uint8, ok bool) {
	if r.dec.Len() == 0 {
		return 0, 0, false
	}
	next := r.list[r.dec.Offset():]
	if len(next) > 1 {
		handleIndex = next[1]
	}
	return ID(next[0]), handleIndex, true
}

// Next returns the next response, or io.EOF after the last. columns are those of the table or of the request that the
// response answers, nil if they are not known: a response with rows can't be read then. Every other error is an
// *UnreadableError.
func (r *Responses) Next(columns []mapi.PropTag) (Response, error) {
	start := r.dec.Offset()
	id, _, ok := r.Peek()
	if !ok {
		if r.dec.Err() != nil {
			return nil, r.dec.Err()
		}
		return nil, io.EOF
	}
	c := Lookup(id)
	if c == nil || c.NewResponse == nil {
		r.dec.Fail(ErrReserved)
		return nil, &UnreadableError{id, start, ErrReserved}
	}
	resp := c.NewResponse()
	r.dec.Columns = columns
	resp.Decode(r.dec)
	if err := r.dec.Err(); err != nil {
		err = &UnreadableError{id, start, err}
		return nil, err
	}
	return resp, nil
}
