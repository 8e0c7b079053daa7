package mapiclient_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/ndr"
)

// theHandle is the context handle of the vectors.
var theHandle = ndr.ContextHandle{UUID: ndr.MustUUID("11223344-5566-7788-99aa-bbccddeeff00")}

// janeDow asks for a session as vector E1 does.
var janeDow = mapiclient.ConnectRequest{
	UserDN: "/o=First Organization/ou=First Administrative Group/cn=recipients/cn=janedow", ConMod: 0x00340567,
}

func TestConnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{10: replay(t, "EcDoConnectEx", stubE1, stubE2), 1: replay(t, "EcDoDisconnect", stubE4, stubE5)})
	s, got, err := w.connect(mapiclient.EMSMDB).Connect(t.Context(), janeDow)
	if err != nil {
		t.Fatal(err)
	}
	want := &mapiclient.ConnectResponse{
		PollsMax: 60000, Retry: 6, RetryDelay: 10000, SessionIndex: 0x0102, DisplayName: "Ann",
		ServerVersion: [3]uint16{0x0803, 0x8053, 0x0006}, BestVersion: [3]uint16{0x000C, 0x183E, 0x03E8}, TimeStamp: 0x4B3D2A10,
		Aux: unhex(t, "0c00010a04000000005c26050800011700000000"),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s.Handle() != theHandle {
		t.Errorf("handle is %v", s.Handle())
	}
	if err := s.Disconnect(t.Context()); err != nil || !s.Handle().IsZero() {
		t.Errorf("Disconnect: %v, handle %v", err, s.Handle())
	}
}

func TestConnectRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{10: replay(t, "EcDoConnectEx", stubE1, stubE3)})
	s, resp, err := w.connect(mapiclient.EMSMDB).Connect(t.Context(), janeDow)
	if code, _ := mapi.CodeOf(err); code != mapi.ErrClientVerBlocked || s != nil || resp != nil {
		t.Errorf("Connect = %v, %v, %v; want ecClientVerDisallowed", s, resp, err)
	}
}

func TestConnectSendsAuxiliaryBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var tail []byte
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{10: {Name: "EcDoConnectEx", Run: func(_ context.Context, call *dcerpc.Call) ([]byte, error) {
		tail = call.Stub[len(call.Stub)-28:]
		return unhex(t, stubE2), nil
	}}})
	req := janeDow
	req.Aux = unhex(t, "0800011701000000")
	if _, _, err := w.connect(mapiclient.EMSMDB).Connect(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(unhex(t, "10000000 0000040008000800 0800011701000000 10000000 08100000")[4:], tail[4:]); d != "" {
		t.Error(d)
	}
}

func TestAsync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{10: replay(t, "EcDoConnectEx", stubE1, stubE2), 14: replay(t, "EcDoAsyncConnectEx", stubE8, stubE8+"00000000")})
	w.serve(mapiclient.AsyncEMSMDB, map[uint16]dcerpc.Op{0: replay(t, "EcDoAsyncWaitEx", stubE9, stubE10)})
	c := w.connect(mapiclient.EMSMDB)
	s, _, err := c.Connect(t.Context(), janeDow)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddInterface(t.Context(), mapiclient.AsyncEMSMDB); err != nil {
		t.Fatal(err)
	}
	a, err := s.AsyncConnect(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if pending, err := a.Wait(t.Context()); !pending || err != nil {
		t.Errorf("Wait = %v, %v; want true", pending, err)
	}
}

func TestAsyncRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.EMSMDB, map[uint16]dcerpc.Op{10: replay(t, "EcDoConnectEx", stubE1, stubE2),
		14: replay(t, "EcDoAsyncConnectEx", stubE8, "0000000000000000000000000000000000000000ee070000")})
	w.serve(mapiclient.AsyncEMSMDB, map[uint16]dcerpc.Op{0: replay(t, "EcDoAsyncWaitEx", stubE9, "00000000ee070000")})
	c := w.connect(mapiclient.EMSMDB)
	s, _, err := c.Connect(t.Context(), janeDow)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AsyncConnect(t.Context(), nil); !errors.Is(err, mapi.ErrRejected) {
		t.Errorf("error is %v, want ecRejected", err)
	}
}

func TestReferral(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(mapiclient.RFR, map[uint16]dcerpc.Op{0: replay(t, "RfrGetNewDSA", stubR1, stubR2), 1: replay(t, "RfrGetFQDNFromServerDN", stubR3, stubR4)})
	c := w.connect(mapiclient.RFR)
	server, err := c.NewDSA(t.Context(), "/o=Lab/ou=AG/cn=Recipients/cn=ann")
	if server != "ex1.lab.test" || err != nil {
		t.Errorf("NewDSA = %q, %v", server, err)
	}
	fqdn, err := c.FQDNFromServerDN(t.Context(), "/o=Lab/ou=AG/cn=Configuration/cn=Servers/cn=EX1")
	if fqdn != "ex1.lab.test" || err != nil {
		t.Errorf("FQDNFromServerDN = %q, %v", fqdn, err)
	}
}
