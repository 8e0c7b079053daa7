package exec_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/exec"
	"github.com/mapid/mapid/server/emsmdb/object"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

var organization = seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}

const (
	dnPrefix = "/o=mapid/ou=First Administrative Group/cn="
	aliceDN  = dnPrefix + "Recipients/cn=alice"
	bobDN    = dnPrefix + "Recipients/cn=bob"
	carolDN  = dnPrefix + "Recipients/cn=carol"
	serverDN = dnPrefix + "Configuration/cn=Servers/cn=EXCH01"
)

// epoch is when logons happen in tests: the moment of the LogonTime that real-world captures show.
var epoch = time.Date(2003, time.June, 30, 16, 52, 6, 0, time.UTC)

// world is a store with the demo organisation and a session of one of its users.
type world struct {
	t       testing.TB
	store   *sqlite.Store
	env     *object.Env
	exec    *exec.Executor
	session *exec.Session
	handles []uint32
	columns map[int][]mapi.PropTag // by index of the handle table
	profile *profile.Profile
	setup   setup
	path    string                // of the store's file
	told    []*rop.NotifyResponse // since somebody looked
	pending bool                  // the last answer had RopPending
}

// option changes a world before it is built.
type option func(*setup)

type setup struct {
	profile     string
	user        string
	seed        *seed.Seed
	codePage    uint32
	middlewares []exec.Middleware
	handles     int
	logons      int
	version     profile.Version
	now         func() time.Time
	limits      object.Limits
	maxSubmit   uint32
	durability  sqlite.Durability
}

func withLimits(l object.Limits) option          { return func(s *setup) { s.limits = l } }
func withDurability(d sqlite.Durability) option  { return func(s *setup) { s.durability = d } }
func withMaxSubmit(kib uint32) option            { return func(s *setup) { s.maxSubmit = kib } }
func withProfile(name string) option             { return func(s *setup) { s.profile = name } }
func asUser(name string) option                  { return func(s *setup) { s.user = name } }
func withSeed(sd *seed.Seed) option              { return func(s *setup) { s.seed = sd } }
func withCodePage(cp uint32) option              { return func(s *setup) { s.codePage = cp } }
func withLogons(n int) option                    { return func(s *setup) { s.logons = n } }
func withHandles(n int) option                   { return func(s *setup) { s.handles = n } }
func withClient(v profile.Version) option        { return func(s *setup) { s.version = v } }
func withClock(now func() time.Time) option      { return func(s *setup) { s.now = now } }
func withMiddleware(m ...exec.Middleware) option { return func(s *setup) { s.middlewares = m } }

// newWorld builds a store, an executor and a session. Handle tables have eight places.
func newWorld(t testing.TB, opts ...option) *world {
	t.Helper()
	set := setup{
		profile: profile.Default, user: "alice", codePage: 1252, handles: 100, logons: 256,
		version: profile.Version{Major: 12, Build: 6206, Revision: 1000}, now: func() time.Time { return epoch }, durability: sqlite.Off,
	}
	for _, o := range opts {
		o(&set)
	}
	if set.seed == nil {
		set.seed = seed.Demo()
	}
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "mapid.db")
	st, err := sqlite.Open(ctx, sqlite.Options{
		Path: path, Durability: set.durability, Replica: organization.ReplicaGUID(),
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
	if set.maxSubmit != 0 {
		p.Submit.MaxSize = set.maxSubmit
	}
	env := object.NewEnv(object.EnvOptions{
		Store: st, Directory: st, Profile: p, Now: set.now, Orders: 64 << 20, Limits: set.limits,
		Server: object.Server{Name: "EXCH01", FQDN: "exch01.mapid.test", DN: serverDN},
	})
	t.Cleanup(env.Close)
	w := &world{
		t: t, path: path, store: st, env: env, profile: p, columns: make(map[int][]mapi.PropTag),
		exec: exec.New(exec.Options{
			Env: env, Logger: zaptest.NewLogger(t), Handles: set.handles, Logons: set.logons, Notifications: 16, Middlewares: set.middlewares,
		}),
	}
	w.connect(set)
	return w
}

// connect makes the session of a world.
func (w *world) connect(set setup) {
	w.setup = set
	w.session = w.exec.NewSession(&object.Session{
		Account: set.user, User: *w.entry(set.user), CodePage: set.codePage, LCIDString: 1033, LCIDSort: 1033, ClientVersion: set.version,
	})
	w.t.Cleanup(w.session.Close)
	w.handles = []uint32{free, free, free, free, free, free, free, free}
}

// with is the same server with another session, of a user.
func (w *world) with(user string) *world {
	w.t.Helper()
	other := *w
	other.columns, other.told = make(map[int][]mapi.PropTag), nil
	set := w.setup
	set.user = user
	other.connect(set)
	return &other
}

const free uint32 = 0xFFFFFFFF

func (w *world) entry(name string) *store.Entry {
	w.t.Helper()
	dir, err := w.store.Snapshot(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	e := dir.ByName(name)
	if e == nil {
		w.t.Fatalf("no entry %q", name)
	}
	return e
}

// payload frames requests with the world's handle table.
func (w *world) payload(reqs ...rop.Request) []byte {
	var out wire.Writer
	at := out.Mark16()
	for _, r := range reqs {
		r.Encode(&out)
	}
	out.Set16(at, uint16(out.Len()))
	for _, h := range w.handles {
		out.U32(h)
	}
	return out.Bytes()
}

// run executes requests and returns their responses in order; RopRelease has none.
func (w *world) run(reqs ...rop.Request) []rop.Response {
	w.t.Helper()
	payloads, err := w.exec.Run(context.Background(), w.session, exec.Input{Payload: w.payload(reqs...), Max: rop.MaxPayload})
	if err != nil {
		w.t.Fatalf("the call failed: %v", err)
	}
	return w.decode(payloads[0], reqs...)
}

// decode reads one payload, for the requests it answers, and what was appended to their responses.
func (w *world) decode(payload []byte, reqs ...rop.Request) []rop.Response {
	w.t.Helper()
	size := int(binary.LittleEndian.Uint16(payload))
	table := payload[size:]
	w.handles = nil
	for len(table) >= 4 {
		w.handles = append(w.handles, binary.LittleEndian.Uint32(table))
		table = table[4:]
	}
	d := rop.NewDecoder(payload[2:size])
	var out []rop.Response
	next := func() {
		resp := newResponse(w.t, rop.ID(payload[2+d.Offset()]))
		resp.Decode(d)
		if d.Err() != nil {
			w.t.Fatalf("response %T: %v", resp, d.Err())
		}
		out = append(out, resp)
	}
	for _, req := range reqs {
		if d.Columns = w.wanted(req); req.RopID() != rop.Release && d.Len() > 0 {
			at := d.Offset()
			next()
			w.checkSize(req, out[len(out)-1], d.Offset()-at)
		}
	}
	w.pending = false
	for d.Len() > 0 {
		next()
		switch r := out[len(out)-1].(type) {
		case *rop.NotifyResponse:
			w.told, out = append(w.told, r), out[:len(out)-1]
		case *rop.PendingResponse:
			w.pending, out = true, out[:len(out)-1]
		}
	}
	return out
}

// sizesItself are the ROPs that only read and cut their responses to the room there is, or do not run for want of it.
var sizesItself = []rop.ID{
	rop.OpenMessage, rop.GetPropertiesSpecific, rop.GetPropertiesAll, rop.GetPropertiesList, rop.ReadRecipients,
	rop.ReloadCachedInformation, rop.QueryRows, rop.FindRow, rop.ExpandRow, rop.GetCollapseState, rop.QueryColumnsAll, rop.ReadStream, rop.GetSearchCriteria,
	rop.GetReceiveFolderTable, rop.GetNamesFromPropertyIds, rop.OpenEmbeddedMessage, rop.QueryNamedProperties,
	rop.GetValidAttachments, rop.GetOwningServers, rop.PublicFolderIsGhosted, rop.GetPerUserLongTermIds,
	rop.ReadPerUserInformation, rop.OptionsData, rop.GetPropertyIdsFromNames,
}

// checkSize holds every response of every test against the table: what changes something must never turn out larger
// than the table says, or it could run and then not fit. And nothing ever asks a client to back off.
func (w *world) checkSize(req rop.Request, resp rop.Response, size int) {
	w.t.Helper()
	if _, ok := resp.(*rop.BackoffResponse); ok {
		w.t.Error("RopBackoff was sent")
	}
	most, ok := exec.MaxResponse(req)
	if ok && resp.RopID() == req.RopID() && size > most && !slices.Contains(sizesItself, req.RopID()) {
		w.t.Errorf("%T has %d bytes, the table says at most %d", resp, size, most)
	}
}

// wanted returns what a reader of the response has to know.
func (w *world) wanted(req rop.Request) []mapi.PropTag {
	switch r := req.(type) {
	case *rop.SetColumnsRequest:
		w.columns[r.Header().Input] = r.PropertyTags
	case *rop.GetPropertiesSpecificRequest:
		return r.PropertyTags
	case *rop.QueryRowsRequest, *rop.FindRowRequest, *rop.ExpandRowRequest, *rop.ReadRecipientsRequest:
		return w.columns[r.Header().Input]
	}
	return nil
}

func newResponse(t testing.TB, id rop.ID) rop.Response {
	t.Helper()
	for i := range rop.Codecs {
		if rop.Codecs[i].ID == id && rop.Codecs[i].NewResponse != nil {
			return rop.Codecs[i].NewResponse()
		}
	}
	t.Fatalf("no response 0x%02X", uint8(id))
	return nil
}

// one executes a request that must succeed and returns its response.
func one[R rop.Response](w *world, req rop.Request) R {
	w.t.Helper()
	resps := w.run(req)
	if len(resps) != 1 {
		w.t.Fatalf("%T: %d responses", req, len(resps))
	}
	r, ok := resps[0].(R)
	if !ok {
		w.t.Fatalf("%T was answered by %T", req, resps[0])
	}
	if h := r.Head(); h != nil && h.ReturnValue != mapi.Success {
		w.t.Fatalf("%T: %v", req, h.ReturnValue)
	}
	return r
}

// code executes a request and returns its result.
func (w *world) code(req rop.Request) mapi.ErrorCode {
	w.t.Helper()
	resps := w.run(req)
	if len(resps) != 1 {
		w.t.Fatalf("%T: %d responses", req, len(resps))
	}
	return resps[0].Head().ReturnValue
}

// Headers, by index of the handle table.
func in(index uint8) rop.In { return rop.In{InputHandleIndex: index} }
func inOut(index, out uint8) rop.InOut {
	return rop.InOut{InputHandleIndex: index, OutputHandleIndex: out}
}

// logOn opens alice's mailbox at index 0.
func (w *world) logOn() *rop.LogonResponse {
	w.t.Helper()
	return one[*rop.LogonResponse](w, logonRequest(aliceDN))
}

func logonRequest(dn string) *rop.LogonRequest {
	return &rop.LogonRequest{LogonFlags: mapi.LogonPrivate, OpenFlags: 0x0100040C, Essdn: dn}
}

// Places of folders in RopLogon's response.
const (
	fidRoot  = 0
	fidIPM   = 3
	fidInbox = 4
)

// inbox logs on and opens the inbox at index 1.
func (w *world) inbox() *rop.LogonResponse {
	w.t.Helper()
	l := w.logOn()
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
	return l
}

// contents opens the contents table of the folder at index 1 at index 2, with columns.
func (w *world) contents(columns ...mapi.PropTag) uint32 {
	w.t.Helper()
	t := one[*rop.GetContentsTableResponse](w, &rop.GetContentsTableRequest{InOut: inOut(1, 2)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(2), PropertyTags: columns})
	return t.RowCount
}

// rows reads rows of the table at index 2.
func (w *world) rows(n uint16) *rop.QueryRowsResponse {
	w.t.Helper()
	return one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: n})
}

// props reads properties of the object at an index.
func (w *world) props(index uint8, tags ...mapi.PropTag) []prop.Value {
	w.t.Helper()
	r := one[*rop.GetPropertiesSpecificResponse](w, &rop.GetPropertiesSpecificRequest{In: in(index), WantUnicode: 1, PropertyTags: tags})
	return r.RowData.Values
}

// find returns the MID of the inbox's message with a subject.
func (w *world) find(subject string) mapi.ID {
	w.t.Helper()
	w.contents(mapi.TagMid, mapi.TagSubject)
	for _, row := range w.rows(1000).Rows {
		if row.Values[1].Str() == subject {
			return row.Values[0].ObjectID()
		}
	}
	w.t.Fatalf("no message %q", subject)
	return 0
}

// open opens the inbox's message with a subject at index 3.
func (w *world) open(subject string) *rop.OpenMessageResponse {
	w.t.Helper()
	l := w.inbox()
	return one[*rop.OpenMessageResponse](w, &rop.OpenMessageRequest{
		InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], MessageID: w.find(subject), OpenModeFlags: mapi.OpenModeBestAccess,
	})
}
