package exec

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// headLen is the size of a response that is nothing but a head: RopId, handle index, ReturnValue.
const headLen = 6

// Input is one ROP input buffer.
type Input struct {
	Payload []byte
	// Packed are further payloads, each of which carries on with the last ROP of Payload.
	Packed [][]byte
	// Max is the size of answer the client takes in all, in payload bytes; one payload never exceeds rop.MaxPayload.
	Max int
	// Chain allows further payloads that continue the last ROP, each of which costs Overhead bytes of Max.
	Chain    bool
	Overhead int
	// Client names the program that asks, for the report of what is missing.
	Client string
	// Linked lists the indexes of linked sessions that have something to fetch, [MS-OXCNOTIF] 3.1.5.6; nil is none.
	Linked func() []uint16
	// Cached says that the program keeps a copy of the mailbox.
	Cached bool
	// Observe is told of every ROP; nil tells nobody.
	Observe func(Done)
}

// Run executes a ROP input buffer and returns the payloads of the answer, one or, where continued, several. An error
// is a mapi.ErrorCode, or ErrFault, and fails the call as a whole: what ran before stays done, [MS-OXCROPS] 3.2.5.1.
func (e *Executor) Run(ctx context.Context, s *Session, in Input) ([][]byte, error) {
	s.client, s.facts.Cached = in.Client, in.Cached
	s.queue.hold()
	defer s.queue.unhold()
	b, err := newBuffer(e, s, in)
	if err != nil {
		return nil, err
	}
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	b.notify(ctx)
	payloads := [][]byte{b.payload(b.out.Bytes())}
	if in.Chain && b.last.ok {
		payloads = b.chain(ctx, payloads)
	}
	b.settle()
	for _, p := range payloads {
		b.writeTable(p)
	}
	return payloads, nil
}

// buffer is one ROP input buffer while it runs.
type buffer struct {
	e       *Executor
	s       *Session
	in      Input
	rops    *rop.Decoder
	list    []byte // RopsList
	table   []uint32
	tail    []byte   // the handle table as sent
	sent    []uint32 // its entries, for packed payloads
	out     wire.Writer
	limit   int   // bytes the responses may have
	done    int   // ROPs that ran
	seen    int   // ROPs that Observe was told of
	freed   []int // indexes of the table whose objects were released
	last    lastROP
	refused mapi.ErrorCode // why the request read last can't run, 0 if it can
	stopped bool           // no further ROP runs
	closed  bool           // nothing may be appended: RopBufferTooSmall is the last of a buffer
	// releasedLast says that the ROP that ran last was a RopRelease.
	releasedLast bool
}

// usualOut is the size in bytes that most answers stay below.
const usualOut = 128

// lastROP is what chaining continues.
type lastROP struct {
	ok   bool // it succeeded and may be continued
	req  rop.Request
	resp rop.Response
}

// newBuffer checks the frame, [MS-OXCROPS] 2.2.1.
func newBuffer(e *Executor, s *Session, in Input) (*buffer, error) {
	p := in.Payload
	if len(p) < 2 {
		return nil, mapi.ErrRpcFormat
	}
	size := int(binary.LittleEndian.Uint16(p))
	if size < 2 || size > len(p) || (len(p)-size)%4 != 0 || size == 2 && len(in.Packed) > 0 {
		return nil, mapi.ErrRpcFormat
	}
	b := &buffer{e: e, s: s, in: in, list: p[2:size], tail: p[size:], out: wire.Writer{Buf: make([]byte, 0, usualOut)}}
	b.table = make([]uint32, len(b.tail)/4)
	for i := range b.table {
		b.table[i] = binary.LittleEndian.Uint32(b.tail[4*i:])
	}
	if len(in.Packed) > 0 {
		b.sent = slices.Clone(b.table)
	}
	b.limit = min(in.Max, rop.MaxPayload) - 2 - len(b.tail)
	if b.limit < 0 {
		return nil, mapi.ErrBufferTooSmall
	}
	b.rops = rop.NewDecoder(b.list)
	b.rops.PublicLogon = func(id uint8) bool {
		l := s.logon(id)
		return l != nil && l.Public()
	}
	b.rops.Refused = func(code mapi.ErrorCode) { b.refused = code }
	return b, nil
}

// run executes the ROPs in order.
func (b *buffer) run(ctx context.Context) error {
	for b.rops.Len() > 0 && !b.stopped {
		if err := ctx.Err(); err != nil {
			return mapi.ErrExiting
		}
		start := b.rops.Offset()
		codec := codecs[b.list[start]]
		if codec == nil || codec.NewRequest == nil {
			b.s.log.Warn("reserved rop id", zap.Uint8("rop", b.list[start]))
			return mapi.ErrRpcFormat
		}
		req := codec.NewRequest()
		b.refused = mapi.Success
		req.Decode(b.rops)
		if err := b.rops.Err(); err != nil {
			b.s.log.Warn("malformed rop", zap.String("rop", codec.Name), zap.Error(err))
			return mapi.ErrRpcFormat
		}
		if err := b.unpack(req); err != nil {
			b.s.log.Warn("malformed packed rop", zap.String("rop", codec.Name), zap.Error(err))
			return mapi.ErrRpcFormat
		}
		if codec.NewResponse == nil { // RopRelease
			began, input := b.started(), b.handleAt(req.Header().Input)
			b.releaseIndex(ctx, req.Header())
			b.observe(began, req, nil, input, mapi.Success, nil)
			b.done++
			b.releasedLast = true
			continue
		}
		if err := b.one(ctx, codec, req, start); err != nil {
			return err
		}
		b.stopped = b.stopped || b.s.broken
	}
	return nil
}

// unpack makes the last request whole with the payloads that carry on with it.
func (b *buffer) unpack(req rop.Request) error {
	if b.rops.Len() > 0 {
		return nil
	}
	for _, p := range b.in.Packed {
		if err := rop.AppendPacked(req, b.sent, p); err != nil {
			return err
		}
	}
	return nil
}

// one runs one ROP and appends its response. It stops the buffer with RopBufferTooSmall if the response does not
// fit, [MS-OXCROPS] 3.2.4.3; the error fails the call.
func (b *buffer) one(ctx context.Context, codec *rop.Codec, req rop.Request, start int) error {
	c := &Call{Session: b.s, Header: req.Header(), room: b.room(), alone: b.alone()}
	b.last = lastROP{}
	began, input := b.started(), b.handleAt(c.Header.Input)
	resp, err := b.handle(ctx, c, codec, req)
	if errors.Is(err, errNoRoom) {
		return b.tooSmall(codec, c, start)
	}
	if fatal, ok := errors.AsType[failCall](err); ok {
		b.discard(c)
		return fatal.err
	}
	code := mapi.Success
	if err != nil {
		code = b.e.code(b.s, codec.ID, err)
		if resp == nil {
			resp = rop.Failure(req, code)
		}
	}
	b.fill(c, resp, code)
	at := b.out.Len()
	resp.Encode(&b.out)
	if b.out.Len()-at > c.room {
		b.out.Buf = b.out.Buf[:at]
		b.discard(c)
		return b.tooSmall(codec, c, start)
	}
	if c.output != nil {
		code = b.bind(c, code, at, codec)
	} else if makes(req) && c.Header.Output < len(b.table) {
		b.table[c.Header.Output] = noHandle // nothing was made: ROPs that build on it must not meet an older object
	}
	b.done++
	b.releasedLast = false
	b.s.count(codec.ID, code)
	b.observe(began, req, resp, input, code, err)
	b.last = lastROP{ok: code == mapi.Success && c.packed, req: req, resp: resp}
	if code != mapi.Success && c.entry != nil && c.entry.stops {
		b.stopped = true
	}
	return nil
}

// handle finds the handler's inputs and runs it.
func (b *buffer) handle(ctx context.Context, c *Call, codec *rop.Codec, req rop.Request) (rop.Response, error) {
	entry := table[codec.ID]
	if entry == nil {
		if c.room < headLen {
			return nil, errNoRoom
		}
		b.unimplemented(codec)
		return nil, mapi.ErrNoSupport
	}
	c.entry = entry
	if c.room < entry.size(req) {
		return nil, errNoRoom
	}
	if makes(req) && c.Header.Output >= len(b.table) {
		return nil, mapi.ErrNullObject
	}
	if entry.accepts != 0 {
		if c.logon = b.s.logon(c.Header.LogonID); c.logon == nil {
			if b.e.env.Profile.ROP.LogonLookupFailsCall {
				return nil, failCall{mapi.ErrRpcFormat}
			}
			return nil, mapi.ErrNullObject
		}
		if err := c.logon.Refresh(ctx); err != nil {
			return nil, err
		}
		if codec.ID != rop.Progress {
			b.s.abandon(c.logon) // any other ROP ends what a client waits for, [MS-OXCPRPT] 3.1.5
		}
		obj, err := b.lookup(c.Header.Input, c.logon)
		switch {
		case err != nil && entry.ignores != nil && entry.ignores(&b.e.env.Profile.ROP):
		case err != nil:
			return nil, err
		case obj.Kind()&entry.accepts == 0:
			return nil, entry.refusal
		}
		c.Object = obj
	}
	if entry.to != 0 {
		if c.Dest = b.destination(c.Header.Output); c.Dest == nil {
			return nil, mapi.ErrDstNullObject
		}
		if err := b.s.handles[b.table[c.Header.Output]].logon.Refresh(ctx); err != nil {
			return nil, err
		}
		if c.Dest.Kind()&entry.to == 0 {
			return nil, entry.refusal
		}
	}
	if b.refused != mapi.Success {
		if t, ok := c.Object.(*object.Table); ok && codec.ID == rop.Restrict {
			t.Invalidate()
		}
		return nil, b.refused
	}
	if err := settle(ctx, c.Object, c.Dest); err != nil {
		return nil, err
	}
	return b.e.handler(ctx, c, req)
}

// settle makes what was written to streams visible in the objects that a ROP is about to use.
func settle(ctx context.Context, objects ...object.Object) error {
	for _, obj := range objects {
		if bag, ok := obj.(object.Bag); ok {
			if err := bag.Logon().Settle(ctx, bag); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookup finds the object behind an index of the handle table.
func (b *buffer) lookup(index int, logon *object.Logon) (object.Object, error) {
	if index < 0 || index >= len(b.table) {
		return nil, mapi.ErrNullObject
	}
	return b.s.resolve(b.table[index], logon)
}

// destination finds the object behind the index of a destination, of whichever logon; nil if there is none.
func (b *buffer) destination(index int) object.Object {
	if index < 0 || index >= len(b.table) {
		return nil
	}
	return b.s.handles[b.table[index]].object
}

// fill completes a response's head.
func (b *buffer) fill(c *Call, resp rop.Response, code mapi.ErrorCode) {
	if h := resp.Head(); h != nil {
		h.HandleIndex = uint8(c.Header.Response)
		if code != mapi.Success || h.ReturnValue == mapi.Success { // a warning set by the handler stays
			h.ReturnValue = code
		}
	}
}

// bind writes the handle of a new object into the table, or turns the ROP into a failure if there is none to give. It
// returns the ROP's result.
func (b *buffer) bind(c *Call, code mapi.ErrorCode, at int, codec *rop.Codec) mapi.ErrorCode {
	b.table[c.Header.Output] = noHandle
	if code != mapi.Success {
		b.discard(c)
		return code
	}
	h, err := c.bind()
	if err == nil {
		b.table[c.Header.Output] = h
		return code
	}
	b.discard(c)
	b.out.Buf = b.out.Buf[:at]
	code = b.e.code(b.s, codec.ID, err)
	resp := codec.NewResponse()
	b.fill(c, resp, code)
	resp.Encode(&b.out)
	return code
}

// makes reports whether a request is one that makes an object, rather than one that names a second object.
func makes(req rop.Request) bool {
	_, ok := req.(interface{ MakesObject() })
	return ok
}

// discard closes an object that no handle was given for.
func (b *buffer) discard(c *Call) {
	if c.output != nil {
		c.output.Close()
		c.output = nil
	}
}

// room is what the next response may have. While further requests follow, as much is kept back as it takes to return
// them in a RopBufferTooSmall, so that none is lost.
func (b *buffer) room() int {
	keep := 0
	if n := b.rops.Len(); n > 0 {
		keep = bufferTooSmallLen + n + len(b.tail)
	}
	return b.limit - b.out.Len() - keep
}

// alone reports whether the next ROP has the whole of the largest buffer to itself.
func (b *buffer) alone() bool { return b.done == 0 && b.in.Max >= rop.MaxPayload-1 }

func (b *buffer) unimplemented(codec *rop.Codec) {
	b.e.unimplemented.Add(1)
	b.e.account.gap(GapROP, codec.Name, b.in.Client, b.e.env.Now())
	level := zap.InfoLevel
	if b.e.opts.Strict != nil && b.e.opts.Strict() {
		level = zap.ErrorLevel
	}
	b.s.log.Log(level, "rop is not implemented", zap.String("rop", codec.Name))
}

// releaseIndex implements RopRelease, [MS-OXCROPS] 3.2.5.3: it has no response and its errors are ignored.
func (b *buffer) releaseIndex(ctx context.Context, h rop.RequestHeader) {
	defer b.s.count(rop.Release, mapi.Success)
	b.last = lastROP{}
	logon := b.s.logon(h.LogonID)
	if logon == nil || h.Input >= len(b.table) {
		return
	}
	if obj, err := b.s.resolve(b.table[h.Input], logon); err == nil {
		if s, ok := obj.(*object.Stream); ok {
			s.Release(ctx)
		}
		b.s.drop(b.table[h.Input])
		b.freed = append(b.freed, h.Input)
	}
}

// settle replaces released handles in the table that goes back, [MS-OXCROPS] 3.2.5.3. Until then they stay, so that
// later ROPs of the buffer learn that their object was released.
func (b *buffer) settle() {
	for i, index := range b.freed {
		if _, living := b.s.handles[b.table[index]]; living {
			continue // another object took the place
		}
		b.table[index] = noHandle
		if i == len(b.freed)-1 && b.releasedLast && b.done > 1 {
			b.table[index] = b.e.env.Profile.ROP.ReleasedHandle
		}
	}
}

// payload frames responses and leaves room for the table, which is written when all is done.
func (b *buffer) payload(responses []byte) []byte {
	p := make([]byte, 2, 2+len(responses)+4*len(b.table))
	binary.LittleEndian.PutUint16(p, uint16(2+len(responses)))
	p = append(p, responses...)
	return p[:cap(p)]
}

// writeTable fills in the handle table at the end of a payload.
func (b *buffer) writeTable(p []byte) {
	at := len(p) - 4*len(b.table)
	for i, h := range b.table {
		binary.LittleEndian.PutUint32(p[at+4*i:], h)
	}
}
