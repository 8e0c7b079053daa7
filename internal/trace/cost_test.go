package trace

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
)

// pageOfRows is what a call that reads twenty rows of a contents table tells a reader.
func pageOfRows() []Event {
	columns := []mapi.PropTag{0x674A0014, mapi.TagSubject, 0x0E060040, 0x0E070003, 0x0FFF0102}
	rows := make([]prop.Row, 20)
	for i := range rows {
		rows[i].Values = []prop.Value{
			prop.ID(mapi.NewID(1, uint64(i))), prop.String(fmt.Sprintf("Subject é %d", i)), prop.Time(mapi.NewFileTime(at)), prop.Int32(int32(i)),
			prop.Binary(make([]byte, 70)),
		}
	}
	stub := make([]byte, 2000)
	op := func(req, resp any) *Op {
		return &Op{Call: 2, Session: 1, User: "alice", Name: "RopQueryRows", IsROP: true, Input: 1, Request: req, Response: resp, Dur: time.Millisecond}
	}
	return []Event{
		{Kind: Wire, Time: at, Conn: 1, Dir: ToServer, Bytes: pdu(pduRequest, 3, 2, stub)},
		{Kind: Clear, Time: at, Conn: 1, Dir: ToServer, Bytes: pdu(pduRequest, 3, 2, stub)},
		{Kind: Operation, Time: at, Conn: 1, Op: op(&rop.SetColumnsRequest{PropertyTags: columns}, &rop.SetColumnsResponse{})},
		{Kind: Operation, Time: at, Conn: 1, Op: op(&rop.QueryRowsRequest{ForwardRead: true, RowCount: 20}, &struct {
			Origin  uint8
			Columns []mapi.PropTag
			Rows    []prop.Row
		}{1, columns, rows})},
		{Kind: Clear, Time: at, Conn: 1, Dir: ToClient, Bytes: pdu(pduResponse, 3, 2, stub)},
		{Kind: Wire, Time: at, Conn: 1, Dir: ToClient, Bytes: pdu(pduResponse, 3, 2, stub)},
	}
}

// newPageSink opens a sink on the connection of pageOfRows.
func newPageSink(tb testing.TB, format Format) sink {
	tb.Helper()
	s, err := newSink(io.Discard, Options{Format: format, Bodies: true, Rewrite: ClearEMSMDB})
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.event(&Event{Kind: Opened, Time: at, Conn: 1, Peers: &Peers{Client: client, Server: server}}); err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestWritingACallAllocatesLittle bounds what tracing leaves to the collector, which is most of what it costs others.
// testing.AllocsPerRun can't run beside other tests.
func TestWritingACallAllocatesLittle(t *testing.T) {
	call := pageOfRows()
	for _, f := range []Format{PcapNG, Pcap, Text, JSON} {
		s := newPageSink(t, f)
		n := testing.AllocsPerRun(200, func() {
			for i := range call {
				if err := s.event(&call[i]); err != nil {
					t.Fatal(err)
				}
			}
		})
		if n > 8 {
			t.Errorf("%s: %v allocations for a call with 100 values", f, n)
		}
	}
}

func TestNobodyReadsNothingAllocated(t *testing.T) {
	h := NewHub(nil)
	h.ConnOpened(1, "192.0.2.1:1", "192.0.2.2:2")
	p := pdu(pduRequest, 3, 2, make([]byte, 100))
	if n := testing.AllocsPerRun(200, func() {
		h.Wire(1, ToServer, p)
		h.Clear(1, ToServer, p)
	}); n > 0 {
		t.Errorf("%v allocations while nobody reads", n)
	}
}

func BenchmarkWriteCall(b *testing.B) {
	call := pageOfRows()
	for _, f := range []Format{PcapNG, Pcap, Text, JSON} {
		b.Run(string(f), func(b *testing.B) {
			s := newPageSink(b, f)
			b.ReportAllocs()
			for b.Loop() {
				for i := range call {
					if err := s.event(&call[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
