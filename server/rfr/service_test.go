package rfr

import (
	"context"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
)

const prefix = "/o=mapid/ou=First Administrative Group/cn=Configuration/cn=Servers"

func newTest(t testing.TB, change ...func(*Options)) *Service {
	t.Helper()
	o := Options{
		Server: Server{DN: prefix + "/cn=EXCH01", FQDN: "exch01.mapid.test"},
		Peers:  []Server{{DN: prefix + "/cn=EXCH02", FQDN: "exch02.mapid.test"}},
		Logger: zaptest.NewLogger(t),
	}
	for _, c := range change {
		c(&o)
	}
	return New(o)
}

func codeOf(t testing.TB, err error) mapi.ErrorCode {
	t.Helper()
	if err == nil {
		return mapi.Success
	}
	code, ok := mapi.CodeOf(err)
	if !ok {
		t.Fatalf("error without a code: %v", err)
	}
	return code
}

func policy(p Policy) func(*Options) {
	return func(o *Options) { o.Policy = func() Policy { return p } }
}

func TestGetNewDSA(t *testing.T) {
	t.Parallel()
	host := func(o *Options) { o.AdvertisedHost = func() string { return "lab.example" } }
	for _, tt := range []struct {
		name   string
		change []func(*Options)
		dn     string
		want   string
		code   mapi.ErrorCode
	}{
		{"Own", nil, "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice", "exch01.mapid.test", 0},
		{"NoUser", nil, "", "exch01.mapid.test", 0},
		{"Advertised", []func(*Options){host}, "", "lab.example", 0},
		{"Target", []func(*Options){host, policy(Policy{TargetServer: "gc1.mapid.test", NSPITarget: "gc2.mapid.test"})}, "", "gc1.mapid.test", 0},
		{"NSPITarget", []func(*Options){policy(Policy{NSPITarget: "gc2.mapid.test"})}, "", "gc2.mapid.test", 0},
		{"Disabled", []func(*Options){policy(Policy{Disabled: true, TargetServer: "gc1.mapid.test"})}, "", "", mapi.ErrGeneralFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := GetNewDSARequest{UserDN: tt.dn, Server: Name{Present: true}}
			a, err := newTest(t, tt.change...).GetNewDSA(t.Context(), auth.Caller{}, &q)
			if code := codeOf(t, err); code != tt.code {
				t.Fatalf("code %v, want %v", code, tt.code)
			}
			if err == nil && (a.Server.Text == nil || *a.Server.Text != tt.want || a.Unused.Present) {
				t.Errorf("answer %+v, want %s", a, tt.want)
			}
		})
	}
}

// TestGetNewDSAPointers: an outer pointer comes back as it came in.
func TestGetNewDSAPointers(t *testing.T) {
	t.Parallel()
	text := "x"
	q := GetNewDSARequest{Unused: Name{Present: true, Text: &text}}
	a, err := newTest(t).GetNewDSA(t.Context(), auth.Caller{}, &q)
	if err != nil || !a.Unused.Present || a.Unused.Text != nil || a.Server.Present {
		t.Errorf("answer %+v, %v", a, err)
	}
}

func TestGetFQDNFromServerDN(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for dn, want := range map[string]string{
		prefix + "/cn=EXCH01":                                "exch01.mapid.test",
		strings.ToUpper(prefix + "/cn=exch01"):               "exch01.mapid.test",
		prefix + "/cn=EXCH02":                                "exch02.mapid.test",
		prefix + "/cn=EXCH01/cn=Microsoft Private MDB":       "exch01.mapid.test",
		prefix + "/cn=EXCH01/cn=Microsoft Public MDB":        "exch01.mapid.test",
		prefix + "/cn=Instance/cn=EXCH02":                    "exch02.mapid.test",
		prefix + "/cn=a/cn=EXCH01/cn=Microsoft Private MDB":  "exch01.mapid.test",
		prefix + "/cn=EXCH03":                                "",
		prefix:                                               "",
		"/o=other" + prefix[len("/o=mapid"):] + "/cn=EXCH01": "",
		"EXCH01":                        "",
		prefix + "/cn=a/cn=b/cn=EXCH01": "",
	} {
		a, err := s.GetFQDNFromServerDN(t.Context(), auth.Caller{}, &GetFQDNFromServerDNRequest{ServerDN: dn})
		if want == "" {
			if code := codeOf(t, err); code != mapi.ErrNotFound {
				t.Errorf("%s: %v, want not found", dn, code)
			}
			continue
		}
		if err != nil || *a.FQDN != want {
			t.Errorf("%s: %+v, %v; want %s", dn, a, err, want)
		}
	}
	_, err := newTest(t, policy(Policy{Disabled: true})).GetFQDNFromServerDN(t.Context(), auth.Caller{}, &GetFQDNFromServerDNRequest{ServerDN: prefix + "/cn=EXCH01"})
	if code := codeOf(t, err); code != mapi.ErrGeneralFailure {
		t.Errorf("disabled: %v", code)
	}
}

func call(t testing.TB, s *Service, opnum uint16, stub []byte) ([]byte, error) {
	t.Helper()
	i := s.Interface()
	return i.Ops[opnum].Run(context.Background(), &dcerpc.Call{Interface: i, Opnum: opnum, Stub: stub})
}

// TestRPC sends the vectors' requests and reads the answers.
func TestRPC(t *testing.T) {
	t.Parallel()
	stubs := readStubs(t)
	s := newTest(t, func(o *Options) {
		o.Server = Server{DN: "/o=Lab/ou=AG/cn=Configuration/cn=Servers/cn=EX1", FQDN: "ex1.lab.test"}
	})
	for opnum, ids := range map[uint16][2]string{0: {"R1", "R2"}, 1: {"R3", "R4"}} {
		out, err := call(t, s, opnum, stubs[ids[0]])
		if err != nil || string(out) != string(stubs[ids[1]]) {
			t.Errorf("opnum %d: %x, %v\nwant %x", opnum, out, err, stubs[ids[1]])
		}
		for n := range stubs[ids[0]] {
			_, err := call(t, s, opnum, stubs[ids[0]][:n])
			if fault, ok := err.(*dcerpc.Fault); !ok || fault.Status != dcerpc.StatusBadStubData {
				t.Errorf("opnum %d cut to %d bytes: %v", opnum, n, err)
			}
		}
	}
}

// TestRPCRefused: an error still has every pointer the interface's definition asks for.
func TestRPCRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t, policy(Policy{Disabled: true}))
	stubs := readStubs(t)
	out, err := call(t, s, 0, stubs["R1"])
	if err != nil {
		t.Fatal(err)
	}
	var dsa GetNewDSAResponse
	r := ndr.NewReader(out)
	dsa.Decode(r)
	if r.Err() != nil || r.Len() != 0 || !dsa.Server.Present || dsa.Server.Text != nil || dsa.Result != mapi.ErrGeneralFailure {
		t.Errorf("RfrGetNewDSA: %+v, %v", dsa, r.Err())
	}
	out, err = call(t, s, 1, stubs["R3"])
	if err != nil {
		t.Fatal(err)
	}
	var name GetFQDNFromServerDNResponse
	r = ndr.NewReader(out)
	name.Decode(r)
	if r.Err() != nil || r.Len() != 0 || name.FQDN != nil || name.Result != mapi.ErrGeneralFailure {
		t.Errorf("RfrGetFQDNFromServerDN: %+v, %v", name, r.Err())
	}
}

func TestGetFQDNFromServerDNRange(t *testing.T) {
	t.Parallel()
	for _, size := range []uint32{9, 1025} {
		var w ndr.Writer
		w.U32(0)
		w.U32(size)
		w.String8(strings.Repeat("x", int(size)-1))
		_, err := call(t, newTest(t), 1, w.Stub())
		if fault, ok := err.(*dcerpc.Fault); !ok || fault.Status != dcerpc.StatusBadStubData {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
