package dcerpc

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/ndr"
)

// TestRequestRefusals sends one wrong PDU, or several, on a connection that is bound to presentation context 0.
func TestRequestRefusals(t *testing.T) {
	t.Parallel()
	type answer struct {
		callID  uint32
		context uint16
		status  Status
		flags   Flags // beside first and last
		alive   bool
	}
	request := func(callID uint32, flags Flags, change func(b []byte)) []byte {
		b := requestPDU(callID, flags, opEcho, []byte("stub")).Encode()
		if change != nil {
			change(b)
		}
		return b
	}
	context := func(id byte) func([]byte) { return func(b []byte) { b[20] = id } }
	opnum := func(n byte) func([]byte) { return func(b []byte) { b[22] = n } }
	hint := func(n uint32) func([]byte) {
		return func(b []byte) { b[16], b[17], b[18], b[19] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24) }
	}
	whole := flagsWhole
	tests := []struct {
		name  string
		flags Flags // of the bind
		pdus  [][]byte
		want  answer
	}{
		{"UnknownOpnum", 0, [][]byte{request(2, whole, opnum(99))}, answer{2, 0, StatusOpRange, FlagDidNotExecute, true}},
		{"UnknownContext", 0, [][]byte{request(2, whole, context(9))}, answer{2, 0, StatusUnknownInterface, FlagDidNotExecute, true}},
		{
			"UnknownContextInFragments", 0,
			[][]byte{request(2, FlagFirst, context(9)), request(2, 0, context(9)), request(2, FlagLast, context(9))},
			answer{2, 0, StatusUnknownInterface, FlagDidNotExecute, true},
		},
		{"FirstIsMissing", 0, [][]byte{request(2, 0, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{"LastAlone", 0, [][]byte{request(2, FlagLast, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{"LastAloneMultiplex", FlagMultiplex, [][]byte{request(2, FlagLast, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{"FirstTwice", 0, [][]byte{request(2, FlagFirst, nil), request(2, FlagFirst, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{"Interleaved", 0, [][]byte{request(2, FlagFirst, nil), request(3, FlagFirst, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{
			"InterleavedMultiplex", FlagMultiplex,
			[][]byte{request(2, FlagFirst, nil), request(3, FlagFirst, nil)}, answer{3, 0, StatusProtocolError, 0, false},
		},
		{"OtherCallContinues", 0, [][]byte{request(2, FlagFirst, nil), request(3, FlagLast, nil)}, answer{2, 0, StatusProtocolError, 0, false}},
		{
			"OtherByteOrderContinues", 0,
			[][]byte{request(2, FlagFirst, nil), bigEndian(request(2, FlagLast, nil))}, answer{2, 0, StatusProtocolError, 0, false},
		},
		{"PendingCancelOnFirst", 0, [][]byte{request(2, whole|FlagPendingCancel, nil)}, answer{2, 0, StatusNoCallActive, FlagDidNotExecute, false}},
		{"HintOverLimit", 0, [][]byte{request(2, FlagFirst, hint(4<<20+1))}, answer{2, 0, StatusAccessDenied, 0, false}},
		{"ObjectCutShort", 0, [][]byte{request(2, whole, func(b []byte) { b[3] |= byte(FlagObject) })}, answer{2, 0, StatusProtocolError, 0, false}},
		{"UnknownToken", 0, [][]byte{withToken(request(2, whole, nil), 4)}, answer{2, 0, StatusAccessDenied, 0, false}},
		{"UnalignedTrailer", 0, [][]byte{withToken(append(request(2, whole, nil), 0), 4)}, answer{2, 0, StatusProtocolError, 0, false}},
		{"Response", 0, [][]byte{request(2, whole, func(b []byte) { b[2] = byte(TypeResponse) })}, answer{2, 0, StatusProtocolError, 0, false}},
		{"Ping", 0, [][]byte{request(2, whole, func(b []byte) { b[2] = 1 })}, answer{2, 0, StatusProtocolError, 0, false}},
		{"OtherVersion", 0, [][]byte{request(2, whole, func(b []byte) { b[0] = 6 })}, answer{2, 0, StatusProtocolError, 0, false}},
		{"Auth3WithoutToken", 0, [][]byte{request(2, whole, func(b []byte) { b[2] = byte(TypeAuth3) })}, answer{2, 0, StatusProtocolError, FlagDidNotExecute, false}},
		{
			"TooLarge", 0, [][]byte{requestPDU(2, whole, opEcho, make([]byte, MaxFragment-requestSize+1)).Encode()},
			answer{2, 0, StatusProtocolError, 0, false},
		},
		{"Fault", 0, [][]byte{request(2, whole, opnum(byte(opFault)))}, answer{2, 0, StatusOutOfResources, 0, true}},
		{"Failure", 0, [][]byte{request(2, whole, opnum(byte(opFail)))}, answer{2, 0, StatusUnspecified, 0, true}},
		{"Panic", 0, [][]byte{request(2, whole, opnum(byte(opPanic)))}, answer{2, 0, StatusUnspecified, 0, true}},
		{"BadStub", 0, [][]byte{requestPDU(2, whole, opBadStub, nil).Encode()}, answer{2, 0, StatusBadStubData, 0, true}},
		{
			"BadStubBigEndian", 0, [][]byte{bigEndian(requestPDU(2, whole, opBadStub, nil).Encode())},
			answer{2, 0, StatusBadStubData, 0, true},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			p.bind(tt.flags, offer(0, echoID, NDR20))
			go func() {
				for _, b := range tt.pdus {
					_, _ = p.nc.Write(b)
				}
			}()
			u := p.recv()
			want := &PDU{
				Header: Header{Type: TypeFault, Flags: flagsWhole | tt.want.flags, FragLength: 32, CallID: tt.want.callID},
				Body:   &FaultBody{AllocHint: 32, ContextID: tt.want.context, Status: tt.want.status},
			}
			if diff := cmp.Diff(want, u); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if !tt.want.alive {
				p.ended()
				return
			}
			p.send(requestPDU(9, flagsWhole, opEcho, []byte("alive")))
			if r, ok := p.recv().Body.(*Response); !ok || string(r.Stub) != "alive" {
				t.Error("connection is of no more use")
			}
		})
	}
}

// bigEndian turns a request without object and token into the other byte order.
func bigEndian(b []byte) []byte {
	b = bytes.Clone(b)
	b[4] = 0
	for _, n := range []int{8, 10, 20, 22} {
		b[n], b[n+1] = b[n+1], b[n]
	}
	for _, n := range []int{12, 16} {
		b[n], b[n+1], b[n+2], b[n+3] = b[n+3], b[n+2], b[n+1], b[n]
	}
	return b
}

// withToken puts a trailer and a token of n zero bytes behind a PDU.
func withToken(b []byte, n int) []byte {
	b = appendTrailer(bytes.Clone(b), SecTrailer{Type: 16, Level: 5, ContextID: 77})
	b = append(b, make([]byte, n)...)
	setLengths(b, n)
	return b
}

// TestRequestBeforeBind shows that nothing but a bind can come first.
func TestRequestBeforeBind(t *testing.T) {
	t.Parallel()
	for typ, flags := range map[PacketType]Flags{TypeRequest: 0, TypeAlterContext: FlagDidNotExecute, TypeAuth3: FlagDidNotExecute} {
		t.Run(typ.String(), func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			b := requestPDU(2, flagsWhole, opEcho, []byte("stub stub"))
			if typ == TypeAlterContext {
				b = bindPDU(typ, 2, 0, offer(0, echoID, NDR20))
			}
			b.Type = typ
			raw := b.Encode()
			raw[2] = byte(typ)
			p.sendRaw(raw)
			u := p.recv()
			f, ok := u.Body.(*FaultBody)
			if !ok || f.Status != StatusProtocolError || u.Flags != flagsWhole|flags {
				t.Errorf("answer %+v", u)
			}
			p.ended()
		})
	}
}

// TestRequestFragments cuts one stub into fragments of every size, down to empty ones.
func TestRequestFragments(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{}).peer()
	p.bind(0, offer(0, echoID, NDR20))
	stub := pattern(97)
	for size := range 98 {
		var pdus []byte
		rest := stub
		for first := true; first || len(rest) > 0; first = false {
			n := min(max(size, 1), len(rest))
			flags := Flags(0)
			if first {
				flags |= FlagFirst
			}
			if first && size == 0 {
				n = 0 // an empty first fragment
			}
			if n == len(rest) {
				flags |= FlagLast
			}
			pdus = append(pdus, requestPDU(uint32(size+2), flags, opEcho, rest[:n]).Encode()...)
			rest = rest[n:]
		}
		p.sendRaw(pdus)
		r, ok := p.recv().Body.(*Response)
		if !ok || !bytes.Equal(r.Stub, stub) {
			t.Fatalf("fragments of %d: answer %+v", size, r)
		}
	}
}

// TestRequestLimit fills a request to the last byte allowed, and by one more.
func TestRequestLimit(t *testing.T) {
	t.Parallel()
	for _, over := range []int{0, 1} {
		t.Run(fmt.Sprint(over), func(t *testing.T) {
			t.Parallel()
			l := DefaultLimits()
			l.Request = 10000
			w := newWorld(t, Options{Limits: l})
			p := w.peer()
			p.bind(0, offer(0, echoID, NDR20))
			stub := make([]byte, l.Request+over)
			half := requestPDU(2, FlagFirst, opEcho, stub[:5000])
			half.Body.(*Request).AllocHint = 0 // says nothing, or nothing true
			rest := requestPDU(2, FlagLast, opEcho, stub[5000:])
			go func() {
				_, _ = p.nc.Write(half.Encode())
				_, _ = p.nc.Write(rest.Encode())
			}()
			u := p.recv()
			if over == 0 {
				if u.Type != TypeResponse {
					t.Errorf("answer %+v", u.Body)
				}
				return
			}
			if diff := cmp.Diff(&FaultBody{AllocHint: 32, Status: StatusAccessDenied}, u.Body); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			p.ended()
		})
	}
}

// TestResponseFragments checks each fragment of a long answer: sizes, flags and allocation hints, which count what is
// left.
func TestResponseFragments(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{}).peer()
	p.bind(0, offer(0x1234, echoID, NDR20))
	req := requestPDU(2, flagsWhole, opBig, []byte{0x34, 0x3C, 0, 0}) // 15412 bytes, as in a captured answer
	req.Body.(*Request).ContextID = 0x1234
	p.send(req)
	type fragment struct {
		Flags Flags
		Len   uint16
		Hint  uint32
		Cont  uint16
	}
	want := []fragment{{FlagFirst, 5840, 15412, 0x34}, {0, 5840, 9596, 0x34}, {FlagLast, 3804, 3780, 0x34}}
	var got []fragment
	var stub []byte
	for range want {
		u := p.recv()
		r := u.Body.(*Response)
		got = append(got, fragment{u.Flags, u.FragLength, r.AllocHint, r.ContextID})
		stub = append(stub, r.Stub...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fragments (-want +got):\n%s", diff)
	}
	if !bytes.Equal(stub, pattern(15412)) {
		t.Error("stub is not what was sent")
	}
}

// TestRequestBigEndian calls with integers in the other order; the answer is little-endian, as the header says.
func TestRequestBigEndian(t *testing.T) {
	t.Parallel()
	p := newWorld(t, Options{}).peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.sendRaw(bigEndian(requestPDU(2, flagsWhole, opBig, []byte{0, 0, 1, 2}).Encode()))
	u := p.recv()
	if r, ok := u.Body.(*Response); !ok || len(r.Stub) != 0x102 || u.BigEndian {
		t.Errorf("answer %+v", u)
	}
}

func TestRequestObject(t *testing.T) {
	t.Parallel()
	object := ndr.MustUUID("00112233-4455-6677-8899-aabbccddeeff")
	little := requestPDU(2, flagsWhole|FlagObject, opObject, []byte("stub"))
	little.Body.(*Request).Object = object
	big := unhex(t, `05000083000000000 02c0000 00000002 00000004 0000 0006 00112233445566778899aabbccddeeff 73747562`)
	for name, b := range map[string][]byte{"LittleEndian": little.Encode(), "BigEndian": big} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t, Options{}).peer()
			p.bind(0, offer(0, echoID, NDR20))
			p.sendRaw(b)
			r, ok := p.recv().Body.(*Response)
			if !ok || !bytes.Equal(r.Stub, object[:]) {
				t.Errorf("answer %+v, want object %s", r, object)
			}
		})
	}
}

// TestRequestMaybe shows that a call nobody waits for runs and is not answered, even if it fails.
func TestRequestMaybe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	p := w.peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole|FlagMaybe, opPark, nil))
	<-w.parked
	p.send(requestPDU(3, flagsWhole|FlagMaybe, 99, nil))
	p.send(requestPDU(4, flagsWhole|FlagMaybe, opFault, nil))
	p.send(requestPDU(5, flagsWhole, opEcho, []byte("me")))
	if u := p.recv(); u.CallID != 5 || u.Type != TypeResponse {
		t.Errorf("first answer: %+v", u)
	}
}
