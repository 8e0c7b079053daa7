package dcerpc

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/mapid/mapid/auth"
)

// Where a fuzzed conversation begins.
const (
	fuzzFresh byte = iota
	fuzzBound
	fuzzHalfAuthenticated
	fuzzSigned
	fuzzConnect
	fuzzStates
)

// FuzzServer says anything to a server in any state of a connection. Whatever it is, the server answers with
// well-formed PDUs or with none, ends the connection when the client does, and goes on serving others; no operation is
// called with more than was sent.
func FuzzServer(f *testing.F) {
	request := requestPDU(3, flagsWhole, opEcho, []byte("stub")).Encode()
	f.Add(fuzzFresh, bindPDU(TypeBind, 1, 0, offer(0, echoID, NDR20)).Encode())
	f.Add(fuzzFresh, append(bindPDU(TypeBind, 1, FlagMultiplex, offer(0, echoID, NDR20), offer(1, MgmtID, ndr64)).Encode(), request...))
	f.Add(fuzzBound, request)
	f.Add(fuzzBound, bigEndian(request))
	f.Add(fuzzBound, append(requestPDU(3, FlagFirst, opEcho, []byte("a")).Encode(), requestPDU(3, FlagLast, opEcho, []byte("b")).Encode()...))
	f.Add(fuzzBound, append(requestPDU(3, flagsWhole, opPark, nil).Encode(), controlPDU(TypeCancel, 3).Encode()...))
	f.Add(fuzzBound, append(requestPDU(3, flagsWhole, opPark, nil).Encode(), controlPDU(TypeOrphaned, 3).Encode()...))
	f.Add(fuzzBound, bindPDU(TypeAlterContext, 3, FlagHeaderSign, offer(1, otherID, NDR20)).Encode())
	f.Add(fuzzHalfAuthenticated, withToken(bindPDU(TypeAlterContext, 3, 0, offer(0, echoID, NDR20)).Encode(), 8))
	f.Add(fuzzSigned, withToken(request, 20))
	f.Add(fuzzConnect, withToken(request, 16))
	f.Add(fuzzFresh, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Fuzz(func(t *testing.T, state byte, in []byte) {
		var largest int
		o := toyOptions()
		o.Logger = zap.NewNop()
		o.Limits = DefaultLimits()
		o.Limits.PDU, o.Limits.Write = 100*time.Millisecond, time.Second
		o.Hooks.CallDone = func(r CallResult) { largest = max(largest, len(r.Call.Stub)) }
		o.Hooks.Clear = func(_ uint64, _ Direction, b []byte) {
			if _, err := DecodePDU(b); err != nil {
				t.Errorf("clear view %x: %v", b, err)
			}
		}
		w := newWorld(t, o)
		client, server := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			w.server.ServeConn(t.Context(), w.endpoint, server)
		}()
		p := &peer{t: t, nc: client}
		enterState(p, state%fuzzStates)
		answers := make(chan []byte)
		go func() {
			b, _ := io.ReadAll(client)
			answers <- b
		}()
		_, _ = client.Write(in)
		_ = client.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
		out := <-answers
		client.Close()
		<-served
		checkAnswers(t, out)
		if largest > len(in) {
			t.Errorf("%d bytes sent, an operation got %d", len(in), largest)
		}
		other := w.peer()
		other.bind(0, offer(0, echoID, NDR20))
		other.send(requestPDU(2, flagsWhole, opEcho, []byte("alive")))
		if r, ok := other.recv().Body.(*Response); !ok || !bytes.Equal(r.Stub, []byte("alive")) {
			t.Errorf("another client gets %+v", r)
		}
	})
}

// enterState brings a fresh connection to a state.
func enterState(p *peer, state byte) {
	level := auth.LevelIntegrity
	switch state {
	case fuzzFresh:
		return
	case fuzzBound:
		p.bind(FlagMultiplex, offer(0, echoID, NDR20))
		return
	case fuzzConnect:
		level = auth.LevelConnect
	}
	s := &session{peer: p, security: toySecurity(77, level, "alice")}
	s.leg(TypeBind, 0)
	p.recv()
	if state != fuzzHalfAuthenticated {
		s.leg(TypeAuth3, 0)
	}
}

// checkAnswers fails the test unless b is a sequence of PDUs that a server sends; the last may be cut.
func checkAnswers(t *testing.T, b []byte) {
	t.Helper()
	for len(b) >= headerSize {
		h, err := parseHeader(b)
		if err != nil {
			t.Fatalf("answer %x: %v", b, err)
		}
		if int(h.FragLength) > len(b) {
			return
		}
		u, err := DecodePDU(b[:h.FragLength])
		if err != nil {
			t.Fatalf("answer %x: %v", b, err)
		}
		switch u.Type {
		case TypeResponse, TypeFault, TypeBindAck, TypeBindNak, TypeAlterResp, TypeShutdown:
		default:
			t.Fatalf("answer of type %s", u.Type)
		}
		b = b[h.FragLength:]
	}
}
