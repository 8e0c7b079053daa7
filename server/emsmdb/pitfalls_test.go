package emsmdb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/lzxpress"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb"
)

// The tests of this file, and those named likewise elsewhere, hold what is easily missed in the specifications, one line
// each.

// TestRequirement01RequestsAreObfuscatedAndCompressed: what is both is deobfuscated first, [MS-OXCRPC] 3.1.4.2.1.1.1.
func TestRequirement01RequestsAreObfuscatedAndCompressed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.connect(alice, aliceDN).Session
	plain := framed(make([]byte, 400), &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN})
	packed, ok := new(lzxpress.Encoder).Compress(nil, plain)
	if !ok {
		t.Fatal("it did not shrink")
	}
	lzxpress.XOR(packed)
	in := binary.LittleEndian.AppendUint16(nil, 0)
	for _, v := range []int{int(rop.ExtCompressed | rop.ExtXorMagic | rop.ExtLast), len(packed), len(plain)} {
		in = binary.LittleEndian.AppendUint16(in, uint16(v))
	}
	out := w.execute(alice, executeRequest(id, append(in, packed...)))
	var l rop.LogonResponse
	l.Decode(rop.NewDecoder(out[0].Bytes[2:]))
	if l.ReturnValue != mapi.Success || l.FolderIDs[4] == 0 {
		t.Errorf("response = %+v", l)
	}
}

// TestRequirement02WaitOverASecondConnection: EcDoAsyncWaitEx comes to the port of EMSMDB over a second connection of the
// association group, with the handle that EcDoAsyncConnectEx gave on the first.
func TestRequirement02WaitOverASecondConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := w.listen(t)
	p := dial(auth.LevelPrivacy, dcerpc.ClientOptions{})
	if code := p.connect(aliceDN); code != 0 {
		t.Fatal(code)
	}
	var stub ndr.Writer
	stub.ContextHandle(p.handle)
	out, err := p.client.Call(t.Context(), 0, 14, stub.Stub())
	if err != nil {
		t.Fatal(err)
	}
	q := dial(auth.LevelPrivacy, dcerpc.ClientOptions{Group: p.client.Group()})
	var wait ndr.Writer
	wait.ContextHandle(ndr.NewReader(out).ContextHandle())
	wait.U32(0)
	answer := make(chan []byte, 1)
	go func() {
		out, err := q.client.Call(context.Background(), 1, 0, wait.Stub())
		if err != nil {
			t.Error(err)
		}
		answer <- out
	}()
	eventually(t, "the parking", func() bool { return w.service.Sessions()[0].Waiting })
	p.execute([]byte{2, 0}) // the first connection goes on
	w.service.Drain()
	if got := <-answer; len(got) != 8 {
		t.Errorf("answer = %x", got)
	}
}

// TestRequirement03FaultKeepsTheConnection: a call that NDR does not allow faults with 0x6F7, and the next one works.
func TestRequirement03FaultKeepsTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.listen(t)(auth.LevelPrivacy, dcerpc.ClientOptions{})
	if code := p.connect(aliceDN); code != 0 {
		t.Fatal(code)
	}
	for name, sizes := range map[string]struct{ in, out, aux, auxOut uint32 }{
		"OutOver40000": {10, 0x40001, 0, 0x1008}, "InIsNotItsSize": {11, 0x8007, 0, 0x1008}, "AuxOutOver1008": {10, 0x8007, 0, 0x1009},
		"AuxIsNotItsSize": {10, 0x8007, 1, 0x1008},
	} {
		var stub ndr.Writer
		stub.ContextHandle(p.handle)
		stub.U32(0)
		stub.ConformantBytes(make([]byte, 10))
		stub.U32(sizes.in)
		stub.U32(sizes.out)
		stub.ConformantBytes(nil)
		stub.U32(sizes.aux)
		stub.U32(sizes.auxOut)
		_, err := p.client.Call(t.Context(), 0, 11, stub.Stub())
		if f, ok := errors.AsType[*dcerpc.Fault](err); !ok || uint32(f.Status) != 0x6F7 {
			t.Errorf("%s: %v", name, err)
		}
		p.execute([]byte{2, 0})
	}
}

// TestRequirement04Connect: a refusal has no handle, a success gives the client's version back; linked sessions get their
// time stamp back, an empty DN is access denied, and AUX_EXORGINFO is among the blocks of the answer.
func TestRequirement04Connect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := w.listen(t)
	p := dial(auth.LevelPrivacy, dcerpc.ClientOptions{})
	for dn, want := range map[string]mapi.ErrorCode{"": mapi.ErrAccessDenied, dnPrefix + "Recipients/cn=nobody": mapi.ErrUnknownUser, aliceDN: mapi.Success} {
		if got := p.connect(dn); got != want || p.handle.IsZero() == (want == mapi.Success) {
			t.Errorf("%q: %v, handle %x", dn, got, p.handle)
		}
	}
	for _, v := range [][3]uint16{libmapi, outlook2003, outlook2007, {0x1000, 0x8000 | 4266, 1003}, {5, 0, 0}} {
		req := connectRequest(aliceDN)
		req.ClientVersion = v
		r, err := w.service.Connect(context.Background(), alice, req)
		if err != nil || r.BestVersion != v {
			t.Errorf("%x: best version %x, %v", v, r.BestVersion, err)
		}
	}
	first := w.connect(alice, aliceDN)
	req := connectRequest(aliceDN)
	req.Link, req.TimeStamp = uint32(first.Index), first.TimeStamp
	second, err := w.service.Connect(context.Background(), alice, req)
	if err != nil || second.TimeStamp != first.TimeStamp {
		t.Errorf("time stamp %x, %v; the first session has %x", second.TimeStamp, err, first.TimeStamp)
	}
	payloads, err := rop.ReadPayloads(first.AuxOut, 0x1008)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for b := payloads[0].Bytes; len(b) >= 4; b = b[binary.LittleEndian.Uint16(b):] {
		found = found || b[3] == 0x17
	}
	if !found {
		t.Errorf("blocks %x", payloads[0].Bytes)
	}
}

// TestPitfall20ObjectsPileUp: clients open very many objects without releasing them, and log on to a mailbox several
// times.
func TestPitfall20ObjectsPileUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withLimits(emsmdb.Limits{}))
	id := w.connect(alice, aliceDN).Session
	table := make([]byte, 4*200)
	for i := range table {
		table[i] = 0xFF
	}
	var reqs []rop.Request
	for i := range 6 {
		reqs = append(reqs, &rop.LogonRequest{
			Out: rop.Out{LogonID: uint8(i), OutputHandleIndex: uint8(i)}, LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN,
		})
	}
	out := w.execute(alice, executeRequest(id, withHandles(table, reqs...)))[0].Bytes
	var l rop.LogonResponse
	l.Decode(rop.NewDecoder(out[2:]))
	table = out[len(out)-len(table):]
	reqs = reqs[:0]
	for i := 6; i < 200; i++ {
		reqs = append(reqs, &rop.OpenFolderRequest{InOut: rop.InOut{LogonID: 5, InputHandleIndex: 5, OutputHandleIndex: uint8(i)}, FolderID: l.FolderIDs[4]})
	}
	const rounds = 10
	for range rounds {
		out := w.execute(alice, executeRequest(id, withHandles(table, reqs...)))[0].Bytes
		last := out[len(out)-4:]
		if h := binary.LittleEndian.Uint32(last); h == rop.NoHandle {
			t.Fatalf("no handle: %x", out[:20])
		}
	}
	if n := w.service.Sessions()[0].Handles; n != 6+rounds*194 {
		t.Errorf("%d objects", n)
	}
}
