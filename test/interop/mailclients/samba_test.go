package mailclients

import (
	"bufio"
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// needPort ends a test that wants a port which only a privileged process may open.
func needPort(t *testing.T, address string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err == nil {
		l.Close()
		return
	}
	if os.Getenv("MAPID_REQUIRE_INTEROP") == "1" {
		t.Fatalf("cannot listen on %s: %v", address, err)
	}
	t.Skipf("not run: cannot listen on %s: %v", address, err)
}

// TestInteropRpcclientMapsEndpoints: Samba's rpcclient asks the endpoint mapper at every level.
func TestInteropRpcclientMapsEndpoints(t *testing.T) {
	t.Parallel()
	need(t, "rpcclient", "--version")
	const address = "127.0.135.1" // rpcclient always asks port 135, so the server has an address of its own
	needPort(t, address+":135")
	serve(t, "testdata/seed.yaml", "MAPID_LISTEN_ADDRESS="+address, "MAPID_LISTEN_EPM=135", "MAPID_ADMIN_ADDRESS=127.0.0.1")
	for _, options := range []string{"", ",connect", ",sign", ",seal", ",sign,spnego", ",seal,spnego"} {
		t.Run("Options"+options, func(t *testing.T) {
			t.Parallel()
			binding := "ncacn_ip_tcp:" + address + "[135" + options + "]"
			rpcclient := func(command string) string {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				cmd := exec.CommandContext(ctx, "rpcclient", "-s", "/dev/null", "-U", "MAPID\\alice%Password1!", binding, "-c", command)
				out, _ := cmd.CombinedOutput() // it ends with an error where nothing is registered
				return strings.ToLower(string(out))
			}
			if out := rpcclient("epmmap lsarpc"); !strings.Contains(out, "0x16c9a0d6") {
				t.Errorf("%s: an interface that is not here: %s", binding, out)
			}
			// Its lookup goes on until a server refuses to list an end, so only the first lines are read.
			cmd := exec.CommandContext(t.Context(), "rpcclient", "-s", "/dev/null", "-U", "MAPID\\alice%Password1!", binding, "-c", "epmlookup")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var seen strings.Builder
			lines := bufio.NewReader(out)
			for range 4 {
				line, err := lines.ReadString('\n')
				if err != nil {
					break
				}
				seen.WriteString(strings.ToLower(line))
			}
			cmd.Process.Kill()
			cmd.Wait()
			for _, uuid := range []string{"a4f1db00-ca47-1067-b31f-00dd010662da", "f5cc5a18-4264-101a-8c59-08002b2f8426", "1544f5e0-613c-11d1-93df-00c04fd7bd09"} {
				if !strings.Contains(seen.String(), uuid) {
					t.Errorf("%s does not list %s:\n%s", binding, uuid, seen.String())
				}
			}
		})
	}
}

// TestInteropSambaReadsInbox: Samba's bindings log on with Negotiate at every level and read the seeded subjects.
func TestInteropSambaReadsInbox(t *testing.T) {
	t.Parallel()
	need(t, python, "-c", "import samba.dcerpc.mgmt, impacket")
	s := serve(t, "testdata/seed.yaml")
	for _, options := range []string{"connect,spnego", "sign,spnego", "seal,spnego"} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			var subjects any
			s.output(s.python("samba_flow.py", "--host", "127.0.0.1", "--port", s.ports[1], "--options", options, "--expect", "testdata/subjects.json"), &subjects)
		})
	}
}

// TestInteropImpacketAddressBook: impacket's own NSPI and RFR calls, at every level, against the binary.
func TestInteropImpacketAddressBook(t *testing.T) {
	t.Parallel()
	needImpacket(t)
	s := serve(t, "testdata/seed.yaml")
	for _, level := range []string{"connect", "integrity", "privacy"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			var seen map[string]any
			s.output(s.python("bookclients/book_impacket.py", "127.0.0.1", s.ports[2], "alice", "Password1!", "MAPID", level), &seen)
			if seen["new_dsa"] != "exch01.mapid.test" || seen["fqdn"] != "exch01.mapid.test" {
				t.Errorf("%v", seen)
			}
		})
	}
}
