package nspi

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// memory is a directory in memory.
type memory struct {
	mu   sync.Mutex // guards snap
	snap *store.Snapshot
}

func (m *memory) Snapshot(context.Context) (*store.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.snap, nil
}

func (m *memory) Credential(context.Context, string) (store.Credential, error) {
	return store.Credential{}, store.ErrNotFound
}

// Update runs fn like a store does: the next snapshot has what it wrote.
func (m *memory) Update(_ context.Context, fn func(store.DirectoryTx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := memoryTx{slices.Clone(m.snap.Entries)}
	if err := fn(&tx); err != nil {
		return err
	}
	m.snap = store.NewSnapshot(m.snap.Version+1, tx.entries)
	return nil
}

type memoryTx struct{ entries []store.Entry }

func (t *memoryTx) PutEntry(e store.Entry) (store.Entry, error) {
	for i := range t.entries {
		if strings.EqualFold(t.entries[i].Name, e.Name) {
			t.entries[i] = e
			return e, nil
		}
	}
	return e, store.ErrNotFound
}

func (t *memoryTx) RemoveEntry(string) error { return errors.New("not used") }

func (t *memoryTx) SetCredential(store.Credential) error { return errors.New("not used") }

var testServer = Server{Organization: "mapid", AdminGroup: "First Administrative Group", Name: "EXCH01", FQDN: "exch01.mapid.test"}

const recipients = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="

// MIds of the test directory.
const (
	midAlice uint32 = 0x10 + iota
	midBob
	midCarol
	midTeam
	midEveryone
	midOutside
	midFolder
	midGhost
	midEmil
	midRoom
	midHealth
)

// testEntries are a small organisation. By display name they are: Alice Adams, Announcements, Bob Brown,
// Carol Çelik, Emil Müller, Everyone, Outside Person, Room 12, The Team; the ghost is hidden.
func testEntries() []store.Entry {
	user := func(mid uint32, name, display string) store.Entry {
		return store.Entry{MId: mid, Kind: store.UserEntry, Name: name, DN: recipients + name, DisplayName: display,
			Mail: name + "@mapid.test", Enabled: true, Mailbox: store.MailboxID(mid)}
	}
	alice := user(midAlice, "alice", "Alice Adams")
	alice.Aliases = []string{"a.adams@mapid.test"}
	alice.GUID = mapi.MustGUID("00112233-4455-6677-8899-aabbccddeeff")
	alice.Created, alice.Modified = 0x01D9C0DE00000000, 0x01D9C0DE00000001
	alice.Certificates = [][]byte{{0x30, 1, 2}}
	alice.Attributes = map[string][]string{
		"title": {"Engineer"}, "department": {"R&D"}, "office": {"12"}, "phone": {"+1 555 0100", "+1 555 0101"},
		"home_phones": {"+1 555 0200", "+1 555 0201", "+1 555 0202"}, "manager": {"bob"}, "company": {"mapid"},
		"given_name": {"Alice"}, "surname": {"Adams"}, "x500": {"/o=Old/ou=Site/cn=Recipients/cn=aadams"},
		"delegates": {"carol"},
	}
	bob := user(midBob, "bob", "Bob Brown")
	bob.Admin = true
	bob.Attributes = map[string][]string{"phonetic_display_name": {"Aaa"}}
	carol := user(midCarol, "carol", "Carol Çelik")
	ghost := user(midGhost, "ghost", "Ghost Hidden")
	ghost.Hidden = true
	health := user(midHealth, "health", "Health Mailbox")
	health.System = true
	emil := user(midEmil, "emueller", "Emil Müller")
	room := user(midRoom, "room12", "Room 12")
	room.Attributes = map[string][]string{"resource": {"room"}, "capacity": {"8"}}
	return []store.Entry{
		alice, bob, carol,
		{MId: midTeam, Kind: store.ListEntry, Name: "team", DN: recipients + "team", DisplayName: "The Team",
			Mail: "team@mapid.test", Members: []string{"carol", "alice", "bob", "nobody"}, ManagedBy: "alice"},
		{MId: midEveryone, Kind: store.DynamicListEntry, Name: "everyone", DN: recipients + "everyone", DisplayName: "Everyone", Mail: "everyone@mapid.test"},
		{MId: midOutside, Kind: store.ContactEntry, Name: "ext1", DN: recipients + "ext1", DisplayName: "Outside Person", Mail: "someone@elsewhere.test"},
		{MId: midFolder, Kind: store.PublicFolderEntry, Name: "announcements", DN: recipients + "announcements", DisplayName: "Announcements", Mail: "announcements@mapid.test"},
		ghost, emil, room, health,
	}
}

// inOrder are the MIds of the global address list by display name.
var inOrder = []uint32{midAlice, midFolder, midBob, midCarol, midEmil, midEveryone, midOutside, midRoom, midTeam}

// newTest returns a service over the test directory; change may adjust its options.
func newTest(t testing.TB, change ...func(*Options)) *Service {
	t.Helper()
	return newTestWith(t, testEntries(), change...)
}

func newTestWith(t testing.TB, entries []store.Entry, change ...func(*Options)) *Service {
	t.Helper()
	dir := &memory{snap: store.NewSnapshot(1, entries)}
	o := Options{Directory: dir, Update: dir.Update, Server: testServer, Logger: zaptest.NewLogger(t)}
	for _, c := range change {
		c(&o)
	}
	return New(o)
}

// as is a caller who is authenticated as an account.
func as(account string) auth.Caller {
	return auth.Caller{Identity: auth.Identity{Account: account}, Service: auth.ServiceNTLM, Level: auth.LevelPrivacy}
}

// codeOf fails unless err is nil or carries a code, and returns it.
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

// want returns the value under tag and fails if the row has none.
func cell(t testing.TB, row Row, tag mapi.PropTag) prop.Value {
	t.Helper()
	for _, v := range row {
		if v.Tag == tag {
			return v.Value
		}
	}
	t.Fatalf("row has no %v: %v", tag, row)
	return prop.Value{}
}

func TestBind(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	withPage := func(page uint32) Stat { return Stat{CodePage: page} }
	for _, tt := range []struct {
		name   string
		caller auth.Caller
		req    BindRequest
		want   mapi.ErrorCode
	}{
		{"Anonymous", auth.Caller{}, BindRequest{Stat: stat1252(), ServerGUID: &mapi.GUID{1}}, mapi.ErrLoginFailure},
		{"Known", as("alice"), BindRequest{Stat: stat1252(), ServerGUID: &mapi.GUID{}}, mapi.Success},
		{"AnonymousFlag", as("alice"), BindRequest{Flags: AnonymousLogin, Stat: stat1252()}, mapi.ErrLoginFailure},
		{"OtherFlags", as("alice"), BindRequest{Flags: ^AnonymousLogin, Stat: stat1252()}, mapi.Success},
		{"Teletex", as("alice"), BindRequest{Stat: withPage(20261)}, mapi.Success},
		{"NoCodePage", as("alice"), BindRequest{}, mapi.Success},
		{"Unicode", as("alice"), BindRequest{Stat: withPage(1200)}, mapi.ErrInvalidCodepage},
		{"UnknownCodePage", as("alice"), BindRequest{Stat: withPage(4711)}, mapi.ErrInvalidCodepage},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, err := s.Bind(t.Context(), tt.caller, &tt.req)
			if got := codeOf(t, err); got != tt.want {
				t.Fatalf("Bind = %v, want %v", got, tt.want)
			}
			if err == nil && (a.ServerGUID != nil) != (tt.req.ServerGUID != nil) {
				t.Errorf("GUID %v for %v", a.ServerGUID, tt.req.ServerGUID)
			}
			if err == nil && a.ServerGUID != nil && *a.ServerGUID != s.ServerGUID() {
				t.Errorf("GUID %v, want %v", a.ServerGUID, s.ServerGUID())
			}
		})
	}
}

func TestBindIgnoresAnonymousFlagBefore2010(t *testing.T) {
	t.Parallel()
	s := newTest(t, func(o *Options) { o.Profile.IgnoresAnonymousLogin = true })
	if _, err := s.Bind(t.Context(), as("alice"), &BindRequest{Flags: AnonymousLogin}); err != nil {
		t.Errorf("somebody: %v", err)
	}
	_, err := s.Bind(t.Context(), auth.Caller{}, &BindRequest{Flags: AnonymousLogin})
	if code := codeOf(t, err); code != mapi.ErrLoginFailure {
		t.Errorf("nobody: %v", code)
	}
}

func TestServerGUIDTellsServersAndStoresApart(t *testing.T) {
	t.Parallel()
	same := newTest(t).ServerGUID()
	if again := newTest(t).ServerGUID(); again != same {
		t.Errorf("GUID changed from %v to %v", same, again)
	}
	for name, change := range map[string]func(*Options){
		"Server": func(o *Options) { o.Server.Name = "EXCH02" },
		"Store":  func(o *Options) { o.StoreGUID = mapi.GUID{1} },
	} {
		if other := newTest(t, change).ServerGUID(); other == same || other.IsZero() {
			t.Errorf("%s: GUID %v", name, other)
		}
	}
}
