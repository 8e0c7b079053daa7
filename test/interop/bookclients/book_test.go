// Package bookclients runs the address book and its referral against clients of other projects.
package bookclients

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/nspi"
	"github.com/mapid/mapid/server/rfr"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

const (
	organization = "mapid"
	adminGroup   = "First Administrative Group"
	fqdn         = "exch01.mapid.test"
	password     = "Password1!"
)

// accounts are those of a directory.
type accounts struct{ dir store.Directory }

func (a accounts) Account(ctx context.Context, _, user string) (auth.Account, error) {
	c, err := a.dir.Credential(ctx, user)
	if err != nil {
		return auth.Account{}, auth.ErrUnknownAccount
	}
	return auth.Account{Name: c.Name, Enabled: true, NTHash: c.NTHash}, nil
}

// recorder keeps what goes over connections.
type recorder struct {
	mu    sync.Mutex // guards conns
	conns []*recorded
}

// recorded is one connection and its bytes in the order they passed.
type recorded struct {
	net.Conn
	mu    sync.Mutex // guards parts
	parts []part
}

type part struct {
	at         time.Time
	fromServer bool
	data       []byte
}

func (c *recorded) keep(fromServer bool, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parts = append(c.parts, part{time.Now(), fromServer, bytes.Clone(b)})
}

func (c *recorded) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.keep(false, b[:n])
	}
	return n, err
}

func (c *recorded) Write(b []byte) (int, error) {
	c.keep(true, b)
	return c.Conn.Write(b)
}

// serve starts both interfaces on the demo organisation and returns their port and what passes over it.
func serve(t *testing.T) (port int, traffic *recorder) {
	t.Helper()
	log := zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	options := seed.Options{Organization: seed.Organization{Name: organization, AdminGroup: adminGroup, Domain: "mapid.test"}}
	if err := seed.Apply(t.Context(), db, db, seed.Demo(), options); err != nil {
		t.Fatal(err)
	}
	server := nspi.Server{Organization: organization, AdminGroup: adminGroup, Name: "EXCH01", FQDN: fqdn}
	version, err := profile.ByName("exchange2010-sp1")
	if err != nil {
		t.Fatal(err)
	}
	book := nspi.New(nspi.Options{Directory: db, Server: server, StoreGUID: db.ReplicaGUID(), Profile: version.AddressBook, Logger: log})
	referral := rfr.New(rfr.Options{Server: rfr.Server{DN: server.DN(), FQDN: fqdn}, MinLevel: auth.LevelConnect, Logger: log})
	rpc := dcerpc.NewServer(dcerpc.Options{Logger: log, Mechanisms: []auth.Mechanism{ntlm.New(ntlm.Options{
		Accounts: accounts{db}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01", DNSDomain: "mapid.test", DNSComputer: fqdn, Require128: true,
	})}})
	endpoint := rpc.NewEndpoint("nspi", "ncacn_ip_tcp")
	rpc.Register(book.Interface(), endpoint)
	rpc.Register(referral.Interface(), endpoint)

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	traffic = &recorder{}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			nc, err := listener.Accept()
			if err != nil {
				return
			}
			conn := &recorded{Conn: nc}
			traffic.mu.Lock()
			traffic.conns = append(traffic.conns, conn)
			traffic.mu.Unlock()
			serving.Go(func() { rpc.ServeConn(context.Background(), endpoint, conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		_ = rpc.Shutdown(context.Background())
		serving.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port, traffic
}

// need ends the test if a program is missing: as a failure where clients must be there.
func need(t *testing.T, what string, command ...string) {
	t.Helper()
	err := exec.CommandContext(t.Context(), command[0], command[1:]...).Run()
	switch {
	case err == nil:
	case os.Getenv("MAPID_REQUIRE_INTEROP") == "1":
		t.Fatalf("client not installed: %s: %v", what, err)
	default:
		t.Skipf("client not installed: %s: %v", what, err)
	}
}

// row is what impacket made of a row: values by tag in hex.
type row map[string]any

type resolved struct {
	MIds []int
	Rows []row
}

// result is what the script prints.
type result struct {
	Refused        uint32 `json:"refused"`
	RFRRefused     string `json:"rfr_refused"`
	NewDSA         string `json:"new_dsa"`
	FQDN           string `json:"fqdn"`
	UnknownServer  uint32 `json:"unknown_server"`
	SpecialHelper  []row  `json:"special_helper"`
	Special        []row  `json:"special"`
	Last           struct{ MId, Pos, Total, Moved int }
	DefaultColumns []row `json:"default_columns"`
	GAL            []row `json:"gal"`
	GALStat        []int `json:"gal_stat"`
	GALMIds        []int `json:"gal_mids"`
	DNToMId        []int `json:"dn_to_mid"`
	Explicit       []row
	Seek           struct {
		Pos  int
		Rows []row
	}
	Matches struct {
		MIds []int
		Rows []row
	}
	Resorted       []int
	PropList       int `json:"prop_list"`
	Props          row
	NetworkAddress row `json:"network_address"`
	Missing        struct {
		Code uint32
		Row  row
	}
	Compare      int
	Columns      int
	Resolve      resolved
	ResolveW     resolved `json:"resolve_w"`
	Template     map[string]int
	NamesFromIDs uint32 `json:"names_from_ids"`
	Unbind       int
}

// impacket runs the script of this folder and returns what it printed.
func impacket(t *testing.T, port int, user, level string, more ...string) result {
	t.Helper()
	const python = "/usr/bin/python3"
	need(t, "Python's impacket", python, "-c", "import impacket.dcerpc.v5.nspi, impacket.dcerpc.v5.oxabref")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := []string{"book_impacket.py", "127.0.0.1", strconv.Itoa(port), user, password, "MAPID", level}
	cmd := exec.CommandContext(ctx, python, append(args, more...)...)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, trouble.Bytes())
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return r
}
