package trace

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

func fixedClock() time.Time { return at }

// pdu makes a request or response PDU with a stub.
func pdu(ptype, flags byte, call uint32, stub []byte) []byte {
	p := []byte{5, 0, ptype, flags, 0x10, 0, 0, 0}
	p = binary.LittleEndian.AppendUint16(p, uint16(24+len(stub)))
	p = binary.LittleEndian.AppendUint16(p, 0)
	p = binary.LittleEndian.AppendUint32(p, call)
	p = binary.LittleEndian.AppendUint32(p, uint32(len(stub)))
	p = binary.LittleEndian.AppendUint16(p, 0)
	p = binary.LittleEndian.AppendUint16(p, 11)
	return append(p, stub...)
}

func bindPDU(iface [16]byte) []byte {
	p := []byte{5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0, 0xD0, 0x16, 0xD0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0}
	p = append(p, iface[:]...)
	return append(p, make([]byte, 24)...)
}

func TestSubscriptionCountsWhatASlowReaderLoses(t *testing.T) {
	t.Parallel()
	h := NewHub(fixedClock)
	h.ConnOpened(1, "192.0.2.1:1", "192.0.2.2:2")
	s := h.Subscribe(true)
	for range queueEvents + 9 {
		h.Wire(1, ToServer, []byte{1})
	}
	batch, lost := s.Take(nil)
	if len(batch) != queueEvents || lost != 10 { // the queue holds the opening of the connection too
		t.Errorf("%d events, %d lost, want %d and 10", len(batch), lost, queueEvents)
	}
	big := make([]byte, queueBytes/2+1)
	h.Wire(1, ToServer, big)
	h.Wire(1, ToServer, big)
	if batch, lost = s.Take(batch); len(batch) != 1 || lost != 11 {
		t.Errorf("%d events, %d lost, want 1 and 11: the bytes waiting are bounded too", len(batch), lost)
	}
	s.Close()
	if h.Active() {
		t.Error("still active without readers")
	}
}

func TestLateReaderLearnsConnections(t *testing.T) {
	t.Parallel()
	h := NewHub(fixedClock)
	h.ConnOpened(7, "192.0.2.1:1", "192.0.2.2:2")
	h.Clear(7, ToServer, bindPDU([16]byte{1}))
	h.Clear(7, ToServer, pdu(pduRequest, 3, 1, nil))
	h.ConnAuthenticated(7, "alice")
	s := h.Subscribe(true)
	defer s.Close()
	<-s.Ready()
	batch, _ := s.Take(nil)
	var kinds []Kind
	for _, e := range batch {
		kinds = append(kinds, e.Kind)
	}
	if len(kinds) != 3 || kinds[0] != Opened || kinds[1] != Clear || kinds[2] != Authenticated {
		t.Errorf("got %v", kinds)
	}
}

func TestDissectorJoinsAndRewrites(t *testing.T) {
	t.Parallel()
	iface := [16]byte{0xDB}
	d := newDissector(func(got [16]byte, opnum uint16, dir Direction, stub []byte) []byte {
		if got != iface || opnum != 11 {
			t.Errorf("interface %x opnum %d", got, opnum)
		}
		return bytes.ToUpper(stub)
	})
	if out, _ := d.pdu(ToServer, bindPDU(iface)); len(out) != 1 {
		t.Fatal("the bind is shown as it is")
	}
	for i, step := range []struct {
		dir  Direction
		pdu  []byte
		want string
	}{
		{ToServer, pdu(pduRequest, pfcFirst, 5, []byte("ab")), ""},
		{ToServer, pdu(pduRequest, 0, 5, []byte("cd")), ""},
		{ToServer, pdu(pduRequest, pfcLast, 5, []byte("ef")), "ABCDEF"},
		{ToClient, pdu(pduResponse, pfcFirst, 5, []byte("gh")), ""},
		{ToClient, pdu(pduResponse, pfcLast, 5, []byte("ij")), "GHIJ"},
	} {
		out, call := d.pdu(step.dir, step.pdu)
		if call != 5 {
			t.Errorf("step %d: call %d", i, call)
		}
		var got string
		for _, p := range out {
			if int(binary.LittleEndian.Uint16(p[8:])) != len(p) || p[3]&(pfcFirst|pfcLast) != pfcFirst|pfcLast {
				t.Errorf("step %d: header % x", i, p[:24])
			}
			got += string(p[24:])
		}
		if got != step.want {
			t.Errorf("step %d: got %q, want %q", i, got, step.want)
		}
	}
	if len(d.calls) != 0 {
		t.Errorf("%d calls are kept after their response", len(d.calls))
	}
}

// play runs a small conversation of two users through a hub into a reader.
func play(t *testing.T, o Options) string {
	t.Helper()
	h := NewHub(fixedClock)
	var out bytes.Buffer
	s := h.Subscribe(o.packets())
	defer s.Close()
	sink, err := newSink(&out, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, user := range []string{"alice", "bob"} {
		id := uint64(i + 1)
		h.ConnOpened(id, "192.0.2.1:4000"+user[:0]+"1", "192.0.2.2:59532")
		h.Wire(id, ToServer, bindPDU([16]byte{1}))
		h.Clear(id, ToServer, bindPDU([16]byte{1}))
		h.ConnAuthenticated(id, user)
		h.Wire(id, ToServer, []byte("sealed"))
		h.Clear(id, ToServer, pdu(pduRequest, 3, 2, []byte("stub")))
		h.Operation(id, &Op{
			Call: 2, Session: id, User: user, Name: "RopOpenFolder", IsROP: true, Input: 1, Output: 2,
			Request: &struct{ FolderID mapi.ID }{mapi.NewID(1, 5)}, Response: &struct{ HasRules bool }{true}, Dur: time.Millisecond,
		})
		h.Clear(id, ToClient, pdu(pduResponse, 3, 2, []byte("answer")))
		h.ConnClosed(id)
	}
	c := copier{sub: s, out: sink}
	if err := c.take(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTextIsAProtocolLog(t *testing.T) {
	t.Parallel()
	want := `2026-01-02T03:04:05.678901Z conn=2 session=2 user=bob > RopOpenFolder handle=0x1
    FolderID: 0001-000000000005
2026-01-02T03:04:05.678901Z conn=2 session=2 user=bob < RopOpenFolder ecNone (0x00000000) handle=0x2 1ms
    HasRules: true
`
	if got := play(t, Options{Format: Text, Filter: Filter{Users: []string{"BOB"}, Ops: []string{"openfolder"}}}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := play(t, Options{Format: Text, Filter: Filter{Sessions: []uint64{9}}}); got != "" {
		t.Errorf("a session that is not there gives\n%s", got)
	}
}

func TestCaptureTiesRecordsToFrames(t *testing.T) {
	t.Parallel()
	out := play(t, Options{Format: PcapNG, Program: "mapid"})
	// Per connection: 3+3 packets to open, 1+1 for the bind, 1 sealed, 1 request, 1 response, 2 records, 3+3 to close.
	if got := strings.Count(out, "RopOpenFolder"); got != 12 {
		t.Errorf("%d mentions, want two records of text, information and comment for each of two operations", got)
	}
	for _, want := range []string{"(frame 10)", "(frame 11)", "(frame 29)", "(frame 30)"} {
		if !strings.Contains(out, want) {
			t.Errorf("no record is tied to %s", want)
		}
	}
	filtered := play(t, Options{Format: PcapNG, Filter: Filter{Users: []string{"bob"}}})
	if strings.Count(filtered, "sealed") != 1 || strings.Count(filtered, "stub") != 1 || !strings.Contains(filtered, "\x05\x00\x0b\x03") {
		t.Error("the filter on users must keep bob's packets, his bind included, and nothing else")
	}
	classic := play(t, Options{Format: Pcap})
	if strings.Contains(classic, "sealed") || !strings.Contains(classic, "stub") {
		t.Error("the classic form holds the clear view alone")
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(play(t, Options{Format: JSON})), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"op":"RopOpenFolder"`) || !strings.Contains(lines[0], `"dur_us":1000`) {
		t.Errorf("got %q", lines)
	}
}
