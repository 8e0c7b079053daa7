package dcerpc

import (
	"net"
	"testing"
	"time"

	"github.com/mapid/mapid/auth"
)

// sink is a connection that takes everything and counts the writes.
type sink struct {
	net.Conn
	writes, bytes int
}

func (s *sink) LocalAddr() net.Addr              { return &net.TCPAddr{Port: 1032} }
func (s *sink) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *sink) SetWriteDeadline(time.Time) error { return nil }

func (s *sink) Write(b []byte) (int, error) {
	s.writes++
	s.bytes += len(b)
	return len(b), nil
}

// readySecurity returns an established context of the server's side.
func readySecurity(t testing.TB, c *conn, level auth.Level) *security {
	t.Helper()
	s, err := c.newSecurity(SecTrailer{Type: uint8(auth.ServiceKerberos), Level: uint8(level), ContextID: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"hello", "proof of alice"} {
		if _, err := c.step(t.Context(), s, []byte(token)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// TestResponseAllocations shows that sealing and sending allocates nothing, however many fragments an answer has, and
// that it is one write.
func TestResponseAllocations(t *testing.T) {
	for _, level := range []auth.Level{auth.LevelConnect, auth.LevelIntegrity, auth.LevelPrivacy} {
		w := newWorld(t, toyOptions())
		out := &sink{}
		c := newConn(w.server, w.endpoint, out, 1)
		k := &inflight{security: readySecurity(t, c, level)}
		stub := make([]byte, 50*MaxFragment)
		if err := c.sendResponse(k, stub); err != nil { // makes the buffer that the pool keeps
			t.Fatal(err)
		}
		out.writes, out.bytes = 0, 0
		const runs = 20
		allocs := testing.AllocsPerRun(runs-1, func() { // runs once more to warm up
			if err := c.sendResponse(k, stub); err != nil {
				t.Fatal(err)
			}
		})
		if allocs >= 10 { // 0 as a rule; a collection, or the race detector, empties the pool now and then
			t.Errorf("%s: %v allocations for an answer of 50 fragments", level, allocs)
		}
		if out.writes != runs || out.bytes < runs*len(stub) {
			t.Errorf("%s: %d writes of %d bytes in all for %d answers", level, out.writes, out.bytes, runs)
		}
	}
}

// TestRequestAllocations shows that a further fragment of a request costs no allocation but the growth of its stub.
func TestRequestAllocations(t *testing.T) {
	w := newWorld(t, toyOptions())
	c := newConn(w.server, w.endpoint, &sink{}, 1)
	c.bound = true
	c.security.list = []*security{readySecurity(t, c, auth.LevelPrivacy)}
	client := toySecurity(1, auth.LevelPrivacy, "alice")
	for _, token := range [][]byte{nil, []byte("challenge")} {
		if _, _, err := client.Mech.Step(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	client.guards = newGuards(1, client.service, client.Level, client.Mech)
	c.partial = &assembly{callID: 2, mirror: true, security: c.security.list[0], stub: make([]byte, 0, 1<<20)}
	pdus := make([][]byte, 101)
	for i := range pdus {
		b, err := client.guard(false).protect(requestPDU(2, 0, opEcho, make([]byte, 5000)).Encode(), 0, requestSize)
		if err != nil {
			t.Fatal(err)
		}
		pdus[i] = b
	}
	next := 0
	allocs := testing.AllocsPerRun(len(pdus)-1, func() {
		h, err := parseHeader(pdus[next])
		if err == nil {
			err = c.request(t.Context(), h, pdus[next])
		}
		if err != nil {
			t.Fatal(err)
		}
		next++
	})
	if allocs > 0 || len(c.partial.stub) != 5000*len(pdus) {
		t.Errorf("%v allocations per fragment, %d bytes of stub", allocs, len(c.partial.stub))
	}
}
