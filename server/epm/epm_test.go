package epm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
)

var (
	emsmdbID = dcerpc.SyntaxID{UUID: ndr.MustUUID("a4f1db00-ca47-1067-b31f-00dd010662da"), Minor: 81}
	nspiID   = dcerpc.SyntaxID{UUID: ndr.MustUUID("f5cc5a18-4264-101a-8c59-08002b2f8426"), Major: 56}
	rfrID    = dcerpc.SyntaxID{UUID: ndr.MustUUID("1544f5e0-613c-11d1-93df-00c04fd7bd09"), Major: 1}
)

// world is a server with an endpoint mapper and three interfaces at two endpoints.
type world struct {
	t      *testing.T
	server *dcerpc.Server
	epm    *dcerpc.Endpoint
}

// newWorld serves EMSMDB on port 1032, NSPI and RFR on port 4997.
func newWorld(t *testing.T, advertise Advertise) *world {
	t.Helper()
	s := dcerpc.NewServer(dcerpc.Options{Logger: zaptest.NewLogger(t)})
	t.Cleanup(func() { _ = s.Shutdown(t.Context()) })
	w := &world{t: t, server: s, epm: s.NewEndpoint("epm", dcerpc.TransportTCP)}
	mapper := New(Options{Entries: s.Entries, Advertise: func() Advertise { return advertise }})
	s.Register(mapper.Interface(), w.epm)
	w.epm.SetPort(135)
	stores, books := s.NewEndpoint("emsmdb", dcerpc.TransportTCP), s.NewEndpoint("nspi", dcerpc.TransportTCP)
	s.Register(&dcerpc.Interface{ID: emsmdbID, Name: "emsmdb", Annotation: "Exchange Server STORE EMSMDB Interface"}, stores)
	s.Register(&dcerpc.Interface{ID: nspiID, Name: "nspi", Annotation: "MS Exchange Directory NSP Interface"}, books)
	s.Register(&dcerpc.Interface{ID: rfrID, Name: "rfr", Annotation: "MS Exchange Directory RFR Interface"}, books)
	stores.SetPort(1032)
	books.SetPort(4997)
	return w
}

// dial connects to the endpoint mapper.
func (w *world) dial() net.Conn {
	w.t.Helper()
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.server.ServeConn(w.t.Context(), w.epm, server)
	}()
	w.t.Cleanup(func() {
		client.Close()
		<-done
	})
	return client
}

// client binds to the endpoint mapper.
func (w *world) client() *dcerpc.Client {
	w.t.Helper()
	c := dcerpc.NewClient(w.dial(), dcerpc.ClientOptions{})
	w.t.Cleanup(func() { c.Close() })
	results, err := c.Bind(w.t.Context(), nil, dcerpc.Offer(0, ID))
	if err != nil || results[0].Result != dcerpc.ResultAccept {
		w.t.Fatalf("bind: %v %v", results, err)
	}
	return c
}

func (w *world) call(c *dcerpc.Client, opnum uint16, stub []byte) []byte {
	w.t.Helper()
	out, err := c.Call(w.t.Context(), 0, opnum, stub)
	if err != nil {
		w.t.Fatalf("opnum %d: %v", opnum, err)
	}
	return out
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Bytes of the public capture of Outlook XP and Exchange 5.5: ept_map for EMSMDB, whole PDUs.
const (
	capturedMapRequest = `05000003100000009c0000000100000084000000000003000100000000000000000000000000000000000000
		020000004b0000004b000000050013000d00dbf1a447ca6710b31f00dd010662da00000200510013000d045d888aeb1cc9119fe808002b
		10486002000200000001000b020000000100070200008701000904000000000000000000000000000000000000000000000000000004000000`
	capturedMapResponse = `05000203100000009800000001000000800000000000000000000000000000000000000000000000000000000100
		0000040000000000000001000000030000004b0000004b000000050013000d00dbf1a447ca6710b31f00dd010662da0000020051001300
		0d045d888aeb1cc9119fe808002b10486002000200000001000b02000000010007020004080100090400c0a800020800000000`
)

// TestMapCaptured asks as Outlook XP did and expects what Exchange 5.5 answered, but for the referent, which is the
// server's choice, and one byte of padding that was not cleared.
func TestMapCaptured(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{Host: netip.MustParseAddr("192.168.0.2")})
	nc := w.dial()
	bind := (&dcerpc.PDU{
		Header: dcerpc.Header{Type: dcerpc.TypeBind, Flags: dcerpc.FlagFirst | dcerpc.FlagLast, CallID: 1},
		Body:   &dcerpc.Bind{MaxXmit: 5840, MaxRecv: 5840, Contexts: []dcerpc.PresContext{dcerpc.Offer(0, ID)}},
	}).Encode()
	if _, err := nc.Write(bind); err != nil {
		t.Fatal(err)
	}
	readPDU(t, nc)
	if _, err := nc.Write(unhex(t, capturedMapRequest)); err != nil {
		t.Fatal(err)
	}
	want := unhex(t, capturedMapResponse)
	want[len(want)-5] = 0                                 // padding in front of the status
	binary.LittleEndian.PutUint32(want[24+36:], 0x020000) // referent of the tower
	if diff := cmp.Diff(hex.Dump(want), hex.Dump(readPDU(t, nc))); diff != "" {
		t.Errorf("ept_map response (-Exchange +mapid):\n%s", diff)
	}
}

func readPDU(t *testing.T, nc net.Conn) []byte {
	t.Helper()
	b := make([]byte, 16)
	if _, err := io.ReadFull(nc, b); err != nil {
		t.Fatal(err)
	}
	b = append(b, make([]byte, int(binary.LittleEndian.Uint16(b[8:]))-len(b))...)
	if _, err := io.ReadFull(nc, b[16:]); err != nil {
		t.Fatal(err)
	}
	return b
}

// mapRequest builds the stub of ept_map.
func mapRequest(tower []byte, limit uint32) []byte {
	var w ndr.Writer
	w.Pointer(true)
	w.UUID(ndr.UUID{})
	w.Pointer(true)
	writeTower(&w, tower)
	w.ContextHandle(ndr.ContextHandle{})
	w.U32(limit)
	return w.Stub()
}

// readMap reads the answer of ept_map as text: address and port of each tower, then the status.
func readMap(t *testing.T, stub []byte) string {
	t.Helper()
	r := ndr.NewReader(stub)
	if h := r.ContextHandle(); !h.IsZero() {
		t.Errorf("handle = %v, want NULL", h)
	}
	num := r.U32()
	n := r.Varying(r.U32(), 4)
	if int(num) != n {
		t.Errorf("num_towers = %d, actual count = %d", num, n)
	}
	for range n {
		if !r.Pointer() {
			t.Error("NULL tower")
		}
	}
	var out strings.Builder
	for range n {
		size := r.U32()
		if r.U32() != size {
			t.Error("tower_length is not max_count")
		}
		fmt.Fprintf(&out, "%s ", describeTower(t, r.Bytes(int(size))))
	}
	fmt.Fprintf(&out, "0x%08X", r.U32())
	if r.Err() != nil || r.Len() != 0 {
		t.Fatalf("stub: %v, %d bytes left", r.Err(), r.Len())
	}
	return out.String()
}

func describeTower(t *testing.T, octets []byte) string {
	t.Helper()
	if len(octets) != 75 {
		t.Errorf("tower has %d octets, want 75", len(octets))
	}
	floors, err := decodeTower(octets)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := wants(floors); !ok {
		t.Errorf("tower %x does not ask for TCP", octets)
	}
	return fmt.Sprintf("%s:%d", netip.AddrFrom4([4]byte(floors[4].rhs)), binary.BigEndian.Uint16(floors[3].rhs))
}

func TestMap(t *testing.T) {
	t.Parallel()
	with := func(id dcerpc.SyntaxID, change func(f []floor) []floor) []byte {
		floors, err := decodeTower(tcpTower(id, 135, netip.Addr{}))
		if err != nil {
			t.Fatal(err)
		}
		return encodeTower(change(floors))
	}
	minor := func(id dcerpc.SyntaxID, n uint16) dcerpc.SyntaxID {
		id.Minor = n
		return id
	}
	tests := []struct {
		name      string
		advertise Advertise
		tower     []byte
		limit     uint32
		want      string
	}{
		{"Known", Advertise{}, tcpTower(nspiID, 135, netip.Addr{}), 4, "0.0.0.0:4997 0x00000000"},
		{"OlderMinor", Advertise{}, tcpTower(minor(emsmdbID, 80), 135, netip.Addr{}), 4, "0.0.0.0:1032 0x00000000"},
		{"NewerMinor", Advertise{}, tcpTower(minor(emsmdbID, 82), 135, netip.Addr{}), 4, "0x16C9A0D6"},
		{"OtherMajor", Advertise{}, tcpTower(dcerpc.SyntaxID{UUID: rfrID.UUID, Major: 2}, 135, netip.Addr{}), 4, "0x16C9A0D6"},
		{"Unknown", Advertise{}, tcpTower(dcerpc.SyntaxID{Major: 1}, 135, netip.Addr{}), 4, "0x16C9A0D6"},
		{"MapperItself", Advertise{}, tcpTower(ID, 135, netip.Addr{}), 4, "0x16C9A0D6"},
		{"NoRoom", Advertise{}, tcpTower(nspiID, 135, netip.Addr{}), 0, "0x00000000"},
		{"NamedPipe", Advertise{}, with(nspiID, func(f []floor) []floor {
			f[3] = floor{lhs: []byte{0x0F}, rhs: []byte("\\pipe\\x\x00")}
			return f
		}), 4, "0x16C9A0D6"},
		{"HTTP", Advertise{}, with(nspiID, func(f []floor) []floor {
			f[3].lhs = []byte{0x1F}
			return f
		}), 4, "0x16C9A0D6"},
		{"NDR64", Advertise{}, with(nspiID, func(f []floor) []floor {
			f[1] = syntaxFloor(dcerpc.SyntaxID{UUID: ndr.MustUUID("71710533-beba-4937-8319-b5dbef9ccc36"), Major: 1})
			return f
		}), 4, "0x16C9A0D6"},
		{"FourFloors", Advertise{}, with(nspiID, func(f []floor) []floor { return f[:4] }), 4, "0x16C9A0D6"},
		{"EmptyTower", Advertise{}, nil, 4, "0x16C9A0D6"},
		{
			"Advertised", Advertise{Host: netip.MustParseAddr("203.0.113.9"), Ports: map[string]uint16{"nspi": 40002}},
			tcpTower(nspiID, 135, netip.Addr{}), 4, "203.0.113.9:40002 0x00000000",
		},
		{
			"AdvertisedHostOnly", Advertise{Host: netip.MustParseAddr("203.0.113.9"), Ports: map[string]uint16{"nspi": 40002}},
			tcpTower(emsmdbID, 135, netip.Addr{}), 4, "203.0.113.9:1032 0x00000000",
		},
		{
			"AdvertisedIPv6", Advertise{Host: netip.MustParseAddr("2001:db8::1")},
			tcpTower(nspiID, 135, netip.Addr{}), 4, "0.0.0.0:4997 0x00000000",
		},
		{
			"AdvertisedMapped", Advertise{Host: netip.MustParseAddr("::ffff:203.0.113.9")},
			tcpTower(nspiID, 135, netip.Addr{}), 4, "203.0.113.9:4997 0x00000000",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.advertise)
			got := readMap(t, w.call(w.client(), 3, mapRequest(tt.tower, tt.limit)))
			if got != tt.want {
				t.Errorf("ept_map = %s, want %s", got, tt.want)
			}
		})
	}
}

// TestMapFollowsRegistry shows that an endpoint that stops listening is not advertised any more.
func TestMapFollowsRegistry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	c := w.client()
	ask := mapRequest(tcpTower(nspiID, 135, netip.Addr{}), 4)
	if got := readMap(t, w.call(c, 3, ask)); got != "0.0.0.0:4997 0x00000000" {
		t.Fatalf("before: %s", got)
	}
	for _, e := range w.server.Entries() {
		if e.Endpoint.Name() == "nspi" {
			e.Endpoint.SetPort(0)
		}
	}
	if got := readMap(t, w.call(c, 3, ask)); got != "0x16C9A0D6" {
		t.Errorf("after: %s", got)
	}
}

func TestMapRefusals(t *testing.T) {
	t.Parallel()
	good := mapRequest(tcpTower(nspiID, 135, netip.Addr{}), 4)
	change := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[at] = v
		return b
	}
	tests := []struct {
		name string
		stub []byte
		want dcerpc.Status
	}{
		{"TooManyTowers", mapRequest(tcpTower(nspiID, 135, netip.Addr{}), 501), dcerpc.StatusBadStubData},
		{"StrangeHandle", change(len(good)-8, 1), dcerpc.StatusContextMismatch},
		{"LengthIsNotCount", change(24, 74), dcerpc.StatusBadStubData},
		{"CutShort", good[:len(good)-1], dcerpc.StatusBadStubData},
		{"Empty", nil, dcerpc.StatusBadStubData},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Advertise{})
			_, err := w.client().Call(t.Context(), 0, 3, tt.stub)
			var fault *dcerpc.Fault
			if !errors.As(err, &fault) || fault.Status != tt.want {
				t.Errorf("err = %v, want fault %s", err, tt.want)
			}
		})
	}
}

// TestMapAddress shows which address is told to clients that came to one or another.
func TestMapAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Advertise{})
	m := New(Options{Entries: w.server.Entries})
	for local, want := range map[string]string{
		"192.0.2.7:135":          "192.0.2.7:1032",
		"[::ffff:192.0.2.7]:135": "192.0.2.7:1032",
		"[2001:db8::7]:135":      "0.0.0.0:1032",
		"[fe80::7%eth0]:135":     "0.0.0.0:1032",
		"pipe":                   "0.0.0.0:1032",
		"":                       "0.0.0.0:1032",
	} {
		list := m.list(&dcerpc.Call{Caller: auth.Caller{Local: local}})
		if got := describeTower(t, list[0].tower); got != want {
			t.Errorf("client of %q is told %s, want %s", local, got, want)
		}
	}
}
