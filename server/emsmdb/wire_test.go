package emsmdb_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb"
)

// accounts serves the seeded passwords.
type accounts struct{ w *world }

func (a accounts) Account(ctx context.Context, _, user string) (auth.Account, error) {
	c, err := a.w.store.Credential(ctx, user)
	if err != nil {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	return auth.Account{Name: c.Name, Enabled: true, NTHash: c.NTHash}, nil
}

// peer is a client of a world's service, over DCE/RPC.
type peer struct {
	t      *testing.T
	client *dcerpc.Client
	handle ndr.ContextHandle
}

// listen serves the world over DCE/RPC and returns a dialler of authenticated peers.
func (w *world) listen(t *testing.T) func(level auth.Level, o dcerpc.ClientOptions) *peer {
	t.Helper()
	server := dcerpc.NewServer(dcerpc.Options{
		Logger:     zaptest.NewLogger(t),
		Mechanisms: []auth.Mechanism{ntlm.New(ntlm.Options{Accounts: accounts{w}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01"})},
	})
	t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
	endpoint := server.NewEndpoint("emsmdb", dcerpc.TransportTCP)
	for _, i := range w.service.Interfaces() {
		server.Register(i, endpoint)
	}
	return func(level auth.Level, o dcerpc.ClientOptions) *peer {
		t.Helper()
		near, far := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			server.ServeConn(context.Background(), endpoint, far)
		}()
		o.Multiplex = true
		c := dcerpc.NewClient(near, o)
		t.Cleanup(func() {
			_ = c.Close()
			<-done
		})
		mech := ntlm.NewInitiator(ntlm.InitiatorOptions{Domain: "MAPID", User: "alice", Hash: ntlm.NTHash("Password1!"), Level: level})
		security := dcerpc.NewClientSecurity(1, auth.ServiceNTLM, level, mech)
		offers := make([]dcerpc.PresContext, 0, 2)
		for n, i := range w.service.Interfaces() {
			offers = append(offers, dcerpc.Offer(uint16(n), i.ID))
		}
		if _, err := c.Bind(t.Context(), security, offers...); err != nil {
			t.Fatal(err)
		}
		return &peer{t: t, client: c}
	}
}

// connect sends EcDoConnectEx and returns the code.
func (p *peer) connect(dn string) mapi.ErrorCode {
	p.t.Helper()
	var w ndr.Writer
	w.String8(dn)
	for _, v := range []uint32{0, 0, 0, 1252, 1033, 1033, 0xFFFFFFFF} {
		w.U32(v)
	}
	w.U16(1)
	for _, v := range libmapi {
		w.U16(v)
	}
	w.U32(0)
	w.ConformantBytes(nil)
	w.U32(0)
	w.U32(0x1008)
	out, err := p.client.Call(p.t.Context(), 0, 10, w.Stub())
	if err != nil {
		p.t.Fatal(err)
	}
	p.handle = ndr.NewReader(out).ContextHandle()
	return mapi.ErrorCode(ndr.NewReader(out[len(out)-4:]).U32())
}

// execute sends EcDoRpcExt2 as libmapi does, obfuscated, and returns the payload of the answer.
func (p *peer) execute(payload []byte) []byte {
	p.t.Helper()
	var w ndr.Writer
	in := sealed(payload, rop.ExtLast|rop.ExtXorMagic)
	w.ContextHandle(p.handle)
	w.U32(0)
	w.ConformantBytes(in)
	w.U32(uint32(len(in)))
	w.U32(0x8007)
	w.ConformantBytes(nil)
	w.U32(0)
	w.U32(0x1008)
	out, err := p.client.Call(p.t.Context(), 0, 11, w.Stub())
	if err != nil {
		p.t.Fatal(err)
	}
	r := ndr.NewReader(out)
	r.ContextHandle()
	r.U32()
	n := r.Varying(r.U32(), 1)
	body := r.Bytes(n)
	if r.Err() != nil || mapi.ErrorCode(ndr.NewReader(out[len(out)-4:]).U32()) != 0 {
		p.t.Fatalf("answer = %x", out)
	}
	payloads, err := rop.ReadPayloads(body, 1<<20)
	if err != nil {
		p.t.Fatal(err)
	}
	return payloads[0].Bytes
}

// TestReadInboxOverRPC goes the whole way of a client: bind, NTLM, connect, log on, read subjects.
func TestReadInboxOverRPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := w.listen(t)
	for _, tt := range []struct {
		name  string
		level auth.Level
		o     dcerpc.ClientOptions
	}{
		{"Connect", auth.LevelConnect, dcerpc.ClientOptions{}},
		{"Integrity", auth.LevelIntegrity, dcerpc.ClientOptions{HeaderSign: true}},
		{"Privacy", auth.LevelPrivacy, dcerpc.ClientOptions{HeaderSign: true, Verify: true}},
		{"PrivacyInSmallFragments", auth.LevelPrivacy, dcerpc.ClientOptions{StubPart: 40}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := dial(tt.level, tt.o)
			p.t = t
			if code := p.connect(aliceDN); code != 0 {
				t.Fatal(code)
			}
			free := make([]byte, 16)
			for i := range free {
				free[i] = 0xFF
			}
			logon := p.execute(framed(free, &rop.LogonRequest{LogonFlags: 1, OpenFlags: 0x0100040C, Essdn: aliceDN}))
			var l rop.LogonResponse
			l.Decode(rop.NewDecoder(logon[2:]))
			columns := []mapi.PropTag{mapi.TagMid, mapi.TagSubject}
			out := p.execute(framed(logon[len(logon)-16:],
				&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
				&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
				&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 2}, PropertyTags: columns},
				&rop.QueryRowsRequest{In: rop.In{InputHandleIndex: 2}, ForwardRead: true, RowCount: 100},
			))
			d := rop.NewDecoder(out[2 : len(out)-16])
			new(rop.OpenFolderResponse).Decode(d)
			new(rop.GetContentsTableResponse).Decode(d)
			new(rop.SetColumnsResponse).Decode(d)
			d.Columns = columns
			var rows rop.QueryRowsResponse
			if rows.Decode(d); d.Err() != nil || len(rows.Rows) != 30 || rows.Rows[7].Values[1].Str() != "subject 7" {
				t.Errorf("%d rows, %v", len(rows.Rows), d.Err())
			}
		})
	}
}

func TestPitfall20SessionsEndWithTheirConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := w.listen(t)
	p := dial(auth.LevelPrivacy, dcerpc.ClientOptions{})
	if code := p.connect(aliceDN); code != 0 {
		t.Fatal(code)
	}
	// A second connection of the group keeps the session alive, and may use it.
	q := dial(auth.LevelPrivacy, dcerpc.ClientOptions{Group: p.client.Group()})
	q.handle = p.handle
	_ = p.client.Close()
	q.execute([]byte{2, 0})
	if n := len(w.service.Sessions()); n != 1 {
		t.Fatalf("%d sessions", n)
	}
	_ = q.client.Close()
	eventually(t, "the rundown", func() bool { return len(w.service.Sessions()) == 0 })
}

func TestHandleOfAnotherAssociation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dial := w.listen(t)
	p, q := dial(auth.LevelPrivacy, dcerpc.ClientOptions{}), dial(auth.LevelPrivacy, dcerpc.ClientOptions{})
	if code := p.connect(aliceDN); code != 0 {
		t.Fatal(code)
	}
	var stub ndr.Writer
	stub.ContextHandle(p.handle)
	_, err := q.client.Call(t.Context(), 0, 1, stub.Stub())
	if f, ok := errors.AsType[*dcerpc.Fault](err); !ok || f.Status != dcerpc.StatusContextMismatch {
		t.Errorf("error = %v", err)
	}
}

func TestEncryptionRequiredOverRPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withPolicy(emsmdb.Policy{EncryptionRequired: true}))
	dial := w.listen(t)
	for level, want := range map[auth.Level]mapi.ErrorCode{
		auth.LevelConnect: mapi.ErrNotEncrypted, auth.LevelPacket: mapi.ErrNotEncrypted, auth.LevelIntegrity: mapi.ErrNotEncrypted,
		auth.LevelPrivacy: mapi.Success,
	} {
		p := dial(level, dcerpc.ClientOptions{})
		if got := p.connect(aliceDN); got != want || p.handle.IsZero() == (want == 0) {
			t.Errorf("%v: %v, handle %x", level, got, p.handle)
		}
	}
}

// TestWaitOverRPC parks a wait beside Executes of the same connection, through the handle EcDoAsyncConnectEx gave.
func TestWaitOverRPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.listen(t)(auth.LevelPrivacy, dcerpc.ClientOptions{})
	if code := p.connect(aliceDN); code != 0 {
		t.Fatal(code)
	}
	var stub ndr.Writer
	stub.ContextHandle(p.handle)
	out, err := p.client.Call(t.Context(), 0, 14, stub.Stub())
	if err != nil {
		t.Fatal(err)
	}
	var wait ndr.Writer
	wait.ContextHandle(ndr.NewReader(out).ContextHandle())
	wait.U32(0)
	answer := make(chan []byte, 1)
	go func() {
		out, err := p.client.Call(context.Background(), 1, 0, wait.Stub())
		if err != nil {
			t.Error(err)
		}
		answer <- out
	}()
	eventually(t, "the parking", func() bool { return w.service.Sessions()[0].Waiting })
	p.execute([]byte{2, 0})
	w.service.Drain()
	if got := <-answer; len(got) != 8 || got[4] != 0xED || got[5] != 0x03 { // ecExiting
		t.Errorf("answer = %x", got)
	}
}

func TestAnonymousBindGetsNoSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := dcerpc.NewServer(dcerpc.Options{Logger: zaptest.NewLogger(t)})
	t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
	endpoint := server.NewEndpoint("emsmdb", dcerpc.TransportTCP)
	server.Register(w.service.Interfaces()[0], endpoint)
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.ServeConn(context.Background(), endpoint, far)
	}()
	c := dcerpc.NewClient(near, dcerpc.ClientOptions{})
	t.Cleanup(func() { _ = c.Close(); <-done })
	if _, err := c.Bind(t.Context(), nil, dcerpc.Offer(0, w.service.Interfaces()[0].ID)); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, client: c}
	if code := p.connect(aliceDN); code != mapi.ErrAccessDenied || !p.handle.IsZero() {
		t.Errorf("code = %v", code)
	}
	if n := len(w.service.Sessions()); n != 0 {
		t.Errorf("%d sessions", n)
	}
}
