package mailclients

import (
	"bufio"
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestInteropSmbtorture runs Samba's own suites for the management interface and the endpoint mapper against the
// running binary. Map_full first inserts an entry from afar, which this mapper refuses to everybody, and is expected to
// fail; Insert_noreplace Samba leaves out itself.
func TestInteropSmbtorture(t *testing.T) {
	t.Parallel()
	need(t, "smbtorture", "--version")
	const address = "127.0.135.2" // it always asks port 135
	needPort(t, address+":135")
	serve(t, "testdata/seed.yaml", "MAPID_LISTEN_ADDRESS="+address, "MAPID_LISTEN_EPM=135", "MAPID_ADMIN_ADDRESS=127.0.0.1")
	want := map[string][]string{
		"rpc.mgmt": {"success: mgmt"},
		"rpc.epmapper": {
			"failure: epmapper.Map_full", "skip: epmapper.Insert_noreplace", "success: epmapper.Lookup_simple",
			"success: epmapper.Lookup_terminate_search", "success: epmapper.Map_simple",
		},
	}
	for suite, expected := range want {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			// It ends with an error where a test of it fails: what it says of each is judged instead.
			out, _ := exec.CommandContext(ctx, "smbtorture", "-s", "/dev/null", "--option=torture:samba4=yes",
				"-U", `MAPID\alice%Password1!`, "ncacn_ip_tcp:"+address+"[]", suite).CombinedOutput()
			var got []string
			for lines := bufio.NewScanner(strings.NewReader(string(out))); lines.Scan(); {
				verdict, _, _ := strings.Cut(lines.Text(), " [")
				for _, word := range []string{"success: ", "failure: ", "error: ", "skip: "} {
					if strings.HasPrefix(verdict, word) {
						got = append(got, verdict)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, expected) {
				t.Errorf("got %q, want %q\n%s", got, expected, out)
			}
		})
	}
}
