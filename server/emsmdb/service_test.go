package emsmdb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

var organization = seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}

const (
	dnPrefix = "/o=mapid/ou=First Administrative Group/cn="
	aliceDN  = dnPrefix + "Recipients/cn=alice"
	bobDN    = dnPrefix + "Recipients/cn=bob"
)

// world is a service over a seeded store.
type world struct {
	t       testing.TB
	store   *sqlite.Store
	service *emsmdb.Service
	policy  *atomic.Pointer[emsmdb.Policy]
	opts    emsmdb.Options
}

type option func(*setup)

type setup struct {
	profile string
	seed    *seed.Seed
	limits  emsmdb.Limits
	policy  emsmdb.Policy
}

func withProfile(name string) option    { return func(s *setup) { s.profile = name } }
func withSeed(sd *seed.Seed) option     { return func(s *setup) { s.seed = sd } }
func withLimits(l emsmdb.Limits) option { return func(s *setup) { s.limits = l } }
func withPolicy(p emsmdb.Policy) option { return func(s *setup) { s.policy = p } }

func newWorld(t testing.TB, opts ...option) *world {
	t.Helper()
	set := setup{profile: profile.Default}
	for _, o := range opts {
		o(&set)
	}
	if set.seed == nil {
		set.seed = small()
	}
	ctx := context.Background()
	st, err := sqlite.Open(ctx, sqlite.Options{
		Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off, Replica: organization.ReplicaGUID(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	if err := seed.Apply(ctx, st, st, set.seed, seed.Options{Organization: organization}); err != nil {
		t.Fatal(err)
	}
	p, err := profile.ByName(set.profile)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: st, policy: new(atomic.Pointer[emsmdb.Policy])}
	w.policy.Store(&set.policy)
	w.opts = emsmdb.Options{
		Store: st, Directory: st, Profile: p, Policy: w.policy, Logger: zaptest.NewLogger(t), Limits: set.limits,
		Server: object.Server{Name: "EXCH01", FQDN: "exch01.mapid.test", DN: dnPrefix + "Configuration/cn=Servers/cn=EXCH01"},
	}
	w.service = emsmdb.New(w.opts)
	t.Cleanup(func() { _ = w.service.Shutdown(ctx) })
	return w
}

// small is an organisation of an administrator with 30 messages and a user.
func small() *seed.Seed {
	admin := true
	u := seed.User{Name: "alice", Password: "Password1!", DisplayName: "Alice Adams", Admin: &admin}
	for i := range 30 {
		u.Messages = append(u.Messages, seed.Message{Folder: "Inbox", From: "bob", To: []string{"alice"}, Subject: fmt.Sprintf("subject %d", i)})
	}
	return &seed.Seed{
		Users: []seed.User{u, {Name: "bob", Password: "Password1!"}}, PublicFolders: []seed.PublicFolder{{Path: "Announcements"}},
	}
}

// caller is a user on a connection of some level.
func caller(user string, level auth.Level) auth.Caller {
	return auth.Caller{
		Identity: auth.Identity{Account: user, Mechanism: auth.ServiceNTLM}, Service: auth.ServiceNTLM, Level: level,
		Transport: "ncacn_ip_tcp", Local: "127.0.0.1:135", Remote: "127.0.0.1:1234", Conn: 1,
	}
}

var (
	alice = caller("alice", auth.LevelPrivacy)
	bob   = caller("bob", auth.LevelPrivacy)
)

// libmapi is what libmapi sends: 12.0.6206.1000 in the old form.
var libmapi = [3]uint16{0x000C, 0x183E, 0x03E8}

func connectRequest(dn string) *emsmdb.ConnectRequest {
	return &emsmdb.ConnectRequest{
		UserDN: dn, CodePage: 1252, LCIDString: 1033, LCIDSort: 1033, Link: 0xFFFFFFFF, ClientVersion: libmapi, AuxOutMax: 0x1008,
	}
}

// connect makes a session that must succeed.
func (w *world) connect(c auth.Caller, dn string) *emsmdb.ConnectResponse {
	w.t.Helper()
	r, err := w.service.Connect(context.Background(), c, connectRequest(dn))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// buffer frames requests, with places free handles, in the clear.
func buffer(places int, reqs ...rop.Request) []byte {
	var p wire.Writer
	at := p.Mark16()
	for _, r := range reqs {
		r.Encode(&p)
	}
	p.Set16(at, uint16(p.Len()))
	for range places {
		p.U32(0xFFFFFFFF)
	}
	return sealed(p.Bytes(), rop.ExtLast)
}

func sealed(payload []byte, flags uint16) []byte {
	var w wire.Writer
	if err := rop.PutPayload(&w, payload, flags, nil); err != nil {
		panic(err)
	}
	return w.Bytes()
}

func executeRequest(id emsmdb.SessionID, in []byte) *emsmdb.ExecuteRequest {
	return &emsmdb.ExecuteRequest{Session: id, In: in, OutMax: 0x8007, AuxOutMax: 0x1008}
}

// execute runs a buffer that must succeed and returns the answer's payloads.
func (w *world) execute(c auth.Caller, req *emsmdb.ExecuteRequest) []rop.Payload {
	w.t.Helper()
	r, err := w.service.Execute(context.Background(), c, req)
	if err != nil {
		w.t.Fatal(err)
	}
	payloads, err := rop.ReadPayloads(r.Out, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	return payloads
}

// inbox logs on to alice's mailbox, opens the inbox's contents table at index 2 with columns, and returns the handles.
func (w *world) inbox(id emsmdb.SessionID, columns ...mapi.PropTag) []byte {
	w.t.Helper()
	logon := w.execute(alice, executeRequest(id, buffer(4, &rop.LogonRequest{
		LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: aliceDN,
	})))[0].Bytes
	var l rop.LogonResponse
	l.Decode(rop.NewDecoder(logon[2:]))
	if l.ReturnValue != 0 {
		w.t.Fatal(l.ReturnValue)
	}
	out := w.execute(alice, executeRequest(id, withHandles(logon[len(logon)-16:],
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: l.FolderIDs[4]},
		&rop.GetContentsTableRequest{InOut: rop.InOut{InputHandleIndex: 1, OutputHandleIndex: 2}},
		&rop.SetColumnsRequest{In: rop.In{InputHandleIndex: 2}, PropertyTags: columns},
	)))[0].Bytes
	return out[len(out)-16:]
}

// withHandles is buffer with the handles of an earlier answer.
func withHandles(table []byte, reqs ...rop.Request) []byte {
	return sealed(framed(table, reqs...), rop.ExtLast)
}

func framed(table []byte, reqs ...rop.Request) []byte {
	var p wire.Writer
	at := p.Mark16()
	for _, r := range reqs {
		r.Encode(&p)
	}
	p.Set16(at, uint16(p.Len()))
	p.Put(table)
	return p.Bytes()
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s did not happen", what)
		case <-tick.C:
		}
	}
}

// eachMessage calls fn for every message of alice's mailbox.
func (w *world) eachMessage(fn func(mid mapi.ID, subject string)) {
	w.t.Helper()
	err := w.store.View(context.Background(), store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		folders, err := r.Folders(m.Special[store.SpecialRoot], true, false)
		if err != nil {
			return err
		}
		for _, f := range folders {
			err := r.Scan(store.Selection{Folder: f.ID}, []mapi.PropTag{mapi.TagSubject}, func(id store.MessageID, values []prop.Value) error {
				fn(mapi.NewID(1, uint64(id)), values[0].Str())
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
