package authclients

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/auth/krb"
	"github.com/mapid/mapid/auth/ntlm"
	"github.com/mapid/mapid/auth/spnego"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/server/epm"
	"github.com/mapid/mapid/server/rpctcp"
)

// rawNamedPipes are the raw PDU tests that need SMB, which this server does not speak.
var rawNamedPipes = []string{
	"test_assoc_group_fail3", "test_assoc_group_ok2",
	"test_lsa_multi_auth_connect1a", "test_lsa_multi_auth_connect1u", "test_lsa_multi_auth_connect2a",
	"test_lsa_multi_auth_connect2u", "test_lsa_multi_auth_connect3a", "test_lsa_multi_auth_connect3u",
	"test_lsa_multi_auth_connect4a", "test_lsa_multi_auth_connect4u", "test_lsa_multi_auth_sign_connect1a",
	"test_lsa_multi_auth_sign_connect1u",
}

// rawTests is how many of them are left, so that a script that runs none does not pass.
const rawTests = 182

// TestInteropRawPDU runs Samba's raw PDU tests, which were made against Windows, against the endpoint mapper.
func TestInteropRawPDU(t *testing.T) {
	t.Parallel()
	r := startRealm(t)
	if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", "import samba.tests.dcerpc.raw_protocol").CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("client not installed: python3-samba: %s", out))
	}
	port := mapperServer(t, r.keytab(t))
	r.write(t, "smb.conf", "[global]\n  workgroup = MAPID\n  realm = MAPID.TEST\n")
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-W", "ignore", "raw_pdu.py", fmt.Sprint(port))
	cmd.Env = append(r.env, "SERVER=127.0.0.1", "TARGET_HOSTNAME=exch01.mapid.test", "USERNAME=alice", "PASSWORD=Password1!",
		"DOMAIN=MAPID", "REALM=MAPID.TEST", "SMB_CONF_PATH="+r.path("smb.conf"), "IGNORE_RANDOM_PAD=1",
		fmt.Sprintf("MAX_NUM_AUTH=%d", dcerpc.DefaultLimits().Security), "SKIP="+strings.Join(rawNamedPipes, ","))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	passed, skipped := 0, 0
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		verdict, rest, _ := strings.Cut(lines.Text(), " ")
		switch verdict {
		case "ok":
			passed++
		case "skipped":
			skipped++
		default:
			t.Error(verdict, rest)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if passed != rawTests || skipped != len(rawNamedPipes) {
		t.Errorf("%d tests passed and %d were skipped, want %d and %d", passed, skipped, rawTests, len(rawNamedPipes))
	}
}

// mapperServer serves an endpoint mapper, and beside it an interface that stands in for the one operation of netlogon
// that the tests call: they send it long requests and look at nothing but a status.
func mapperServer(t *testing.T, keytab []byte) uint16 {
	t.Helper()
	keys, err := krb.ParseKeytab(keytab)
	if err != nil {
		t.Fatal(err)
	}
	proof := ntlm.New(ntlm.Options{
		Accounts: accounts{}, NetBIOSDomain: "MAPID", NetBIOSComputer: "EXCH01", DNSDomain: "mapid.test", DNSComputer: "exch01.mapid.test",
	})
	ticket := krb.New(krb.Options{Keytab: keys, Accounts: accounts{}, Services: krb.Services("EXCH01", "exch01.mapid.test")})
	log := zaptest.NewLogger(t, zaptest.Level(zap.ErrorLevel)) // what the tests do wrong is a warning
	s := dcerpc.NewServer(dcerpc.Options{Logger: log, Mechanisms: []auth.Mechanism{proof, ticket, spnego.New(ticket, proof)}})
	mapper, other := s.NewEndpoint("epm", dcerpc.TransportTCP), s.NewEndpoint("netlogon", dcerpc.TransportTCP)
	s.Register(epm.New(epm.Options{Entries: s.Entries}).Interface(), mapper)
	s.Register(&dcerpc.Interface{
		ID: dcerpc.SyntaxID{UUID: ndr.MustUUID("12345678-1234-abcd-ef00-01234567cffb"), Major: 1}, Name: "netlogon",
		Ops: map[uint16]dcerpc.Op{4: {Name: "ServerReqChallenge", Run: func(context.Context, *dcerpc.Call) ([]byte, error) {
			return make([]byte, 12), nil // eight bytes of challenge, status 0
		}}},
	}, other)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	var port uint16
	for _, e := range []*dcerpc.Endpoint{other, mapper} {
		l, err := rpctcp.Listen(ctx, rpctcp.Options{Logger: log, Server: s, Endpoint: e, Addresses: []string{"127.0.0.1"}})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { defer close(done); l.Serve(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
		port = l.Port()
	}
	return port
}
