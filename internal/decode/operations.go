package decode

import (
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/trace"
)

// operations names what is done over one connection: RPCs by their interface and number, and ROPs, for which it pairs the
// buffers of EcDoRpcExt2 and remembers what later responses can't be read without.
type operations struct {
	conn     uint64
	user     string
	emit     func(trace.Event) error
	joiner   *trace.Joiner
	requests map[uint32]*pending
	calls    map[uint32]call // that are not answered yet
	sessions map[ndr.ContextHandle]*session
}

// call is an RPC.
type call struct {
	at   time.Time
	name string
}

// session is what is known of the objects behind the handles of one session.
type session struct {
	id      uint64
	columns map[uint32][]mapi.PropTag
	public  map[uint8]bool
}

// pending is a request whose response is not there yet.
type pending struct {
	at      time.Time
	session *session
	list    []rop.Request
	handles []uint32
}

// Limits of what is remembered.
const (
	maxCalls    = 256
	maxSessions = 1024
	maxColumns  = 65536
	maxExpanded = 4 << 20
)

func newOperations(conn uint64, emit func(trace.Event) error) *operations {
	return &operations{
		conn: conn, emit: emit, joiner: trace.NewJoiner(trace.ClearEMSMDB), requests: make(map[uint32]*pending),
		calls: make(map[uint32]call), sessions: make(map[ndr.ContextHandle]*session),
	}
}

// pdu takes one unprotected PDU.
func (o *operations) pdu(at time.Time, dir trace.Direction, p []byte) error {
	if dir == trace.ToClient && len(p) >= 28 && p[2] == pduFault {
		id := binary.LittleEndian.Uint32(p[12:])
		delete(o.requests, id)
		return o.answer(at, id, mapi.ErrorCode(binary.LittleEndian.Uint32(p[24:])), true)
	}
	stub, ok := o.joiner.PDU(dir, p)
	if !ok {
		return nil
	}
	name := OperationName(stub.Interface, stub.Opnum)
	if dir == trace.ToServer && name != "" {
		if len(o.calls) >= maxCalls {
			clear(o.calls)
		}
		o.calls[stub.Call] = call{at, name}
	}
	rops := stub.Opnum == opRPCExt2 && trace.IsEMSMDB(stub.Interface)
	if dir == trace.ToServer {
		if rops {
			o.request(at, stub)
		}
		return nil
	}
	if !rops {
		return o.answer(at, stub.Call, mapi.Success, false)
	}
	delete(o.calls, stub.Call) // its ROPs are told instead
	req := o.requests[stub.Call]
	delete(o.requests, stub.Call)
	if req == nil {
		return nil
	}
	return o.response(at, stub, req)
}

// opRPCExt2 is the opnum of EcDoRpcExt2.
const opRPCExt2 = 11

// answer emits an RPC that carried no ROPs or ended with a fault.
func (o *operations) answer(at time.Time, id uint32, code mapi.ErrorCode, fault bool) error {
	c, ok := o.calls[id]
	if !ok {
		return nil
	}
	delete(o.calls, id)
	return o.emit(trace.Event{Kind: trace.Operation, Time: at, Conn: o.conn, Op: &trace.Op{
		Call: id, User: o.user, Name: c.name, Code: code, Fault: fault, Dur: at.Sub(c.at),
	}})
}

func (o *operations) request(at time.Time, stub trace.Stub) {
	r := ndr.NewReader(stub.Bytes)
	handle := r.ContextHandle()
	r.U32()
	in := r.ConformantBytes(len(stub.Bytes))
	payloads, err := rop.ReadPayloads(in, maxExpanded)
	if r.Err() != nil || err != nil || len(payloads) == 0 {
		return
	}
	buf, err := rop.ParseBuffer(payloads[0].Bytes)
	if err != nil {
		return
	}
	s := o.sessions[handle]
	if s == nil {
		if len(o.sessions) >= maxSessions {
			clear(o.sessions)
		}
		s = &session{id: uint64(len(o.sessions) + 1), columns: make(map[uint32][]mapi.PropTag), public: make(map[uint8]bool)}
		o.sessions[handle] = s
	}
	p := &pending{at: at, session: s, handles: append([]uint32(nil), buf.Handles...)}
	list := rop.NewRequests(buf.ROPs, func(id uint8) bool { return s.public[id] })
	for {
		req, err := list.Next()
		if err != nil {
			break // the rest can't be read; what could be is shown
		}
		if l, ok := req.(*rop.LogonRequest); ok {
			s.public[l.LogonID] = l.LogonFlags&1 == 0
		}
		p.list = append(p.list, req)
	}
	for _, more := range payloads[1:] {
		if len(p.list) == 0 || rop.AppendPacked(p.list[len(p.list)-1], p.handles, more.Bytes) != nil {
			break
		}
	}
	if len(o.requests) >= 256 {
		clear(o.requests)
	}
	o.requests[stub.Call] = p
}

func (o *operations) response(at time.Time, stub trace.Stub, p *pending) error {
	r := ndr.NewReader(stub.Bytes)
	r.ContextHandle()
	r.U32()
	max := r.U32()
	out := r.Bytes(r.Varying(max, 1))
	payloads, err := rop.ReadPayloads(out, maxExpanded)
	if r.Err() != nil || err != nil {
		return nil // a call that failed as a whole carries no ROPs
	}
	m := matcher{o: o, at: at, call: stub.Call, p: p, columns: make(map[int][]mapi.PropTag)}
	for i, h := range p.handles {
		if c, ok := p.session.columns[h]; ok {
			m.columns[i] = c
		}
	}
	for _, payload := range payloads {
		buf, err := rop.ParseBuffer(payload.Bytes)
		if err != nil {
			return nil
		}
		m.handles = buf.Handles
		if err := m.list(buf.ROPs); err != nil {
			return err
		}
	}
	if err := m.releases(); err != nil {
		return err
	}
	for i, h := range m.handles {
		if c, ok := m.columns[i]; ok && h != rop.NoHandle && len(p.session.columns) < maxColumns {
			p.session.columns[h] = c
		}
	}
	return nil
}

// matcher walks the responses of one call beside its requests.
type matcher struct {
	o       *operations
	at      time.Time
	call    uint32
	p       *pending
	next    int
	handles []uint32
	columns map[int][]mapi.PropTag
}

func (m *matcher) list(list []byte) error {
	responses := rop.NewResponses(list)
	for {
		id, _, ok := responses.Peek()
		if !ok {
			return nil
		}
		var req rop.Request
		var columns []mapi.PropTag
		if id != rop.Notify && id != rop.Pending && id != rop.BufferTooSmall && id != rop.Backoff {
			if err := m.releases(); err != nil {
				return err
			}
			req = m.request(id)
			columns = m.columnsOf(req)
		}
		resp, err := responses.Next(columns)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return m.show(req, nil, "its response can't be read: "+err.Error())
		}
		m.learn(req, resp)
		if err := m.show(req, resp, ""); err != nil {
			return err
		}
	}
}

// request returns what a response answers: the next request, or in a chained payload the last one again.
func (m *matcher) request(id rop.ID) rop.Request {
	if m.next < len(m.p.list) {
		m.next++
	}
	if m.next == 0 {
		return nil
	}
	if req := m.p.list[m.next-1]; req.RopID() == id || id == rop.Progress {
		return req
	}
	return nil
}

// releases shows the RopReleases at this place, which have no response.
func (m *matcher) releases() error {
	for m.next < len(m.p.list) && m.p.list[m.next].RopID() == rop.Release {
		m.next++
		if err := m.show(m.p.list[m.next-1], nil, ""); err != nil {
			return err
		}
	}
	return nil
}

func (m *matcher) columnsOf(req rop.Request) []mapi.PropTag {
	if req == nil {
		return nil
	}
	if get, ok := req.(*rop.GetPropertiesSpecificRequest); ok {
		return append([]mapi.PropTag{}, get.PropertyTags...)
	}
	return m.columns[req.Header().Input]
}

// learn remembers the columns that a request or response chose.
func (m *matcher) learn(req rop.Request, resp rop.Response) {
	if req == nil || resp.Head() == nil || resp.Head().ReturnValue != 0 {
		return
	}
	h := req.Header()
	if h.Output != rop.NoIndex {
		delete(m.columns, h.Output)
	}
	switch resp := resp.(type) {
	case *rop.SetColumnsResponse:
		if set, ok := req.(*rop.SetColumnsRequest); ok {
			m.columns[h.Input] = set.PropertyTags
		}
	case *rop.OpenMessageResponse:
		m.columns[h.Output] = append([]mapi.PropTag{}, resp.RecipientColumns...)
	case *rop.OpenEmbeddedMessageResponse:
		m.columns[h.Output] = append([]mapi.PropTag{}, resp.RecipientColumns...)
	}
}

// show emits one operation.
func (m *matcher) show(req rop.Request, resp rop.Response, cause string) error {
	op := &trace.Op{Call: m.call, Session: m.p.session.id, User: m.o.user, IsROP: true, Index: max(m.next-1, 0), Err: cause, Dur: m.at.Sub(m.p.at)}
	if req != nil {
		h := req.Header()
		op.Name, op.Request = req.RopID().String(), req
		op.Input = m.handle(h.Input)
		if resp != nil && h.Output != rop.NoIndex {
			op.Output = m.handle(h.Output)
		}
	}
	if resp != nil {
		op.Response = resp
		op.Name = resp.RopID().String()
		if head := resp.Head(); head != nil {
			op.Code = head.ReturnValue
		}
	}
	return m.o.emit(trace.Event{Kind: trace.Operation, Time: m.at, Conn: m.o.conn, Op: op})
}

func (m *matcher) handle(index int) uint32 {
	for _, table := range [][]uint32{m.handles, m.p.handles} {
		if index >= 0 && index < len(table) && table[index] != rop.NoHandle {
			return table[index]
		}
	}
	return 0
}
