package dcerpc

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/ndr"
)

// wantMismatch fails the test unless err is the fault for a handle that cannot be used.
func wantMismatch(t *testing.T, what string, err error) {
	t.Helper()
	var fault *Fault
	if !errors.As(err, &fault) || fault.Status != StatusContextMismatch {
		t.Errorf("%s: %v, want %s", what, err, StatusContextMismatch)
	}
}

func wantValue(t *testing.T, what string, stub []byte, err error, want string) {
	t.Helper()
	if err != nil || string(stub) != want {
		t.Errorf("%s: %q, %v, want %q", what, stub, err, want)
	}
}

// TestHandleShared uses a handle on a second connection of the group, and not on one of another group.
func TestHandleShared(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, toyOptions())
	first := w.client(ClientOptions{}, toySecurity(1, auth.LevelIntegrity, "alice"))
	second := w.client(ClientOptions{Group: first.Group()}, toySecurity(1, auth.LevelPrivacy, "alice"))
	foreign := w.client(ClientOptions{}, toySecurity(1, auth.LevelIntegrity, "alice"))
	if first.Group() != second.Group() || first.Group() == foreign.Group() || first.Group() == 0 {
		t.Fatalf("groups %d, %d, %d", first.Group(), second.Group(), foreign.Group())
	}
	h, err := first.Call(ctx, 0, opNewHandle, []byte("session"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := second.Call(ctx, 0, opUseHandle, h)
	wantValue(t, "second connection", got, err, "session")
	_, err = foreign.Call(ctx, 0, opUseHandle, h)
	wantMismatch(t, "other group", err)

	// Another interface of the group may use it: AsyncEMSMDB does.
	if _, err := second.Alter(ctx, nil, Offer(1, otherID)); err != nil {
		t.Fatal(err)
	}
	got, err = second.Call(ctx, 1, opUseHandle, h)
	wantValue(t, "other interface", got, err, "session")

	got, err = second.Call(ctx, 0, opCloseHandle, h)
	wantValue(t, "close", got, err, "session")
	_, err = first.Call(ctx, 0, opUseHandle, h)
	wantMismatch(t, "closed", err)
	_, err = first.Call(ctx, 0, opCloseHandle, h)
	wantMismatch(t, "closed twice", err)
	select {
	case name := <-w.rundowns:
		t.Errorf("%s was run down though it was closed", name)
	default:
	}
}

// TestHandleOwner shows who may use a handle within its group: who made it, at no lower level.
func TestHandleOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, toyOptions())
	owner := w.client(ClientOptions{}, toySecurity(1, auth.LevelIntegrity, "alice"))
	h, err := owner.Call(t.Context(), 0, opNewHandle, []byte("session"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		security *ClientSecurity
		ok       bool
	}{
		{"SameLevel", toySecurity(1, auth.LevelIntegrity, "alice"), true},
		{"HigherLevel", toySecurity(1, auth.LevelPrivacy, "alice"), true},
		{"LowerLevel", toySecurity(1, auth.LevelConnect, "alice"), false},
		{"OtherUser", toySecurity(1, auth.LevelPrivacy, "bob"), false},
		{"Anonymous", nil, false},
	}
	for _, tt := range tests {
		c := w.client(ClientOptions{Group: owner.Group()}, tt.security)
		got, err := c.Call(t.Context(), 0, opUseHandle, h)
		if tt.ok {
			wantValue(t, tt.name, got, err, "session")
		} else {
			wantMismatch(t, tt.name, err)
		}
	}
}

func TestHandleUnknown(t *testing.T) {
	t.Parallel()
	c := newWorld(t, Options{}).client(ClientOptions{}, nil)
	h, err := c.Call(t.Context(), 0, opNewHandle, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	attributes := append([]byte{1}, h[1:]...)
	for name, stub := range map[string][]byte{"Null": make([]byte, 20), "Attributes": attributes} {
		_, err := c.Call(t.Context(), 0, opUseHandle, stub)
		wantMismatch(t, name, err)
	}
}

// TestRundown shows that handles go with the last connection of their group and not before.
func TestRundown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	first := w.client(ClientOptions{}, nil)
	second := w.client(ClientOptions{Group: first.Group()}, nil)
	if _, err := first.Call(t.Context(), 0, opNewHandle, []byte("session")); err != nil {
		t.Fatal(err)
	}
	group := first.Group()
	first.Close()
	if got, err := second.Call(t.Context(), 0, opEcho, []byte("still here")); err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	select {
	case name := <-w.rundowns:
		t.Fatalf("%s was run down too early", name)
	default:
	}
	second.Close()
	if name := <-w.rundowns; name != "session" {
		t.Errorf("%s was run down", name)
	}
	late := NewClient(w.pipe(), ClientOptions{Group: group})
	defer late.Close()
	var refused *BindError
	if _, err := late.Bind(t.Context(), nil, Offer(0, echoID)); !errors.As(err, &refused) || refused.Reason != NakUnspecified {
		t.Errorf("dead group: %v", err)
	}
}

// TestRundownWaitsForCalls closes the connection under a call that takes its time to return.
func TestRundownWaitsForCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	var mu sync.Mutex
	var order []string
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, s)
	}
	entered, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	w.echo.Ops[opPark] = Op{Name: "slow", Run: func(ctx context.Context, c *Call) ([]byte, error) {
		c.Assoc.NewHandle(c.Caller, nil, func() {
			note("rundown")
			close(done)
		})
		close(entered)
		<-ctx.Done() // the connection is gone
		<-release
		note("returned")
		return nil, ctx.Err()
	}}
	c := w.client(ClientOptions{}, nil)
	go func() { _, _ = c.Call(t.Context(), 0, opPark, nil) }()
	<-entered
	c.Close()
	close(release)
	<-done
	mu.Lock()
	defer mu.Unlock()
	if len(order) != 2 || order[0] != "returned" {
		t.Errorf("order %v", order)
	}
}

// TestRundownPanic shows that a rundown that breaks ends nothing but itself.
func TestRundownPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := make(chan struct{})
	w.echo.Ops[opFail] = Op{Name: "trap", Run: func(_ context.Context, c *Call) ([]byte, error) {
		c.Assoc.NewHandle(c.Caller, nil, func() {
			defer close(made)
			panic("broken rundown")
		})
		return nil, nil
	}}
	c := w.client(ClientOptions{}, nil)
	if _, err := c.Call(t.Context(), 0, opFail, nil); err != nil {
		t.Fatal(err)
	}
	c.Close()
	<-made
	if _, err := w.client(ClientOptions{}, nil).Call(t.Context(), 0, opEcho, nil); err != nil {
		t.Errorf("server after a broken rundown: %v", err)
	}
}

// TestGroupOfOtherEndpoint shows that groups are known at their own endpoint only.
func TestGroupOfOtherEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	group := w.client(ClientOptions{}, nil).Group()
	w.endpoint = w.server.NewEndpoint("elsewhere", TransportTCP)
	w.server.Register(w.echo, w.endpoint)
	c := NewClient(w.pipe(), ClientOptions{Group: group})
	defer c.Close()
	var refused *BindError
	if _, err := c.Bind(t.Context(), nil, Offer(0, echoID)); !errors.As(err, &refused) {
		t.Errorf("bind: %v", err)
	}
}

// TestHandleIsRandom shows the form of a handle: no attributes, a version 4 UUID, never the same.
func TestHandleIsRandom(t *testing.T) {
	t.Parallel()
	var a Association
	seen := make(map[ndr.ContextHandle]bool)
	for range 1000 {
		h := a.NewHandle(auth.Caller{}, nil, nil)
		if h.Attributes != 0 || h.UUID.String()[14] != '4' || seen[h] {
			t.Fatalf("handle %v", h)
		}
		seen[h] = true
	}
	if a.Len() != 1000 {
		t.Errorf("Len = %d", a.Len())
	}
}
