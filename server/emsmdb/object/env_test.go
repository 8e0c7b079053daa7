package object

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store/sqlite"
)

// mailbox is a logon to alice's mailbox, and the Env that it belongs to.
type mailbox struct {
	*Logon
	now time.Time
}

const essdn = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"

// newMailbox makes a store with users, and logs alice on to a server of a version.
func newMailbox(t *testing.T, version string) *mailbox {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "store.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	users := &seed.Seed{Users: []seed.User{{Name: "alice", Password: "x"}, {Name: "bob", Password: "x"}}}
	err = seed.Apply(t.Context(), st, st, users, seed.Options{Organization: seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := profile.ByName(version)
	if err != nil {
		t.Fatal(err)
	}
	m := &mailbox{now: time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)}
	env := NewEnv(EnvOptions{Store: st, Directory: st, Profile: p, Now: func() time.Time { return m.now }, Orders: 1 << 20, Server: Server{Name: "EXCH01", DN: "/cn=EXCH01"}})
	t.Cleanup(env.Close)
	m.Logon = m.logOn(t, env)
	return m
}

// logOn makes another session of alice.
func (m *mailbox) logOn(t *testing.T, env *Env) *Logon {
	t.Helper()
	dir, err := env.Directory.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{Account: "alice", User: *dir.ByName("alice"), CodePage: 1252, LCIDString: 1033, LCIDSort: 1033}
	l, err := env.Logon(t.Context(), s, LogonRequest{Flags: mapi.LogonPrivate, OpenFlags: mapi.OpenUsePerMdbReplidMapping | mapi.OpenTakeOwnership, Essdn: essdn})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// message makes a message in the inbox.
func (m *mailbox) message(t *testing.T) *Message {
	t.Helper()
	msg, err := m.CreateMessage(t.Context(), CreateMessageRequest{CodePage: 0x0FFF, Folder: m.FolderIDs()[4]})
	if err != nil {
		t.Fatal(err)
	}
	return msg
}
