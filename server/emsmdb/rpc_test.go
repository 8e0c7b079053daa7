package emsmdb

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/rop"
)

// Stubs decoded by an independent NDR implementation.
const (
	vectorE1  = "4d000000000000004d0000002f6f3d4669727374204f7267616e697a6174696f6e2f6f753d46697273742041646d696e6973747261746976652047726f75702f636e3d726563697069656e74732f636e3d6a616e65646f7700000000000000006705340000000000e40400000904000009040000ffffffff01000c003e18e80300000000000000000000000008100000"
	vectorE2  = "00000000443322116655887799aabbccddeeff0060ea0000060000001027000002010000000002000100000000000000010000000000000004000200040000000000000004000000416e6e000308538006000c003e18e803102a3d4b1c000000000000001c00000000000400140014000c00010a04000000005c260508000117000000001c00000000000000"
	vectorE3  = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000df040000"
	vectorE5  = "000000000000000000000000000000000000000000000000"
	vectorE6  = "00000000443322116655887799aabbccddeeff000000000008000000010203040506070808000000ffffffff10000000020009c4c000020a00000000000000001000"
	vectorE10 = "0100000000000000"
	vectorE12 = "00000000443322116655887799aabbccddeeff00000000000a0000000000040002000200020000000a00000007800000000000000000000008100000"
	// handle is the context handle of the vectors.
	handle = "00000000443322116655887799aabbccddeeff00"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func vectorHandle(t testing.TB) ndr.ContextHandle {
	t.Helper()
	return ndr.NewReader(unhex(t, handle)).ContextHandle()
}

func TestConnectStubVectors(t *testing.T) {
	t.Parallel()
	resp := &ConnectResponse{
		PollsMax: 60000, RetryCount: 6, RetryDelay: 10000, Index: 0x0102, DisplayName: "Ann",
		ServerVersion: [3]uint16{0x0803, 0x8053, 0x0006}, BestVersion: [3]uint16{0x000C, 0x183E, 0x03E8}, TimeStamp: 0x4B3D2A10,
		AuxOut: unhex(t, "00000400140014000c00010a04000000005c26050800011700000000"),
	}
	if got := hex.EncodeToString(writeConnect(vectorHandle(t), resp, mapi.Success)); got != vectorE2 {
		t.Errorf("answer\n%s, want\n%s", got, vectorE2)
	}
	if got := hex.EncodeToString(writeConnect(ndr.ContextHandle{}, new(ConnectResponse), mapi.ErrClientVerBlocked)); got != vectorE3 {
		t.Errorf("refusal\n%s, want\n%s", got, vectorE3)
	}
}

// TestConnectStubOddStrings checks the padding that a naive reading of NDR gets wrong: the version arrays stand on two
// bytes behind an odd string, not on four.
func TestConnectStubOddStrings(t *testing.T) {
	t.Parallel()
	stub := writeConnect(ndr.ContextHandle{}, &ConnectResponse{DNPrefix: "", DisplayName: "Anna", ServerVersion: [3]uint16{0x0803, 0x8053, 6}}, 0)
	const before = 20 + 12 + 4 + 4 + 12 + 1 + 3 + 4 + 12 + 5
	if got := hex.EncodeToString(stub[before : before+1+6]); got != "00"+"030853800600" {
		t.Errorf("behind the name: %s", got)
	}
}

// call runs an operation of the service on a stub.
func call(t *testing.T, s *Service, assoc *dcerpc.Association, iface int, opnum uint16, stub []byte) ([]byte, error) {
	t.Helper()
	i := s.Interfaces()[iface]
	return i.Ops[opnum].Run(t.Context(), &dcerpc.Call{
		Caller: waiter, Interface: i, Opnum: opnum, Stub: stub, Assoc: assoc,
	})
}

func fault(t *testing.T, err error, want dcerpc.Status) {
	t.Helper()
	if f, ok := errors.AsType[*dcerpc.Fault](err); !ok || f.Status != want {
		t.Errorf("error = %v, want %v", err, want)
	}
}

func handleStub(h ndr.ContextHandle, more ...byte) []byte {
	var w ndr.Writer
	w.ContextHandle(h)
	w.Bytes(more)
	return w.Stub()
}

func TestConnectRequestStub(t *testing.T) {
	t.Parallel()
	r := ndr.NewReader(unhex(t, vectorE1))
	if got := r.String8(maxDN); got != "/o=First Organization/ou=First Administrative Group/cn=recipients/cn=janedow" {
		t.Errorf("DN = %q", got)
	}
	// The service refuses the user; what matters is that every out parameter is there.
	s, _ := waiting(t, profile.Default)
	s.opts.Policy.Store(&Policy{Blocked: []VersionRange{{To: lastVersion}}})
	out, err := call(t, s, new(dcerpc.Association), 0, 10, unhex(t, vectorE1))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(out); got != vectorE3 {
		t.Errorf("answer = %s", got)
	}
	for n := range len(unhex(t, vectorE1)) {
		if _, err := call(t, s, new(dcerpc.Association), 0, 10, unhex(t, vectorE1)[:n]); err == nil {
			t.Fatalf("a stub of %d bytes was read", n)
		}
	}
}

func TestDisconnectStub(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	out, err := call(t, s, assoc, 0, 1, handleStub(h))
	if err != nil || hex.EncodeToString(out) != vectorE5 {
		t.Errorf("answer = %x, %v", out, err)
	}
	if assoc.Len() != 0 || len(s.registry.all()) != 0 {
		t.Error("handle or session is left")
	}
	_, err = call(t, s, assoc, 0, 1, handleStub(h))
	fault(t, err, dcerpc.StatusContextMismatch)
}

func TestDummyStub(t *testing.T) {
	t.Parallel()
	s, _ := waiting(t, profile.Default)
	if out, err := call(t, s, new(dcerpc.Association), 0, 6, nil); err != nil || hex.EncodeToString(out) != "00000000" {
		t.Errorf("answer = %x, %v", out, err)
	}
}

func TestPushStub(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	stub := func(contextSize int, address string) []byte {
		var w ndr.Writer
		w.ContextHandle(h)
		w.U32(0)
		w.ConformantBytes(make([]byte, contextSize))
		w.U16(uint16(contextSize))
		w.U32(0xFFFFFFFF)
		a := unhex(t, address)
		w.ConformantBytes(a)
		w.U16(uint16(len(a)))
		return w.Stub()
	}
	const v4, v6 = "020009c4c000020a0000000000000000", "170009c400000000fe80000000000000000000000000000100000000"
	for _, tt := range []struct {
		name string
		stub []byte
		want mapi.ErrorCode
	}{
		{"IPv4", stub(8, v4), mapi.ErrNoSupport},
		{"IPv6", stub(16, v6), mapi.ErrNoSupport},
		{"ContextTooLong", stub(17, v4), mapi.ErrTooBig},
		{"UnknownFamily", stub(8, "ff0009c4c000020a0000000000000000"), mapi.ErrInvalidParameter},
		{"WrongSize", stub(8, v4+"00"), mapi.ErrInvalidParameter},
		{"NoAddress", stub(8, ""), mapi.ErrInvalidParameter},
	} {
		out, err := call(t, s, assoc, 0, 4, tt.stub)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		r := ndr.NewReader(out)
		if got, n, code := r.ContextHandle(), r.U32(), r.U32(); got != h || n != 0 || mapi.ErrorCode(code) != tt.want || r.Len() != 0 {
			t.Errorf("%s: %x", tt.name, out)
		}
	}
	// The vector with an unknown handle.
	_, err := call(t, s, assoc, 0, 4, unhex(t, vectorE6))
	fault(t, err, dcerpc.StatusContextMismatch)
}

func TestAsyncStubs(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	out, err := call(t, s, assoc, 0, 14, handleStub(h))
	if err != nil || len(out) != 24 || hex.EncodeToString(out[20:]) != "00000000" {
		t.Fatalf("answer = %x, %v", out, err)
	}
	async := ndr.NewReader(out).ContextHandle()
	if async.IsZero() || async == h {
		t.Errorf("async handle = %x", async)
	}
	happen(ses)
	if out, err := call(t, s, assoc, 1, 0, handleStub(async, 0, 0, 0, 0)); err != nil || hex.EncodeToString(out) != vectorE10 {
		t.Errorf("answer = %x, %v", out, err)
	}
	// A session's handle is none for waiting, nor the other way round.
	_, err = call(t, s, assoc, 1, 0, handleStub(h, 0, 0, 0, 0))
	fault(t, err, dcerpc.StatusContextMismatch)
	_, err = call(t, s, assoc, 0, 1, handleStub(async))
	fault(t, err, dcerpc.StatusContextMismatch)
}

func TestAsyncWaitStubOfABadHandle(t *testing.T) {
	t.Parallel()
	bad := append(unhex(t, handle), 0, 0, 0, 0) // vector E9
	s, _ := waiting(t, "exchange2010-sp1")
	_, err := call(t, s, new(dcerpc.Association), 1, 0, bad)
	fault(t, err, dcerpc.StatusContextMismatch)
	s, _ = waiting(t, "exchange2013")
	if out, err := call(t, s, new(dcerpc.Association), 1, 0, bad); err != nil || hex.EncodeToString(out) != vectorE10 {
		t.Errorf("2013: %x, %v", out, err)
	}
}

func TestAsyncHandlesAreBounded(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	var err error
	for range maxHandles + 1 {
		if _, err = call(t, s, assoc, 0, 14, handleStub(h)); err != nil {
			break
		}
	}
	fault(t, err, dcerpc.StatusOutOfResources)
}

func TestExecuteStub(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	// Vector E12, the polling call, with the session's handle.
	stub := append(handleStub(h), unhex(t, vectorE12)[20:]...)
	out, err := call(t, s, assoc, 0, 11, stub)
	if err != nil {
		t.Fatal(err)
	}
	r := ndr.NewReader(out)
	gotHandle, flags := r.ContextHandle(), r.U32()
	body := hex.EncodeToString(out[24 : len(out)-8])
	if gotHandle != h || flags != 0 {
		t.Errorf("handle %x, flags %d", gotHandle, flags)
	}
	// rgbOut: max 10, offset 0, actual 10, the empty buffer, pad; pcbOut; rgbAuxOut empty; pcbAuxOut.
	if want := "0a000000" + "00000000" + "0a000000" + "00000400020002000200" + "0000" + "0a000000" + "000000000000000000000000" + "00000000"; body != want {
		t.Errorf("body = %s, want %s", body, want)
	}
	if got := hex.EncodeToString(out[len(out)-4:]); got != "00000000" {
		t.Errorf("return value = %s", got)
	}
	for n := range len(stub) {
		if _, err := call(t, s, assoc, 0, 11, stub[:n]); err == nil {
			t.Fatalf("a stub of %d bytes was read", n)
		}
	}
}

func TestExecuteStubRanges(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	stub := func(in []byte, cbIn, cbOut, cbAuxOut uint32) []byte {
		var w ndr.Writer
		w.ContextHandle(h)
		w.U32(0)
		w.ConformantBytes(in)
		w.U32(cbIn)
		w.U32(cbOut)
		w.ConformantBytes(nil)
		w.U32(0)
		w.U32(cbAuxOut)
		return w.Stub()
	}
	empty := unhex(t, "00000400020002000200")
	for name, b := range map[string][]byte{
		"OutTooLarge":   stub(empty, 10, 0x40001, 0),
		"AuxTooLarge":   stub(empty, 10, 0x8007, 0x1009),
		"SizesDisagree": stub(empty, 11, 0x8007, 0),
	} {
		if _, err := call(t, s, assoc, 0, 11, b); !errors.Is(err, ndr.ErrBound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// On an error every out parameter is there and empty.
	out, err := call(t, s, assoc, 0, 11, stub(empty[:4], 4, 0x8007, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(out[20:]); got != strings.Repeat("00000000", 10)+"b6040000" {
		t.Errorf("answer = %s", got)
	}
}

// TestExecuteStubOfAKilledSession shows the client a NULL handle, once; then the handle is unknown.
func TestExecuteStubOfAKilledSession(t *testing.T) {
	t.Parallel()
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	s.Kill(ses.id)
	stub := append(handleStub(h), unhex(t, vectorE12)[20:]...)
	out, err := call(t, s, assoc, 0, 11, stub)
	if err != nil {
		t.Fatal(err)
	}
	if !ndr.NewReader(out).ContextHandle().IsZero() || hex.EncodeToString(out[len(out)-4:]) != "15010480" {
		t.Errorf("answer = %x", out)
	}
	_, err = call(t, s, assoc, 0, 11, stub)
	fault(t, err, dcerpc.StatusContextMismatch)
}

func TestInterfacesByProfile(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"exchange2003": 1, "exchange2007": 2, "exchange2010-sp1": 2} {
		s, _ := waiting(t, name)
		list := s.Interfaces()
		if len(list) != want {
			t.Errorf("%s: %d interfaces", name, len(list))
		}
		for _, op := range []uint16{0, 2, 3, 5, 7, 8, 9, 12, 13, 15} { // reserved: the runtime faults
			if _, ok := list[0].Ops[op]; ok {
				t.Errorf("%s: opnum %d is served", name, op)
			}
		}
		if _, ok := list[0].Ops[14]; ok != (want == 2) {
			t.Errorf("%s: EcDoAsyncConnectEx served: %v", name, ok)
		}
	}
}

func TestResultOfErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		code   mapi.ErrorCode
		status dcerpc.Status
	}{
		{nil, 0, 0},
		{mapi.ErrRpcFormat, mapi.ErrRpcFormat, 0},
		{ErrTooBusy, 0, dcerpc.StatusServerTooBusy},
		{ErrBadRequest, 0, dcerpc.StatusBadStubData},
		{ErrDraining, mapi.ErrExiting, 0},
		{ErrNoSession, mapi.ErrRpcFailed, 0},
		{context.Canceled, 0, dcerpc.StatusCallCancelled},
	} {
		code, err := result(tt.err)
		if code != tt.code {
			t.Errorf("%v: code %v", tt.err, code)
		}
		if tt.status != 0 {
			fault(t, err, tt.status)
		} else if err != nil {
			t.Errorf("%v: %v", tt.err, err)
		}
	}
	surprise := errors.New("a surprise")
	if _, err := result(surprise); !errors.Is(err, surprise) {
		t.Errorf("a surprise became %v", err)
	}
}

// FuzzStubs feeds every operation arbitrary stubs: none may panic, and the session must go on.
func FuzzStubs(f *testing.F) {
	for _, s := range []string{vectorE1, vectorE6, vectorE12, handle, handle + "00000000"} {
		for op := range uint16(6) {
			f.Add(op, unhex(f, s))
		}
	}
	f.Fuzz(func(t *testing.T, op uint16, stub []byte) {
		s, ses := waiting(t, profile.Default)
		s.opts.Policy.Store(&Policy{Blocked: []VersionRange{{To: lastVersion}}})
		happen(ses) // so that no wait parks
		assoc := new(dcerpc.Association)
		h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
		if len(stub) >= 20 && hex.EncodeToString(stub[:20]) == handle {
			stub = append(handleStub(h), stub[20:]...)
		}
		opnum := []uint16{1, 4, 6, 10, 11, 14}[op%6]
		out, err := call(t, s, assoc, 0, opnum, stub)
		if err == nil && (len(out) < 4 || len(out)%4 != 0) {
			t.Errorf("answer = %x", out)
		}
		if opnum != 1 {
			if _, err := call(t, s, assoc, 0, 11, append(handleStub(h), unhex(t, vectorE12)[20:]...)); err != nil {
				t.Errorf("the session is gone: %v", err)
			}
		}
	})
}

// TestExecuteStubOfOutlook2007 runs a call that a real client sent: compressed ROPs, obfuscated auxiliary blocks, seven
// ROPs on objects that this session does not have. Each fails for itself, in order.
func TestExecuteStubOfOutlook2007(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/outlook2007_execute.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(text), "-- request.hex --\n")
	stub := unhex(t, strings.ReplaceAll(body, "\n", ""))
	s, ses := waiting(t, profile.Default)
	assoc := new(dcerpc.Association)
	h := assoc.NewHandle(waiter, sessionHandle(ses.id), nil)
	out, err := call(t, s, assoc, 0, 11, append(handleStub(h), stub[20:]...))
	if err != nil {
		t.Fatal(err)
	}
	r := ndr.NewReader(out)
	r.ContextHandle()
	r.U32()
	payloads, err := rop.ReadPayloads(r.Bytes(r.Varying(r.U32(), 1)), 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	p := payloads[0].Bytes
	// GetContentsTable, SetColumns, FindRow, OpenFolder twice, RegisterNotification, GetPropertiesSpecific, each with the
	// index it repeats and ecNullObject; the handle table with what the client put there.
	want := "2c00" + "0501b9040000" + "1201b9040000" + "4f01b9040000" + "0203b9040000" + "0204b9040000" + "2905b9040000" + "0704b9040000" +
		"75000000" + "ffffffff" + "71000000" + "ffffffff" + "ffffffff" + "ffffffff"
	if got := hex.EncodeToString(p); got != want {
		t.Errorf("answer\n%s, want\n%s", got, want)
	}
}
