package nspi

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// client calls the operations of an interface as one caller of one association.
type client struct {
	iface  *dcerpc.Interface
	caller auth.Caller
	assoc  *dcerpc.Association
}

func newClient(s *Service, caller auth.Caller) *client {
	return &client{s.Interface(), caller, new(dcerpc.Association)}
}

// call runs an operation on what the parts encode to, one behind the other.
func (c *client) call(ctx context.Context, opnum uint16, stub []byte) ([]byte, error) {
	return c.iface.Ops[opnum].Run(ctx, &dcerpc.Call{
		Caller: c.caller, Interface: c.iface, Opnum: opnum, Stub: stub, Assoc: c.assoc,
	})
}

func stubOf(handle *ndr.ContextHandle, m message) []byte {
	var w ndr.Writer
	if handle != nil {
		w.ContextHandle(*handle)
	}
	m.Encode(&w)
	return w.Stub()
}

// bind binds and returns the answer.
func (c *client) bind(t testing.TB) bindReply {
	t.Helper()
	out, err := c.call(t.Context(), 0, stubOf(nil, &BindRequest{Stat: stat1252(), ServerGUID: &mapi.GUID{9}}))
	if err != nil {
		t.Fatal(err)
	}
	var reply bindReply
	decode(t, out, &reply)
	return reply
}

func decode(t testing.TB, stub []byte, m message) {
	t.Helper()
	r := ndr.NewReader(stub)
	m.Decode(r)
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("%T: %v, %d bytes left over", m, r.Err(), r.Len())
	}
}

// faultOf returns the status of the fault err is.
func faultOf(t testing.TB, err error) dcerpc.Status {
	t.Helper()
	fault, ok := errors.AsType[*dcerpc.Fault](err)
	if !ok {
		t.Fatalf("error %v is no fault", err)
	}
	return fault.Status
}

// TestRPCBindUnauthenticated: the answer is the NULL handle and a code, not a fault, and the GUID comes back.
func TestRPCBindUnauthenticated(t *testing.T) {
	t.Parallel()
	reply := newClient(newTest(t), auth.Caller{}).bind(t)
	if !reply.Handle.IsZero() || reply.Result != mapi.ErrLoginFailure || *reply.ServerGUID != (mapi.GUID{9}) {
		t.Errorf("answer %+v", reply)
	}
}

func TestRPCSession(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	c := newClient(s, as("alice"))
	bound := c.bind(t)
	if bound.Result != mapi.Success || bound.Handle.IsZero() || *bound.ServerGUID != s.ServerGUID() {
		t.Fatalf("NspiBind: %+v", bound)
	}
	q := &QueryRowsRequest{Stat: stat1252(), Count: 3, Columns: []mapi.PropTag{mapi.TagInstanceKey}}
	trailer := []byte("\x8a\xe3\x13\x71\x02\xf4\x36\x71 and more")
	out, err := c.call(t.Context(), 3, append(stubOf(&bound.Handle, q), trailer...))
	if err != nil {
		t.Fatal(err)
	}
	var rows QueryRowsResponse
	decode(t, out, &rows)
	if got := rowMIds(t, rows.Rows); !slices.Equal(got, inOrder[:3]) || rows.Result != mapi.Success {
		t.Errorf("NspiQueryRows: %x, %v", got, rows.Result)
	}
	q.Stat.ContainerID = 0x4711
	out, err = c.call(t.Context(), 3, stubOf(&bound.Handle, q))
	if err != nil {
		t.Fatal(err)
	}
	decode(t, out, &rows)
	if rows.Stat != q.Stat || rows.Rows != nil || rows.Result != mapi.ErrInvalidBookmark {
		t.Errorf("refused NspiQueryRows: %+v", rows)
	}
	out, err = c.call(t.Context(), 1, stubOf(&bound.Handle, &unbindRequest{Reserved: 5}))
	if err != nil {
		t.Fatal(err)
	}
	var unbound unbindReply
	decode(t, out, &unbound)
	if !unbound.Handle.IsZero() || unbound.Result != UnbindSuccess || c.assoc.Len() != 0 {
		t.Errorf("NspiUnbind: %+v, %d handles left", unbound, c.assoc.Len())
	}
	for _, opnum := range []uint16{1, 16} {
		_, err = c.call(t.Context(), opnum, stubOf(&bound.Handle, &QueryColumnsRequest{}))
		if status := faultOf(t, err); status != dcerpc.StatusContextMismatch {
			t.Errorf("opnum %d after NspiUnbind: %v", opnum, status)
		}
	}
}

// TestRPCForeignHandles: a handle serves the service, the principal and the level it was made for.
func TestRPCForeignHandles(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	c := newClient(s, as("alice"))
	own := c.bind(t).Handle
	other := c.assoc.NewHandle(c.caller, "a session of another interface", nil)
	elsewhere := c.assoc.NewHandle(c.caller, &session{service: newTest(t)}, nil)
	weaker := as("alice")
	weaker.Level = auth.LevelConnect
	for _, tt := range []struct {
		name   string
		caller auth.Caller
		handle ndr.ContextHandle
	}{
		{"Null", as("alice"), ndr.ContextHandle{}},
		{"OtherInterface", as("alice"), other},
		{"OtherService", as("alice"), elsewhere},
		{"OtherPrincipal", as("bob"), own},
		{"Nobody", auth.Caller{}, own},
		{"LowerLevel", weaker, own},
	} {
		for opnum := range c.iface.Ops {
			if opnum == 0 {
				continue
			}
			stub := make([]byte, 256) // zeros decode as a request of every operation but NspiSeekEntries
			copy(stub, stubOf(&tt.handle, &unbindRequest{}))
			if opnum == 4 {
				stub = stubOf(&tt.handle, &SeekEntriesRequest{Target: tagged(mapi.TagDisplayName, prop.String("a"))})
			}
			intruder := &client{c.iface, tt.caller, c.assoc}
			_, err := intruder.call(t.Context(), opnum, stub)
			if status := faultOf(t, err); status != dcerpc.StatusContextMismatch {
				t.Errorf("%s: opnum %d: %v", tt.name, opnum, status)
			}
		}
	}
	if _, err := c.call(t.Context(), 16, stubOf(&own, &QueryColumnsRequest{})); err != nil {
		t.Errorf("the session ended: %v", err)
	}
}

// TestRPCBadStubs: every operation answers a stub that is cut short with the fault for bad stub data.
func TestRPCBadStubs(t *testing.T) {
	t.Parallel()
	c := newClient(newTest(t), as("alice"))
	handle := c.bind(t).Handle
	for opnum := range c.iface.Ops {
		for _, stub := range [][]byte{nil, stubOf(&handle, &unbindRequest{})[:22]} {
			_, err := c.call(t.Context(), opnum, stub)
			if status := faultOf(t, err); status != dcerpc.StatusBadStubData {
				t.Errorf("opnum %d: %v", opnum, status)
			}
		}
	}
}

// TestStrictStubs breaks one rule of the interface's definition at a time.
func TestStrictStubs(t *testing.T) {
	t.Parallel()
	words := func(ws ...uint32) func(*ndr.Writer) {
		return func(w *ndr.Writer) {
			for _, v := range ws {
				w.U32(v)
			}
		}
	}
	stat := []uint32{0, 0, 0, 0, 0, 0, 1252, 0x409, 0x409}
	after := func(head []uint32, tail ...uint32) func(*ndr.Writer) {
		return words(slices.Concat(head, stat, tail)...)
	}
	filter := func(tail ...uint32) func(*ndr.Writer) { // up to the Restriction_r of NspiGetMatches
		return after([]uint32{0}, slices.Concat([]uint32{0, 0, 1}, tail, make([]uint32, 20))...)
	}
	for _, tt := range []struct {
		name string
		into message
		stub func(*ndr.Writer)
	}{
		{"TagCountOverRange", &GetPropsRequest{}, after([]uint32{0}, 1, 100003, 100002, 0, 100002)},
		{"TagCountUnlikeActual", &GetPropsRequest{}, after([]uint32{0}, 1, 3, 2, 0, 1, 0x3001001F, 0)},
		{"TagActualOverMax", &GetPropsRequest{}, after([]uint32{0}, 1, 1, 2, 0, 2, 0x3001001F, 0x3001001E)},
		{"TagOffset", &GetPropsRequest{}, after([]uint32{0}, 1, 3, 1, 1, 1, 0x3001001F, 0)},
		{"ExplicitCountWithoutArray", &QueryRowsRequest{}, after([]uint32{0}, 2, 0, 1, 0)},
		{"ExplicitCountUnlikeArray", &QueryRowsRequest{}, after([]uint32{0}, 2, 1, 3, 0x10, 0x11, 0x12, 1, 0)},
		{"ExplicitOverRange", &QueryRowsRequest{}, after([]uint32{0}, 100001, 1, 100001)},
		{"DiscriminantUnlikeTag", &SeekEntriesRequest{}, after([]uint32{0}, 0x3001001F, 0, 0x1E, 1, 2, 0, 2, 0x41, 0, 0)},
		{"TypeWithoutArm", &SeekEntriesRequest{}, after([]uint32{0}, 0x30010014, 0, 0x14, 1, 2, 0, 0)},
		{"StringsCountTwice", &DNToMIdRequest{}, words(0, 2, 1, 0, 0)},
		{"StringsOverRange", &DNToMIdRequest{}, words(0, 100001, 100001)},
		{"StringsWithoutBytes", &DNToMIdRequest{}, words(0, 100000, 100000, 0)},
		{"RowCountWithoutValues", &ModPropsRequest{}, after([]uint32{0}, 0, 0, 1, 0)},
		{"BinaryWithoutBytes", &ModLinkAttRequest{}, words(0, 0x8009000D, 0x10, 1, 1, 1, 4, 0)},
		{"BinaryOverRange", &ModLinkAttRequest{}, words(0, 0x8009000D, 0x10, 1, 1, 1, 2097153, 1, 2097153)},
		{"BinariesWithoutArray", &ModLinkAttRequest{}, words(0, 0x8009000D, 0x10, 1, 0)},
		{"FilterTypeUnknown", &GetMatchesRequest{}, filter(10, 10, 0, 0)},
		{"FilterDiscriminant", &GetMatchesRequest{}, filter(8, 9, 0, 0x3001001F, 0)},
		{"FilterListWithoutArray", &GetMatchesRequest{}, filter(0, 0, 1, 0)},
		{"FilterNotOfNothing", &GetMatchesRequest{}, filter(2, 2, 0)},
		{"FilterWithoutValue", &GetMatchesRequest{}, filter(4, 4, 4, 0x3001001F, 0)},
		{"FilterTooDeep", &GetMatchesRequest{}, filter(slices.Repeat([]uint32{2, 2, 1}, maxFilterDeep+1)...)},
		{"NamesCountTwice", &GetIDsFromNamesRequest{}, words(0, 0, 1, 2, 0, 0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var w ndr.Writer
			tt.stub(&w)
			r := ndr.NewReader(w.Stub())
			tt.into.Decode(r)
			if r.Err() == nil {
				t.Errorf("decodes as %+v", tt.into)
			}
		})
	}
}

// broken is a directory that cannot be read.
type broken struct{}

func (broken) Snapshot(context.Context) (*store.Snapshot, error) {
	return nil, errors.New("disk on fire")
}

func (broken) Credential(context.Context, string) (store.Credential, error) {
	return store.Credential{}, errors.New("disk on fire")
}

// TestRPCSurprise: what goes wrong inside is the general code for the client and one line for the operator.
func TestRPCSurprise(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.InfoLevel)
	c := newClient(newTest(t, func(o *Options) { o.Directory, o.Logger = broken{}, zap.New(core) }), as("alice"))
	handle := c.bind(t).Handle
	q := &UpdateStatRequest{Stat: stat1252(), Delta: int32p(3)}
	out, err := c.call(t.Context(), 2, stubOf(&handle, q))
	if err != nil {
		t.Fatal(err)
	}
	var a UpdateStatResponse
	decode(t, out, &a)
	if a.Result != mapi.ErrGeneralFailure || a.Stat != q.Stat {
		t.Errorf("answer %+v", a)
	}
	if n := logs.Len(); n != 1 {
		t.Errorf("%d log lines", n)
	}
}

// TestInterface: clients find this interface by its id, and opnum 15 is not there.
func TestInterface(t *testing.T) {
	t.Parallel()
	i := newTest(t).Interface()
	if got := mapi.GUID(i.ID.UUID).String(); got != "f5cc5a18-4264-101a-8c59-08002b2f8426" || i.ID.Major != 56 || i.ID.Minor != 0 {
		t.Errorf("interface %s %d.%d", got, i.ID.Major, i.ID.Minor)
	}
	for opnum := range uint16(21) {
		if _, ok := i.Ops[opnum]; ok != (opnum != 15) {
			t.Errorf("opnum %d: %v", opnum, ok)
		}
	}
}
