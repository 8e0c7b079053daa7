package bench

import (
	"context"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/mapiclient"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// aliceDN names the mailbox that the benchmarks log on to.
const aliceDN = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice"

// newData makes a data folder with the store of the demo organisation, and whatever fill adds.
func newData(b *testing.B, fill func(st *sqlite.Store)) string {
	b.Helper()
	data := b.TempDir()
	st, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(data, "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		b.Fatal(err)
	}
	organization := seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}
	if err := seed.Apply(b.Context(), st, st, seed.Demo(), seed.Options{Organization: organization}); err != nil {
		b.Fatal(err)
	}
	if fill != nil {
		fill(st)
	}
	if err := st.Close(); err != nil {
		b.Fatal(err)
	}
	return data
}

// mailboxOf returns alice's mailbox.
func mailboxOf(b *testing.B, st *sqlite.Store) (m store.Mailbox) {
	b.Helper()
	err := st.View(b.Context(), store.Scope{}, func(r store.Reader) (err error) {
		m, err = r.MailboxOf("alice")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// client is a session that is logged on, sealed by NTLM, over TCP.
type client struct {
	*mapiclient.Session
	conn    *mapiclient.Conn
	wire    *counting
	store   uint32    // handle of the logon
	folders []mapi.ID // of the logon's response
}

// counting is a connection that counts what goes over it.
type counting struct {
	net.Conn
	sent, received atomic.Int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}

// dial connects to the mailbox store's port and authenticates.
func (s *server) dial(ctx context.Context) (*mapiclient.Conn, *counting, error) {
	var wire *counting
	c, err := mapiclient.Dial(ctx, mapiclient.Options{
		Address: s.addresses.EMSMDB[0], Service: auth.ServiceNTLM, Domain: "MAPID", User: "alice", Password: "Password1!",
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			nc, err := new(net.Dialer).DialContext(ctx, network, address)
			wire = &counting{Conn: nc}
			return wire, err
		},
	}, mapiclient.EMSMDB)
	return c, wire, err
}

// logOn connects, authenticates and logs on to alice's mailbox.
func (s *server) logOn(ctx context.Context) (*client, error) {
	conn, wire, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, wire: wire}
	if c.Session, _, err = conn.Connect(ctx, mapiclient.ConnectRequest{UserDN: aliceDN}); err != nil {
		conn.Close()
		return nil, err
	}
	logon, handle, err := c.Logon(ctx, aliceDN)
	if err != nil {
		conn.Close()
		return nil, err
	}
	c.store, c.folders = handle, logon.FolderIDs[:]
	return c, nil
}

// client is logOn for the length of the benchmark.
func (s *server) client() *client {
	s.b.Helper()
	c, err := s.logOn(s.b.Context())
	if err != nil {
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() { c.conn.Close() })
	return c
}

// inbox is the place of the inbox in the logon's response, [MS-OXCSTOR] 2.2.1.1.3.
const inbox = 4

// open opens a folder and returns its handle.
func (c *client) open(b *testing.B, folder mapi.ID) uint32 {
	b.Helper()
	_, handles, err := mapiclient.Do[*rop.OpenFolderResponse](b.Context(), c.Session,
		&rop.OpenFolderRequest{InOut: rop.InOut{OutputHandleIndex: 1}, FolderID: folder}, c.store)
	if err != nil {
		b.Fatal(err)
	}
	return handles[1]
}

// caller returns what makes one ROP on an object of a client again and again, once it has done so once.
func (s *server) caller(c *client, req rop.Request, handle uint32) *caller {
	s.b.Helper()
	k, err := newCaller(s.b.Context(), s.addresses.EMSMDB[0], c, req, handle)
	if err != nil {
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() { k.nc.Close() })
	if err := k.call(); err != nil {
		s.b.Fatal(err)
	}
	return k
}

// small is the call that everything else is compared with: three properties of an open folder.
var small = &rop.GetPropertiesSpecificRequest{
	WantUnicode: 1, PropertyTags: []mapi.PropTag{mapi.TagDisplayName, mapi.TagContentCount, mapi.TagContentUnreadCount},
}

// smallExecute returns a caller of that call on the inbox, in a session of its own.
func (s *server) smallExecute() *caller {
	s.b.Helper()
	c := s.client()
	return s.caller(c, small, c.open(s.b, c.folders[inbox]))
}
