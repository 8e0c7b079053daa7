package emsmdb_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/emsmdb"
)

// TestRequirement03ExecuteSizes checks the limits of each version, [MS-OXCRPC] 3.1.4.2.
func TestRequirement03ExecuteSizes(t *testing.T) {
	t.Parallel()
	good := buffer(0)
	type request = emsmdb.ExecuteRequest
	for _, tt := range []struct {
		name string
		edit func(*request)
		want map[string]error
	}{
		{"Good", func(*request) {}, map[string]error{"exchange2007": nil, "exchange2010-sp1": nil, "exchange2013": nil}},
		{"InUnder8", func(r *request) { r.In = r.In[:7] }, map[string]error{
			"exchange2007": mapi.ErrRpcFormat, "exchange2010-sp1": mapi.ErrRpcFormat, "exchange2013": mapi.ErrRpcFailed,
		}},
		{"InOver8007", func(r *request) { r.In = make([]byte, 0x8008) }, map[string]error{
			"exchange2007": mapi.ErrRpcFormat, "exchange2010-sp1": mapi.ErrRpcFormat, "exchange2013": mapi.ErrRpcFormat, // taken, but no buffer
		}},
		{"InOver40000", func(r *request) { r.In = make([]byte, 0x40001) }, map[string]error{
			"exchange2007": mapi.ErrRpcFormat, "exchange2010-sp1": mapi.ErrRpcFormat, "exchange2013": emsmdb.ErrBadRequest,
		}},
		{"OutUnder8", func(r *request) { r.OutMax = 7 }, map[string]error{
			"exchange2007": mapi.ErrRpcFormat, "exchange2010-sp1": mapi.ErrRpcFailed, "exchange2013": nil,
		}},
		{"OutUnder8007", func(r *request) { r.OutMax = 0x8006 }, map[string]error{
			"exchange2007": mapi.ErrRpcFormat, "exchange2010-sp1": nil, "exchange2013": nil,
		}},
		{"AuxOver1008", func(r *request) { r.AuxIn = make([]byte, 0x1009) }, map[string]error{
			"exchange2007": mapi.ErrVersionMismatch, "exchange2010-sp1": emsmdb.ErrBadRequest, "exchange2013": emsmdb.ErrBadRequest,
		}},
		{"AuxUnder8", func(r *request) { r.AuxIn = make([]byte, 7) }, map[string]error{
			"exchange2007": nil, "exchange2010-sp1": mapi.ErrRpcFailed, "exchange2013": nil,
		}},
	} {
		for profile, want := range tt.want {
			t.Run(tt.name+"/"+profile, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, withProfile(profile))
				req := executeRequest(w.connect(alice, aliceDN).Session, good)
				tt.edit(req)
				r, err := w.service.Execute(context.Background(), alice, req)
				if !errors.Is(err, want) {
					t.Fatalf("error = %v, want %v", err, want)
				}
				if want != nil && (len(r.Out) != 0 || r.Flags != 0) {
					t.Errorf("a refusal says %+v", r)
				}
				if tt.name == "OutUnder8" && want == nil && len(r.Out) != 0 {
					t.Error("ROPs ran without room for an answer")
				}
				// The session goes on.
				w.execute(alice, executeRequest(req.Session, good))
			})
		}
	}
}

func TestExecuteAnswersByProfile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		profile string
		flags   uint32
		aux     int
	}{
		{"exchange2007", 0, 8}, {"exchange2010-sp1", 7, 0}, {"exchange2013", 0, 8},
	} {
		w := newWorld(t, withProfile(tt.profile))
		req := executeRequest(w.connect(alice, aliceDN).Session, buffer(0))
		req.Flags = 7
		r, err := w.service.Execute(context.Background(), alice, req)
		if err != nil {
			t.Fatal(err)
		}
		if r.Flags != tt.flags || len(r.AuxOut) != tt.aux {
			t.Errorf("%s: flags %d, %d bytes of aux", tt.profile, r.Flags, len(r.AuxOut))
		}
		if tt.aux > 0 && !bytes.Equal(r.AuxOut, []byte{0, 0, 4, 0, 0, 0, 0, 0}) { // vector A8
			t.Errorf("%s: aux %x", tt.profile, r.AuxOut)
		}
	}
}

// TestExecutePoll is the polling call of vector E12: an empty buffer is answered by an empty buffer.
func TestExecutePoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.service.Execute(context.Background(), alice, executeRequest(w.connect(alice, aliceDN).Session, []byte{0, 0, 4, 0, 2, 0, 2, 0, 2, 0}))
	if err != nil || !bytes.Equal(r.Out, []byte{0, 0, 4, 0, 2, 0, 2, 0, 2, 0}) {
		t.Errorf("answer = %x, %v", r.Out, err)
	}
}

func TestExecuteMalformed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	for _, tt := range []struct {
		name string
		in   []byte
	}{
		{"Version", []byte{1, 0, 4, 0, 2, 0, 2, 0, 2, 0}},
		{"SizesDisagree", []byte{0, 0, 4, 0, 2, 0, 3, 0, 2, 0}},
		{"CutShort", []byte{0, 0, 4, 0, 3, 0, 3, 0, 2, 0}},
		{"NotTheLast", []byte{0, 0, 0, 0, 2, 0, 2, 0, 2, 0}},
		{"TwoPayloads", append([]byte{0, 0, 0, 0, 2, 0, 2, 0, 2, 0}, 0, 0, 4, 0, 2, 0, 2, 0, 2, 0)},
		{"BadCompression", []byte{0, 0, 5, 0, 4, 0, 200, 0, 0xFF, 0xFF, 0xFF, 0xFF}},
		{"ReservedRop", sealed([]byte{5, 0, 0, 0, 0}, rop.ExtLast)},
		{"BadFrame", sealed([]byte{9, 0, 0, 0, 0}, rop.ExtLast)},
	} {
		r, err := w.service.Execute(context.Background(), alice, executeRequest(id, tt.in))
		if !errors.Is(err, mapi.ErrRpcFormat) || len(r.Out) != 0 {
			t.Errorf("%s: %v, %x", tt.name, err, r.Out)
		}
	}
	w.execute(alice, executeRequest(id, buffer(0))) // the session goes on
}

func TestExecuteCompressionAndXOR(t *testing.T) {
	t.Parallel()
	clear := caller("alice", auth.LevelIntegrity)
	for _, tt := range []struct {
		name   string
		policy emsmdb.Policy
		caller auth.Caller
		flags  uint32
		large  uint16 // header flags of a large answer
		small  uint16
	}{
		{"AutoPrivate", emsmdb.Policy{}, alice, 0, rop.ExtLast, rop.ExtLast},
		{"AutoClear", emsmdb.Policy{}, clear, 0, rop.ExtLast | rop.ExtCompressed, rop.ExtLast | rop.ExtXorMagic},
		{"AutoClearNoCompression", emsmdb.Policy{}, clear, emsmdb.ExecuteNoCompression, rop.ExtLast | rop.ExtXorMagic, rop.ExtLast | rop.ExtXorMagic},
		{"AutoClearNeither", emsmdb.Policy{}, clear, 3, rop.ExtLast, rop.ExtLast},
		{"On", emsmdb.Policy{Compression: emsmdb.On, XOR: emsmdb.On}, alice, 0, rop.ExtLast | rop.ExtCompressed, rop.ExtLast | rop.ExtXorMagic},
		{"OnButTheClientRefuses", emsmdb.Policy{Compression: emsmdb.On, XOR: emsmdb.On}, alice, 3, rop.ExtLast, rop.ExtLast},
		{"Off", emsmdb.Policy{Compression: emsmdb.Off, XOR: emsmdb.Off}, clear, 0, rop.ExtLast, rop.ExtLast},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withPolicy(tt.policy))
			id := w.connect(tt.caller, aliceDN).Session
			table := w.inbox(id, mapi.TagSubject, mapi.TagEntryId, mapi.TagParentEntryId)
			rows := executeRequest(id, withHandles(table, &rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 2}, ForwardRead: true, RowCount: 100}))
			rows.Flags = tt.flags
			p := w.execute(tt.caller, rows)
			if len(p) != 1 || p[0].Flags != tt.large {
				t.Errorf("large answer: flags %x", p[0].Flags)
			}
			d := rop.NewDecoder(p[0].Bytes[2:])
			d.Columns = []mapi.PropTag{mapi.TagSubject, mapi.TagEntryId, mapi.TagParentEntryId}
			var resp rop.QueryRowsResponse
			if resp.Decode(d); d.Err() != nil || len(resp.Rows) < 25 {
				t.Errorf("%d rows, %v", len(resp.Rows), d.Err())
			}
			poll := executeRequest(id, buffer(0))
			poll.Flags = tt.flags
			if p := w.execute(tt.caller, poll); p[0].Flags != tt.small {
				t.Errorf("small answer: flags %x", p[0].Flags)
			}
		})
	}
}

// inboxOf is a mailbox with n messages.
func inboxOf(n int) *seed.Seed {
	u := seed.User{Name: "alice", Password: "x"}
	for i := range n {
		u.Messages = append(u.Messages, seed.Message{
			Folder: "Inbox", From: "alice", To: []string{"alice"}, Subject: fmt.Sprintf("m%04d", i), Body: strings.Repeat("text ", 20),
		})
	}
	u.Messages = append(u.Messages, seed.Message{
		Folder: "Drafts", From: "alice", To: []string{"alice"}, Subject: "large", Body: strings.Repeat("0123456789abcdef", 9000),
	})
	return &seed.Seed{Users: []seed.User{u}}
}

// TestExecuteChainedRows reads a table of several payloads in one call, [MS-OXCRPC] 3.1.4.2.1.2.2.
func TestExecuteChainedRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(inboxOf(800)))
	id := w.connect(alice, aliceDN).Session
	columns := []mapi.PropTag{mapi.TagSubject, mapi.TagEntryId, mapi.TagBody}
	table := w.inbox(id, columns...)
	query := &rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 2}, QueryRowsFlags: mapi.QueryRowsEnablePackedBuffers, ForwardRead: true, RowCount: 700}
	req := executeRequest(id, withHandles(table, &rop.QueryPositionRequest{In: rop.In{InputHandleIndex: 2}}, query))
	req.Flags, req.OutMax = emsmdb.ExecuteChain, 0x40000
	payloads := w.execute(alice, req)
	if len(payloads) < 3 {
		t.Fatalf("%d payloads", len(payloads))
	}
	seen := 0
	for i, p := range payloads {
		if last := i == len(payloads)-1; last != (p.Flags&rop.ExtLast != 0) {
			t.Errorf("payload %d has flags %x", i, p.Flags)
		}
		if len(p.Bytes) > rop.MaxPayload {
			t.Errorf("payload %d has %d bytes", i, len(p.Bytes))
		}
		size := int(binary.LittleEndian.Uint16(p.Bytes))
		if !bytes.Equal(p.Bytes[size:], table) {
			t.Errorf("payload %d has the handle table %x", i, p.Bytes[size:])
		}
		d := rop.NewDecoder(p.Bytes[2:size])
		d.Columns = columns
		if i == 0 {
			new(rop.QueryPositionResponse).Decode(d)
		}
		var r rop.QueryRowsResponse
		if r.Decode(d); d.Err() != nil || d.Len() != 0 {
			t.Fatalf("payload %d: %v, %d bytes left", i, d.Err(), d.Len())
		}
		for _, row := range r.Rows {
			if want := fmt.Sprintf("m%04d", seen); row.Values[0].Str() != want {
				t.Fatalf("row %q, want %q", row.Values[0].Str(), want)
			}
			seen++
		}
	}
	if seen > 700 {
		t.Errorf("%d rows where 700 were asked for", seen)
	}
	// The cursor stands behind what was given.
	out := w.execute(alice, executeRequest(id, withHandles(table, &rop.QueryPositionRequest{In: rop.In{InputHandleIndex: 2}})))
	var p rop.QueryPositionResponse
	p.Decode(rop.NewDecoder(out[0].Bytes[2:]))
	if int(p.Numerator) != seen || p.Denominator != 800 {
		t.Errorf("position %d of %d after %d rows", p.Numerator, p.Denominator, seen)
	}
}

func TestExecuteIsNotChained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(inboxOf(800)))
	id := w.connect(alice, aliceDN).Session
	table := w.inbox(id, mapi.TagSubject, mapi.TagEntryId)
	query := rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 2}, QueryRowsFlags: mapi.QueryRowsEnablePackedBuffers, ForwardRead: true, RowCount: 700}
	plain := query
	plain.QueryRowsFlags = 0
	for _, tt := range []struct {
		name  string
		flags uint32
		max   int
		reqs  []rop.Request
	}{
		{"TheClientDoesNotChain", 0, 0x40000, []rop.Request{&query}},
		{"TheRopDoesNotPack", emsmdb.ExecuteChain, 0x40000, []rop.Request{&plain}},
		{"NotTheLastRop", emsmdb.ExecuteChain, 0x40000, []rop.Request{&query, &rop.QueryPositionRequest{In: rop.In{InputHandleIndex: 2}}}},
		{"NoRoomForMore", emsmdb.ExecuteChain, 0x8007, []rop.Request{&query}},
	} {
		req := executeRequest(id, withHandles(table, tt.reqs...))
		req.Flags, req.OutMax = tt.flags, tt.max
		if p := w.execute(alice, req); len(p) != 1 || p[0].Flags&rop.ExtLast == 0 {
			t.Errorf("%s: %d payloads", tt.name, len(p))
		}
	}
}

// TestPitfall19ReadStreamIsNotChainedForOutlook2013 reads a body of several payloads; Outlook 2013 must not get one.
func TestPitfall19ReadStreamIsNotChainedForOutlook2013(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		version [3]uint16
		chained bool
	}{
		{"Outlook2007", [3]uint16{0x0C00, 0x8000 | 6680, 5000}, true},
		{"BeforePackedStreams", [3]uint16{0x0C00, 0x8000 | 4000, 0}, false},
		{"Outlook2013", [3]uint16{0x0F00, 0x8000 | 4420, 1017}, false},
		{"Outlook2016MSI", [3]uint16{0x1000, 0x8000 | 4266, 1001}, false},
		{"Outlook2016", [3]uint16{0x1000, 0x8000 | 10001, 0}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, withSeed(inboxOf(1)))
			c := connectRequest(aliceDN)
			c.ClientVersion = tt.version
			conn, err := w.service.Connect(context.Background(), alice, c)
			if err != nil {
				t.Fatal(err)
			}
			id := conn.Session
			table, mid := w.draft(id)
			open := w.execute(alice, executeRequest(id, withHandles(table,
				&rop.OpenMessageRequest{InOut: rop.InOut{OutputHandleIndex: 1}, CodePageID: 0x0FFF, MessageID: mid},
				&rop.OpenStreamRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}, PropertyTag: mapi.TagBody},
			)))[0].Bytes
			req := executeRequest(id, withHandles(open[len(open)-16:], &rop.ReadStreamRequest{
				In: rop.In{InputHandleIndex: 2}, ByteCount: rop.ByteCountExtended, MaximumByteCount: 100_000,
			}))
			req.Flags, req.OutMax = emsmdb.ExecuteChain, 0x40000
			payloads := w.execute(alice, req)
			if chained := len(payloads) > 1; chained != tt.chained {
				t.Fatalf("%d payloads", len(payloads))
			}
			var text []byte
			for _, p := range payloads {
				var r rop.ReadStreamResponse
				r.Decode(rop.NewDecoder(p.Bytes[2:]))
				text = append(text, r.Data...)
			}
			if tt.chained && len(text) != 100_000 {
				t.Errorf("%d bytes", len(text))
			}
			for i := 0; i+1 < len(text); i += 2 {
				if text[i] != "0123456789abcdef"[i/2%16] {
					t.Fatalf("byte %d is %02x", i, text[i])
				}
			}
		})
	}
}

// draft logs on and returns handles and the MID of the message in the drafts folder.
func (w *world) draft(id emsmdb.SessionID) ([]byte, mapi.ID) {
	w.t.Helper()
	var found mapi.ID
	w.eachMessage(func(mid mapi.ID, subject string) {
		if subject == "large" {
			found = mid
		}
	})
	out := w.execute(alice, executeRequest(id, buffer(4, &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN})))[0].Bytes
	return out[len(out)-16:], found
}

func TestExecuteOtherUsersSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	if _, err := w.service.Execute(context.Background(), bob, executeRequest(id, buffer(0))); !errors.Is(err, emsmdb.ErrNoSession) {
		t.Errorf("error = %v", err)
	}
	if err := w.service.Disconnect(context.Background(), bob, id); !errors.Is(err, emsmdb.ErrNoSession) {
		t.Errorf("disconnect: %v", err)
	}
	if _, err := w.service.Execute(context.Background(), alice, executeRequest(id+99, buffer(0))); !errors.Is(err, emsmdb.ErrNoSession) {
		t.Errorf("unknown session: %v", err)
	}
}

func TestExecuteAfterTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	for name, end := range map[string]func(emsmdb.SessionID){
		"Disconnect": func(id emsmdb.SessionID) { _ = w.service.Disconnect(ctx, alice, id) },
		"Kill":       func(id emsmdb.SessionID) { w.service.Kill(id) },
		"KillUser":   func(emsmdb.SessionID) { w.service.KillUser("ALICE") },
		"Abandon":    func(id emsmdb.SessionID) { w.service.Abandon(id) },
		"EndAll":     func(emsmdb.SessionID) { w.service.EndAll() },
	} {
		id := w.connect(alice, aliceDN).Session
		end(id)
		if _, err := w.service.Execute(ctx, alice, executeRequest(id, buffer(0))); !errors.Is(err, emsmdb.ErrNoSession) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(w.service.Sessions()); n != 0 {
			t.Errorf("%s: %d sessions left", name, n)
		}
	}
}

// TestExecuteConcurrently checks that calls on one session wait for each other instead of failing.
func TestExecuteConcurrently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	table := w.inbox(id, mapi.TagSubject)
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for range 20 {
				in := withHandles(table, &rop.SeekRowRequest{In: rop.In{InputHandleIndex: 2}}, &rop.QueryRowsRequest{
					In: rop.In{InputHandleIndex: 2}, ForwardRead: true, RowCount: 3,
				})
				r, err := w.service.Execute(context.Background(), alice, executeRequest(id, in))
				if err != nil || len(r.Out) < 50 {
					t.Errorf("%d bytes, %v", len(r.Out), err)
					return
				}
			}
		})
	}
	group.Wait()
	if got := w.service.Sessions()[0].Calls; got != 322 {
		t.Errorf("%d calls", got)
	}
}

func TestExecuteWaitsUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.service.Execute(ctx, alice, executeRequest(id, buffer(1, &rop.GetStatusRequest{}))); err == nil {
		t.Error("a call whose client is gone ran")
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(caller("alice", auth.LevelConnect), aliceDN).Session
	w.inbox(id, mapi.TagSubject)
	s := w.service.Sessions()[0]
	if s.ID != id || s.User != "alice" || s.Level != "connect" || s.Service != "ntlm" || s.Transport != "ncacn_ip_tcp" ||
		s.ClientVersion != "12.0.6206.1000" || s.Calls != 2 || s.BytesIn == 0 || s.BytesOut == 0 || s.Waiting || s.Remote != "127.0.0.1:1234" {
		t.Errorf("session = %+v", s)
	}
	if s.ROPs != 4 || s.Handles != 3 || len(s.Logons) != 1 || s.LastROPs[0] != "RopSetColumns" {
		t.Errorf("statistics = %+v", s.Stats)
	}
}

func TestDrainAndShutdown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	w.service.Drain()
	if _, err := w.service.Connect(context.Background(), alice, connectRequest(aliceDN)); !errors.Is(err, emsmdb.ErrDraining) {
		t.Errorf("connect: %v", err)
	}
	w.execute(alice, executeRequest(id, buffer(0))) // what is on goes on
	if _, err := w.service.Wait(context.Background(), alice, id); !errors.Is(err, mapi.ErrExiting) {
		t.Errorf("wait: %v", err)
	}
	if err := w.service.Shutdown(context.Background()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if n := len(w.service.Sessions()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}
