package dcerpc

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/auth"
)

// TestParkedCallBlocksNobody parks a call and calls on: on the same connection, where multiplexing was agreed, and on
// another one.
func TestParkedCallBlocksNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	c := w.client(ClientOptions{Multiplex: true}, toySecurity(1, auth.LevelPrivacy, "alice"))
	ctx, cancel := context.WithCancel(t.Context())
	parked := make(chan error)
	go func() {
		_, err := c.Call(ctx, 0, opPark, nil)
		parked <- err
	}()
	call := <-w.parked
	for range 10 {
		if _, err := c.Call(t.Context(), 0, opEcho, pattern(10000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.client(ClientOptions{}, nil).Call(t.Context(), 0, opEcho, nil); err != nil {
		t.Fatal(err)
	}
	cancel() // sends co_cancel and orphaned
	if err := <-parked; !errors.Is(err, context.Canceled) {
		t.Errorf("parked call: %v", err)
	}
	_ = call
	if _, err := c.Call(t.Context(), 0, opEcho, nil); err != nil {
		t.Errorf("after the cancel: %v", err)
	}
}

// TestParallelCalls runs calls of many sizes at once over one sealed connection.
func TestParallelCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	c := w.client(ClientOptions{Multiplex: true, HeaderSign: true}, toySecurity(1, auth.LevelPrivacy, "alice"))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 20 {
				want := pattern(i*1000 + n*37)
				got, err := c.Call(t.Context(), 0, opEcho, want)
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes: %d came back, %v", len(want), len(got), err)
				}
			}
		})
	}
	wg.Wait()
}

// TestWithoutMultiplexing sends a second request while the first is not answered.
func TestWithoutMultiplexing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	p := w.peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole, opPark, nil))
	<-w.parked
	p.send(requestPDU(3, flagsWhole, opEcho, nil))
	u := p.recv()
	if f, ok := u.Body.(*FaultBody); !ok || f.Status != StatusProtocolError || u.CallID != 3 {
		t.Errorf("answer %+v", u)
	}
	p.ended()
}

// TestSameCallID sends two requests with one id where multiplexing was agreed.
func TestSameCallID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	p := w.peer()
	p.bind(FlagMultiplex, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole, opPark, nil))
	<-w.parked
	p.send(requestPDU(2, flagsWhole, opEcho, nil))
	if f, ok := p.recv().Body.(*FaultBody); !ok || f.Status != StatusProtocolError {
		t.Errorf("answer %+v", f)
	}
	p.ended()
}

func controlPDU(typ PacketType, callID uint32) *PDU {
	return &PDU{Header: Header{Type: typ, Flags: flagsWhole, CallID: callID}, Body: &Empty{}}
}

// TestCancel shows that a cancelled call is answered with the fault for that.
func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	p := w.peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole, opPark, nil))
	<-w.parked
	p.send(controlPDU(TypeCancel, 2))
	u := p.recv()
	if diff := cmp.Diff(&FaultBody{AllocHint: 32, Status: StatusCallCancelled}, u.Body); diff != "" || u.CallID != 2 {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	p.send(requestPDU(3, flagsWhole, opEcho, nil))
	if u := p.recv(); u.CallID != 3 || u.Type != TypeResponse {
		t.Errorf("next call: %+v", u)
	}
}

// TestOrphaned shows that an orphaned call ends, is not answered, and does not stand in the way of the next.
func TestOrphaned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ended := make(chan struct{})
	w.echo.Ops[opPark] = Op{Name: "park", Run: func(ctx context.Context, c *Call) ([]byte, error) {
		w.parked <- c
		<-ctx.Done()
		close(ended)
		return []byte("nobody wants this"), nil
	}}
	p := w.peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole, opPark, nil))
	<-w.parked
	p.send(controlPDU(TypeOrphaned, 2))
	<-ended
	p.send(requestPDU(3, flagsWhole, opEcho, nil))
	if u := p.recv(); u.CallID != 3 || u.Type != TypeResponse {
		t.Errorf("first answer: %+v", u)
	}
}

// TestCancelOfUnfinishedRequest shows that co_cancel and orphaned mean nothing before a request has arrived in full.
func TestCancelOfUnfinishedRequest(t *testing.T) {
	t.Parallel()
	for _, typ := range []PacketType{TypeCancel, TypeOrphaned} {
		p := newWorld(t, Options{}).peer()
		p.bind(0, offer(0, echoID, NDR20))
		p.send(controlPDU(typ, 2)) // no such call at all
		p.send(requestPDU(2, FlagFirst, opEcho, []byte("a")))
		p.send(controlPDU(typ, 2))
		p.send(requestPDU(2, FlagLast, opEcho, []byte("b")))
		if r, ok := p.recv().Body.(*Response); !ok || string(r.Stub) != "ab" {
			t.Errorf("%s: answer %+v", typ, r)
		}
	}
}

// TestCallLimit fills a connection with calls.
func TestCallLimit(t *testing.T) {
	t.Parallel()
	l := DefaultLimits()
	l.Calls = 2
	w := newWorld(t, Options{Limits: l})
	p := w.peer()
	p.bind(FlagMultiplex, offer(0, echoID, NDR20))
	for i := range uint32(2) {
		p.send(requestPDU(2+i, flagsWhole, opPark, nil))
		<-w.parked
	}
	p.send(requestPDU(9, flagsWhole, opEcho, nil))
	u := p.recv()
	want := &FaultBody{AllocHint: 32, Status: StatusServerTooBusy}
	if diff := cmp.Diff(want, u.Body); diff != "" || u.Flags != flagsWhole|FlagDidNotExecute {
		t.Errorf("third call (-want +got):\n%s", diff)
	}
	p.send(controlPDU(TypeCancel, 2))
	p.recv()
	p.send(requestPDU(10, flagsWhole, opEcho, nil))
	if u := p.recv(); u.Type != TypeResponse {
		t.Errorf("after one ended: %+v", u.Body)
	}
}

// TestConnectionGone shows that a call's context ends with the connection.
func TestConnectionGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ended := make(chan error, 1)
	w.echo.Ops[opPark] = Op{Name: "park", Run: func(ctx context.Context, c *Call) ([]byte, error) {
		w.parked <- c
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}}
	p := w.peer()
	p.bind(0, offer(0, echoID, NDR20))
	p.send(requestPDU(2, flagsWhole, opPark, nil))
	<-w.parked
	p.nc.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("call ended with %v", err)
	}
}

// TestHooks records a whole sealed conversation.
func TestHooks(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var wire, clear, calls, auths, conns []string
	add := func(list *[]string, s string) {
		mu.Lock()
		defer mu.Unlock()
		*list = append(*list, s)
	}
	describe := func(dir Direction, pdus []byte) (s string) {
		for len(pdus) > 0 {
			h, err := parseHeader(pdus)
			if err != nil {
				return err.Error()
			}
			u, err := DecodePDU(pdus[:h.FragLength])
			if err != nil {
				return err.Error()
			}
			pdus = pdus[h.FragLength:]
			s += map[Direction]string{Inbound: ">", Outbound: "<"}[dir] + u.Type.String()
			if u.AuthLength > 0 {
				s += "+token"
			}
			switch b := u.Body.(type) {
			case *Request:
				s += " " + string(b.Stub)
			case *Response:
				s += " " + string(b.Stub)
			}
		}
		return s
	}
	o := toyOptions()
	closed := make(chan struct{})
	o.Hooks = Hooks{
		ConnOpened: func(i ConnInfo) { add(&conns, "opened "+i.Endpoint) },
		ConnClosed: func(i ConnInfo, err error) {
			add(&conns, "closed "+i.Endpoint+" "+i.Security[0].Identity.Account)
			if err != nil {
				t.Errorf("closed with %v", err)
			}
			close(closed)
		},
		Wire: func(_ uint64, d Direction, b []byte) {
			if s := describe(d, b); !bytes.Contains([]byte(s), []byte("re")) {
				add(&wire, s)
			}
		},
		Clear:         func(_ uint64, d Direction, b []byte) { add(&clear, describe(d, b)) },
		Authenticated: func(r AuthResult) { add(&auths, r.Identity.Account+" "+r.Level.String()) },
		CallDone: func(r CallResult) {
			add(&calls, r.Call.Interface.Name+"."+r.Op+" "+r.Status.String())
		},
	}
	w := newWorld(t, o)
	c := w.client(ClientOptions{}, toySecurity(1, auth.LevelPrivacy, "alice"))
	if _, err := c.Call(t.Context(), 0, opEcho, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Call(t.Context(), 0, 99, []byte("unknown"))
	_, _ = c.Call(t.Context(), 0, opFault, []byte("fault"))
	c.Close()
	<-closed
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{">bind+token", "<bind_ack+token", ">rpc_auth_3+token", "<fault", "<fault"},
		{">bind", "<bind_ack", ">request secret", "<response secret", ">request unknown", "<fault", ">request fault", "<fault"},
		{"echo.echo 0x00000000", "echo. " + StatusOpRange.String(), "echo.fault " + StatusOutOfResources.String()},
		{"alice privacy"},
		{"opened test", "closed test alice"},
	}
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(want, [][]string{wire, clear, calls, auths, conns}, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
}

// TestHooksInactive shows what a watcher who does not look now is told: how connections were bound, and no call.
func TestHooksInactive(t *testing.T) {
	t.Parallel()
	var active atomic.Bool
	var seen []PacketType
	o := toyOptions()
	o.Hooks.Active = active.Load
	o.Hooks.Clear = func(_ uint64, _ Direction, b []byte) { seen = append(seen, PacketType(b[2])) }
	s := newSession(t, newWorld(t, o), 0, auth.LevelPrivacy, "alice")
	for i := range uint32(3) {
		active.Store(i == 1)
		s.sendRaw(s.protected(2+i, flagsWhole, false, []byte("stub")))
		s.recv()
	}
	s.nc.Close()
	want := []PacketType{TypeBind, TypeBindAck, TypeRequest, TypeResponse}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}
