package epm

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

// lookupRequest builds the stub of ept_lookup.
func lookupRequest(q inquiry, withInterface bool, h ndr.ContextHandle, limit uint32) []byte {
	var w ndr.Writer
	w.U32(q.kind)
	w.Pointer(true)
	w.UUID(q.object)
	if w.Pointer(withInterface) {
		w.UUID(q.id.UUID)
		w.U16(q.id.Major)
		w.U16(q.id.Minor)
	}
	w.U32(q.version)
	w.ContextHandle(h)
	w.U32(limit)
	return w.Stub()
}

// readLookup reads the answer of ept_lookup: the handle, the entries as text, the status.
func readLookup(t *testing.T, stub []byte) (h ndr.ContextHandle, entries []string, status uint32) {
	t.Helper()
	r := ndr.NewReader(stub)
	h = r.ContextHandle()
	num := r.U32()
	n := r.Varying(r.U32(), 4)
	if int(num) != n {
		t.Errorf("num_ents = %d, actual count = %d", num, n)
	}
	for range n {
		if r.UUID() != (ndr.UUID{}) {
			t.Error("entry has an object")
		}
		if !r.Pointer() {
			t.Error("entry has no tower")
		}
		size := r.Varying(64, 1)
		note := string(r.Bytes(size))
		if !strings.HasSuffix(note, "\x00") {
			t.Errorf("annotation %q has no NUL", note)
		}
		entries = append(entries, strings.TrimSuffix(note, "\x00"))
	}
	for i := range n {
		size := r.U32()
		if r.U32() != size {
			t.Error("tower_length is not max_count")
		}
		entries[i] += " " + describeTower(t, r.Bytes(int(size)))
	}
	status = r.U32()
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("stub: %v, %d bytes left", r.Err(), r.Len())
	}
	return h, entries, status
}

const (
	storeEntry    = "Exchange Server STORE EMSMDB Interface 0.0.0.0:1032"
	bookEntry     = "MS Exchange Directory NSP Interface 0.0.0.0:4997"
	referralEntry = "MS Exchange Directory RFR Interface 0.0.0.0:4997"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	minor := func(id dcerpc.SyntaxID, n uint16) dcerpc.SyntaxID {
		id.Minor = n
		return id
	}
	major := func(id dcerpc.SyntaxID, n uint16) dcerpc.SyntaxID {
		id.Major = n
		return id
	}
	by := func(id dcerpc.SyntaxID, version uint32) inquiry {
		return inquiry{kind: inquireInterface, id: id, version: version}
	}
	all := []string{storeEntry, bookEntry, referralEntry}
	tests := []struct {
		name   string
		q      inquiry
		want   []string
		status uint32
	}{
		{"All", inquiry{kind: inquireAll}, all, 0},
		{"AllWithJunk", inquiry{kind: inquireAll, object: ndr.UUID{1}, id: ID, version: 77}, all, 0},
		{"Outlook", by(nspiID, versionAll), []string{bookEntry}, 0}, // inquiry type 1, NSPI 56.0, option 1
		{"Exact", by(emsmdbID, versionExact), []string{storeEntry}, 0},
		{"ExactOtherMinor", by(minor(emsmdbID, 80), versionExact), nil, statusNotRegistered},
		{"Compatible", by(minor(emsmdbID, 80), versionCompatible), []string{storeEntry}, 0},
		{"CompatibleNewer", by(minor(emsmdbID, 82), versionCompatible), nil, statusNotRegistered},
		{"MajorOnly", by(minor(emsmdbID, 99), versionMajorOnly), []string{storeEntry}, 0},
		{"MajorOnlyOther", by(major(emsmdbID, 1), versionMajorOnly), nil, statusNotRegistered},
		{"UpTo", by(minor(emsmdbID, 81), versionUpTo), []string{storeEntry}, 0},
		{"UpToMajor", by(major(minor(emsmdbID, 0), 1), versionUpTo), []string{storeEntry}, 0},
		{"UpToLess", by(minor(emsmdbID, 80), versionUpTo), nil, statusNotRegistered},
		{"AllVersions", by(major(emsmdbID, 9), versionAll), []string{storeEntry}, 0},
		{"UnknownInterface", by(ID, versionAll), nil, statusNotRegistered},
		{"NilObject", inquiry{kind: inquireObject}, all, 0},
		{"Object", inquiry{kind: inquireObject, object: ndr.UUID{1}}, nil, statusNotRegistered},
		{"Both", inquiry{kind: inquireBoth, id: nspiID, version: versionExact}, []string{bookEntry}, 0},
		{"BothWithObject", inquiry{kind: inquireBoth, id: nspiID, version: versionExact, object: ndr.UUID{1}}, nil, statusNotRegistered},
		{"UnknownKind", inquiry{kind: 4}, nil, statusCantPerform},
		{"UnknownVersionOption", by(nspiID, 6), nil, statusCantPerform},
		{"VersionOption0", by(nspiID, 0), nil, statusCantPerform},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Advertise{})
			stub := lookupRequest(tt.q, true, ndr.ContextHandle{}, 10)
			h, entries, status := readLookup(t, w.call(w.client(), 2, stub))
			if diff := cmp.Diff(tt.want, entries); diff != "" || status != tt.status || !h.IsZero() {
				t.Errorf("status 0x%08X, handle %v, entries (-want +got):\n%s", status, h, diff)
			}
		})
	}
}

// TestLookupContinues fetches the map in batches of each size. The last batch brings status 0 and the NULL handle
// together: a client that stops at either has everything and sees no error.
func TestLookupContinues(t *testing.T) {
	t.Parallel()
	for limit := range uint32(5) {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Advertise{})
			c := w.client()
			var h ndr.ContextHandle
			var got []string
			for calls := 0; ; calls++ {
				step := max(limit, uint32(min(calls, 1))) // a limit of 0 gets a handle and nothing else
				next, entries, status := readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, h, step)))
				if status != statusOK || len(entries) > int(step) {
					t.Fatalf("call %d: %d entries, status 0x%08X", calls, len(entries), status)
				}
				if next == h && !h.IsZero() {
					t.Error("the handle of a batch that was fetched is still good")
				}
				got = append(got, entries...)
				if h = next; h.IsZero() {
					break
				}
			}
			if diff := cmp.Diff([]string{storeEntry, bookEntry, referralEntry}, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLookupUntilNothingIsLeft lists the map as Samba's rpcclient does, which does not look at the handle: it asks again
// until it is told that nothing is left. The time after that it gets the map again, and other questions are not concerned.
func TestLookupUntilNothingIsLeft(t *testing.T) {
	t.Parallel()
	for _, limit := range []uint32{1, 2, 3, 10} {
		w := newWorld(t, Advertise{})
		c := w.client()
		for range 2 {
			var h ndr.ContextHandle
			var got []string
			for status := statusOK; status == statusOK; {
				var entries []string
				h, entries, status = readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, h, limit)))
				got = append(got, entries...)
				if len(got) > 3 {
					t.Fatalf("limit %d: the list does not end: %q", limit, got)
				}
			}
			if diff := cmp.Diff([]string{storeEntry, bookEntry, referralEntry}, got); diff != "" || !h.IsZero() {
				t.Errorf("limit %d: handle %v, entries (-want +got):\n%s", limit, h, diff)
			}
		}
	}
}

// TestLookupAgain asks for one interface twice on one connection, before and after the whole map.
func TestLookupAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	one := lookupRequest(inquiry{kind: inquireInterface, id: nspiID, version: versionAll}, true, ndr.ContextHandle{}, 1)
	all := lookupRequest(inquiry{}, false, ndr.ContextHandle{}, 10)
	for i, ask := range [][]byte{one, one, all, one, all} {
		if _, entries, status := readLookup(t, w.call(c, 2, ask)); status != statusOK || len(entries) == 0 {
			t.Errorf("question %d: %q, 0x%08X", i, entries, status)
		}
	}
}

// TestLookupIsOneMoment shows that a look-up under way does not see what changed since it began.
func TestLookupIsOneMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	h, first, _ := readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, ndr.ContextHandle{}, 1)))
	for _, e := range w.server.Entries() {
		e.Endpoint.SetPort(0)
	}
	_, rest, _ := readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, h, 10)))
	if diff := cmp.Diff([]string{storeEntry, bookEntry, referralEntry}, append(first, rest...)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestLookupHandleFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	h, _, _ := readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, ndr.ContextHandle{}, 1)))
	var in ndr.Writer
	in.ContextHandle(h)
	for _, stub := range [][]byte{in.Stub(), make([]byte, 20)} { // a handle, and none
		r := ndr.NewReader(w.call(c, 4, stub))
		if h, status := r.ContextHandle(), r.U32(); !h.IsZero() || status != statusOK || r.Err() != nil || r.Len() != 0 {
			t.Errorf("ept_lookup_handle_free: %v, 0x%08X, %v", h, status, r.Err())
		}
	}
	var fault *dcerpc.Fault
	if _, err := c.Call(t.Context(), 0, 4, in.Stub()); !errors.As(err, &fault) || fault.Status != dcerpc.StatusContextMismatch {
		t.Errorf("freed twice: %v", err)
	}
	_, err := c.Call(t.Context(), 0, 2, lookupRequest(inquiry{}, false, h, 1))
	if !errors.As(err, &fault) || fault.Status != dcerpc.StatusContextMismatch {
		t.Errorf("used after it was freed: %v", err)
	}
}

// TestLookupLimit opens look-ups without finishing them, as many as one client group may have.
func TestLookupLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	begin := lookupRequest(inquiry{}, false, ndr.ContextHandle{}, 1)
	var last ndr.ContextHandle
	for range maxLookups {
		h, _, status := readLookup(t, w.call(c, 2, begin))
		if status != statusOK {
			t.Fatalf("status 0x%08X", status)
		}
		last = h
	}
	h, entries, status := readLookup(t, w.call(c, 2, begin))
	if status != statusNoMemory || !h.IsZero() || entries != nil {
		t.Errorf("one more: %v, %v, 0x%08X", h, entries, status)
	}
	// One that is under way goes on.
	if _, entries, status := readLookup(t, w.call(c, 2, lookupRequest(inquiry{}, false, last, 1))); status != statusOK || len(entries) != 1 {
		t.Errorf("the last one: %v, 0x%08X", entries, status)
	}
	// Another client is not concerned.
	if _, _, status := readLookup(t, w.call(w.client(), 2, begin)); status != statusOK {
		t.Errorf("another client: 0x%08X", status)
	}
}

func TestLookupRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	good := lookupRequest(inquiry{}, false, ndr.ContextHandle{}, 1)
	for name, stub := range map[string][]byte{
		"TooManyEntries": lookupRequest(inquiry{}, false, ndr.ContextHandle{}, maxResults+1),
		"CutShort":       good[:len(good)-1],
	} {
		var fault *dcerpc.Fault
		if _, err := c.Call(t.Context(), 0, 2, stub); !errors.As(err, &fault) || fault.Status != dcerpc.StatusBadStubData {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChangesRefused shows that nobody can change the map, and what the mapper's object is.
func TestChangesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	for _, opnum := range []uint16{0, 1, 6} {
		r := ndr.NewReader(w.call(c, opnum, []byte("whatever is to be inserted")))
		if status := r.U32(); status != statusCantPerform || r.Len() != 0 {
			t.Errorf("opnum %d: 0x%08X", opnum, status)
		}
	}
	r := ndr.NewReader(w.call(c, 5, nil))
	if object, status := r.UUID(), r.U32(); object != (ndr.UUID{}) || status != statusOK || r.Len() != 0 {
		t.Errorf("ept_inq_object: %v, 0x%08X", object, status)
	}
	var fault *dcerpc.Fault
	if _, err := c.Call(t.Context(), 0, 7, nil); !errors.As(err, &fault) || fault.Status != dcerpc.StatusOpRange {
		t.Errorf("opnum 7: %v", err)
	}
}

// TestLongAnnotation cuts an annotation to what the interface definition has room for.
func TestLongAnnotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	e := w.server.NewEndpoint("long", dcerpc.TransportTCP)
	w.server.Register(&dcerpc.Interface{ID: dcerpc.SyntaxID{Major: 7}, Annotation: strings.Repeat("x", 100)}, e)
	e.SetPort(9)
	q := inquiry{kind: inquireInterface, id: dcerpc.SyntaxID{Major: 7}, version: versionExact}
	_, entries, _ := readLookup(t, w.call(w.client(), 2, lookupRequest(q, true, ndr.ContextHandle{}, 1)))
	if len(entries) != 1 || entries[0] != strings.Repeat("x", 63)+" 0.0.0.0:9" {
		t.Errorf("entries %q", entries)
	}
}

// FuzzTower checks that a tower that reads also writes, byte by byte, and that asking with it answers or refuses.
func FuzzTower(f *testing.F) {
	f.Add(tcpTower(emsmdbID, 135, netip.MustParseAddr("192.0.2.1")))
	f.Add([]byte{2, 0, 1, 0, 0x0D, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, octets []byte) {
		floors, err := decodeTower(octets)
		if err != nil {
			return
		}
		again := encodeTower(floors)
		if len(again) > len(octets) || string(octets[:len(again)]) != string(again) {
			t.Errorf("tower %x became %x", octets, again)
		}
		if s, ok := wants(floors); ok {
			if got, ok := wants(mustDecode(t, tcpTower(s, 1, netip.Addr{}))); !ok || got != s {
				t.Errorf("interface %v became %v", s, got)
			}
		}
	})
}

func mustDecode(t *testing.T, octets []byte) []floor {
	t.Helper()
	floors, err := decodeTower(octets)
	if err != nil {
		t.Fatal(err)
	}
	return floors
}
